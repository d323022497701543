//! The closer look of the studio and the desk: background and crown from a person mask, in addition to the findings of the
//! gateway.

use lichtbild::domain::check::finding::{Finding, MadeAt, Severity};
use lichtbild::domain::check::{Check, FindingDetail};
use lichtbild::validation::close_check::check_photo_closely;
use lichtbild::validation::{CheckOutcome, Profile, check_photo};

use super::ORDINARY;
use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::encoded;
use crate::support::photos::variants::{AS_IS, Transform, large_portrait, transformed, variants, with_poster};
use crate::validation::NOW;

fn closely(bytes: &[u8], made_at: MadeAt) -> CheckOutcome {
    check_photo_closely(bytes, &Profile::builtin("de-tr03121").unwrap(), ORDINARY, NOW, made_at)
}

fn of_mask(outcome: &CheckOutcome) -> Vec<&Finding> {
    outcome.findings.iter().filter(|finding| finding.made_at.is_some()).collect()
}

#[test]
fn the_gateways_findings_are_the_same_in_studio_and_at_the_desk() {
    let profile = Profile::builtin("de-tr03121").unwrap();
    let portrait = fixture("portrait-1244x1600.jpg");
    let poster = encoded(&with_poster(&large_portrait()));
    let variants = variants().iter().map(|variant| (variant.name, &variant.bytes));
    for (name, bytes) in variants.chain([("the portrait", &portrait), ("a poster", &poster)]) {
        let gateway = check_photo(bytes, &profile, ORDINARY, NOW);
        for made_at in [MadeAt::Studio, MadeAt::Desk] {
            let mut closer = closely(bytes, made_at);
            for finding in of_mask(&closer) {
                assert_eq!((finding.made_at, finding.severity), (Some(made_at), Severity::Advise), "{name}");
                assert!(gateway.findings.iter().all(|told| told.check != finding.check), "{name}: told twice");
            }
            closer.findings.retain(|finding| finding.made_at.is_none());
            closer.measurements.face.crown = None;
            assert_eq!(closer, gateway, "{name}");
        }
    }
}

#[test]
fn a_poster_beside_the_head_is_told_where_the_corners_are_plain() {
    assert_eq!(of_mask(&closely(&fixture("portrait-1244x1600.jpg"), MadeAt::Studio)), Vec::<&Finding>::new());
    let outcome = closely(&encoded(&with_poster(&large_portrait())), MadeAt::Desk);
    let told: Vec<_> = of_mask(&outcome).iter().map(|finding| (finding.check, finding.detail)).collect();
    assert_eq!(told, [(Check::Background, Some(FindingDetail::BackgroundVaries))], "{:?}", outcome.findings);
}

#[test]
fn the_crown_is_found_and_a_head_that_is_cut_off_is_told() {
    let crown = closely(&fixture("portrait-1244x1600.jpg"), MadeAt::Studio).measurements.face.crown.unwrap();
    // Measured by eye: 112 pixels from the upper edge.
    assert!((crown - 112.0).abs() < 24.0, "{crown}");
    // The border repeats above a head that is shifted up, as hair would continue.
    let cut = transformed(&large_portrait(), Transform { scale: 1.15, shift: (0.0, -0.13), ..AS_IS });
    let outcome = closely(&encoded(&cut), MadeAt::Studio);
    let told: Vec<_> = of_mask(&outcome).iter().map(|finding| (finding.check, finding.detail)).collect();
    assert!(told.contains(&(Check::HeadSize, Some(FindingDetail::HeadCutOff))), "{:?}", outcome);
}
