//! Photos of a face: one that is clearly outside the limits is refused, unless the studio declares an exception for the person.

mod appearance;
mod closer_look;
mod people;

use lichtbild::domain::check::FindingDetail;
use lichtbild::domain::check::finding::{Finding, Severity, Verdict};
use lichtbild::domain::photo::declaration::{Declaration, Exception, Subject};
use lichtbild::validation::{CheckOutcome, Profile, check_photo};

use super::NOW;
use crate::support::photos::hostile::hostile_photos;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::encoded;
use crate::support::photos::variants::{AS_IS, Transform, large_portrait, transformed, variant, variants};

const ORDINARY: Declaration = Declaration { subject: Subject::Adult, exception: Exception::None };
const UNDER_10: Declaration = Declaration { subject: Subject::Under10, ..ORDINARY };
const UNDER_6: Declaration = Declaration { subject: Subject::Under6, ..ORDINARY };
const MEDICAL: Declaration = Declaration { exception: Exception::Medical, ..ORDINARY };
const RELIGIOUS: Declaration = Declaration { exception: Exception::Religious, ..ORDINARY };

fn examined(bytes: &[u8], declaration: Declaration) -> CheckOutcome {
    check_photo(bytes, &Profile::builtin("de-tr03121").unwrap(), declaration, NOW)
}

fn named(findings: &[Finding], severity: Severity) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.check.name()).collect()
}

#[test]
fn every_variant_is_told_what_is_wrong_with_it_and_refused_for_nothing_else() {
    let mut wrong = vec![];
    for variant in variants() {
        let CheckOutcome { findings, .. } = examined(&variant.bytes, ORDINARY);
        let (refusing, advice) = (named(&findings, Severity::Refuse), named(&findings, Severity::Advise));
        if refusing != variant.refused_by || !variant.advised_by.iter().all(|check| advice.contains(check)) {
            wrong.push(format!("{}: {findings:?}", variant.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// After a crop all other findings about the person could change.
#[test]
fn of_a_person_in_a_picture_of_the_wrong_size_nothing_is_said() {
    let wide = image::imageops::resize(&large_portrait(), 1300, 1600, image::imageops::FilterType::Triangle);
    let shifted = transformed(&wide, Transform { shift: (0.3, 0.1), ..AS_IS });
    for (name, picture) in [("as it is", &wide), ("off the middle", &shifted)] {
        let outcome = examined(&encoded(picture), ORDINARY);
        assert_eq!(named(&outcome.findings, Severity::Refuse), ["pixel_dimensions"], "{name}");
        assert!(
            !outcome.findings.iter().any(|finding| finding.check.is_about_face()),
            "{name}: {:?}",
            outcome.findings
        );
        assert!(outcome.measurements.face.eyes.is_some(), "{name}: what was measured is still shown");
    }
    // Cropping cannot help if there is no face.
    let empty = image::RgbImage::from_fn(1300, 1600, |x, y| image::Rgb([(x / 6) as u8, (y / 7) as u8, 90]));
    let refused = named(&examined(&encoded(&empty), ORDINARY).findings, Severity::Refuse);
    assert!(refused.contains(&"face_missing"), "{refused:?}");
}

/// A landscape picture that has the right size after a rotation gets the advice to rotate it, unless the person in it is upright.
#[test]
fn a_picture_that_lies_is_to_be_turned_and_not_cropped() {
    let lying = image::imageops::rotate90(&landscape_picture());
    let findings = examined(&encoded(&lying), ORDINARY).findings;
    let size = findings.iter().find(|finding| finding.check.name() == "pixel_dimensions").unwrap();
    assert_eq!(size.detail, Some(FindingDetail::Landscape), "{findings:?}");
    let upright = transformed(&large_portrait(), Transform { scale: 0.6, ..AS_IS });
    let upright = image::imageops::resize(&upright, 1600, 1244, image::imageops::FilterType::Triangle);
    let findings = examined(&encoded(&upright), ORDINARY).findings;
    let size = findings.iter().find(|finding| finding.check.name() == "pixel_dimensions").unwrap();
    assert_eq!(size.detail, None, "{findings:?}");
}

fn landscape_picture() -> image::RgbImage {
    image::load_from_memory(&variant("a landscape").bytes).unwrap().to_rgb8()
}

#[test]
fn a_mirrored_portrait_is_as_good_as_the_other_way_round() {
    let findings = examined(&variant("mirrored").bytes, ORDINARY).findings;
    assert_eq!(
        findings.iter().map(|finding| finding.check.name()).collect::<Vec<_>>(),
        ["capture_time_missing", "smile"]
    );
}

#[test]
fn portraits_are_measured_as_they_are_noted() {
    // The distances are those in `fixtures/README.md`; the head is tilted by about 3 degrees.
    for (file, recorded, profile) in [
        ("portrait-1244x1600.jpg", 318.0, "de-tr03121"),
        ("portrait-1244x1600.jpg", 318.0, "icao-35x45"),
        ("portrait-827x1063.jpg", 211.0, "icao-35x45"),
        ("portrait-413x531.jpg", 106.0, "icao-35x45"),
    ] {
        let outcome = check_photo(&fixture(file), &Profile::builtin(profile).unwrap(), ORDINARY, NOW);
        assert_eq!(outcome.verdict, Verdict::Accepted, "{file}: {:?}", outcome.findings);
        let face = outcome.measurements.face;
        let (distance, roll) = (face.inter_eye_distance_px.unwrap(), face.roll_degrees.unwrap());
        assert!((distance / recorded - 1.0_f64).abs() < 0.03, "{file}: {distance} px, noted {recorded} px");
        assert!((roll - 3.2).abs() < 3.0, "{file}: {roll} degrees");
    }
}

#[test]
fn an_exception_turns_every_refusal_over_a_face_into_advice() {
    for variant in variants() {
        let ordinary = examined(&variant.bytes, ORDINARY);
        for declaration in [MEDICAL, RELIGIOUS] {
            let excused = examined(&variant.bytes, declaration);
            let by_face = |finding: &&Finding| finding.check.is_about_face();
            let others = |outcome: &CheckOutcome| {
                outcome.findings.iter().filter(|finding| !by_face(finding)).cloned().collect::<Vec<_>>()
            };
            assert_eq!(others(&excused), others(&ordinary), "{}", variant.name);
            let (told, excused) = (ordinary.findings.iter().filter(by_face), excused.findings.iter().filter(by_face));
            let excused: Vec<_> = excused.cloned().collect();
            let mut expected: Vec<_> = told.cloned().collect();
            expected.iter_mut().for_each(|finding| finding.severity = Severity::Advise);
            // The same findings, but refusals are no longer sorted first.
            assert_eq!(excused.len(), expected.len(), "{}", variant.name);
            assert!(excused.iter().all(|finding| expected.contains(finding)), "{}: {excused:?}", variant.name);
        }
    }
}

#[test]
fn a_small_child_may_look_anywhere_but_not_be_two() {
    for (name, expected) in [
        ("turned by 20 degrees", Verdict::Accepted),
        ("to the left", Verdict::Accepted),
        ("down", Verdict::Accepted),
        ("no face", Verdict::Accepted),
        ("too small", Verdict::Accepted),
        ("two faces", Verdict::Refused),
        ("blank", Verdict::Refused),
    ] {
        assert_eq!(examined(&variant(name).bytes, UNDER_6).verdict, expected, "{name}");
    }
}

#[test]
fn a_child_under_ten_may_be_small_and_low_but_not_askew() {
    for (name, expected) in [
        ("down", Verdict::Accepted),
        ("no face", Verdict::Accepted),
        ("too small", Verdict::Accepted),
        ("turned by 12 degrees", Verdict::Refused),
        ("to the right", Verdict::Refused),
        ("two faces", Verdict::Refused),
    ] {
        assert_eq!(examined(&variant(name).bytes, UNDER_10).verdict, expected, "{name}");
    }
}

#[test]
fn a_childs_face_may_be_smaller_down_to_a_limit_of_its_own() {
    let portrait = large_portrait();
    let scaled = |scale| encoded(&transformed(&portrait, Transform { scale, ..AS_IS }));
    // 318 px between the pupils, times 0.72, 0.6 and 0.45; a child needs 206 px, with a minimum of 159 px.
    for (scale, refused, advised) in [(0.72, false, false), (0.6, false, true), (0.45, true, false)] {
        let bytes = scaled(scale);
        for declaration in [UNDER_10, UNDER_6] {
            let findings = examined(&bytes, declaration).findings;
            let has = |severity| named(&findings, severity).contains(&"inter_eye_distance");
            assert_eq!((has(Severity::Refuse), has(Severity::Advise)), (refused, advised), "{scale}: {findings:?}");
        }
    }
}

#[test]
fn no_declaration_softens_what_is_wrong_with_a_file() {
    for photo in hostile_photos() {
        let profile = Profile::builtin(photo.profile).unwrap();
        let about_the_file = |declaration| {
            let mut findings = check_photo(&photo.bytes, &profile, declaration, NOW).findings;
            findings.retain(|finding| !finding.check.is_about_face());
            findings
        };
        let ordinary = about_the_file(ORDINARY);
        assert!(ordinary.iter().any(|finding| finding.severity == Severity::Refuse), "{}", photo.name);
        let most = Declaration { subject: Subject::Under6, exception: Exception::Medical };
        assert_eq!(about_the_file(most), ordinary, "{}", photo.name);
    }
}
