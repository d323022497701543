//! Where a face of 40 x 40 pixels might be: the model's quick cascades over every window of one level.

use super::model::{Cascade, Feature, GROUP};
use super::patches::SIDE;

/// Steps between windows, in pixels: a face is seen from several of them, and how many say yes is part of the score.
const STEP: usize = 4;
/// Side of a spot; a pattern compares a spot with the eight around it.
const SPOT: usize = 3;
const PATTERN: usize = 3 * SPOT;
/// Least deviation of a window's brightness, 0 to 255: flatter ones hold no face, as the model was trained.
const MIN_DEVIATION: f32 = 10.0;

/// The picture at the size at which one size of faces fills a window.
pub(super) struct Level {
    pub(super) width: usize,
    pub(super) height: usize,
    /// Brightness, 0 to 255.
    pub(super) samples: Vec<u8>,
}

impl Level {
    fn at(&self, x: usize, y: usize) -> u8 {
        self.samples[y * self.width + x]
    }

    /// Whether any window fits in.
    pub(super) fn holds_a_window(&self) -> bool {
        self.width >= SIDE && self.height >= SIDE
    }

    /// Calls `found` with the corner and the score of every window that at least one cascade takes for a face, once.
    pub(super) fn propose(&self, cascades: &[Cascade], mut found: impl FnMut(usize, usize, f32)) {
        if !self.holds_a_window() {
            return;
        }
        let patterns = self.patterns();
        let offset = |feature: &Feature| feature.y * self.width + feature.x;
        let offsets: Vec<Vec<usize>> =
            cascades.iter().map(|cascade| cascade.features.iter().map(offset).collect()).collect();
        for y in (0..=self.height - SIDE).step_by(STEP) {
            for x in (0..=self.width - SIDE).step_by(STEP) {
                let window = &patterns[y * self.width + x..];
                let scores =
                    cascades.iter().zip(&offsets).filter_map(|(cascade, offsets)| cascade.score(window, offsets));
                if let Some(score) = scores.max_by(f32::total_cmp).filter(|_| !self.is_flat(x, y)) {
                    found(x, y, score);
                }
            }
        }
    }

    /// For each pixel the pattern whose corner it is: a bit for each neighbour that is no brighter than the middle.
    fn patterns(&self) -> Vec<u8> {
        let sums = self.spots();
        let row = |y: usize| &sums[y * self.width..][..self.width];
        let mut patterns = vec![0; self.samples.len()];
        for y in 0..=self.height - PATTERN {
            let (above, beside, below) = (row(y), row(y + SPOT), row(y + 2 * SPOT));
            let line = &mut patterns[y * self.width..][..=self.width - PATTERN];
            let middle = &beside[SPOT..];
            for (row, x, bit) in [
                (above, 0, 0x80),
                (above, SPOT, 0x40),
                (above, 2 * SPOT, 0x20),
                (beside, 2 * SPOT, 0x08),
                (below, 2 * SPOT, 0x01),
                (below, SPOT, 0x02),
                (below, 0, 0x04),
                (beside, 0, 0x10),
            ] {
                for ((pattern, middle), other) in line.iter_mut().zip(middle).zip(&row[x..]) {
                    *pattern |= if middle >= other { bit } else { 0 };
                }
            }
        }
        patterns
    }

    /// For each pixel the brightness of the spot whose corner it is.
    fn spots(&self) -> Vec<u16> {
        let mut across = vec![0; self.samples.len()];
        for (line, row) in across.chunks_exact_mut(self.width).zip(self.samples.chunks_exact(self.width)) {
            for (sum, spot) in line.iter_mut().zip(row.windows(SPOT)) {
                *sum = spot.iter().copied().map(u16::from).sum();
            }
        }
        let mut spots = vec![0; across.len()];
        for (at, sum) in spots.iter_mut().enumerate().take(across.len() - 2 * self.width) {
            *sum = across[at] + across[at + self.width] + across[at + 2 * self.width];
        }
        spots
    }

    fn is_flat(&self, x: usize, y: usize) -> bool {
        let rows = (y..y + SIDE).map(|y| &self.samples[y * self.width + x..][..SIDE]);
        let (sum, squares) = rows.flatten().fold((0_u32, 0_u32), |(sum, squares), sample| {
            let sample = u32::from(*sample);
            (sum + sample, squares + sample * sample)
        });
        let count = (SIDE * SIDE) as f32;
        let mean = sum as f32 / count;
        squares as f32 / count - mean * mean <= MIN_DEVIATION * MIN_DEVIATION
    }

    /// The square of this side and corner, in pixels of the level, shrunk or grown to a window. Black beyond the border, as
    /// the networks were trained.
    pub(super) fn window(&self, left: f32, top: f32, side: f32) -> [u8; SIDE * SIDE] {
        let places = |start: f32, end: usize| -> [(i64, f32); SIDE] {
            std::array::from_fn(|index| {
                let place = start + index as f32 * side / SIDE as f32;
                let whole = place.floor().clamp(-2.0, end as f32 + 1.0);
                (whole as i64, (place - whole).clamp(0.0, 1.0))
            })
        };
        let (columns, rows) = (places(left, self.width), places(top, self.height));
        let sample = |x: i64, y: i64| match (usize::try_from(x), usize::try_from(y)) {
            (Ok(x), Ok(y)) if x < self.width && y < self.height => f32::from(self.at(x, y)),
            _ => 0.0,
        };
        let mut window = [0; SIDE * SIDE];
        for (line, (y, down)) in window.chunks_exact_mut(SIDE).zip(rows) {
            for (pixel, (x, right)) in line.iter_mut().zip(columns) {
                let mix = |y: i64| sample(x, y) * (1.0 - right) + sample(x + 1, y) * right;
                *pixel = (mix(y) * (1.0 - down) + mix(y + 1) * down) as u8;
            }
        }
        window
    }
}

impl Cascade {
    /// The sum over all features, or `None` once it falls below a threshold on the way.
    fn score(&self, patterns: &[u8], offsets: &[usize]) -> Option<f32> {
        let mut score = 0.0;
        for (features, offsets) in self.features.chunks_exact(GROUP).zip(offsets.chunks_exact(GROUP)) {
            for (feature, offset) in features.iter().zip(offsets) {
                score += feature.weights[usize::from(patterns[*offset])];
            }
            if features.last().is_some_and(|feature| score < feature.threshold) {
                return None;
            }
        }
        Some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_bit_for_each_neighbour_that_is_no_brighter() {
        let mut level = Level { width: 9, height: 9, samples: vec![100; 81] };
        assert_eq!(level.patterns()[0], 0xFF);
        // The spot to the right of the middle is brighter now, and the one at the lower left.
        level.samples[3 * 9 + 7] = 101;
        level.samples[8 * 9] = 200;
        assert_eq!(level.patterns()[0], 0xFF - 0x08 - 0x04);
    }

    #[test]
    fn a_window_beyond_the_border_is_black() {
        let level = Level { width: 50, height: 45, samples: vec![200; 50 * 45] };
        assert_eq!(level.window(5.0, 0.0, 40.0), [200; SIDE * SIDE]);
        for (left, top) in [(-1e6, 0.0), (1e6, 0.0), (0.0, -90.0), (0.0, 46.0)] {
            assert_eq!(level.window(left, top, 40.0), [0; SIDE * SIDE], "{left} {top}");
        }
        let half = level.window(-40.0, 0.0, 80.0);
        assert!(half[..19].iter().all(|pixel| *pixel == 0) && half[21..SIDE].iter().all(|pixel| *pixel == 200));
    }

    #[test]
    fn a_level_too_small_for_a_window_proposes_nothing() {
        for (width, height) in [(1, 1), (39, 400), (400, 39)] {
            let level = Level { width, height, samples: vec![0; width * height] };
            level.propose(&[], |_, _, _| panic!("nothing fits in"));
        }
    }
}
