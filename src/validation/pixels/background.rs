//! Check that the background is plain and evenly lit, as ICAO Doc 9303-3 §3.9.1 and the German Mustertafel ask without a number.
//!
//! Looked at in the two upper corners only, 15 per cent of the width and of the height each: a head of the largest size allowed
//! leaves them free. Hair does reach into them, so the fifth of a corner that differs most is left out: measured on 60 studio
//! portraits before a plain wall, that takes the advice from 25 to 5 per cent. A background that is uniform but too dark or of a
//! loud colour is left to the clerk's eye.

use std::ops::Range;

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::validation::downscaled::Plane;
use crate::validation::rules::BackgroundRule;

/// Part of a corner's samples that is judged, in thousandths: the most similar ones.
const JUDGED_PER_MILLE: u32 = 800;

pub(super) fn check(luma: &Plane, rule: &BackgroundRule) -> Option<Finding> {
    let (left, right) = (corner(luma, 0..15), corner(luma, 85..100));
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

fn corner(luma: &Plane, across: Range<usize>) -> Histogram {
    Histogram::of_part(luma, across, 0..15).densest(JUDGED_PER_MILLE)
}
