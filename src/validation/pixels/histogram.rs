//! Parts of a plane and statistics of their samples.

use std::ops::Range;

use crate::validation::downscaled::Plane;

/// Number of samples per value in one part of a plane.
pub(super) struct Histogram {
    counts: [u32; 256],
    total: u32,
}

impl Histogram {
    pub(super) fn of(samples: impl IntoIterator<Item = u8>) -> Self {
        let mut counts = [0_u32; 256];
        samples.into_iter().for_each(|sample| counts[usize::from(sample)] += 1);
        Self { counts, total: counts.iter().sum() }
    }

    /// The part of a plane between these percentages of its width and height.
    pub(super) fn of_part(plane: &Plane, across: Range<usize>, down: Range<usize>) -> Self {
        let columns = plane.width * across.start / 100..(plane.width * across.end).div_ceil(100);
        let rows = plane.samples.chunks_exact(plane.width.max(1)).take((plane.height * down.end).div_ceil(100));
        let rows = rows.skip(plane.height * down.start / 100);
        Self::of(rows.filter_map(|row| row.get(columns.clone())).flatten().copied())
    }

    /// The middle, which contains the face in every photo that meets its profile's geometry: 30 to 70 % of the width, 25 to 75 %
    /// of the height (BSI TR-03121-3 Vol 2, table 5.3: head at least half the width, its centre at 45 to 55 %).
    pub(super) fn of_middle(plane: &Plane) -> Self {
        Self::of_part(plane, 30..70, 25..75)
    }

    /// The samples within the shortest range of values that contains at least this many thousandths of them.
    pub(super) fn densest(&self, per_mille: u32) -> Self {
        let wanted = (u64::from(self.total) * u64::from(per_mille)).div_ceil(1000);
        let (mut covered, mut first) = (0_u64, 0);
        let mut best = 0..self.counts.len();
        for (last, count) in self.counts.iter().enumerate() {
            covered += u64::from(*count);
            while covered >= wanted && first <= last {
                if last + 1 - first < best.len() {
                    best = first..last + 1;
                }
                covered -= u64::from(self.counts[first]);
                first += 1;
            }
        }
        let mut counts = [0; 256];
        counts[best.clone()].copy_from_slice(&self.counts[best]);
        Self { counts, total: counts.iter().sum() }
    }

    pub(super) fn mean(&self) -> f64 {
        self.values().map(|(value, count)| value * count).sum::<f64>() / self.samples()
    }

    pub(super) fn standard_deviation(&self) -> f64 {
        let mean = self.mean();
        (self.values().map(|(value, count)| (value - mean).powi(2) * count).sum::<f64>() / self.samples()).sqrt()
    }

    /// In bits: 0 for a single value, 8 if all values are equally frequent.
    pub(super) fn entropy_bits(&self) -> f64 {
        let shares = self.values().map(|(_, count)| count / self.samples());
        // Subtracted, because a negated zero would be shown as -0.0.
        0.0 - shares.filter(|share| *share > 0.0).map(|share| share * share.log2()).sum::<f64>()
    }

    /// Share of the samples in a range of values, in per cent.
    pub(super) fn percent(&self, values: Range<usize>) -> f64 {
        let count: u32 = self.counts.get(values).unwrap_or_default().iter().sum();
        f64::from(count) * 100.0 / self.samples()
    }

    /// The smallest value that this many thousandths of the samples do not exceed.
    pub(super) fn quantile(&self, per_mille: u32) -> u8 {
        let mut remaining = u64::from(self.total) * u64::from(per_mille) / 1000;
        for (value, count) in (0_u8..=255).zip(self.counts) {
            if u64::from(count) > remaining {
                return value;
            }
            remaining -= u64::from(count);
        }
        u8::MAX
    }

    fn values(&self) -> impl Iterator<Item = (f64, f64)> {
        (0_u32..).zip(self.counts).map(|(value, count)| (f64::from(value), f64::from(count)))
    }

    /// At least 1 to avoid a division by zero.
    fn samples(&self) -> f64 {
        f64::from(self.total.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_what_they_say() {
        let plane = Plane { width: 20, height: 10, samples: (0..200).collect() };
        let corner = Histogram::of_part(&plane, 0..10, 0..20);
        assert_eq!((corner.total, corner.quantile(0), corner.quantile(1000)), (4, 0, 255));
        assert_eq!(corner.mean(), f64::midpoint(0.5, 20.5));
        assert_eq!(Histogram::of_part(&plane, 0..100, 0..100).total, 200);
        assert_eq!(Histogram::of_part(&plane, 90..100, 90..100).quantile(0), 198);
    }

    #[test]
    fn planes_of_any_size_have_parts() {
        for (width, height) in [(0, 0), (1, 1), (1, 9), (9, 1)] {
            let plane = Plane { width, height, samples: vec![7; width * height] };
            let middle = Histogram::of_middle(&plane);
            assert!(middle.mean().is_finite() && middle.standard_deviation() < 1e-9);
            assert_eq!(middle.entropy_bits(), 0.0);
        }
    }

    #[test]
    fn the_densest_part_leaves_out_what_differs_most() {
        let wall = (0..80).map(|at| 200 + at % 3);
        let hair = (0..20).map(|at| 20 + at);
        let corner = Histogram::of(wall.clone().chain(hair));
        assert_eq!(corner.densest(800).total, 80);
        assert_eq!(corner.densest(800).mean(), Histogram::of(wall).mean());
        assert!(corner.densest(810).standard_deviation() > 10.0);
        assert_eq!(corner.densest(1000).total, 100);
        assert_eq!(Histogram::of([]).densest(800).total, 0);
    }

    #[test]
    fn quantiles_and_entropy_are_what_they_are_called() {
        let all = Histogram::of(0..=255);
        assert_eq!((all.quantile(0), all.quantile(500), all.quantile(990)), (0, 128, 253));
        assert_eq!((all.entropy_bits(), all.percent(0..26)), (8.0, 26.0 * 100.0 / 256.0));
    }
}
