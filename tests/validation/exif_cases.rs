//! The files of `fixtures/cases` that concern EXIF, with their right verdicts.

use lichtbild::domain::finding::Severity;
use lichtbild::domain::subject::Declaration;
use lichtbild::validation::{Profile, examine};

use super::NOW;
use crate::support::jpeg::fixture;

const OLD: (&str, Severity, &str) = ("capture_time", Severity::Refuse, "2019-01-01");
const UNDATED: (&str, Severity, &str) = ("capture_time_missing", Severity::Advise, "-");
const TURNED: (&str, Severity, &str) = ("orientation", Severity::Refuse, "EXIF 274 = 6");
const PLACE: (&str, Severity, &str) = ("location", Severity::Advise, "EXIF GPS");
const LOW: (&str, Severity, &str) = ("density", Severity::Advise, "72 dpi");

#[test]
fn files_of_real_programs_get_their_right_verdicts() {
    let profile = Profile::builtin("icao-35x45").unwrap();
    for (file, expected, pixels_per_inch) in [
        ("F2-70-orient-0", &[][..], 300),
        ("F9-80-date-11", &[OLD], 300),
        ("F9-80-date-12", &[OLD], 300),
        ("F9-80-date-16", &[OLD], 300),
        ("F9-84-date-type1", &[OLD], 300),
        ("F10-orient6-type6", &[TURNED, UNDATED], 300),
        ("F10-orient6-type8", &[TURNED, UNDATED], 300),
        ("F10-gpsptr-type9", &[UNDATED, PLACE], 300),
        ("F10-exifptr-type13-old", &[OLD], 300),
        ("F11-22-two-exif-same", &[], 300),
        ("F12-96-dpi-72-exif-only", &[LOW], 72),
        ("F12-98-dpi-jfif-aspect", &[], 300),
    ] {
        let examination = examine(&fixture(&format!("cases/{file}.jpg")), &profile, Declaration::default(), NOW);
        let findings: Vec<_> = examination
            .findings
            .iter()
            .map(|finding| (finding.check.name(), finding.severity, finding.measured.as_str()))
            .collect();
        assert_eq!(findings, expected, "{file}");
        assert_eq!(examination.measurements.pixels_per_inch, Some(pixels_per_inch), "{file}");
    }
}
