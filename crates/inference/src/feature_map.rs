//! A value of a network as a picture with several channels.

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

    /// Writes the largest value of each channel in adjacent windows of `rows x columns` to `output`.
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

    /// Writes the mean of each channel over all pixels to `output`. Sums each row first, because long sums lose precision.
    pub(super) fn mean(self, output: &mut [f32]) {
        output.fill(0.0);
        let mut sums = vec![0.0; self.channels];
        for y in 0..self.height {
            sums.fill(0.0);
            for pixel in self.row(y).chunks_exact(self.channels) {
                sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += value);
            }
            output.iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum);
        }
        let pixels = (self.height * self.width) as f32;
        output.iter_mut().for_each(|total| *total /= pixels);
    }

    pub(super) fn add(self, other: Self, output: &mut [f32]) {
        output.iter_mut().zip(self.values.iter().zip(other.values)).for_each(|(sum, (a, b))| *sum = a + b);
    }

    /// Writes the pixels to `output`, each channel multiplied by its value in `factors`.
    pub(super) fn scale(self, factors: Self, output: &mut [f32]) {
        let pixels = self.values.chunks_exact(self.channels);
        for (output, pixel) in output.chunks_exact_mut(self.channels).zip(pixels) {
            let products = pixel.iter().zip(factors.values).map(|(value, factor)| value * factor);
            output.iter_mut().zip(products).for_each(|(output, product)| *output = product);
        }
    }

    /// Resizes the picture into `output`, with linear interpolation between the centres of the pixels.
    pub(super) fn resize(self, (height, width): (usize, usize), output: &mut [f32]) {
        let mut line = vec![0.0; self.width * self.channels];
        for (y, output) in output.chunks_exact_mut(width * self.channels).take(height).enumerate() {
            let rows = Neighbours::new(y, self.height, height);
            rows.mix(self.row(rows.first), self.row(rows.second), &mut line);
            let pixel = |x: usize| &line[x * self.channels..][..self.channels];
            for (x, output) in output.chunks_exact_mut(self.channels).enumerate() {
                let columns = Neighbours::new(x, self.width, width);
                columns.mix(pixel(columns.first), pixel(columns.second), output);
            }
        }
    }

    /// Writes the first four channels of each pixel to `output` as two by two pixels of one channel.
    pub(super) fn interleave(self, output: &mut [f32]) {
        let length = 2 * self.width;
        for (y, rows) in output.chunks_exact_mut(2 * length).take(self.height).enumerate() {
            let (above, below) = rows.split_at_mut(length);
            let pairs = above.as_chunks_mut::<2>().0.iter_mut().zip(below.as_chunks_mut::<2>().0);
            for (pixel, (above, below)) in self.row(y).chunks_exact(self.channels).zip(pairs) {
                above.copy_from_slice(&pixel[..2]);
                below.copy_from_slice(&pixel[2..4]);
            }
        }
    }
}

/// The two pixels of a row or column between which a resized pixel lies.
struct Neighbours {
    first: usize,
    second: usize,
    share: f32,
}

impl Neighbours {
    /// Neighbours of pixel `index` when `pixels` (at least one) are resized to `wanted`.
    fn new(index: usize, pixels: usize, wanted: usize) -> Self {
        let place = ((index as f32 + 0.5) * pixels as f32 / wanted as f32 - 0.5).max(0.0);
        let first = (place as usize).min(pixels - 1);
        Self { first, second: (first + 1).min(pixels - 1), share: (place - first as f32).min(1.0) }
    }

    fn mix(&self, first: &[f32], second: &[f32], output: &mut [f32]) {
        for (output, (first, second)) in output.iter_mut().zip(first.iter().zip(second)) {
            *output = first + (second - first) * self.share;
        }
    }
}
