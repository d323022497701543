//! What the networks look at: sums of gradients over patches of a window of 40 x 40 pixels (SURF-like, eight sums a cell).

/// Side of a window in pixels, as the model was trained.
pub(super) const SIDE: usize = 40;
/// How many patches there are.
pub(super) const COUNT: usize = 56;
/// Numbers that describe a patch: 2 x 2 cells of eight sums.
pub(super) const VALUES: usize = 32;

const ROW: usize = SIDE + 1;

/// Where a patch lies in the window: left, top, width, height.
type Patch = [usize; 4];

/// Sums from the window's corner to each pixel, so that the sum over any cell is four look-ups.
pub(super) struct GradientSums {
    sums: Vec<[i32; 8]>,
    patches: Vec<Patch>,
}

impl GradientSums {
    pub(super) fn new() -> Self {
        Self { sums: vec![[0; 8]; ROW * ROW], patches: all_patches() }
    }

    /// Takes in a window. Eight sums: the gradient and its size, to the right and down, each split by the other's sign.
    pub(super) fn take(&mut self, window: &[u8; SIDE * SIDE]) {
        let at = |x: usize, y: usize| i32::from(window[y * SIDE + x]);
        for y in 0..SIDE {
            let (above, below) = (y.saturating_sub(1), (y + 1).min(SIDE - 1));
            // At the border a step of one pixel counts twice, so that it weighs like the steps of two inside.
            let tall = if below - above == 1 { 2 } else { 1 };
            let mut row = [0; 8];
            for x in 0..SIDE {
                let (left, right) = (x.saturating_sub(1), (x + 1).min(SIDE - 1));
                let wide = if right - left == 1 { 2 } else { 1 };
                let dx = (at(right, y) - at(left, y)) * wide;
                let dy = (at(x, below) - at(x, above)) * tall;
                let (down, up) = if dy >= 0 { (dx, 0) } else { (0, dx) };
                let (rightwards, leftwards) = if dx >= 0 { (dy, 0) } else { (0, dy) };
                let values = [down, down.abs(), up, up.abs(), rightwards, rightwards.abs(), leftwards, leftwards.abs()];
                let previous = self.sums[y * ROW + x + 1];
                let sums = &mut self.sums[(y + 1) * ROW + x + 1];
                for channel in 0..8 {
                    row[channel] += values[channel];
                    sums[channel] = previous[channel] + row[channel];
                }
            }
        }
    }

    /// Writes the description of a patch, of length 1 unless the patch is flat.
    pub(super) fn describe(&self, patch: usize, values: &mut [f32; VALUES]) {
        *values = [0.0; VALUES];
        let Some([left, top, width, height]) = self.patches.get(patch).copied() else { return };
        let (width, height) = (width / 2, height / 2);
        for (cell, values) in values.chunks_exact_mut(8).enumerate() {
            let (x, y) = (left + cell % 2 * width, top + cell / 2 * height);
            let (upper, lower) = (y * ROW, (y + height) * ROW);
            let corners = [lower + x + width, upper + x, upper + x + width, lower + x].map(|at| self.sums[at]);
            for (channel, value) in values.iter_mut().enumerate() {
                let [a, b, c, d] = corners.map(|corner| corner[channel]);
                *value = (a + b - c - d) as f32;
            }
        }
        let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            values.iter_mut().for_each(|value| *value /= length);
        }
    }
}

/// In the order in which the model numbers them: squares, then 1:2, 2:1, 2:3 and 3:2, growing, in steps of 16 pixels.
fn all_patches() -> Vec<Patch> {
    const LEAST: usize = 16;
    const STEP: usize = 16;
    let mut patches = Vec::with_capacity(COUNT);
    for (across, down) in [(1, 1), (1, 2), (2, 1), (2, 3), (3, 2)] {
        for height in (LEAST..=SIDE).filter(|height| height.is_multiple_of(2) && height.is_multiple_of(down)) {
            let width = height / down * across;
            if !width.is_multiple_of(2) || !(LEAST..=SIDE).contains(&width) {
                continue;
            }
            for top in (0..=SIDE - height).step_by(STEP) {
                patches.extend((0..=SIDE - width).step_by(STEP).map(|left| [left, top, width, height]));
            }
        }
    }
    patches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patches_are_as_many_as_the_model_numbers() {
        assert_eq!(all_patches().len(), COUNT);
    }

    #[test]
    fn a_slope_to_the_right_is_seen_in_two_sums_of_each_cell() {
        let mut sums = GradientSums::new();
        sums.take(&std::array::from_fn(|at| (at % SIDE * 3) as u8));
        let mut values = [0.0; VALUES];
        sums.describe(0, &mut values);
        for cell in values.chunks_exact(8) {
            assert!((cell[0] - 8.0_f32.recip().sqrt()).abs() < 1e-4 && cell[0] == cell[1], "{cell:?}");
            assert_eq!(cell[2..], [0.0; 6]);
        }
    }
}
