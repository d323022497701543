//! The EXIF files of `fixtures/cases` with their expected verdicts.

use lichtbild::domain::check::Check;
use lichtbild::domain::check::finding::Severity;
use lichtbild::validation::Profile;

use crate::support::photos::jpeg::fixture;
use crate::validation::checked_by;

const OLD: (&str, Severity, &str) = ("capture_time", Severity::Refuse, "2019-01-01");
const UNDATED: (&str, Severity, &str) = ("capture_time_missing", Severity::Advise, "missing");
const TURNED: (&str, Severity, &str) = ("orientation", Severity::Refuse, "turned by 90° to the right");
const PLACE: (&str, Severity, &str) = ("location", Severity::Advise, "GPS position");
const LOW: (&str, Severity, &str) = ("density", Severity::Advise, "72 dpi");

#[test]
fn files_of_real_programs_get_their_right_verdicts() {
    let profile = Profile::builtin("icao-35x45").unwrap();
    for (file, expected, pixels_per_inch) in [
        ("exif-orientation-0", &[][..], 300),
        ("exif-date-hour-24", &[OLD], 300),
        ("exif-date-dashes", &[OLD], 300),
        ("exif-date-iso-8601", &[OLD], 300),
        ("exif-date-typed-byte", &[OLD], 300),
        ("exif-orientation-6-sbyte", &[TURNED, UNDATED], 300),
        ("exif-orientation-6-sshort", &[TURNED, UNDATED], 300),
        ("exif-gps-pointer-slong", &[UNDATED, PLACE], 300),
        ("exif-pointer-ifd-2019", &[OLD], 300),
        ("exif-twice-the-same", &[], 300),
        ("exif-72-dpi", &[LOW], 72),
        ("exif-300-dpi-jfif-aspect", &[], 300),
    ] {
        let outcome = checked_by(&fixture(&format!("cases/{file}.jpg")), &profile);
        let findings: Vec<_> = outcome
            .findings
            .iter()
            // The woman in the portrait smiles.
            .filter(|finding| finding.check != Check::Smile)
            .map(|finding| (finding.check.name(), finding.severity, finding.measured.as_str()))
            .collect();
        assert_eq!(findings, expected, "{file}");
        assert_eq!(outcome.measurements.pixels_per_inch, Some(pixels_per_inch), "{file}");
    }
}
