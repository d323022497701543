//! Values of a network at one place: a picture of some channels.

/// `height x width` pixels of `channels` values each, row by row.
#[derive(Clone, Copy)]
pub(super) struct FeatureMap<'a> {
    pub(super) height: usize,
    pub(super) width: usize,
    /// As stored: a multiple of the vector's lanes, except for a network's input.
    pub(super) channels: usize,
    pub(super) values: &'a [f32],
}

impl<'a> FeatureMap<'a> {
    #[inline(always)]
    pub(super) fn row(self, y: usize) -> &'a [f32] {
        let length = self.width * self.channels;
        &self.values[y * length..][..length]
    }

    /// Writes the largest value of each channel in windows of `rows x columns`, side by side, to `output`.
    pub(super) fn max_pool(self, (rows, columns): (usize, usize), output: &mut [f32]) {
        let (height, width) = (self.height / rows, self.width / columns);
        for (y, output) in output.chunks_exact_mut(width * self.channels).take(height).enumerate() {
            output.fill(f32::MIN);
            for row in (y * rows..(y + 1) * rows).map(|y| self.row(y)) {
                let windows = row.chunks_exact(columns * self.channels);
                for (output, window) in output.chunks_exact_mut(self.channels).zip(windows) {
                    for pixel in window.chunks_exact(self.channels) {
                        output.iter_mut().zip(pixel).for_each(|(largest, value)| *largest = largest.max(*value));
                    }
                }
            }
        }
    }
}
