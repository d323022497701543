//! Pictures with a single defect get the finding for it and no other refusal.

use lichtbild::domain::check::finding::{Finding, Severity};

use super::checked;
use crate::support::photos::portraits::*;

fn findings(bytes: &[u8]) -> Vec<Finding> {
    checked(bytes, "icao-35x45").findings
}

fn named(findings: &[Finding], severity: Severity) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.check.name()).collect()
}

#[test]
fn a_portrait_encoded_again_is_told_nothing_about_its_pixels() {
    assert_eq!(named(&findings(&encoded(&portrait())), Severity::Advise), ["capture_time_missing", "smile"]);
}

#[test]
fn a_picture_without_colour_or_without_content_is_refused() {
    for (image, expected) in [(grey(&portrait()), "colour"), (blank(827, 1063), "blank")] {
        let findings = findings(&encoded(&image));
        assert_eq!(named(&findings, Severity::Refuse), [expected], "{findings:?}");
    }
}

#[test]
fn what_a_clerk_would_see_is_advice() {
    let portrait = portrait();
    for (name, image, expected) in [
        ("dark", exposed(&portrait, 0.2), "exposure"),
        ("bright", exposed(&portrait, 1.8), "exposure"),
        ("shelf", with_shelf_behind(&portrait), "background"),
        ("blurred a little", blurred(&portrait, 2.0), "sharpness"),
        ("blurred", blurred(&portrait, 5.0), "sharpness"),
        ("enlarged fourfold", upscaled(&portrait, 25), "upscaled"),
        ("enlarged twofold", upscaled(&portrait, 50), "upscaled"),
    ] {
        let findings = findings(&encoded(&image));
        assert_eq!(named(&findings, Severity::Refuse), [""; 0], "{name}: {findings:?}");
        assert!(named(&findings, Severity::Advise).contains(&expected), "{name}: {findings:?}");
    }
}

#[test]
fn light_and_background_do_not_spoil_each_other() {
    let portrait = portrait();
    let told = |image| named(&findings(&encoded(&image)), Severity::Advise);
    assert!(!told(exposed(&portrait, 0.85)).contains(&"exposure"));
    assert!(!told(exposed(&portrait, 1.2)).contains(&"exposure"));
    assert!(!told(with_shelf_behind(&portrait)).contains(&"exposure"));
    assert!(!told(blurred(&portrait, 5.0)).contains(&"background"));
}
