//! Compiles the operators of a model file to the steps of a network: checks all shapes, and fuses operators into layers.
//!
//! ```text
//! [DEPTHWISE_CONV_2D] --> CONV_2D --> [ADD] --> [PRELU | RELU | HARD_SWISH | LOGISTIC]      one layer
//! DEPTHWISE_CONV_2D alone --> [the same]                                                    one step
//! PAD of channels, RESHAPE, CONCATENATION of outputs, DEQUANTIZE                            no step at all
//! MAX_POOL_2D, AVERAGE_POOL_2D, RESIZE_BILINEAR, MUL, and an ADD or activation elsewhere    a step each
//! ```

use std::collections::HashMap;

use super::ModelError;
use super::buffers::share_buffers;
use super::layer::{Activation, Inputs};
use super::network::{InputColours, Network, NetworkStep, Operation, TensorSlot};
use super::tflite::{Constant, Graph, Operator, OperatorKind};

/// Bounds the memory of one value; the largest supported model needs 0.6 million numbers.
const MAX_NUMBERS: usize = 1 << 21;
/// Bounds the time of a run; the largest supported model needs 62 million.
const MAX_MULTIPLICATIONS: usize = 1 << 28;
/// Bounds the memory of all buffers of a run, and that of all outputs, in numbers.
const MAX_TOTAL: usize = 1 << 22;

pub(super) const SHAPE_MISMATCH: ModelError = ModelError("operators whose shapes do not fit together");
const MISSING_CONSTANT: ModelError = ModelError("a constant that is not part of the file, or is used twice");

pub(super) const INPUT: usize = 0;

pub(super) fn compile(graph: Graph, colours: InputColours) -> Result<Network, ModelError> {
    let &[input] = graph.inputs.as_slice() else { return Err(ModelError("not one input")) };
    let &[1, height, width, 3] = graph.tensors[input].shape.as_slice() else {
        return Err(ModelError("an input that is not one picture of three channels"));
    };
    let mut compiler = Compiler::new(graph);
    // The three channels of a grey picture are equal, so only one is stored.
    let channels = if colours == InputColours::Grey { 1 } else { 3 };
    let value = compiler.add_value(TensorSlot { height, width, channels, stored: channels, buffer: 0 })?;
    compiler.slots_of_tensor.insert(input, vec![value]);
    for index in 0..compiler.graph.operators.len() {
        compiler.compile_operator(index)?;
    }
    compiler.finish()
}

pub(super) struct Compiler {
    pub(super) graph: Graph,
    /// Number of operators and outputs that need each tensor, under any of its names.
    pub(super) uses: Vec<usize>,
    pub(super) readers: Vec<Option<usize>>,
    /// The values that form a tensor, one after the other; most tensors have one.
    pub(super) slots_of_tensor: HashMap<usize, Vec<usize>>,
    /// Depthwise convolutions that will be fused with the next convolution, by the tensor between the two.
    pub(super) pending_depthwise: HashMap<usize, (usize, Inputs, TensorSlot)>,
    pub(super) values: Vec<TensorSlot>,
    pub(super) steps: Vec<NetworkStep>,
    /// Remaining number of multiplications for a run.
    pub(super) budget: usize,
}

impl Compiler {
    fn new(graph: Graph) -> Self {
        let mut uses = vec![0; graph.tensors.len()];
        let mut readers = vec![None; graph.tensors.len()];
        for (index, operator) in graph.operators.iter().enumerate() {
            operator.inputs.iter().for_each(|input| readers[*input] = Some(index));
        }
        for index in graph.operators.iter().flat_map(|operator| &operator.inputs).chain(&graph.outputs) {
            uses[*index] += 1;
        }
        Self {
            graph,
            uses,
            readers,
            slots_of_tensor: HashMap::new(),
            pending_depthwise: HashMap::new(),
            values: Vec::new(),
            steps: Vec::new(),
            budget: MAX_MULTIPLICATIONS,
        }
    }

    fn compile_operator(&mut self, index: usize) -> Result<(), ModelError> {
        let Operator { kind, ref inputs, output } = self.graph.operators[index];
        let inputs = inputs.clone();
        let &input = inputs.first().ok_or(SHAPE_MISMATCH)?;
        match kind {
            OperatorKind::Dequantize => {
                let [from, to] = [input, output].map(|tensor| &self.graph.tensors[tensor]);
                if from.shape != to.shape {
                    return Err(SHAPE_MISMATCH);
                }
                // Moved, not copied: each of many operators that share a constant would copy it.
                let constant = self.graph.tensors[input].constant.take();
                self.graph.tensors[output].constant = Some(constant.ok_or(MISSING_CONSTANT)?);
                Ok(())
            }
            OperatorKind::Convolution(window) => self.convolution(&inputs, window, output),
            OperatorKind::DepthwiseConvolution(window) => self.depthwise(&inputs, window, output),
            OperatorKind::MaxPool(window, rows, columns) => self.max_pool(input, window, (rows, columns), output),
            OperatorKind::Add => self.add(&inputs, output),
            OperatorKind::AveragePool(height, width) => self.mean(input, (height, width), output),
            OperatorKind::Multiply => self.scale(&inputs, output),
            OperatorKind::Resize => self.resize(&inputs, output),
            OperatorKind::TransposedConvolution => self.transposed_convolution(&inputs, output),
            OperatorKind::HardSwish => self.activate(input, Activation::HardSwish, output),
            OperatorKind::Logistic => self.activate(input, Activation::Logistic, output),
            OperatorKind::Relu => self.activate(input, Activation::Relu, output),
            OperatorKind::Prelu => {
                let slopes = self.floats(*inputs.get(1).ok_or(SHAPE_MISMATCH)?)?;
                self.activate(input, Activation::Slopes(slopes), output)
            }
            OperatorKind::Pad => self.pad(&inputs, output),
            OperatorKind::Reshape => {
                let parts = self.slots_of_tensor.get(&input).ok_or(SHAPE_MISMATCH)?.clone();
                self.alias(output, parts, &[input]);
                Ok(())
            }
            OperatorKind::Concatenation(axis) => self.concatenate(&inputs, axis, output),
        }
    }

    /// Adds a name for the values of `inputs`: an operator that needs the new name needs these values as well.
    pub(super) fn alias(&mut self, output: usize, values: Vec<usize>, inputs: &[usize]) {
        let others: usize = inputs.iter().map(|input| self.uses[*input].saturating_sub(1)).sum();
        self.uses[output] += others;
        self.slots_of_tensor.insert(output, values);
    }

    /// The step of a layer whose output no other operator needs, so that another operation can be fused into it.
    pub(super) fn open_layer(&self, tensor: usize) -> Option<usize> {
        let &[value] = self.slots_of_tensor.get(&tensor)?.as_slice() else { return None };
        let index = self.steps.iter().position(|step| step.output == value)?;
        let open = matches!(&self.steps[index].operation, Operation::Layer(layer) if layer.activation.is_none());
        (open && self.uses[tensor] == 1).then_some(index)
    }

    pub(super) fn push(
        &mut self,
        operation: Operation,
        input: usize,
        to: TensorSlot,
        output: usize,
    ) -> Result<(), ModelError> {
        self.push_with(operation, input, None, to, output)
    }

    /// Adds a step and charges for writing its output; other costs are charged separately.
    pub(super) fn push_with(
        &mut self,
        operation: Operation,
        input: usize,
        second: Option<usize>,
        to: TensorSlot,
        output: usize,
    ) -> Result<(), ModelError> {
        let value = self.add_value(to)?;
        self.charge(to.height * to.width, to.stored)?;
        self.steps.push(NetworkStep { operation, input, second, output: value });
        self.slots_of_tensor.insert(output, vec![value]);
        Ok(())
    }

    pub(super) fn add_value(&mut self, value: TensorSlot) -> Result<usize, ModelError> {
        let numbers =
            [value.width, value.stored].iter().try_fold(value.height, |product, size| product.checked_mul(*size));
        if numbers.is_none_or(|numbers| numbers == 0 || numbers > MAX_NUMBERS) {
            return Err(ModelError("a picture that is too large or empty"));
        }
        self.values.push(value);
        Ok(self.values.len() - 1)
    }

    pub(super) fn charge(&mut self, each: usize, times: usize) -> Result<(), ModelError> {
        let cost = each.checked_mul(times).ok_or(SHAPE_MISMATCH)?;
        self.budget = self.budget.checked_sub(cost).ok_or(ModelError("a network that is too large"))?;
        Ok(())
    }

    pub(super) fn value(&self, tensor: usize) -> Result<usize, ModelError> {
        match self.slots_of_tensor.get(&tensor).map(Vec::as_slice) {
            Some(&[value]) => Ok(value),
            _ => Err(SHAPE_MISMATCH),
        }
    }

    /// Moves a constant out of the graph, so that a network is not larger than its file even if the file uses a constant
    /// repeatedly.
    pub(super) fn floats(&mut self, tensor: usize) -> Result<Vec<f32>, ModelError> {
        match self.graph.tensors[tensor].constant.take() {
            Some(Constant::Floats(floats)) => Ok(floats),
            _ => Err(MISSING_CONSTANT),
        }
    }

    fn finish(mut self) -> Result<Network, ModelError> {
        let mut outputs = Vec::new();
        for output in &self.graph.outputs {
            outputs.push(self.slots_of_tensor.get(output).ok_or(SHAPE_MISMATCH)?.clone());
        }
        let order: HashMap<usize, usize> = self.steps.iter().enumerate().map(|(at, step)| (step.output, at)).collect();
        // A network collects the parts of an output when a step computes them, so a part that no step computes is never
        // collected.
        let is_computed = |parts: &Vec<usize>| {
            !parts.is_empty()
                && parts.iter().all(|part| order.contains_key(part))
                && parts.iter().map(|part| order.get(part)).is_sorted_by(|a, b| a < b)
        };
        if !outputs.iter().all(is_computed) {
            return Err(SHAPE_MISMATCH);
        }
        let numbers = |parts: &Vec<usize>| parts.iter().map(|part| self.values[*part].elements()).sum::<usize>();
        let numbers_out: usize = outputs.iter().map(numbers).sum();
        let buffers = share_buffers(&mut self.values, &self.steps);
        if numbers_out > MAX_TOTAL || buffers.iter().sum::<usize>() > MAX_TOTAL {
            return Err(ModelError("a network that is too large"));
        }
        Ok(Network { values: self.values, steps: self.steps, buffers, outputs })
    }
}
