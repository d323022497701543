//! Properties of the photo checks.

use std::fmt::Write;

use image::ImageFormat;
use image::metadata::Orientation;
use lichtbild::clock::Timestamp;
use lichtbild::domain::check::Check;
use lichtbild::domain::check::finding::{Severity, Verdict};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::jpeg::JpegError;
use lichtbild::validation::{CheckOutcome, Profile, check_photo, jpeg};
use lichtbild::wire::measurements::MeasurementsBody;
use lichtbild_transcode::to_baseline;

/// 22 November 2026, 09:30 UTC.
const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
/// A file can be made to have thousands of faults; so many are told, and some more by each of the other judges.
const MAX_FINDINGS: usize = 40;
const MAX_TEXT_CHARS: usize = 160;
/// The smallest sound photo, to carry EXIF.
pub(super) const ONE_PIXEL: &[u8] = include_bytes!("../../../fixtures/fuzz/walk/one-pixel.jpg");
/// A segment's length counts itself.
const MAX_SEGMENT_BYTES: usize = 0xFFFF - 2;

std::thread_local! {
    static GERMAN: Profile = Profile::builtin("de-tr03121").expect("the profile comes with the program");
}

/// The only call of the judge in here.
fn judged(bytes: &[u8]) -> CheckOutcome {
    GERMAN.with(|profile| check_photo(bytes, profile, Declaration::default(), NOW))
}

/// A picture that passes the walk is one that a decoder shows in that size, and it ends where it ends.
pub fn walk(bytes: &[u8]) {
    let (walk, again) = (jpeg::analyse(bytes), jpeg::analyse(bytes));
    assert_eq!(format!("{walk:?}"), format!("{again:?}"), "the same bytes, another result");
    assert_eq!(walk.downscaled.is_some(), walk.last_coefficients.is_some());
    let Some(small) = walk.downscaled else { return };
    assert_eq!(walk.errors, []);
    let frame = walk.header.frame.expect("a picture without a size");
    let (columns, rows) = (frame.width.div_ceil(8) as usize, frame.height.div_ceil(8) as usize);
    let detail = walk.last_coefficients.expect("there when the small picture is");
    for plane in [&small.luma, &small.blue, &small.red, &detail] {
        assert_eq!((plane.width, plane.height, plane.samples.len()), (columns, rows, columns * rows));
    }
    assert!(detail.samples.iter().all(|last| *last <= 63));
    assert_decodes(bytes, frame.width, frame.height);
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    assert!(zeros <= jpeg::MAX_TRAILING_ZEROS, "{zeros} zeros behind it");
    let bytes = &bytes[..bytes.len() - zeros];
    let cut = jpeg::analyse(&bytes[..bytes.len() - 1]);
    assert!(
        cut.errors.iter().any(|fault| matches!(fault, JpegError::Truncated { .. })),
        "cut by a byte: {:?}",
        cut.errors
    );
    let longer = jpeg::analyse(&[bytes, &[1]].concat());
    assert!(matches!(longer.errors[..], [JpegError::TrailingData { bytes: 1, .. }]), "{:?}", longer.errors);
}

/// Checks the judge: another program decodes every accepted photo upright and in the measured size, and every refusal names a
/// reason.
pub fn judge(bytes: &[u8]) {
    let outcome = judged(bytes);
    assert_eq!(outcome, judged(bytes), "the same bytes, another judgement");
    assert_sensible(&outcome);
    let refusing: Vec<Check> = refusing(&outcome);
    assert_eq!(outcome.verdict == Verdict::Refused, !refusing.is_empty());
    // Small files never have the size that is asked for; but for that, these would be deposited.
    if refusing.iter().all(|check| *check == Check::PixelDimensions) {
        let size = (outcome.measurements.width, outcome.measurements.height);
        let (Some(width), Some(height)) = size else { panic!("accepted without a size") };
        if width <= 2500 && height <= 3200 {
            assert_decodes(bytes, width, height);
        }
    }
}

/// A rewritten picture is one that the walk gets through, unless its header has faults of its own, and is its own rewriting.
pub fn transcode(bytes: &[u8]) {
    let Ok(baseline) = to_baseline(bytes) else { return };
    assert!(to_baseline(&baseline).as_ref() == Ok(&baseline), "rewritten twice, another file");
    for error in jpeg::analyse(&baseline).errors {
        let is_of_the_coding = matches!(
            error,
            JpegError::Coding(_)
                | JpegError::Truncated { .. }
                | JpegError::Damaged { .. }
                | JpegError::DeclaredSize { .. }
                | JpegError::TrailingData { .. }
        );
        assert!(!is_of_the_coding, "{error:?}");
    }
}

/// The content of an EXIF segment, in a photo that is sound otherwise.
pub fn exif(tiff: &[u8]) {
    let prefix = b"Exif\0\0";
    let tiff = &tiff[..tiff.len().min(MAX_SEGMENT_BYTES - prefix.len())];
    let length = u16::try_from(tiff.len() + prefix.len() + 2).expect("cut to fit");
    let photo = [&ONE_PIXEL[..2], &[0xFF, 0xE1], &length.to_be_bytes(), prefix, tiff, &ONE_PIXEL[2..]].concat();
    let outcome = judged(&photo);
    assert_sensible(&outcome);
    let refusing = refusing(&outcome);
    // One pixel is too small, grey and blank; of the others only these two are for EXIF to bring about.
    let possible = [Check::PixelDimensions, Check::Colour, Check::Blank, Check::Orientation, Check::CaptureTime];
    assert!(refusing.iter().all(|check| possible.contains(check)), "{refusing:?}");
    let turned = Orientation::from_exif_chunk(tiff).is_some_and(|orientation| orientation != Orientation::NoTransforms);
    assert!(!turned || refusing.contains(&Check::Orientation), "another program turns it");
    for (index, finding) in outcome.findings.iter().enumerate() {
        assert!(outcome.findings[..index].iter().all(|earlier| earlier.check != finding.check), "told twice");
    }
}

fn refusing(outcome: &CheckOutcome) -> Vec<Check> {
    let refusals = outcome.findings.iter().filter(|finding| finding.severity == Severity::Refuse);
    refusals.map(|finding| finding.check).collect()
}

/// Findings go to terminals, pages and the audit log: few, short, and nothing in them that steers a terminal.
fn assert_sensible(outcome: &CheckOutcome) {
    assert!(outcome.findings.len() <= MAX_FINDINGS, "{}", outcome.findings.len());
    let mut texts = String::new();
    for finding in &outcome.findings {
        let _ = write!(texts, "{}{}", finding.measured, finding.limit);
        assert!(texts.chars().count() <= MAX_TEXT_CHARS && !texts.contains(char::is_control), "{texts:?}");
        texts.clear();
    }
    let measured = MeasurementsBody::from(&outcome.measurements);
    serde_json::to_string(&measured).expect("measurements are JSON");
}

fn assert_decodes(bytes: &[u8], width: u32, height: u32) {
    match image::load_from_memory_with_format(bytes, ImageFormat::Jpeg) {
        Ok(picture) => assert_eq!((picture.width(), picture.height()), (width, height), "another size"),
        Err(error) => panic!("accepted, and another program cannot show it: {error}"),
    }
}
