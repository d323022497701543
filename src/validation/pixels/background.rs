//! Check that the background is plain and evenly lit, as ICAO Doc 9303-3 §3.9.1 and the German Mustertafel ask without a number.
//!
//! Looked at in the two upper corners only, in triangles with sides of 15 per cent of the width and of the height: a head of the
//! largest size allowed leaves them free. Hair does reach into them at times, so the fifth of a corner that differs most is left out:
//! measured on 60 studio portraits before a plain wall, one of them is advised against. A background that is uniform but too dark or of
//! a loud colour is left to the clerk's eye, and what is beside the head to the person mask of the studio and the desk.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::validation::downscaled::Plane;
use crate::validation::rules::BackgroundRule;

/// Part of a corner's samples that is judged, in thousandths: the most similar ones.
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

/// The samples above the line between the ends of both sides.
fn corner(luma: &Plane, on_the_right: bool) -> Histogram {
    let (across, down) = ((luma.width * SIDE_PERCENT).div_ceil(100), (luma.height * SIDE_PERCENT).div_ceil(100));
    let rows = luma.samples.chunks_exact(luma.width.max(1)).take(down).enumerate();
    let samples = rows.flat_map(|(y, row)| {
        // Middles of samples: (x + ½) / across + (y + ½) / down < 1.
        let inside = move |x: &usize| (2 * x + 1) * down + (2 * y + 1) * across < 2 * across * down;
        (0..across).filter(inside).map(move |x| row[if on_the_right { row.len() - 1 - x } else { x }])
    });
    Histogram::of(samples).densest(JUDGED_PER_MILLE)
}
