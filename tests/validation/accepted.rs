//! Valid photos from any encoder are accepted.

use lichtbild::domain::check::finding::Verdict;
use lichtbild::domain::photo::UploadBytes;
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::{Judgement, Profile, judge};
use lichtbild::wire::measurements::MeasurementsBody;

use super::{NOW, checked, checked_by};
use crate::support::photos::jpeg::{colour_jpeg, exif_orientation, fixture, with_inserted};
use crate::support::photos::variants::large_portrait;

#[test]
fn portraits_pass_their_profiles() {
    for (file, profile) in [
        ("portrait-1244x1600.jpg", "de-tr03121"),
        ("portrait-1244x1600.jpg", "icao-35x45"),
        ("portrait-827x1063.jpg", "icao-35x45"),
        ("portrait-413x531.jpg", "icao-35x45"),
    ] {
        let upload = UploadBytes::new(fixture(file));
        let (sha256, profile) = (upload.sha256(), Profile::builtin(profile).unwrap());
        match judge(upload, &profile, Declaration::default(), NOW) {
            Judgement::Accepted(photo) => {
                assert_eq!(photo.sha256(), sha256);
                assert_eq!(photo.facts().profile, profile.name());
                let checks: Vec<_> = photo.facts().findings.iter().map(|finding| finding.check.name()).collect();
                // The portraits come from a collection that removed the camera's metadata.
                assert_eq!(checks, ["capture_time_missing"], "{file}");
            }
            Judgement::Refused { findings, .. } => panic!("{file}: {findings:?}"),
        }
    }
}

#[test]
fn measurements_are_read() {
    let outcome = checked(&fixture("portrait-413x531.jpg"), "icao-35x45");
    let measured = outcome.measurements;
    assert_eq!((measured.width, measured.height), (Some(413), Some(531)));
    assert_eq!((measured.jpeg_quality, measured.pixels_per_inch), (Some(95), Some(300)));
    let json = serde_json::to_value(MeasurementsBody::from(&measured)).unwrap();
    assert_eq!(json["jpeg_quality"], 95);
    assert_eq!(json["faces"], 1);
    assert!(json["eyes"][1][0].as_f64() > json["eyes"][0][0].as_f64(), "{json}");
}

#[test]
fn other_encoders_sampling_and_restart_markers_pass() {
    let profile = "title = 'Klein'\n[pixels]\nwidth = 105\nheight = 135";
    let profile = Profile::parse("small", profile).unwrap();
    for file in ["plain/restart-420.jpg", "plain/optimised-422.jpg"] {
        let outcome = checked_by(&fixture(file), &profile);
        assert_eq!(outcome.verdict, Verdict::Accepted, "{file}: {:?}", outcome.findings);
    }
    let upright = with_inserted(&colour_jpeg(105, 135), 2, &exif_orientation(1, false));
    assert_eq!(checked_by(&upright, &profile).findings, []);
}

#[test]
fn strong_compression_is_advice_only() {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 40).encode_image(&large_portrait()).unwrap();
    let outcome = checked(&bytes, "de-tr03121");
    assert_eq!(outcome.verdict, Verdict::Accepted);
    let checks: Vec<_> = outcome.findings.iter().map(|finding| finding.check.name()).collect();
    assert!(checks.contains(&"compression"), "{checks:?}");
}
