//! Arithmetic of a network: rows of inputs times a matrix of weights, with vector instructions if the processor has them.
//!
//! A layer computes its output row by row. It collects the inputs of all pixels of the row (the neighbours of each pixel, or
//! their weighted sums per channel), then multiplies them with the weights. The collected row stays in the processor's
//! first-level cache.

use pulp::{Simd, WithSimd};

use super::feature_map::FeatureMap;

/// Channels are stored in multiples of this, so that a row of pixels splits into whole vectors; padding channels are zero.
pub(super) const LANES: usize = 8;
/// Number of output channels that are computed together.
const PANEL: usize = 16;

/// Movement of a window of `rows x columns` over a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct WindowGeometry {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Rows and columns from one position to the next.
    pub(super) stride: (usize, usize),
    /// Rows of zeros above the picture and columns of zeros to its left.
    pub(super) padding: (usize, usize),
}

/// Values that a layer multiplies with its weights.
pub(super) enum Inputs {
    Pixels,
    /// The pixels in the window around each position, one after the other.
    Windows(WindowGeometry),
    /// The weighted sum over the window around each position, per channel.
    Depthwise(Depthwise),
}

/// A depthwise convolution.
pub(super) struct Depthwise {
    pub(super) window: WindowGeometry,
    /// By position in the window and channel.
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// Weights in panels of up to [`PANEL`] output channels, ordered by input within a panel.
pub(super) struct Matrix {
    pub(super) inputs: usize,
    /// A multiple of [`LANES`].
    pub(super) outputs: usize,
    pub(super) weights: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

/// `activation(matrix x inputs + skip)`
pub(super) struct Layer {
    pub(super) inputs: Inputs,
    pub(super) matrix: Matrix,
    /// `None` leaves outputs unchanged.
    pub(super) activation: Option<Activation>,
}

/// Function applied to each value.
pub(super) enum Activation {
    Relu,
    /// Negative values times a factor per channel.
    Slopes(Vec<f32>),
    /// `x * min(max(x + 3, 0), 6) / 6`
    HardSwish,
    /// `1 / (1 + exp(-x))`
    Logistic,
}

impl Matrix {
    /// Arranges weights given by output and input: `outputs` rows of `inputs` values.
    pub(super) fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Self {
        let outputs = bias.len().next_multiple_of(LANES);
        let mut arranged = Vec::with_capacity(inputs * outputs);
        for panel in (0..outputs).step_by(PANEL) {
            let panel = panel..outputs.min(panel + PANEL);
            for input in 0..inputs {
                arranged
                    .extend(panel.clone().map(|output| weights.get(output * inputs + input).copied().unwrap_or(0.0)));
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(outputs, 0.0);
        Self { inputs, outputs, weights: arranged, bias }
    }
}

/// One layer over one picture.
pub(super) struct Apply<'a> {
    pub(super) layer: &'a Layer,
    pub(super) input: FeatureMap<'a>,
    /// Added before the activation; has the size of the output, and at most as many channels.
    pub(super) skip: Option<FeatureMap<'a>>,
    /// `height x width x matrix.outputs`
    pub(super) output: &'a mut [f32],
    pub(super) output_width: usize,
    /// Buffer for one row of inputs; its content is overwritten.
    pub(super) row: &'a mut Vec<f32>,
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { layer, input, skip, output, output_width, row } = self;
        let matrix = &layer.matrix;
        row.clear();
        row.resize(output_width * matrix.inputs, 0.0);
        for (y, output) in output.chunks_exact_mut(output_width * matrix.outputs).enumerate() {
            let inputs: &[f32] = match &layer.inputs {
                Inputs::Pixels => input.row(y),
                Inputs::Windows(window) => {
                    gather_windows(input, window, y, row);
                    row
                }
                Inputs::Depthwise(depthwise) => {
                    depthwise.sums(simd, input, y, row);
                    row
                }
            };
            multiply(simd, inputs, matrix, output);
            if let Some(skip) = skip {
                add_skip(simd, output, matrix.outputs, (skip.row(y), skip.channels));
            }
            if let Some(activation) = &layer.activation {
                activation.apply(simd, output, matrix.outputs);
            }
        }
    }
}

/// A depthwise convolution without a matrix after it, applied to one picture.
pub(super) struct ApplyDepthwise<'a> {
    pub(super) depthwise: &'a Depthwise,
    pub(super) activation: Option<&'a Activation>,
    pub(super) input: FeatureMap<'a>,
    /// `height x width x input.channels`
    pub(super) output: &'a mut [f32],
    pub(super) output_width: usize,
}

impl WithSimd for ApplyDepthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { depthwise, activation, input, output, output_width } = self;
        for (y, output) in output.chunks_exact_mut(output_width * input.channels).enumerate() {
            depthwise.sums(simd, input, y, output);
            if let Some(activation) = activation {
                activation.apply(simd, output, input.channels);
            }
        }
    }
}

/// An activation of values that no layer computes.
pub(super) struct Activate<'a> {
    pub(super) activation: &'a Activation,
    pub(super) values: &'a mut [f32],
    /// Number of values per pixel.
    pub(super) channels: usize,
}

impl WithSimd for Activate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.activation.apply(simd, self.values, self.channels);
    }
}

/// Collects the pixels in the window around each position of output row `y`; pixels outside the picture are zero.
#[inline(always)]
fn gather_windows(input: FeatureMap<'_>, window: &WindowGeometry, y: usize, row: &mut [f32]) {
    let channels = input.channels;
    let inputs = window.rows * window.columns * channels;
    for (x, inputs) in row.chunks_exact_mut(inputs).enumerate() {
        inputs.fill(0.0);
        let (rows, columns) = (window.over_rows(y, input.height), window.over_columns(x, input.width));
        let left = x * window.stride.1 + columns.start - window.padding.1;
        for place in rows {
            let pixels = input.row(y * window.stride.0 + place - window.padding.0);
            let pixels = &pixels[left * channels..][..columns.len() * channels];
            inputs[(place * window.columns + columns.start) * channels..][..pixels.len()].copy_from_slice(pixels);
        }
    }
}

impl Depthwise {
    /// Computes the weighted sums around each position of output row `y`.
    #[inline(always)]
    fn sums<S: Simd>(&self, simd: S, input: FeatureMap<'_>, y: usize, row: &mut [f32]) {
        let constants = (self.weights.as_slice(), self.bias.as_slice());
        match self.window.columns {
            3 => depthwise_sums::<S, 3>(simd, input, &self.window, y, constants, row),
            _ => depthwise_sums::<S, 5>(simd, input, &self.window, y, constants, row),
        }
    }
}

/// Computes the weighted sums around each position of output row `y`, for a window of `C x C`. Processes one vector of channels
/// at a time, so that its weights stay in registers along the row.
#[inline(always)]
fn depthwise_sums<S: Simd, const C: usize>(
    simd: S,
    input: FeatureMap<'_>,
    window: &WindowGeometry,
    y: usize,
    (weights, bias): (&[f32], &[f32]),
    row: &mut [f32],
) {
    let (weights, bias) = (S::as_simd_f32s(weights).0, S::as_simd_f32s(bias).0);
    let (row, vectors) = (S::as_mut_simd_f32s(row).0, bias.len());
    let rows = window.over_rows(y, input.height);
    // For rows outside the picture any row serves, because their weights are zero.
    let lines: [&[S::f32s]; C] = std::array::from_fn(|place| {
        let inside = if rows.contains(&place) { place } else { rows.start };
        S::as_simd_f32s(input.row(y * window.stride.0 + inside - window.padding.0)).0
    });
    let (step, padding) = (window.stride.1 * vectors, window.padding.1 * vectors);
    let outputs = row.len() / vectors;
    // Positions whose whole window is inside the row.
    let first = window.padding.1.div_ceil(window.stride.1).min(outputs);
    let last = (input.width + window.padding.1).checked_sub(C).map_or(0, |space| space / window.stride.1 + 1);
    let inside = first..last.clamp(first, outputs);
    for (vector, bias) in bias.iter().enumerate() {
        let weights: [[S::f32s; C]; C] = std::array::from_fn(|place| {
            std::array::from_fn(|column| {
                if rows.contains(&place) {
                    weights[(place * C + column) * vectors + vector]
                } else {
                    simd.splat_f32s(0.0)
                }
            })
        });
        for x in (0..inside.start).chain(inside.end..outputs) {
            let mut sum = *bias;
            for column in window.over_columns(x, input.width) {
                let at = x * step + column * vectors + vector - padding;
                for (line, weights) in lines.iter().zip(&weights) {
                    sum = simd.mul_add_e_f32s(line[at], weights[column], sum);
                }
            }
            row[x * vectors + vector] = sum;
        }
        if inside.is_empty() {
            continue;
        }
        let mut start = inside.start * step + vector - padding;
        for sum in row.iter_mut().skip(inside.start * vectors + vector).step_by(vectors).take(inside.len()) {
            let mut total = *bias;
            for (line, weights) in lines.iter().zip(&weights) {
                let mut at = start;
                for weight in weights {
                    total = simd.mul_add_e_f32s(line[at], *weight, total);
                    at += vectors;
                }
            }
            *sum = total;
            start += step;
        }
    }
}

impl WindowGeometry {
    /// Rows of the window that are inside the picture for output row `y`.
    #[inline(always)]
    fn over_rows(&self, y: usize, height: usize) -> std::ops::Range<usize> {
        within(y * self.stride.0, self.padding.0, self.rows, height)
    }

    #[inline(always)]
    fn over_columns(&self, x: usize, width: usize) -> std::ops::Range<usize> {
        within(x * self.stride.1, self.padding.1, self.columns, width)
    }
}

#[inline(always)]
fn within(start: usize, padding: usize, places: usize, size: usize) -> std::ops::Range<usize> {
    let first = padding.saturating_sub(start);
    first..places.min((size + padding).saturating_sub(start)).max(first)
}

/// Multiplies the inputs of each pixel with the weights and adds the bias.
#[inline(always)]
fn multiply<S: Simd>(simd: S, inputs: &[f32], matrix: &Matrix, output: &mut [f32]) {
    let panels = matrix.weights.chunks(PANEL * matrix.inputs.max(1)).zip(matrix.bias.chunks(PANEL));
    for (index, (weights, bias)) in panels.enumerate() {
        let place = PanelOffset { start: index * PANEL, outputs: matrix.outputs };
        match (bias.len(), bias.len() / S::F32_LANES) {
            (PANEL, 2) => panel::<S, 2>(simd, inputs, weights, bias, place, output),
            (PANEL, 4) => panel::<S, 4>(simd, inputs, weights, bias, place, output),
            (PANEL, 16) => panel::<S, 16>(simd, inputs, weights, bias, place, output),
            (LANES, 1) => panel::<S, 1>(simd, inputs, weights, bias, place, output),
            (LANES, 2) => panel::<S, 2>(simd, inputs, weights, bias, place, output),
            (LANES, 8) => panel::<S, 8>(simd, inputs, weights, bias, place, output),
            // No vector has more than `LANES` lanes.
            _ => {}
        }
    }
}

/// Position of a panel's outputs: from `start` on in each pixel of `outputs` values.
#[derive(Clone, Copy)]
struct PanelOffset {
    start: usize,
    outputs: usize,
}

/// Computes the `V` vectors of one panel for all pixels of a row, four pixels at a time.
#[inline(always)]
fn panel<S: Simd, const V: usize>(
    simd: S,
    inputs: &[f32],
    weights: &[f32],
    bias: &[f32],
    place: PanelOffset,
    output: &mut [f32],
) {
    let count = weights.len() / bias.len();
    let (weights, bias) = (S::as_simd_f32s(weights).0.as_chunks::<V>().0, S::as_simd_f32s(bias).0);
    let Some(&bias) = bias.first_chunk::<V>() else { return };
    let mut store = |pixel: usize, sums: [S::f32s; V]| {
        let target = &mut output[pixel * place.outputs + place.start..][..V * S::F32_LANES];
        S::as_mut_simd_f32s(target).0.copy_from_slice(&sums);
    };
    let mut pixel = 0;
    let mut fours = inputs.chunks_exact(4 * count);
    for four in &mut fours {
        let ((a, b), (c, d)) = (four[..2 * count].split_at(count), four[2 * count..].split_at(count));
        let mut sums = [bias; 4];
        for ((((weights, a), b), c), d) in weights.iter().zip(a).zip(b).zip(c).zip(d) {
            for (sums, value) in sums.iter_mut().zip([a, b, c, d]) {
                let value = simd.splat_f32s(*value);
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum = simd.mul_add_e_f32s(value, *weight, *sum);
                }
            }
        }
        for sums in sums {
            store(pixel, sums);
            pixel += 1;
        }
    }
    for one in fours.remainder().chunks_exact(count) {
        let mut sums = bias;
        for (weights, value) in weights.iter().zip(one) {
            let value = simd.splat_f32s(*value);
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum = simd.mul_add_e_f32s(value, *weight, *sum);
            }
        }
        store(pixel, sums);
        pixel += 1;
    }
}

/// Adds to the first channels of each pixel, because `skip` may have fewer channels than the output.
#[inline(always)]
fn add_skip<S: Simd>(simd: S, output: &mut [f32], outputs: usize, (skip, channels): (&[f32], usize)) {
    for (pixel, skip) in output.chunks_exact_mut(outputs).zip(skip.chunks_exact(channels)) {
        let ((pixel, _), (skip, _)) = (S::as_mut_simd_f32s(pixel), S::as_simd_f32s(skip));
        for (value, skip) in pixel.iter_mut().zip(skip) {
            *value = simd.add_f32s(*value, *skip);
        }
    }
}

impl Activation {
    #[inline(always)]
    fn apply<S: Simd>(&self, simd: S, values: &mut [f32], channels: usize) {
        match self {
            Self::Slopes(slopes) => {
                let zero = simd.splat_f32s(0.0);
                for pixel in values.chunks_exact_mut(channels) {
                    let ((pixel, _), (slopes, _)) = (S::as_mut_simd_f32s(pixel), S::as_simd_f32s(slopes));
                    for (value, slope) in pixel.iter_mut().zip(slopes) {
                        let negative = simd.min_f32s(*value, zero);
                        *value = simd.mul_add_e_f32s(negative, *slope, simd.max_f32s(*value, zero));
                    }
                }
            }
            Self::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
            Self::HardSwish => values.iter_mut().for_each(|value| *value *= (*value + 3.0).clamp(0.0, 6.0) / 6.0),
            Self::Logistic => values.iter_mut().for_each(|value| *value = 1.0 / (1.0 + (-*value).exp())),
        }
    }
}
