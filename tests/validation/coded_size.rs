//! Limit on the size of the picture data in bytes.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use lichtbild::domain::check::finding::Severity;
use lichtbild::validation::jpeg::{JpegError, analyse};

use super::checked;
use crate::support::photos::jpeg::{SeededRng, fixture};

/// Random pixels in all colours.
fn noise(quality: u8) -> Vec<u8> {
    let mut noise = SeededRng::seeded(5);
    let picture = RgbImage::from_fn(480, 600, |_, _| image::Rgb([0; 3].map(|_: u8| noise.below(256) as u8)));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).unwrap();
    bytes
}

#[test]
fn picture_data_larger_than_the_picture_itself_are_refused_for_their_size() {
    let photo = noise(100);
    assert!(photo.len() > 480 * 600 * 3 + 64 * 1024, "{}", photo.len());
    let outcome = checked(&photo, "icao-35x45");
    let refusing: Vec<_> = outcome.findings.iter().filter(|finding| finding.severity == Severity::Refuse).collect();
    assert!(refusing.iter().any(|finding| finding.check.name() == "file_size"), "{refusing:?}");
    // A large file below the limit is analysed completely.
    assert_eq!(analyse(&noise(90)).errors, []);
}

#[test]
fn what_stands_behind_the_picture_does_not_count() {
    let mut photo = fixture("portrait-413x531.jpg");
    photo.extend(fixture("portrait-1244x1600.jpg").repeat(3));
    let faults = analyse(&photo).errors;
    assert!(matches!(faults.as_slice(), [JpegError::TrailingData { .. }]), "{faults:?}");
}
