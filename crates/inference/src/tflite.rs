//! Reader of TensorFlow Lite model files (FlatBuffers, schema version 3), limited to the features of the supported models.
//!
//! Every offset and every count is checked: a damaged file gives an error. It causes neither a panic nor memory use beyond a few
//! times its own size.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::ModelError;

/// Maximum number of tensors or operators, several times that of the largest supported model.
const MAX_ITEMS: usize = 4096;
/// Maximum number of inputs of one operator; the longest list in use has 3. Operators of a hostile file can share one long list,
/// which is copied for each.
const MAX_INPUTS: usize = 16;
/// MediaPipe's name for a transposed convolution with a bias.
const TRANSPOSED_CONVOLUTION: &[u8] = b"Convolution2DTransposeBias";
/// Maximum number of values of one tensor; the largest one in use has 404,352.
const MAX_VALUES: usize = 1 << 22;

/// The only subgraph of a model.
pub(super) struct Graph {
    pub(super) tensors: Vec<Tensor>,
    /// In a possible order of execution.
    pub(super) operators: Vec<Operator>,
    /// Indices of tensors.
    pub(super) inputs: Vec<usize>,
    /// Indices of tensors.
    pub(super) outputs: Vec<usize>,
}

pub(super) struct Tensor {
    /// Outermost dimension first; pictures are batch, height, width, channels.
    pub(super) shape: Vec<usize>,
    pub(super) constant: Option<Constant>,
}

/// Content of a tensor that is part of the file.
#[derive(Clone)]
pub(super) enum Constant {
    /// 32-bit floats, or 16-bit ones converted to 32 bits.
    Floats(Vec<f32>),
    Integers(Vec<i32>),
}

pub(super) struct Operator {
    pub(super) kind: OperatorKind,
    /// Indices of tensors.
    pub(super) inputs: Vec<usize>,
    pub(super) output: usize,
}

#[derive(Clone, Copy)]
pub(super) enum OperatorKind {
    Add,
    /// Windows of this height and width, without padding.
    AveragePool(usize, usize),
    Concatenation(i32),
    Convolution(WindowOptions),
    DepthwiseConvolution(WindowOptions),
    Dequantize,
    HardSwish,
    Logistic,
    /// Options, height and width of the window.
    MaxPool(WindowOptions, usize, usize),
    Multiply,
    Pad,
    Prelu,
    Relu,
    Reshape,
    /// Linear interpolation between the centres of pixels (`half_pixel_centers`).
    Resize,
    /// Each pixel becomes two by two.
    TransposedConvolution,
}

/// Movement of a window over a picture.
#[derive(Clone, Copy)]
pub(super) struct WindowOptions {
    /// `SAME`: the picture is padded with zeros so that the output keeps all positions.
    pub(super) same: bool,
    /// Rows and columns from one position to the next.
    pub(super) stride: (usize, usize),
}

/// Reads a model.
///
/// # Errors
/// The file is damaged, or contains an unsupported operator, data type or count.
pub(super) fn read(bytes: &[u8]) -> Result<Graph, ModelError> {
    const DAMAGED: ModelError = ModelError("the model file is damaged");
    if bytes.get(4..8) != Some(b"TFL3") {
        return Err(ModelError("not a TensorFlow Lite model"));
    }
    let model = FlatBufferTable::at_offset(bytes, 0).ok_or(DAMAGED)?;
    let codes: Vec<OperatorCode<'_>> = model.tables(1).ok_or(DAMAGED)?.map(operator_code).collect();
    let buffers: Vec<FlatBufferTable<'_>> = model.tables(4).ok_or(DAMAGED)?.collect();
    let subgraph = model.tables(2).and_then(|mut subgraphs| subgraphs.next()).ok_or(DAMAGED)?;
    // Each constant has its own buffer. The budget refuses a file in which thousands of tensors share one, because each copy
    // needs memory.
    let mut budget = bytes.len();
    let tensors = subgraph.tables(0).ok_or(DAMAGED)?.map(|tensor| read_tensor(tensor, &buffers, &mut budget));
    let tensors = tensors.collect::<Result<Vec<_>, _>>()?;
    let operators = subgraph.tables(3).ok_or(DAMAGED)?.map(|operator| read_operator(operator, &codes, tensors.len()));
    let operators = operators.collect::<Result<Vec<_>, _>>()?;
    let inputs = indices(subgraph, 1, tensors.len()).ok_or(DAMAGED)?;
    let outputs = indices(subgraph, 2, tensors.len()).ok_or(DAMAGED)?;
    Ok(Graph { tensors, operators, inputs, outputs })
}

struct OperatorCode<'a> {
    builtin: i32,
    custom: &'a [u8],
}

fn operator_code(code: FlatBufferTable<'_>) -> OperatorCode<'_> {
    // Older converters write the code to the first field only.
    let builtin = code.int(3, 0).max(i32::from(code.byte(0)));
    OperatorCode { builtin, custom: code.bytes_of(1).unwrap_or_default() }
}

fn read_tensor(
    tensor: FlatBufferTable<'_>,
    buffers: &[FlatBufferTable<'_>],
    budget: &mut usize,
) -> Result<Tensor, ModelError> {
    const SHAPE: ModelError = ModelError("a tensor of an unexpected shape");
    let shape = tensor.ints(0).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let shape =
        shape.into_iter().map(|size| usize::try_from(size).map_err(|_| SHAPE)).collect::<Result<Vec<_>, _>>()?;
    let values = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size)).ok_or(SHAPE)?;
    if shape.len() > 4 || values > MAX_VALUES {
        return Err(SHAPE);
    }
    let data = usize::try_from(tensor.int(2, 0)).ok().and_then(|index| buffers.get(index)).and_then(|b| b.bytes_of(0));
    let Some(data) = data.filter(|data| !data.is_empty()) else { return Ok(Tensor { shape, constant: None }) };
    *budget = budget.checked_sub(data.len()).ok_or(ModelError("constants that share their content"))?;
    let constant = match tensor.byte(1) {
        0 => Constant::Floats(words(data).map(f32::from_le_bytes).collect()),
        1 => {
            let halves: Vec<f16> = data.as_chunks().0.iter().map(|half| f16::from_le_bytes(*half)).collect();
            Constant::Floats(halves.to_f32_vec())
        }
        2 => Constant::Integers(words(data).map(i32::from_le_bytes).collect()),
        _ => return Err(ModelError("a data type other than 32-bit and 16-bit floats and 32-bit integers")),
    };
    let (count, finite) = match &constant {
        Constant::Floats(floats) => (floats.len(), floats.iter().all(|float| float.is_finite())),
        Constant::Integers(integers) => (integers.len(), true),
    };
    if count != values || !finite {
        return Err(ModelError("a constant whose content does not fit its shape"));
    }
    Ok(Tensor { shape, constant: Some(constant) })
}

fn read_operator(
    operator: FlatBufferTable<'_>,
    codes: &[OperatorCode<'_>],
    tensors: usize,
) -> Result<Operator, ModelError> {
    let code = usize::try_from(operator.int(0, 0)).ok().and_then(|index| codes.get(index));
    let options = operator.table(4);
    let int = |field: usize, default: i32| options.map_or(default, |options| options.int(field, default));
    let byte = |field: usize| options.map_or(0, |options| options.byte(field));
    let size_up_to = |field: usize, most: i32| match int(field, 0) {
        size if (1..=most).contains(&size) => Ok(size as usize),
        _ => Err(ModelError("a window of an unexpected size")),
    };
    let size = |field: usize| size_up_to(field, 64);
    // All kinds of windows store padding and strides in the same fields.
    let window = || Ok(WindowOptions { same: byte(0) == 0, stride: (size(2)?, size(1)?) });
    let plain = |activation: usize| if byte(activation) == 0 { Ok(()) } else { Err(ModelError("a fused activation")) };
    let kind = match code.map(|code| code.builtin) {
        Some(0) => plain(0).map(|()| OperatorKind::Add),
        // One window over the whole picture may be large; its movement does not matter then.
        Some(1) if byte(0) == 1 => {
            let size = (size_up_to(4, 4096)?, size_up_to(3, 4096)?);
            plain(5).map(|()| OperatorKind::AveragePool(size.0, size.1))
        }
        Some(2) => plain(1).map(|()| OperatorKind::Concatenation(int(0, 0))),
        Some(3) if int(4, 1) == 1 && int(5, 1) == 1 => plain(3).and_then(|()| window().map(OperatorKind::Convolution)),
        Some(4) if int(3, 0) == 1 && int(5, 1) == 1 && int(6, 1) == 1 => {
            plain(4).and_then(|()| window().map(OperatorKind::DepthwiseConvolution))
        }
        Some(6) => Ok(OperatorKind::Dequantize),
        Some(14) => Ok(OperatorKind::Logistic),
        Some(17) => plain(5).and_then(|()| Ok(OperatorKind::MaxPool(window()?, size(4)?, size(3)?))),
        Some(18) => plain(0).map(|()| OperatorKind::Multiply),
        Some(19) => Ok(OperatorKind::Relu),
        Some(22) => Ok(OperatorKind::Reshape),
        Some(23) if byte(2) == 0 && byte(3) == 1 => Ok(OperatorKind::Resize),
        Some(32) if code.is_some_and(|code| code.custom == TRANSPOSED_CONVOLUTION) => {
            // The structure `TfLiteTransposeConvParams`: padding, which makes no difference here, and the strides.
            let options: Vec<i32> =
                operator.bytes_of(5).map(words).into_iter().flatten().map(i32::from_le_bytes).take(4).collect();
            match options.as_slice() {
                [_, 2, 2] => Ok(OperatorKind::TransposedConvolution),
                _ => Err(ModelError("a transposed convolution of another stride than 2")),
            }
        }
        Some(34) => Ok(OperatorKind::Pad),
        Some(54) => Ok(OperatorKind::Prelu),
        Some(117) => Ok(OperatorKind::HardSwish),
        _ => Err(ModelError("an operator that is not supported")),
    }?;
    if operator.ints(1).is_some_and(|indices| indices.count() > MAX_INPUTS) {
        return Err(ModelError("an operator with too many inputs"));
    }
    let inputs = indices(operator, 1, tensors).ok_or(ModelError("an operator without inputs"))?;
    let outputs = indices(operator, 2, tensors).unwrap_or_default();
    let &[output] = outputs.as_slice() else { return Err(ModelError("an operator without one output")) };
    Ok(Operator { kind, inputs, output })
}

/// A list of indices of tensors.
fn indices(table: FlatBufferTable<'_>, field: usize, tensors: usize) -> Option<Vec<usize>> {
    table.ints(field)?.map(|index| usize::try_from(index).ok().filter(|index| *index < tensors)).collect()
}

fn words(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks().0.iter().copied()
}

/// A table of a FlatBuffer. A list of offsets locates its fields; missing fields have defaults.
#[derive(Clone, Copy)]
struct FlatBufferTable<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> FlatBufferTable<'a> {
    /// The table to which the offset at `position` points.
    fn at_offset(bytes: &'a [u8], position: usize) -> Option<Self> {
        let position = target(bytes, position)?;
        bytes.get(position..)?.first_chunk::<4>()?;
        Some(Self { bytes, position })
    }

    /// Position of a field; `None` if the field is missing.
    fn field(self, index: usize) -> Option<usize> {
        let back = i32::from_le_bytes(chunk(self.bytes, self.position)?);
        let offsets = self.position.checked_add_signed(-(back as isize))?;
        let length = u16::from_le_bytes(chunk(self.bytes, offsets)?);
        let entry = 4 + 2 * index;
        if entry + 2 > usize::from(length) {
            return None;
        }
        let offset = u16::from_le_bytes(chunk(self.bytes, offsets.checked_add(entry)?)?);
        (offset > 0).then(|| self.position + usize::from(offset))
    }

    fn byte(self, index: usize) -> u8 {
        self.field(index).and_then(|position| self.bytes.get(position)).copied().unwrap_or(0)
    }

    fn int(self, index: usize, default: i32) -> i32 {
        self.field(index).and_then(|position| chunk(self.bytes, position)).map_or(default, i32::from_le_bytes)
    }

    fn table(self, index: usize) -> Option<Self> {
        Self::at_offset(self.bytes, self.field(index)?)
    }

    /// Items of a vector, each of `size` bytes, in one slice.
    fn vector(self, index: usize, size: usize) -> Option<(usize, &'a [u8])> {
        let start = target(self.bytes, self.field(index)?)?;
        let count = u32::from_le_bytes(chunk(self.bytes, start)?) as usize;
        let length = count.checked_mul(size)?;
        Some((start + 4, self.bytes.get(start + 4..)?.get(..length)?))
    }

    fn bytes_of(self, index: usize) -> Option<&'a [u8]> {
        self.vector(index, 1).map(|(_, bytes)| bytes)
    }

    fn ints(self, index: usize) -> Option<impl Iterator<Item = i32> + use<'a>> {
        let (_, bytes) = self.vector(index, 4).filter(|(_, bytes)| bytes.len() <= 4 * MAX_ITEMS)?;
        Some(words(bytes).map(i32::from_le_bytes))
    }

    /// The tables of a vector. Tables outside the file are left out, and later checks refuse the shorter list.
    fn tables(self, index: usize) -> Option<impl Iterator<Item = Self> + use<'a>> {
        let (start, items) = self.vector(index, 4).filter(|(_, items)| items.len() <= 4 * MAX_ITEMS)?;
        let count = items.len() / 4;
        Some((0..count).filter_map(move |item| Self::at_offset(self.bytes, start + 4 * item)))
    }
}

/// Follows the unsigned offset at `position`.
fn target(bytes: &[u8], position: usize) -> Option<usize> {
    position.checked_add(u32::from_le_bytes(chunk(bytes, position)?) as usize)
}

fn chunk<const N: usize>(bytes: &[u8], position: usize) -> Option<[u8; N]> {
    bytes.get(position..)?.first_chunk().copied()
}
