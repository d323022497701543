//! Measures how far the background deviates from a plain one, and the shadow of the head on it.
//!
//! Only the part above the chin is measured, where every photo shows background; shoulders and hair are below. The person is
//! widened first, because the mask misses single strands of hair. All limits come from 60 studio portraits with a plain wall and
//! the same portraits with a soft shadow drawn beside the head; `docs/judge.md` has the figures.

use super::head::HeadPlace;
use super::mask::PersonMask;
use crate::validation::downscaled::DownscaledPhoto;

/// Samples below this probability (in 255ths) are background: a tenth.
const BACKGROUND: u8 = 26;
/// Margin by which the person is widened, as share of the plane's width. Twice as much leaves too little background beside full
/// hair.
const MARGIN: f64 = 0.04;
/// Distance from the person within which background is beside the head, as share of the plane's width.
const BESIDE: f64 = 0.12;
/// Minimum share of the plane, in thousandths, that must be background, and minimum share beside the head on one side.
const MIN_BACKGROUND: usize = 20;
const MIN_BESIDE: usize = 2;
/// Minimum luma difference to the median of a deviating sample, in 255ths.
const MAX_LUMA_DIFFERENCE: u8 = 25;
/// Minimum distance to the median of a deviating sample in the plane of both colour differences.
const MAX_COLOUR_DISTANCE: f64 = 12.0;
/// Minimum luma of a background on which a clerk can see a shadow. On a dark wall every gradient is a large share of little
/// light, so half of the official portraits with a plain dark wall would be reported.
const MIN_REFERENCE: u8 = 100;

/// Measurements of the background.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BackgroundMeasurements {
    /// Share of the background that clearly differs from its median in brightness or colour, rounded to thousandths; 0 for a
    /// plain one.
    pub deviating: f64,
    /// Relative darkness of the background beside the head, on the darker side, compared with the brighter parts of the
    /// background: 0 without a shadow, 0.2 for a fifth darker. `None` if the background is dark or none of it is beside the head.
    pub shadow: Option<f64>,
}

impl PersonMask {
    /// Measures the background above the chin. `None` if too little of it is visible, or if `photo` does not belong to the mask.
    pub fn background(&self, photo: &DownscaledPhoto, head: &HeadPlace) -> Option<BackgroundMeasurements> {
        let (width, total) = (self.plane.width, self.plane.samples.len());
        if [&photo.luma, &photo.blue, &photo.red].iter().any(|plane| plane.samples.len() != total) {
            return None;
        }
        let rows = head.rows_within(self.plane.height);
        let person: Vec<bool> = self.plane.samples.iter().map(|level| *level >= BACKGROUND).collect();
        let covered = widened(&person, width, MARGIN);
        let background: Vec<usize> = (0..rows.end * width).filter(|place| !covered[*place]).collect();
        if background.len() * 1000 < total * MIN_BACKGROUND {
            return None;
        }
        let near = widened(&person, width, BESIDE);
        let beside = background.iter().copied().filter(|place| near[*place] && place / width >= rows.start);
        let middle = (head.columns.start + head.columns.end) / 2.0;
        let (left, right): (Vec<usize>, Vec<usize>) = beside.partition(|place| ((place % width) as f64) < middle);
        let luma = &photo.luma.samples;
        // The 80 % quantile, because a shadow would lower a mean.
        let reference = quantile(luma, &background, 0.8).filter(|reference| *reference >= MIN_REFERENCE);
        let sides = [left, right].into_iter().filter(|side| side.len() * 1000 >= total * MIN_BESIDE);
        let darkest = sides.filter_map(|side| quantile(luma, &side, 0.5)).min();
        let shadow = reference.zip(darkest).map(|(reference, darkest)| 1.0 - f64::from(darkest) / f64::from(reference));
        Some(BackgroundMeasurements {
            deviating: thousandths(deviating(photo, &background)?),
            shadow: shadow.map(|shadow| thousandths(shadow.max(0.0))),
        })
    }
}

fn deviating(photo: &DownscaledPhoto, background: &[usize]) -> Option<f64> {
    let planes = [&photo.luma.samples, &photo.blue.samples, &photo.red.samples];
    let [Some(luma), Some(blue), Some(red)] = planes.map(|samples| quantile(samples, background, 0.5)) else {
        return None;
    };
    let deviates = |place: usize| {
        let distance = |plane: usize, median: u8| f64::from(planes[plane][place].abs_diff(median));
        planes[0][place].abs_diff(luma) > MAX_LUMA_DIFFERENCE
            || distance(1, blue).hypot(distance(2, red)) > MAX_COLOUR_DISTANCE
    };
    Some(background.iter().filter(|place| deviates(**place)).count() as f64 / background.len() as f64)
}

/// Quantile of the samples at these positions.
fn quantile(samples: &[u8], places: &[usize], share: f64) -> Option<u8> {
    let mut values: Vec<u8> = places.iter().map(|place| samples[*place]).collect();
    let rank = (values.len().checked_sub(1)? as f64 * share) as usize;
    Some(*values.select_nth_unstable(rank).1)
}

fn thousandths(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

/// Widens a set of samples by a share of the plane's width, along rows and columns.
fn widened(set: &[bool], width: usize, share: f64) -> Vec<bool> {
    let reach = ((width as f64 * share).round() as usize).max(1);
    let mut wide: Vec<bool> = set.chunks_exact(width).flat_map(|row| widened_line(row, reach)).collect();
    for column in 0..width {
        let line: Vec<bool> = wide.iter().skip(column).step_by(width).copied().collect();
        let places = wide.iter_mut().skip(column).step_by(width);
        places.zip(widened_line(&line, reach)).for_each(|(place, set)| *place = set);
    }
    wide
}

fn widened_line(line: &[bool], reach: usize) -> Vec<bool> {
    let mut wide = line.to_vec();
    let (mut after, mut before) = (0, 0);
    for (place, last) in (0..line.len()).zip((0..line.len()).rev()) {
        after = if line[place] { reach + 1 } else { after };
        before = if line[last] { reach + 1 } else { before };
        wide[place] |= after > 0;
        wide[last] |= before > 0;
        (after, before) = (after.saturating_sub(1), before.saturating_sub(1));
    }
    wide
}
