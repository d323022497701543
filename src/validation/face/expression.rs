//! Check that the mouth is closed and does not smile. Nothing else is derived from a face: emotions are neither named nor stored.
//!
//! Measured between points of the mesh, as shares of the distance of the eyes. The two limits separate 60 studio portraits with a
//! closed mouth from 218 official portraits that show teeth (`docs/judge.md`). Children under six need not keep their mouths
//! closed (Fotomustertafel) and get no finding.

use super::landmarks::Landmarks;
use super::rounding::thousandth;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::Quantity;
use crate::domain::check::{Check, FindingDetail};

/// Maximum mean gap between the lips of a closed mouth. Closed mouths: at most 0.063; visible teeth: at least 0.095 for 19 of 20.
const MAX_GAP: f64 = 0.08;
/// Maximum width of a mouth with its raised corners that does not smile. Relaxed closed mouths: at most 0.86; visible teeth: at
/// least 0.98 for 19 of 20.
const MAX_SMILE: f64 = 0.95;

/// Inner edges of the upper and the lower lip, in the middle and half-way to each corner.
const LIPS: [(usize, usize); 3] = [(13, 14), (82, 87), (312, 317)];
const CORNERS: [usize; 2] = [61, 291];

/// Checks the mouth.
pub(super) fn check(landmarks: &Landmarks) -> Option<Finding> {
    let (gap, smile) = measure(landmarks)?;
    let [gap, max_gap, smile, max_smile] = [gap, MAX_GAP, smile, MAX_SMILE].map(Quantity::percent);
    let is_open = gap.exceeds(max_gap);
    if smile.exceeds(max_smile) {
        let found = Finding::advise(Check::Smile, smile, format!("<= {max_smile}"));
        return Some(found.with_detail(is_open.then_some(FindingDetail::SmileWithTeeth)));
    }
    is_open.then(|| Finding::advise(Check::MouthOpen, gap, format!("<= {max_gap}")))
}

/// Gap between the lips, and width of the mouth plus the rise of its corners above the middle of the lips.
fn measure(landmarks: &Landmarks) -> Option<(f64, f64)> {
    let ([left, right], distance) = landmarks.lids();
    // Unit vectors from one eye to the other, and from the forehead to the chin.
    let across = ((right.0 - left.0) / distance, (right.1 - left.1) / distance);
    let height_of = |index: usize| {
        let (x, y) = landmarks.point(index);
        across.0 * y - across.1 * x
    };
    let between = |a: usize, b: usize| {
        let (a, b) = (landmarks.point(a), landmarks.point(b));
        (a.0 - b.0).hypot(a.1 - b.1)
    };
    let gap = LIPS.iter().map(|(upper, lower)| between(*upper, *lower)).sum::<f32>() / LIPS.len() as f32;
    let (upper, lower) = LIPS[0];
    let middle = f32::midpoint(height_of(upper), height_of(lower));
    let lift = middle - f32::midpoint(height_of(CORNERS[0]), height_of(CORNERS[1]));
    let width = between(CORNERS[0], CORNERS[1]);
    let share = |samples: f32| thousandth(f64::from(samples / distance));
    (distance > 0.0).then(|| (share(gap), share(width + lift)))
}
