//! What a file says about itself: when, where, in which colours and how large.

use lichtbild::domain::finding::{Finding, Severity};
use lichtbild::domain::subject::Declaration;
use lichtbild::validation::{Profile, examine};

use super::NOW;
use crate::support::jpeg::fixture;
use crate::support::portraits::*;

fn told(bytes: &[u8]) -> Vec<(&'static str, Severity)> {
    let examination = examine(bytes, &Profile::builtin("de-tr03121").unwrap(), Declaration::default(), NOW);
    examination.findings.iter().map(|Finding { check, severity, .. }| (check.name(), *severity)).collect()
}

fn captured(text: &str, offset: Option<&str>) -> Vec<u8> {
    with_exif(&fixture("portrait-1244x1600.jpg"), &ExifNotes { captured: Some(text), offset, ..ExifNotes::default() })
}

#[test]
fn an_old_photo_is_refused_and_a_new_one_passes() {
    assert_eq!(told(&captured("2026:11:20 10:15:00", Some("+01:00"))), []);
    assert_eq!(told(&captured("2026:05:22 10:15:00", None)), []);
    assert_eq!(told(&captured("2026:05:20 10:15:00", None)), [("capture_time", Severity::Refuse)]);
    assert_eq!(told(&captured("2019:01:01 00:00:00", None)), [("capture_time", Severity::Refuse)]);
    assert_eq!(told(&captured("2027:01:01 00:00:00", None)), [("capture_time", Severity::Advise)]);
}

#[test]
fn the_offset_from_utc_counts() {
    // The day of grace ends on 21 May at half past nine, UTC.
    assert_eq!(told(&captured("2026:05:21 10:00:00", Some("+00:00"))), []);
    assert_eq!(told(&captured("2026:05:21 10:00:00", Some("+02:00"))), [("capture_time", Severity::Refuse)]);
}

#[test]
fn a_photo_that_does_not_say_its_age_is_advised_to() {
    assert_eq!(told(&fixture("portrait-1244x1600.jpg")), [("capture_time_missing", Severity::Advise)]);
    assert_eq!(told(&captured("    :  :     :  :  ", None)), [("capture_time_missing", Severity::Advise)]);
}

#[test]
fn a_place_is_advice() {
    let notes = ExifNotes { captured: Some("2026:11:20 10:15:00"), location: true, ..ExifNotes::default() };
    let bytes = with_exif(&fixture("portrait-1244x1600.jpg"), &notes);
    assert_eq!(told(&bytes), [("location", Severity::Advise)]);
}

#[test]
fn colours_other_than_srgb_are_advice() {
    let new = captured("2026:11:20 10:15:00", None);
    assert_eq!(told(&with_colour_profile(&new, "sRGB IEC61966-2.1")), []);
    let bytes = with_colour_profile(&new, "Adobe RGB (1998)");
    assert_eq!(told(&bytes), [("colour_profile", Severity::Advise)]);
    let examination = examine(&bytes, &Profile::builtin("de-tr03121").unwrap(), Declaration::default(), NOW);
    assert_eq!(examination.findings[0].measured, "ICC Adobe RGB (1998)");
}
