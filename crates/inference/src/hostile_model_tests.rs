//! Valid model files that are designed to cause a panic, or to use unbounded memory or time.

use super::compile::compile;
use super::network::{InputColours, Network, SimdLevel};
use super::tflite::{Constant, Graph, Operator, OperatorKind, Tensor, WindowOptions};
use super::{ModelError, tflite};

const PLAIN: WindowOptions = WindowOptions { same: true, stride: (1, 1) };

/// A graph that is built tensor by tensor; the first one is the input.
struct GraphBuilder(Graph);

impl GraphBuilder {
    fn new(height: usize, width: usize) -> Self {
        let input = Tensor { shape: vec![1, height, width, 3], constant: None };
        Self(Graph { tensors: vec![input], operators: Vec::new(), inputs: vec![0], outputs: Vec::new() })
    }

    fn tensor(&mut self, shape: &[usize], constant: Option<Constant>) -> usize {
        self.0.tensors.push(Tensor { shape: shape.to_vec(), constant });
        self.0.tensors.len() - 1
    }

    fn constant(&mut self, shape: &[usize]) -> usize {
        self.tensor(shape, Some(Constant::Floats(vec![0.5; shape.iter().product()])))
    }

    fn operator(&mut self, kind: OperatorKind, inputs: &[usize]) -> usize {
        let output = self.tensor(&[1, 1, 1], None);
        self.0.operators.push(Operator { kind, inputs: inputs.to_vec(), output });
        output
    }

    /// A convolution with a window of `size x size`.
    fn convolution(&mut self, input: usize, size: usize, channels: (usize, usize)) -> usize {
        let (weights, bias) = (self.constant(&[channels.1, size, size, channels.0]), self.constant(&[channels.1]));
        self.operator(OperatorKind::Convolution(PLAIN), &[input, weights, bias])
    }

    fn depthwise(&mut self, input: usize, window: WindowOptions, size: usize, channels: usize) -> usize {
        let (weights, bias) = (self.constant(&[1, size, size, channels]), self.constant(&[channels]));
        let sums = self.operator(OperatorKind::DepthwiseConvolution(window), &[input, weights, bias]);
        self.convolution(sums, 1, (channels, 8))
    }

    fn transposed(&mut self, input: usize, channels: usize) -> usize {
        let (weights, bias) = (self.constant(&[1, 2, 2, channels]), self.constant(&[1]));
        self.operator(OperatorKind::TransposedConvolution, &[input, weights, bias])
    }

    fn compiled(mut self, outputs: &[usize]) -> Result<Network, ModelError> {
        self.0.outputs = outputs.to_vec();
        compile(self.0, InputColours::Grey)
    }
}

/// Runs the model at the widest and at the scalar SIMD level; returns false if the model was refused.
fn run(network: Result<Network, ModelError>) -> bool {
    let Ok(network) = network else { return false };
    for vectors in [SimdLevel::Widest, SimdLevel::Scalar] {
        let lengths: Vec<usize> = network.run(&[0.5; 64], vectors).iter().map(Vec::len).collect();
        assert_eq!(lengths, network.output_lengths());
    }
    true
}

#[test]
fn a_depthwise_window_runs_over_pictures_of_every_size() {
    for size in [3, 5] {
        for side in 1..12 {
            for stride in 1..7 {
                for same in [true, false] {
                    let mut model = GraphBuilder::new(side, side);
                    let pixels = model.convolution(0, 1, (3, 8));
                    let output = model.depthwise(pixels, WindowOptions { same, stride: (stride, stride) }, size, 8);
                    assert_eq!(run(model.compiled(&[output])), same || side >= size, "{size} {side} {stride} {same}");
                    // The same sums without a convolution after them.
                    let mut model = GraphBuilder::new(side, side);
                    let pixels = model.convolution(0, 1, (3, 8));
                    let (weights, bias) = (model.constant(&[1, size, size, 8]), model.constant(&[8]));
                    let window = WindowOptions { same, stride: (stride, stride) };
                    let sums = model.operator(OperatorKind::DepthwiseConvolution(window), &[pixels, weights, bias]);
                    let output = model.operator(OperatorKind::HardSwish, &[sums]);
                    assert_eq!(run(model.compiled(&[output])), same || side >= size, "{size} {side} {stride} {same}");
                }
            }
        }
    }
}

#[test]
fn a_depthwise_convolution_of_the_input_is_refused() {
    let mut model = GraphBuilder::new(8, 8);
    let output = model.depthwise(0, PLAIN, 3, 1);
    assert!(!run(model.compiled(&[output])));
}

#[test]
fn a_layer_that_two_operators_need_is_not_fused() {
    // One operator reads the layer itself, another one an alias of it.
    for alias in [OperatorKind::Reshape, OperatorKind::Concatenation(1), OperatorKind::Pad] {
        let mut model = GraphBuilder::new(8, 8);
        let first = model.convolution(0, 1, (3, 8));
        let amounts = model.tensor(&[1, 8], Some(Constant::Integers(vec![0; 8])));
        let inputs = if matches!(alias, OperatorKind::Pad) { vec![first, amounts] } else { vec![first] };
        model.0.tensors[first].shape = vec![1, 64, 8];
        let named = model.operator(alias, &inputs);
        let second = model.convolution(first, 1, (8, 8));
        let third = model.convolution(second, 3, (8, 8));
        let relu = model.operator(OperatorKind::Relu, &[third]);
        let added = model.operator(OperatorKind::Add, &[named, relu]);
        let output = model.compiled(&[added]).unwrap().run(&[0.5; 64], SimdLevel::Widest).remove(0);
        // The first layer gives 1.25, the second 5.5 and the third in a corner 32 x 0.5 x 5.5 + 0.5, elsewhere 72 of them.
        assert!((output[0] - 89.75).abs() < 1e-3 && (output[9 * 8] - 199.75).abs() < 1e-3, "{output:?}");
    }
}

#[test]
fn every_operator_runs_on_every_shape_that_it_takes() {
    for (height, width) in [(1, 1), (1, 7), (5, 1), (6, 9)] {
        let mut model = GraphBuilder::new(height, width);
        let first = model.convolution(0, 1, (3, 16));
        let swish = model.operator(OperatorKind::HardSwish, &[first]);
        let logistic = model.operator(OperatorKind::Logistic, &[swish]);
        let mean = model.operator(OperatorKind::AveragePool(height, width), &[logistic]);
        let scaled = model.operator(OperatorKind::Multiply, &[swish, mean]);
        let added = model.operator(OperatorKind::Add, &[scaled, swish]);
        let size = model.tensor(&[2], Some(Constant::Integers(vec![11, 3])));
        let resized = model.operator(OperatorKind::Resize, &[added, size]);
        let transposed = model.transposed(resized, 16);
        let output = model.operator(OperatorKind::Logistic, &[transposed]);
        assert!(run(model.compiled(&[output])));
    }
    for (height, width) in [(1, 1), (1, 7), (5, 1), (6, 9)] {
        let mut model = GraphBuilder::new(height, width);
        // Mean of the input itself, which is stored as one channel.
        let mean = model.operator(OperatorKind::AveragePool(height, width), &[0]);
        let scaled = model.operator(OperatorKind::Multiply, &[0, mean]);
        let added = model.operator(OperatorKind::Add, &[scaled, 0]);
        let swish = model.operator(OperatorKind::HardSwish, &[added]);
        let transposed = model.transposed(swish, 1);
        assert!(run(model.compiled(&[transposed])));
    }
}

#[test]
fn operators_whose_shapes_do_not_fit_are_refused() {
    let refused = |operator: &dyn Fn(&mut GraphBuilder, usize) -> usize| {
        let mut model = GraphBuilder::new(8, 8);
        let pixels = model.convolution(0, 1, (3, 12));
        let output = operator(&mut model, pixels);
        assert!(model.compiled(&[output]).is_err());
    };
    // A part of the picture, and more than the picture.
    for size in [(4, 4), (8, 4), (16, 16), (0, 0)] {
        refused(&|model, pixels| model.operator(OperatorKind::AveragePool(size.0, size.1), &[pixels]));
    }
    refused(&|model, pixels| model.operator(OperatorKind::Multiply, &[pixels, pixels]));
    refused(&|model, pixels| model.operator(OperatorKind::Multiply, &[pixels]));
    refused(&|model, pixels| {
        // The stored channels match, but the number without padding differs.
        let other = model.convolution(0, 1, (3, 16));
        let mean = model.operator(OperatorKind::AveragePool(8, 8), &[other]);
        model.operator(OperatorKind::Multiply, &[pixels, mean])
    });
    refused(&|model, pixels| {
        let other = model.convolution(0, 1, (3, 16));
        let [other, pixels] = [other, pixels].map(|value| model.operator(OperatorKind::Relu, &[value]));
        model.operator(OperatorKind::Add, &[pixels, other])
    });
    for size in [vec![], vec![4], vec![4, 4, 4], vec![0, 4], vec![-1, 4], vec![1 << 20, 1 << 20], vec![i32::MAX; 2]] {
        refused(&|model, pixels| {
            let size = model.tensor(&[size.len()], Some(Constant::Integers(size.clone())));
            model.operator(OperatorKind::Resize, &[pixels, size])
        });
    }
    refused(&|model, pixels| model.operator(OperatorKind::Resize, &[pixels, pixels]));
    refused(&|model, pixels| model.transposed(pixels, 16));
    refused(&|model, pixels| {
        let (weights, bias) = (model.constant(&[1, 2, 2, 12]), model.constant(&[2]));
        model.operator(OperatorKind::TransposedConvolution, &[pixels, weights, bias])
    });
    refused(&|model, pixels| {
        let (weights, bias) = (model.constant(&[1, 3, 3, 12]), model.constant(&[1]));
        model.operator(OperatorKind::TransposedConvolution, &[pixels, weights, bias])
    });
    // Padding channels would become 0.5.
    refused(&|model, pixels| model.operator(OperatorKind::Logistic, &[pixels]));
    // A factor that is computed after the step that needs it.
    refused(&|model, pixels| model.operator(OperatorKind::Multiply, &[pixels, pixels + 1]));
}

#[test]
fn a_network_in_colour_refuses_the_weights_of_a_grey_one() {
    for (channels, fits) in [(1, false), (2, false), (3, true), (8, false)] {
        let mut model = GraphBuilder::new(8, 8);
        let output = model.convolution(0, 3, (channels, 8));
        model.0.outputs = vec![output];
        assert_eq!(run(compile(model.0, InputColours::Three)), fits, "{channels}");
    }
    let mut model = GraphBuilder::new(8, 8);
    let output = model.depthwise(0, PLAIN, 3, 3);
    model.0.outputs = vec![output];
    assert!(compile(model.0, InputColours::Three).is_err());
}

#[test]
fn lists_of_lists_are_refused_before_they_grow() {
    let mut model = GraphBuilder::new(8, 8);
    let mut list = model.convolution(0, 1, (3, 8));
    model.0.tensors[list].shape = vec![1, 64, 8];
    for _ in 0..8 {
        list = model.operator(OperatorKind::Concatenation(1), &[list; 4096]);
    }
    assert!(model.compiled(&[list]).is_err());
}

#[test]
fn constants_are_not_multiplied() {
    let mut model = GraphBuilder::new(1, 1);
    let constant = model.constant(&[1 << 20]);
    let output = model.convolution(0, 1, (3, 8));
    for _ in 0..20_000 {
        let copy = model.operator(OperatorKind::Dequantize, &[constant]);
        model.0.tensors[copy].shape = vec![1 << 20];
    }
    assert!(model.compiled(&[output]).is_err());

    let mut model = GraphBuilder::new(1, 1);
    let (weights, bias) = (model.constant(&[1024, 1, 1, 1024]), model.constant(&[1024]));
    let mut output = model.convolution(0, 1, (3, 1024));
    for _ in 0..200 {
        output = model.operator(OperatorKind::Convolution(PLAIN), &[output, weights, bias]);
    }
    assert!(model.compiled(&[output]).is_err());
}

#[test]
fn runs_are_bounded_in_memory_and_time() {
    // One output, listed thousands of times.
    let mut model = GraphBuilder::new(256, 256);
    let output = model.convolution(0, 1, (3, 8));
    assert!(model.compiled(&[output; 4096]).is_err());

    // Pools that do not make the picture smaller.
    let mut model = GraphBuilder::new(1024, 1024);
    let mut output = model.convolution(0, 1, (3, 1));
    for _ in 0..4000 {
        output = model.operator(OperatorKind::MaxPool(PLAIN, 1, 1), &[output]);
    }
    assert!(model.compiled(&[output]).is_err());

    // Steps without weights.
    for kind in [OperatorKind::Relu, OperatorKind::HardSwish, OperatorKind::Logistic, OperatorKind::Add] {
        let mut model = GraphBuilder::new(512, 512);
        let mut output = model.convolution(0, 1, (3, 8));
        for _ in 0..4000 {
            output = model.operator(kind, &[output, output][..1 + usize::from(matches!(kind, OperatorKind::Add))]);
        }
        assert!(model.compiled(&[output]).is_err());
    }

    // A few pixels that are enlarged again and again, and a picture that doubles in size.
    let mut model = GraphBuilder::new(8, 8);
    let pixels = model.convolution(0, 1, (3, 8));
    let size = model.tensor(&[2], Some(Constant::Integers(vec![512, 512])));
    let large: Vec<usize> = (0..4000).map(|_| model.operator(OperatorKind::Resize, &[pixels, size])).collect();
    assert!(model.compiled(&large).is_err());
    let mut model = GraphBuilder::new(256, 256);
    let mut output = 0;
    for _ in 0..8 {
        output = model.transposed(output, 1);
    }
    assert!(model.compiled(&[output]).is_err());

    // Many values that are all needed at the end.
    let mut model = GraphBuilder::new(512, 512);
    let values: Vec<usize> = (0..40).map(|_| model.convolution(0, 1, (3, 8))).collect();
    let mut output = model.convolution(0, 1, (3, 8));
    for value in values {
        let next = model.convolution(output, 1, (8, 8));
        output = model.operator(OperatorKind::Relu, &[next]);
        let next = model.convolution(output, 1, (8, 8));
        output = model.operator(OperatorKind::Add, &[value, next]);
    }
    assert!(model.compiled(&[output]).is_err());
}

/// 4096 operators at one position in the file, with 4096 inputs each: 128 MiB of indices from 50 KiB.
#[test]
fn operators_that_share_a_long_list_of_inputs_are_refused() {
    let mut file = FlatBufferBuilder(vec![0; 8]);
    file.0[4..8].copy_from_slice(b"TFL3");
    let [codes, graphs, buffers] = file.table(0, [1, 2, 4]);
    file.vector(buffers, 0);
    let items = file.vector(codes, 1);
    let [code] = file.table(items, [0]);
    file.0[code] = 22;
    let items = file.vector(graphs, 1);
    let [tensors, inputs, outputs, operators] = file.table(items, [0, 1, 2, 3]);
    let items = file.vector(tensors, 1);
    let [] = file.table(items, []);
    file.vector(inputs, 1);
    file.vector(outputs, 1);
    let items = file.vector(operators, 4096);
    let [inputs, outputs] = file.table(items, [1, 2]);
    let operator = items + file.number(items);
    (0..4096).for_each(|item| file.point(items + 4 * item, operator));
    file.vector(inputs, 4096);
    file.vector(outputs, 1);
    let error = tflite::read(&file.0).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("an operator with too many inputs"));
}

/// A FlatBuffer that is written from its root on.
struct FlatBufferBuilder(Vec<u8>);

impl FlatBufferBuilder {
    fn number(&self, at: usize) -> usize {
        u32::from_le_bytes(self.0[at..at + 4].try_into().unwrap()) as usize
    }

    fn point(&mut self, from: usize, to: usize) {
        self.0[from..from + 4].copy_from_slice(&((to - from) as u32).to_le_bytes());
    }

    /// Adds a table with these fields, to which `from` points; returns the positions of the fields.
    fn table<const N: usize>(&mut self, from: usize, fields: [usize; N]) -> [usize; N] {
        let list = self.0.len();
        let mut offsets = vec![0_u16; 2 + fields.iter().max().map_or(0, |field| field + 1)];
        offsets[0] = 2 * offsets.len() as u16;
        fields.iter().enumerate().for_each(|(place, field)| offsets[2 + field] = 4 + 4 * place as u16);
        self.0.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        let table = self.0.len();
        self.0.extend(((table - list) as u32).to_le_bytes());
        self.0.resize(table + 4 + 4 * N, 0);
        self.point(from, table);
        std::array::from_fn(|place| table + 4 + 4 * place)
    }

    /// Adds a vector of `count` zeros, to which `from` points; returns the position of the first one.
    fn vector(&mut self, from: usize, count: usize) -> usize {
        let vector = self.0.len();
        self.0.extend((count as u32).to_le_bytes());
        self.0.resize(vector + 4 + 4 * count, 0);
        self.point(from, vector);
        vector + 4
    }
}
