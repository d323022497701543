//! The operators: checks of their shapes, and the steps or layers that they become.

use super::ModelError;
use super::compile::{Compiler, INPUT, SHAPE_MISMATCH};
use super::layer::{Activation, Depthwise, Inputs, LANES, Layer, Matrix, WindowGeometry};
use super::network::{NetworkStep, Operation, TensorSlot};
use super::tflite::{self, Constant, OperatorKind};

/// Bounds the length of a collected row of inputs.
const MAX_ROW: usize = 1 << 20;

impl Compiler {
    pub(super) fn convolution(
        &mut self,
        inputs: &[usize],
        window: tflite::WindowOptions,
        output: usize,
    ) -> Result<(), ModelError> {
        let &[input, weights, bias] = inputs else { return Err(SHAPE_MISMATCH) };
        let &[outputs, rows, columns, channels] = self.graph.tensors[weights].shape.as_slice() else {
            return Err(SHAPE_MISMATCH);
        };
        let (source, layer_inputs, from) = match self.pending_depthwise.remove(&input) {
            Some(depthwise) => depthwise,
            None => {
                let source = self.value(input)?;
                (source, Inputs::Pixels, self.values[source])
            }
        };
        let grey = source == INPUT && from.stored == 1 && channels == 3;
        if !grey && channels != from.channels {
            return Err(SHAPE_MISMATCH);
        }
        let (height, width, moved) = place_window(window, (rows, columns), &from)?;
        let single = (rows, columns) == (1, 1) && window.stride == (1, 1);
        let layer_inputs = match layer_inputs {
            Inputs::Pixels if !single => Inputs::Windows(moved),
            any if single => any,
            _ => return Err(SHAPE_MISMATCH),
        };
        let per_output = stored_weights(&self.floats(weights)?, channels, &from, grey);
        let bias = self.floats(bias)?;
        if outputs == 0 || bias.len() != outputs || per_output.len() != outputs * rows * columns * from.stored {
            return Err(SHAPE_MISMATCH);
        }
        let matrix = Matrix::new(&per_output, &bias, rows * columns * from.stored);
        if matrix.inputs.saturating_mul(width) > MAX_ROW {
            return Err(ModelError("a layer that is too large"));
        }
        self.charge(matrix.inputs, matrix.outputs * height * width)?;
        let to = TensorSlot { height, width, channels: outputs, stored: matrix.outputs, buffer: 0 };
        let layer = Layer { inputs: layer_inputs, matrix, activation: None };
        self.push(Operation::Layer(layer), source, to, output)
    }

    pub(super) fn depthwise(
        &mut self,
        inputs: &[usize],
        window: tflite::WindowOptions,
        output: usize,
    ) -> Result<(), ModelError> {
        let &[input, weights, bias] = inputs else { return Err(SHAPE_MISMATCH) };
        let &[1, rows, columns, channels] = self.graph.tensors[weights].shape.as_slice() else {
            return Err(SHAPE_MISMATCH);
        };
        let source = self.value(input)?;
        let from = self.values[source];
        let (floats, mut bias) = (self.floats(weights)?, self.floats(bias)?);
        if channels == 0 || channels != from.channels || bias.len() != channels {
            return Err(SHAPE_MISMATCH);
        }
        if !from.stored.is_multiple_of(LANES) {
            return Err(ModelError("a depthwise convolution of the input"));
        }
        if !matches!((rows, columns), (3, 3) | (5, 5)) {
            return Err(ModelError("a depthwise window of another size than 3 x 3 and 5 x 5"));
        }
        let (height, width, moved) = place_window(window, (rows, columns), &from)?;
        let stored = stored_weights(&floats, channels, &from, false);
        if stored.len() != rows * columns * from.stored {
            return Err(SHAPE_MISMATCH);
        }
        bias.resize(from.stored, 0.0);
        self.charge(rows * columns, height * width * from.stored)?;
        let sums = TensorSlot { height, width, ..from };
        let depthwise = Depthwise { window: moved, weights: stored, bias };
        let reader = self.readers[output].map(|reader| self.graph.operators[reader].kind);
        if self.uses[output] == 1 && matches!(reader, Some(OperatorKind::Convolution(_))) {
            self.pending_depthwise.insert(output, (source, Inputs::Depthwise(depthwise), sums));
            return Ok(());
        }
        self.push(Operation::Depthwise(depthwise, None), source, sums, output)
    }

    /// Converts a window of two by two pixels with stride two to a convolution over one pixel, whose four outputs are then
    /// interleaved.
    pub(super) fn transposed_convolution(&mut self, inputs: &[usize], output: usize) -> Result<(), ModelError> {
        let &[input, weights, bias] = inputs else { return Err(SHAPE_MISMATCH) };
        let &[1, 2, 2, channels] = self.graph.tensors[weights].shape.as_slice() else {
            return Err(ModelError("a transposed convolution of another shape than 2 x 2 with one output"));
        };
        let source = self.value(input)?;
        let from = self.values[source];
        let (floats, bias) = (self.floats(weights)?, self.floats(bias)?);
        let &[bias] = bias.as_slice() else { return Err(SHAPE_MISMATCH) };
        if channels != from.channels {
            return Err(SHAPE_MISMATCH);
        }
        let matrix = Matrix::new(&stored_weights(&floats, channels, &from, false), &[bias; 4], from.stored);
        self.charge(matrix.inputs, matrix.outputs * from.height * from.width)?;
        let four = self.add_value(TensorSlot { channels: 4, stored: matrix.outputs, ..from })?;
        let layer = Layer { inputs: Inputs::Pixels, matrix, activation: None };
        self.steps.push(NetworkStep { operation: Operation::Layer(layer), input: source, second: None, output: four });
        let to = TensorSlot { height: 2 * from.height, width: 2 * from.width, channels: 1, stored: 1, buffer: 0 };
        self.push(Operation::Interleave, four, to, output)
    }

    pub(super) fn max_pool(
        &mut self,
        input: usize,
        window: tflite::WindowOptions,
        size: (usize, usize),
        output: usize,
    ) -> Result<(), ModelError> {
        let source = self.value(input)?;
        let from = self.values[source];
        // The windows do not overlap and cover the picture, so the kind of padding makes no difference.
        if window.stride != size || !from.height.is_multiple_of(size.0) || !from.width.is_multiple_of(size.1) {
            return Err(ModelError("a pool whose windows overlap or reach beyond the picture"));
        }
        self.charge(from.height * from.width, from.stored)?;
        let to = TensorSlot { height: from.height / size.0, width: from.width / size.1, ..from };
        self.push(Operation::MaxPool(size.0, size.1), source, to, output)
    }

    /// Takes the mean over the whole picture; no supported model has smaller windows.
    pub(super) fn mean(&mut self, input: usize, size: (usize, usize), output: usize) -> Result<(), ModelError> {
        let source = self.value(input)?;
        let from = self.values[source];
        if size != (from.height, from.width) {
            return Err(ModelError("a mean over less than the whole picture"));
        }
        self.charge(from.height * from.width, from.stored)?;
        self.push(Operation::Mean, source, TensorSlot { height: 1, width: 1, ..from }, output)
    }

    pub(super) fn scale(&mut self, inputs: &[usize], output: usize) -> Result<(), ModelError> {
        let &[input, factors] = inputs else { return Err(SHAPE_MISMATCH) };
        let (source, second) = (self.value(input)?, self.value(factors)?);
        let (from, by) = (self.values[source], self.values[second]);
        if (by.height, by.width, by.channels, by.stored) != (1, 1, from.channels, from.stored) {
            return Err(ModelError("a multiplication by anything but one factor for each channel"));
        }
        self.push_with(Operation::Scale, source, Some(second), from, output)
    }

    pub(super) fn resize(&mut self, inputs: &[usize], output: usize) -> Result<(), ModelError> {
        let &[input, size] = inputs else { return Err(SHAPE_MISMATCH) };
        let Some(Constant::Integers(size)) = &self.graph.tensors[size].constant else { return Err(SHAPE_MISMATCH) };
        let &[height, width] = size.as_slice() else { return Err(SHAPE_MISMATCH) };
        let [height, width] = [height, width].map(|size| usize::try_from(size).unwrap_or(0));
        let source = self.value(input)?;
        let to = TensorSlot { height, width, ..self.values[source] };
        // One row of the input is blended for each row of the output.
        self.charge(height, self.values[source].width.saturating_mul(to.stored))?;
        self.push(Operation::Resize, source, to, output)
    }

    /// Fuses an addition into the layer that computes one of its operands, if no other operator needs that operand.
    pub(super) fn add(&mut self, inputs: &[usize], output: usize) -> Result<(), ModelError> {
        let &[a, b] = inputs else { return Err(SHAPE_MISMATCH) };
        let side = |tensor: usize| {
            let step = self.open_layer(tensor)?;
            self.steps[step].second.is_none().then_some(step)
        };
        let (index, skip) = match (side(a), side(b)) {
            // Of two layers the later one, so that the other operand is already computed.
            (Some(a), Some(second)) if a > second => (a, b),
            (_, Some(index)) => (index, a),
            (Some(index), None) => (index, b),
            (None, None) => return self.add_values(a, b, output),
        };
        let skip = self.value(skip)?;
        let mut step = self.steps.remove(index);
        let (to, by) = (self.values[step.output], self.values[skip]);
        if (to.height, to.width) != (by.height, by.width) || by.stored > to.stored || by.stored % LANES != 0 {
            return Err(SHAPE_MISMATCH);
        }
        step.second = Some(skip);
        self.slots_of_tensor.insert(output, vec![step.output]);
        // The other operand may have been computed after the layer; no step has used the layer's output so far.
        self.steps.push(step);
        Ok(())
    }

    pub(super) fn add_values(&mut self, a: usize, b: usize, output: usize) -> Result<(), ModelError> {
        let (source, second) = (self.value(a)?, self.value(b)?);
        let shape = |value: usize| {
            let TensorSlot { height, width, channels, stored, .. } = self.values[value];
            (height, width, channels, stored)
        };
        if shape(source) != shape(second) {
            return Err(SHAPE_MISMATCH);
        }
        self.push_with(Operation::Add, source, Some(second), self.values[source], output)
    }

    /// Fuses an activation into the preceding layer, if no other operator needs the layer's output.
    pub(super) fn activate(
        &mut self,
        input: usize,
        mut activation: Activation,
        output: usize,
    ) -> Result<(), ModelError> {
        let value = self.value(input)?;
        let slot = self.values[value];
        match &mut activation {
            Activation::Slopes(slopes) if slopes.len() != slot.channels || !slot.stored.is_multiple_of(LANES) => {
                return Err(SHAPE_MISMATCH);
            }
            Activation::Slopes(slopes) => slopes.resize(slot.stored, 0.0),
            // Padding channels must stay zero.
            Activation::Logistic if slot.channels != slot.stored => return Err(SHAPE_MISMATCH),
            // An exponential costs as much as many multiplications.
            Activation::Logistic => self.charge(16, slot.height * slot.width * slot.stored)?,
            Activation::Relu | Activation::HardSwish => {}
        }
        if self.uses[input] == 1
            && let Some(step) = self.steps.iter_mut().find(|step| step.output == value)
            && let Operation::Layer(Layer { activation: free @ None, .. }) | Operation::Depthwise(_, free @ None) =
                &mut step.operation
        {
            *free = Some(activation);
            self.slots_of_tensor.insert(output, vec![value]);
            return Ok(());
        }
        self.push_with(Operation::Activate(activation), value, None, slot, output)
    }

    /// Padding channels of zeros are not stored: an addition ignores them.
    pub(super) fn pad(&mut self, inputs: &[usize], output: usize) -> Result<(), ModelError> {
        let &[input, amounts] = inputs else { return Err(SHAPE_MISMATCH) };
        let Some(Constant::Integers(amounts)) = &self.graph.tensors[amounts].constant else {
            return Err(SHAPE_MISMATCH);
        };
        if !matches!(amounts.as_slice(), [0, 0, 0, 0, 0, 0, 0, added] if *added >= 0) {
            return Err(ModelError("padding of anything but channels"));
        }
        let value = self.value(input)?;
        self.alias(output, vec![value], &[input]);
        Ok(())
    }

    pub(super) fn concatenate(&mut self, inputs: &[usize], axis: i32, output: usize) -> Result<(), ModelError> {
        let flat = inputs.iter().all(|input| matches!(self.graph.tensors[*input].shape.as_slice(), [1, _, _]));
        if axis != 1 || !flat {
            return Err(ModelError("a concatenation of anything but lists"));
        }
        let mut parts = Vec::new();
        for input in inputs {
            parts.extend(self.slots_of_tensor.get(input).ok_or(SHAPE_MISMATCH)?);
            // More parts than values would mean a repeated one; the limit stops nested lists from growing without bound.
            if parts.len() > self.values.len() {
                return Err(SHAPE_MISMATCH);
            }
        }
        self.alias(output, parts, inputs);
        Ok(())
    }
}

/// Arranges weights by output, position in the window and stored channel.
fn stored_weights(weights: &[f32], channels: usize, from: &TensorSlot, grey: bool) -> Vec<f32> {
    if grey {
        return weights.chunks_exact(3).map(|colours| colours.iter().sum()).collect();
    }
    let places = weights.chunks_exact(channels.max(1));
    places.flat_map(|place| place.iter().copied().chain(std::iter::repeat_n(0.0, from.stored - channels))).collect()
}

/// Size of the output of a window over a picture, and movement of the window (TensorFlow's rules for `SAME` and `VALID`).
fn place_window(
    window: tflite::WindowOptions,
    size: (usize, usize),
    from: &TensorSlot,
) -> Result<(usize, usize, WindowGeometry), ModelError> {
    let along = |pixels: usize, size: usize, stride: usize| {
        if size == 0 || size > 64 {
            return Err(SHAPE_MISMATCH);
        }
        if window.same {
            let outputs = pixels.div_ceil(stride);
            Ok((outputs, ((outputs - 1) * stride + size).saturating_sub(pixels) / 2))
        } else {
            let outputs = pixels.checked_sub(size).ok_or(SHAPE_MISMATCH)? / stride + 1;
            Ok((outputs, 0))
        }
    };
    let (height, above) = along(from.height, size.0, window.stride.0)?;
    let (width, left) = along(from.width, size.1, window.stride.1)?;
    Ok((height, width, WindowGeometry { rows: size.0, columns: size.1, stride: window.stride, padding: (above, left) }))
}
