//! The files in `fixtures/cases`, each an example of files from real cameras and programs.

use lichtbild::domain::check::Check;
use lichtbild::domain::check::finding::{Finding, Verdict};

use super::checked;
use crate::support::photos::jpeg::fixture;

#[test]
fn photos_with_what_encoders_write_around_their_data_are_accepted_without_a_word() {
    for name in
        ["pad-ff00", "jimp", "fill-eoi-1", "fill-eoi-2", "zero-padding", "rst-before-eoi", "ids-yuv", "ids-yuv-adobe"]
    {
        let photo = fixture(&format!("cases/{name}.jpg"));
        let outcome = checked(&photo, "icao-35x45");
        // Jimp removes EXIF, and the woman in the portrait smiles.
        let of_encoding = |finding: &&Finding| {
            finding.check != Check::Smile && (finding.check != Check::CaptureTimeMissing || name != "jimp")
        };
        let told: Vec<&Finding> = outcome.findings.iter().filter(of_encoding).collect();
        assert_eq!((outcome.verdict, told), (Verdict::Accepted, vec![]), "{name}");
    }
}
