//! Check that the background is plain and evenly lit. ICAO Doc 9303-3 §3.9.1 and the German Mustertafel require it without a
//! number.
//!
//! Only the two upper corners are checked, in triangles with sides of 15 % of the width and of the height: a head of the maximum
//! size leaves them free. Hair sometimes reaches into them, so the fifth of a corner that differs most is ignored; of 60 studio
//! portraits with a plain wall, one gets advice. A uniform background that is too dark or has a strong colour is left to the
//! clerk, and the area beside the head to the person mask of the studio and the desk.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::validation::downscaled::Plane;
use crate::validation::rules::BackgroundRule;

/// Share of a corner's samples that is checked, in thousandths: the most similar ones.
const JUDGED_PER_MILLE: u32 = 800;
/// Sides of a corner as share of the photo's width and height, in per cent.
const SIDE_PERCENT: usize = 15;

pub(super) fn check(luma: &Plane, rule: &BackgroundRule) -> Option<Finding> {
    let (left, right) = (corner(luma, false), corner(luma, true));
    let deviation = left.standard_deviation().max(right.standard_deviation());
    let difference = (left.mean() - right.mean()).abs();
    let of_scale = |luma: f64| Quantity::tenths(luma * 100.0 / 255.0, Unit::Percent);
    let pairs = [(deviation, rule.advise_max_deviation), (difference, rule.advise_max_difference)];
    let mut pairs = pairs.map(|(measured, limit)| (of_scale(measured), of_scale(limit))).into_iter();
    let (measured, limit) = pairs.find(|(measured, limit)| measured.exceeds(*limit))?;
    Some(Finding::advise(Check::Background, measured, format!("<= {limit}")))
}

/// The samples above the diagonal of a corner.
fn corner(luma: &Plane, on_the_right: bool) -> Histogram {
    let (across, down) = ((luma.width * SIDE_PERCENT).div_ceil(100), (luma.height * SIDE_PERCENT).div_ceil(100));
    let rows = luma.samples.chunks_exact(luma.width.max(1)).take(down).enumerate();
    let samples = rows.flat_map(|(y, row)| {
        // For the centres of samples: (x + ½) / across + (y + ½) / down < 1.
        let inside = move |x: &usize| (2 * x + 1) * down + (2 * y + 1) * across < 2 * across * down;
        (0..across).filter(inside).map(move |x| row[if on_the_right { row.len() - 1 - x } else { x }])
    });
    Histogram::of(samples).densest(JUDGED_PER_MILLE)
}
