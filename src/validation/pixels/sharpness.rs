//! Check that the photo has the detail that its pixels promise, by the coefficients of its blocks.
//!
//! A block of 8 x 8 pixels is stored as 64 patterns from coarse to fine (T.81, figure A.6), those that are nearly absent as zeros.
//! A sharp eye, hair and the noise of a sensor fill the fine ones; a lens out of focus, smoothing and enlarging leave them empty.
//! Enlarging and blurring look alike to this measure, as they must: a picture that was blurred throughout holds no more
//! than a smaller one. What differs is the advice: a face without detail is a matter of focus, and a picture in which
//! nothing at all has any, be it hair, cloth or noise, was most likely enlarged.
//!
//! The size of the quantization steps decides which detail counts as absent. The rules therefore hold within a range of qualities.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::Quantity;
use crate::validation::downscaled::Plane;
use crate::validation::rules::SharpnessRule;

/// Of the middle, the tenth of the blocks with the finest detail.
pub(super) fn check_focus(detail: &Plane, quality: u8, rule: &SharpnessRule) -> Option<Finding> {
    rule.advise(Check::Sharpness, quality, Histogram::of_middle(detail).quantile(900))
}

/// Of the whole picture, the hundredth of the blocks with the finest detail.
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

/// Detail as share of the finest that a block can hold.
fn of_finest(place: u8) -> Quantity {
    Quantity::percent(f64::from(place) / 63.0)
}
