//! Resampling of a plane to another size.

use crate::validation::downscaled::Plane;

/// Resamples `plane` to `width x height` samples: linear interpolation for enlarging, the mean of the covered samples for
/// reducing. The plane must not be empty.
pub(in crate::validation) fn resample(plane: &Plane, width: usize, height: usize) -> Vec<f32> {
    let columns = taps(plane.width, width);
    let rows = taps(plane.height, height);
    let first = rows.iter().map(|tap| tap.start).min().unwrap_or(0);
    let end = rows.iter().map(|tap| tap.start + tap.weights.len()).max().unwrap_or(0);
    // Horizontally first, then vertically: two short sums instead of one over an area.
    let mut across = Vec::with_capacity((end - first) * width);
    for row in plane.samples.chunks_exact(plane.width).take(end).skip(first) {
        across.extend(columns.iter().map(|tap| {
            let samples = &row[tap.start..][..tap.weights.len()];
            samples.iter().zip(&tap.weights).map(|(sample, weight)| f32::from(*sample) * weight).sum::<f32>()
        }));
    }
    let mut result = vec![0.0; width * height];
    for (tap, line) in rows.iter().zip(result.chunks_exact_mut(width)) {
        for (row, weight) in across[(tap.start - first) * width..].chunks_exact(width).zip(&tap.weights) {
            line.iter_mut().zip(row).for_each(|(sum, sample)| *sum += sample * weight);
        }
    }
    result
}

/// The input samples of one output sample, from `start` on, with their weights.
struct Tap {
    start: usize,
    weights: Vec<f32>,
}

fn taps(samples: usize, wanted: usize) -> Vec<Tap> {
    let step = samples as f32 / wanted as f32;
    let spread = step.max(1.0);
    (0..wanted)
        .map(|index| {
            let centre = (index as f32 + 0.5) * step - 0.5;
            let (low, high) = ((centre - spread).ceil() as i64, (centre + spread).floor() as i64);
            let inside = |at: i64| at.clamp(0, samples as i64 - 1) as usize;
            let (first, last) = (inside(low), inside(high));
            let mut weights = vec![0.0; last - first + 1];
            for at in low..=high {
                weights[inside(at) - first] += (1.0 - (at as f32 - centre).abs() / spread).max(0.0);
            }
            let sum: f32 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= sum);
            Tap { start: first, weights }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_stays_a_slope() {
        let plane = Plane { width: 64, height: 8, samples: (0..512).map(|at| (at % 64 * 4) as u8).collect() };
        for wanted in [48, 128, 200] {
            let result = resample(&plane, wanted, 5);
            assert_eq!(result.len(), wanted * 5);
            for (index, value) in result.iter().enumerate() {
                let x = (index % wanted) as f32 * 64.0 / wanted as f32 + 32.0 / wanted as f32 - 0.5;
                // At the border the outermost samples are repeated.
                let inside = (2.0..61.0).contains(&x);
                assert!(!inside || (value - 4.0 * x).abs() < 0.1, "{wanted}: {value} at {x}");
            }
        }
    }

    #[test]
    fn at_the_border_the_outermost_samples_repeat() {
        let speck = Plane { width: 1, height: 1, samples: vec![77] };
        assert!(resample(&speck, 5, 7).iter().all(|value| (value - 77.0).abs() < 0.01));
        let step = Plane { width: 2, height: 1, samples: vec![0, 200] };
        let result = resample(&step, 8, 1);
        assert!(result[0].abs() < 0.01 && (result[7] - 200.0).abs() < 0.01, "{result:?}");
    }
}
