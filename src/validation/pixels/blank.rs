//! Check for a blank photo: a white page, a lens cap, a layer that was not exported.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::validation::downscaled::Plane;
use crate::validation::rules::BlankRule;

pub(super) fn check(luma: &Plane, rule: &BlankRule) -> Option<Finding> {
    let histogram = Histogram::of(luma.samples.iter().copied());
    let range = histogram.quantile(990).saturating_sub(histogram.quantile(10));
    let limit = rule.refuse_below_luma_range;
    (range < limit).then(|| Finding::refuse(Check::Blank, of_scale(range), format!(">= {}", of_scale(limit))))
}

/// A difference of luma as share of the whole scale.
fn of_scale(luma: u8) -> Quantity {
    Quantity::tenths(f64::from(luma) * 100.0 / 255.0, Unit::Percent)
}
