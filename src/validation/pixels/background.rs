//! Whether the background is plain and evenly lit, as ICAO Doc 9303-3 §3.9.1 and the German Mustertafel ask without a number.
//!
//! Looked at in the two upper corners only, 15 per cent of the width and of the height each: a head of the largest size allowed
//! leaves them free, big hair included, and whatever reaches into them is worth a look. A background that is uniform but too
//! dark or of a loud colour is left to the clerk's eye.

use super::region::Histogram;
use crate::domain::check::Check;
use crate::domain::finding::Finding;
use crate::validation::rules::BackgroundRule;
use crate::validation::small_picture::Plane;

pub(super) fn examine(luma: &Plane, rule: &BackgroundRule) -> Option<Finding> {
    let (left, right) = (Histogram::of_part(luma, 0..15, 0..15), Histogram::of_part(luma, 85..100, 0..15));
    let deviation = left.standard_deviation().max(right.standard_deviation());
    let difference = (left.mean() - right.mean()).abs();
    let advise = |measured: String, limit: String| Some(Finding::advise(Check::Background, measured, limit));
    if deviation > rule.advise_max_deviation {
        return advise(format!("Y ± {deviation:.1}"), format!("Y ± {}", rule.advise_max_deviation));
    }
    if difference > rule.advise_max_difference {
        return advise(format!("Y | {difference:.1} |"), format!("Y | {} |", rule.advise_max_difference));
    }
    None
}
