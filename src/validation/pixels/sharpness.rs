//! Check that the photo has as much detail as its size in pixels suggests, by the coefficients of its blocks.
//!
//! JPEG stores a block of 8 x 8 pixels as 64 patterns from coarse to fine (T.81, figure A.6); patterns that are nearly absent
//! become zeros. A sharp eye, hair and sensor noise have fine patterns; a lens out of focus, smoothing and enlarging remove them.
//! This measure cannot distinguish enlarging from blurring, because a picture that is blurred everywhere contains no more detail
//! than a smaller one. Only the advice differs: a face without detail is out of focus, and a picture without any detail, even in
//! hair, cloth or noise, was probably enlarged.
//!
//! The size of the quantisation steps decides which detail counts as absent. The rules therefore apply to a range of qualities.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::Quantity;
use crate::validation::downscaled::Plane;
use crate::validation::rules::SharpnessRule;

/// Uses the tenth of the blocks with the finest detail in the middle.
pub(super) fn check_focus(detail: &Plane, quality: u8, rule: &SharpnessRule) -> Option<Finding> {
    rule.advise(Check::Sharpness, quality, Histogram::of_middle(detail).quantile(900))
}

/// Uses the hundredth of the blocks with the finest detail in the whole picture.
pub(super) fn check_upscaling(detail: &Plane, quality: u8, rule: &SharpnessRule) -> Option<Finding> {
    rule.advise(Check::Upscaled, quality, Histogram::of(detail.samples.iter().copied()).quantile(990))
}

impl SharpnessRule {
    fn advise(&self, check: Check, quality: u8, measured: u8) -> Option<Finding> {
        let applies = (self.from_quality..=self.to_quality).contains(&quality);
        let limit = self.advise_min_detail;
        (applies && measured < limit)
            .then(|| Finding::advise(check, of_finest(measured), format!(">= {}", of_finest(limit))))
    }
}

/// Detail as share of the finest that a block can contain.
fn of_finest(place: u8) -> Quantity {
    Quantity::percent(f64::from(place) / 63.0)
}
