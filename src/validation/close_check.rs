//! The closer look of the studio program and the desk: measurements that are too expensive for a deposit.
//!
//! ```text
//! check_photo --> findings of the gateway, the same everywhere --------------------------+--> findings
//!      +--> planes, place of the head --> person mask --> crown, background, shadow ------+    (the latter with `made_at`)
//! ```
//! All findings are advice. A check that the gateway has reported is not reported again.

use super::downscaled::DownscaledPhoto;
use super::face::{FaceLimits, HeadExtent};
use super::judge::{CheckOutcome, PhotoExamination, examine};
use super::person::{Crown, HeadPlace, PersonMask};
use super::profile::Profile;
use crate::clock::Timestamp;
use crate::domain::check::finding::{Finding, MadeAt, Severity};
use crate::domain::check::quantity::Quantity;
use crate::domain::check::{Check, FindingDetail};
use crate::domain::photo::declaration::{Declaration, Subject};

/// Maximum share of the background that deviates from its median. Studio portraits: at most 0.08.
const MAX_DEVIATING: f64 = 0.12;
/// Maximum relative darkness of the wall beside the head. Studio portraits: at most 0.081.
const MAX_SHADOW: f64 = 0.10;
/// Height of the head outside the limit that gives no finding, as share of the limit. The crown is measured to 2 % of the head,
/// hair included.
const HEAD_BAND: f64 = 0.05;
/// Height of the crown above the photo, as share of the photo's height, from which the head counts as cut off. The proportions of
/// the face give the crown; the error of chin and pupils is about as large.
const CROWN_ERROR: f64 = 0.03;
/// Pixels per sample along each side.
const PIXELS_PER_SAMPLE: f64 = 8.0;

/// Checks the photo as `check_photo` does, and additionally the background and the crown with a person mask. Never panics;
/// allocates less than 6 MiB more, plus 1 MiB at the first call in a process, which stays allocated.
pub fn check_photo_closely(
    bytes: &[u8],
    profile: &Profile,
    declaration: Declaration,
    now: Timestamp,
    made_at: MadeAt,
) -> CheckOutcome {
    let PhotoExamination { mut outcome, analysis, head } = examine(bytes, profile, declaration, now);
    // The person in a picture of the wrong size is checked after the crop.
    let wrong_size = |finding: &Finding| {
        finding.severity == Severity::Refuse && matches!(finding.check, Check::PixelDimensions | Check::AspectRatio)
    };
    if outcome.findings.iter().any(wrong_size) {
        return outcome;
    }
    let (Some(photo), Some(frame), Some(head)) = (&analysis.downscaled, &analysis.header.frame, head) else {
        return outcome;
    };
    let Some(mask) = PersonMask::find(photo) else { return outcome };
    let place = HeadPlace { columns: head.left..head.right, eyes: head.eyes, chin: head.chin };
    let crown = mask.crown(&place);
    if let Some(Crown::At(row)) = crown {
        outcome.measurements.face.crown = Some((row * PIXELS_PER_SAMPLE * 10.0).round() / 10.0);
    }
    let photo_height = f64::from(frame.height);
    let limits = profile.face.as_ref();
    let closer = [
        limits.and_then(|limits| check_head(&head, crown?, limits, declaration.subject, photo_height)),
        profile.background.and_then(|_| check_background(&mask, photo, &place)),
    ];
    for finding in closer.into_iter().flatten() {
        if !outcome.findings.iter().any(|told| told.check == finding.check) {
            outcome.findings.push(Finding { made_at: Some(made_at), ..finding });
        }
    }
    outcome
}

/// Height of the head from the chin to the visible crown.
fn check_head(
    head: &HeadExtent,
    crown: Crown,
    limits: &FaceLimits,
    subject: Subject,
    photo_height: f64,
) -> Option<Finding> {
    let of_height = |samples: f64| samples * PIXELS_PER_SAMPLE / photo_height;
    let limit = limits.head_height_for(subject, photo_height)?;
    let told = |measured: f64, limit: String, detail: FindingDetail| {
        Some(Finding::advise(Check::HeadSize, Quantity::percent(measured), limit).with_detail(Some(detail)))
    };
    // The crown under hair and hat, from the proportions of the face.
    let estimate = 2.0 * head.eyes - head.chin;
    match crown {
        Crown::At(crown) => {
            let height = of_height(head.chin - crown);
            // Hair and hats add to the height of a head, so a head is too tall only if it exceeds the limit without them.
            let is_tall_without = of_height(head.chin - estimate) > limit.max;
            if height < limit.min * (1.0 - HEAD_BAND) {
                told(height, limit.to_string(), FindingDetail::HeadTooShort)
            } else if height > limit.max * (1.0 + HEAD_BAND) && is_tall_without {
                told(height, limit.to_string(), FindingDetail::HeadTooTall)
            } else {
                None
            }
        }
        // Hair at the edge is common in good portraits; a skull that exceeds the edge by its proportions is cut off.
        Crown::CutOff if of_height(estimate) < -CROWN_ERROR => {
            told(of_height(estimate), ">= 0 %".to_owned(), FindingDetail::HeadCutOff)
        }
        Crown::CutOff => None,
    }
}

/// Checks the whole background above the chin, and for a shadow only if the background is otherwise plain.
fn check_background(mask: &PersonMask, photo: &DownscaledPhoto, head: &HeadPlace) -> Option<Finding> {
    let background = mask.background(photo, head)?;
    let told = |measured: f64, limit: f64, detail: FindingDetail| {
        let [measured, limit] = [measured, limit].map(Quantity::percent);
        let found =
            measured.exceeds(limit).then(|| Finding::advise(Check::Background, measured, format!("<= {limit}")));
        found.map(|found| found.with_detail(Some(detail)))
    };
    let varies = told(background.deviating, MAX_DEVIATING, FindingDetail::BackgroundVaries);
    varies.or_else(|| told(background.shadow?, MAX_SHADOW, FindingDetail::ShadowOnBackground))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::face::RatioRange;

    /// Finding detail for a head in a photo of 200 rows, by the rows of its crown, eyes and chin.
    fn told(crown: Crown, eyes: f64, chin: f64) -> Option<FindingDetail> {
        let limits = FaceLimits { head_height: Some(RatioRange { min: 0.60, max: 0.90 }), ..FaceLimits::default() };
        let head = HeadExtent { left: 40.0, right: 110.0, top: eyes - 30.0, eyes, chin };
        check_head(&head, crown, &limits, Subject::Adult, 1600.0)?.detail
    }

    #[test]
    fn a_head_is_measured_from_the_chin_to_the_crown() {
        assert_eq!(told(Crown::At(30.0), 95.0, 160.0), None);
        assert_eq!(told(Crown::At(60.0), 115.0, 170.0), Some(FindingDetail::HeadTooShort));
        assert_eq!(told(Crown::At(0.5), 97.0, 195.0), Some(FindingDetail::HeadTooTall));
    }

    #[test]
    fn a_hat_makes_no_head_too_tall() {
        // The proportions of the face give a crown at row 35.
        assert_eq!(told(Crown::At(0.5), 115.0, 195.0), None);
    }

    #[test]
    fn hair_at_the_edge_is_no_head_that_is_cut_off() {
        assert_eq!(told(Crown::CutOff, 85.0, 165.0), None);
        assert_eq!(told(Crown::CutOff, 70.0, 165.0), Some(FindingDetail::HeadCutOff));
    }
}
