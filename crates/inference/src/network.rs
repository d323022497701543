//! A network whose model file has passed all checks.

use pulp::Arch;

use super::feature_map::FeatureMap;
use super::layer::{Activate, Activation, Apply, ApplyDepthwise, Depthwise, Layer};
use super::{ModelError, compile, tflite};

/// A network for pictures of one size, grey or in colour.
pub struct Network {
    /// The first value is the input; each step adds one.
    pub(super) values: Vec<TensorSlot>,
    pub(super) steps: Vec<NetworkStep>,
    /// Sizes of the shared buffers, in numbers.
    pub(super) buffers: Vec<usize>,
    /// The values that form each output, one after the other.
    pub(super) outputs: Vec<Vec<usize>>,
}

/// Shape and buffer of a value, known before the network runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct TensorSlot {
    pub(super) height: usize,
    pub(super) width: usize,
    /// Channels without padding.
    pub(super) channels: usize,
    pub(super) stored: usize,
    /// Index of the buffer that contains the value while it is needed.
    pub(super) buffer: usize,
}

/// One step; `input`, `second` and `output` are indices of values.
pub(super) struct NetworkStep {
    pub(super) operation: Operation,
    pub(super) input: usize,
    /// Second operand of an addition or multiplication, or the addend of a layer.
    pub(super) second: Option<usize>,
    pub(super) output: usize,
}

pub(super) enum Operation {
    Layer(Layer),
    Depthwise(Depthwise, Option<Activation>),
    /// Largest value in adjacent windows of this many rows and columns.
    MaxPool(usize, usize),
    Mean,
    Activate(Activation),
    Add,
    /// Multiplies by a factor per channel.
    Scale,
    Resize,
    /// Four channels become two by two pixels.
    Interleave,
}

/// Pictures that a network accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InputColours {
    /// One value per pixel, which stands for three equal ones.
    Grey,
    /// Three values per pixel.
    Three,
}

/// CPU instructions with which a network runs.
#[derive(Debug, Clone, Copy, Default)]
pub enum SimdLevel {
    /// The widest vectors of this processor.
    #[default]
    Widest,
    /// One number at a time, on any processor.
    Scalar,
}

impl Network {
    /// Reads a TensorFlow Lite model whose input is one picture of three channels. The network accepts grey pictures: the weights
    /// of its first layer are summed over the channels.
    ///
    /// # Errors
    /// The file is damaged, has unsupported operators, or its shapes do not match.
    pub fn read(model: &[u8]) -> Result<Self, ModelError> {
        compile::compile(tflite::read(model)?, InputColours::Grey)
    }

    /// Reads a TensorFlow Lite model whose input is one picture of three channels. The network accepts colour pictures: the three
    /// channels of the first pixel, then those of the next.
    ///
    /// # Errors
    /// As [`Network::read`].
    pub fn read_colour(model: &[u8]) -> Result<Self, ModelError> {
        compile::compile(tflite::read(model)?, InputColours::Three)
    }

    /// Width and height of the input, in pixels.
    pub fn input_size(&self) -> (usize, usize) {
        self.values.first().map_or((0, 0), |input| (input.width, input.height))
    }

    pub fn output_lengths(&self) -> Vec<usize> {
        self.outputs.iter().map(|parts| parts.iter().map(|part| self.values[*part].elements()).sum()).collect()
    }

    /// Runs the network on a picture of [`Network::input_size`], row by row. A longer picture is truncated, a shorter one is
    /// padded with black.
    pub fn run(&self, image: &[f32], vectors: SimdLevel) -> Vec<Vec<f32>> {
        let arch = match vectors {
            SimdLevel::Widest => Arch::new(),
            SimdLevel::Scalar => Arch::Scalar,
        };
        let mut buffers: Vec<Vec<f32>> = self.buffers.iter().map(|size| vec![0.0; *size]).collect();
        let mut outputs: Vec<Vec<f32>> = vec![Vec::new(); self.outputs.len()];
        let mut row = Vec::new();
        if let Some(input) = self.values.first() {
            buffers[input.buffer].iter_mut().zip(image).for_each(|(own, value)| *own = *value);
        }
        for step in &self.steps {
            let to = self.values[step.output];
            // Moved out so that the other buffers can be borrowed; a step never reads the buffer that it writes.
            let mut output = std::mem::take(&mut buffers[to.buffer]);
            let target = &mut output[..to.height * to.width * to.stored];
            let input = self.feature_map(step.input, &buffers);
            let second = step.second.map(|second| self.feature_map(second, &buffers));
            match &step.operation {
                Operation::Layer(layer) => {
                    let (skip, output_width, row) = (second, to.width, &mut row);
                    arch.dispatch(Apply { layer, input, skip, output: target, output_width, row });
                }
                Operation::Depthwise(depthwise, activation) => {
                    let (activation, output_width) = (activation.as_ref(), to.width);
                    arch.dispatch(ApplyDepthwise { depthwise, activation, input, output: target, output_width });
                }
                Operation::MaxPool(rows, columns) => input.max_pool((*rows, *columns), target),
                Operation::Mean => input.mean(target),
                Operation::Activate(activation) => {
                    target.copy_from_slice(&input.values[..target.len()]);
                    arch.dispatch(Activate { activation, values: target, channels: to.stored });
                }
                Operation::Add => input.add(second.unwrap_or(input), target),
                Operation::Scale => input.scale(second.unwrap_or(input), target),
                Operation::Resize => input.resize((to.height, to.width), target),
                Operation::Interleave => input.interleave(target),
            }
            buffers[to.buffer] = output;
            self.collect(step.output, &buffers, &mut outputs);
        }
        outputs
    }

    fn feature_map<'a>(&self, value: usize, buffers: &'a [Vec<f32>]) -> FeatureMap<'a> {
        let TensorSlot { height, width, stored, buffer, .. } = self.values[value];
        FeatureMap { height, width, channels: stored, values: &buffers[buffer] }
    }

    /// Copies a value that belongs to an output as soon as it is computed, because its buffer will be reused. The parts of an
    /// output are computed in order.
    fn collect(&self, value: usize, buffers: &[Vec<f32>], outputs: &mut [Vec<f32>]) {
        for (parts, output) in self.outputs.iter().zip(outputs) {
            if parts.contains(&value) {
                let (map, channels) = (self.feature_map(value, buffers), self.values[value].channels);
                let pixels = map.values.chunks_exact(map.channels).take(map.height * map.width);
                pixels.for_each(|pixel| output.extend_from_slice(&pixel[..channels]));
            }
        }
    }
}

impl TensorSlot {
    pub(super) fn elements(&self) -> usize {
        self.height * self.width * self.channels
    }
}
