//! Metadata that a file states about itself: time, place, colours and size.

use image::{RgbImage, imageops};
use lichtbild::domain::check::Check;
use lichtbild::domain::check::finding::{Finding, Severity};
use lichtbild::validation::Profile;

use super::{checked, checked_by};
use crate::support::photos::jpeg::{exif_orientation, fixture, with_inserted};
use crate::support::photos::portraits::*;
use crate::support::photos::variants::large_portrait;

fn checks_of(bytes: &[u8]) -> Vec<(&'static str, Severity)> {
    let outcome = checked(bytes, "de-tr03121");
    // The woman in the portrait smiles.
    let others = outcome.findings.iter().filter(|finding| finding.check != Check::Smile);
    others.map(|Finding { check, severity, .. }| (check.name(), *severity)).collect()
}

fn captured(text: &str, offset: Option<&str>) -> Vec<u8> {
    with_exif(&fixture("portrait-1244x1600.jpg"), &ExifFields { captured: Some(text), offset, ..ExifFields::default() })
}

#[test]
fn an_old_photo_is_refused_and_a_new_one_passes() {
    assert_eq!(checks_of(&captured("2026:11:20 10:15:00", Some("+01:00"))), []);
    assert_eq!(checks_of(&captured("2026:05:22 10:15:00", None)), []);
    assert_eq!(checks_of(&captured("2026:05:20 10:15:00", None)), [("capture_time", Severity::Refuse)]);
    assert_eq!(checks_of(&captured("2019:01:01 00:00:00", None)), [("capture_time", Severity::Refuse)]);
    assert_eq!(checks_of(&captured("2027:01:01 00:00:00", None)), [("capture_time", Severity::Advise)]);
}

#[test]
fn the_offset_from_utc_counts() {
    // The day of grace ends on 21 May at 09:30 UTC.
    assert_eq!(checks_of(&captured("2026:05:21 10:00:00", Some("+00:00"))), []);
    assert_eq!(checks_of(&captured("2026:05:21 10:00:00", Some("+02:00"))), [("capture_time", Severity::Refuse)]);
}

#[test]
fn a_photo_that_does_not_say_its_age_is_advised_to() {
    assert_eq!(checks_of(&fixture("portrait-1244x1600.jpg")), [("capture_time_missing", Severity::Advise)]);
    assert_eq!(checks_of(&captured("    :  :     :  :  ", None)), [("capture_time_missing", Severity::Advise)]);
}

/// As cameras store a portrait: rotated by 90 degrees, with an EXIF orientation.
#[test]
fn of_a_picture_that_only_has_to_be_turned_nothing_else_is_told() {
    let portrait = large_portrait();
    for (value, lying) in [
        (3, imageops::rotate180(&portrait)),
        (4, imageops::flip_vertical(&portrait)),
        (6, imageops::rotate270(&portrait)),
        (8, imageops::rotate90(&portrait)),
    ] {
        let bytes = with_inserted(&encoded(&lying), 2, &exif_orientation(value, true));
        let expected = [("orientation", Severity::Refuse), ("capture_time_missing", Severity::Advise)];
        assert_eq!(checks_of(&bytes), expected, "{value}");
    }
}

#[test]
fn a_turned_picture_that_has_the_wrong_size_either_way_is_told_so() {
    let lying = imageops::rotate270(&imageops::crop_imm(&large_portrait(), 0, 0, 1244, 1500).to_image());
    let refused = checks_of(&with_inserted(&encoded(&lying), 2, &exif_orientation(6, true)));
    assert_eq!(refused[..2], [("pixel_dimensions", Severity::Refuse), ("orientation", Severity::Refuse)]);
}

/// A program rotated the picture but left the EXIF orientation unchanged.
#[test]
fn an_upright_face_under_a_note_that_turns_it_is_measured() {
    let bytes = with_inserted(&fixture("portrait-1244x1600.jpg"), 2, &exif_orientation(6, true));
    let profile = Profile::builtin("de-tr03121").unwrap();
    assert!(checked_by(&bytes, &profile).measurements.face.eyes.is_some());
}

#[test]
fn a_place_is_advice() {
    let notes = ExifFields { captured: Some("2026:11:20 10:15:00"), location: true, ..ExifFields::default() };
    let bytes = with_exif(&fixture("portrait-1244x1600.jpg"), &notes);
    assert_eq!(checks_of(&bytes), [("location", Severity::Advise)]);
}

#[test]
fn a_thumbnail_of_the_photo_goes_without_a_word_and_one_of_another_picture_is_advice() {
    let portrait = large_portrait();
    let small = |picture: &RgbImage, width, height| {
        encoded(&imageops::resize(picture, width, height, imageops::FilterType::Triangle))
    };
    let cropped = imageops::crop_imm(&portrait, 124, 160, 995, 1280).to_image();
    let wider = imageops::crop_imm(&portrait, 0, 0, 1244, 1400).to_image();
    for (name, thumbnail, is_told) in [
        ("the photo", small(&portrait, 124, 160), false),
        ("the photo, as large as cameras write it", small(&portrait, 187, 240), false),
        ("the photo before it was cropped", small(&cropped, 124, 160), true),
        ("the photo with other sides", small(&wider, 142, 160), true),
        ("the photo upside down", small(&imageops::rotate180(&portrait), 124, 160), true),
        ("the photo, too small to be compared", small(&portrait, 31, 40), true),
    ] {
        let notes =
            ExifFields { captured: Some("2026:11:20 10:15:00"), thumbnail: Some(&thumbnail), ..ExifFields::default() };
        let bytes = with_exif(&fixture("portrait-1244x1600.jpg"), &notes);
        let expected = if is_told { vec![("thumbnail", Severity::Advise)] } else { vec![] };
        assert_eq!(checks_of(&bytes), expected, "{name}");
    }
}

#[test]
fn a_thumbnail_that_shows_nothing_is_advice() {
    let notes =
        ExifFields { captured: Some("2026:11:20 10:15:00"), thumbnail: Some(EMPTY_THUMBNAIL), ..ExifFields::default() };
    let bytes = with_exif(&fixture("portrait-1244x1600.jpg"), &notes);
    assert_eq!(checks_of(&bytes), [("thumbnail", Severity::Advise)]);
    let outcome = checked(&bytes, "de-tr03121");
    assert_eq!(outcome.findings[0].measured, "4 bytes");
}

#[test]
fn colours_other_than_srgb_are_advice() {
    let new = captured("2026:11:20 10:15:00", None);
    assert_eq!(checks_of(&with_colour_profile(&new, "sRGB IEC61966-2.1")), []);
    let bytes = with_colour_profile(&new, "Adobe RGB (1998)");
    assert_eq!(checks_of(&bytes), [("colour_profile", Severity::Advise)]);
    let outcome = checked(&bytes, "de-tr03121");
    assert_eq!(outcome.findings[0].measured, "Adobe RGB (1998)");
}
