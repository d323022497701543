//! Writer of a baseline file with one scan (T.81, F.1).

use crate::TranscodeError;
use crate::frame::{CoefficientBlock, CoefficientFrame};
use crate::optimal_code::OptimalCode;
use crate::reader::CoefficientFile;

const END_MARKER: [u8; 2] = [0xFF, 0xD9];
/// All remaining coefficients of the block are zero.
const END_OF_BLOCK: u8 = 0x00;
/// Sixteen zeros.
const ZERO_RUN: u8 = 0xF0;
/// Bits of the largest DC difference and of the largest AC coefficient in a baseline file (T.81, tables F.1 and F.2).
const MAX_DC_BITS: u32 = 11;
const MAX_AC_BITS: u32 = 10;

/// A Huffman table of the written file: the first colour has its own tables, the others share the second ones.
#[derive(Clone, Copy)]
struct TableSlot {
    is_ac: bool,
    number: usize,
}

impl TableSlot {
    /// Index among all tables, DC before AC.
    const fn index(self) -> usize {
        2 * self.number + self.is_ac as usize
    }
}

pub(crate) fn write(file: &CoefficientFile<'_>) -> Result<Vec<u8>, TranscodeError> {
    let mut frequencies = [[0_u32; 256]; 4];
    for_each_symbol(&file.frame, |slot, symbol, _, _| frequencies[slot.index()][usize::from(symbol)] += 1)?;
    let bytes = write_with(file, &frequencies)?;
    if !ends_in_zeros(&bytes) {
        return Ok(bytes);
    }
    // The last blocks all have one colour, and their codes are zeros. The gateway cannot distinguish them from the zeros that a
    // storage device or a connection leaves in place of lost data, and refuses them. An unused symbol in the table of the last
    // block's AC coefficients therefore takes the code 0, so that all others begin with 1.
    let slot = TableSlot { is_ac: true, number: usize::from(file.frame.planes.len() > 1) };
    let table = &mut frequencies[slot.index()];
    let total = table.iter().sum::<u32>();
    let mut symbols = (0..16).flat_map(|zeros: u8| (1..=MAX_AC_BITS as u8).map(move |bits| zeros << 4 | bits));
    if let Some(unused) = symbols.find(|symbol| table[usize::from(*symbol)] == 0) {
        table[usize::from(unused)] = total + 1;
    }
    write_with(file, &frequencies)
}

fn write_with(file: &CoefficientFile<'_>, frequencies: &[[u32; 256]; 4]) -> Result<Vec<u8>, TranscodeError> {
    let frame = &file.frame;
    let codes = frequencies.each_ref().map(OptimalCode::new);
    let mut bytes = vec![0xFF, 0xD8];
    for segment in &file.segments {
        push_segment(&mut bytes, segment.marker, segment.content);
    }
    push_segment(&mut bytes, 0xC4, &huffman_tables(&codes, frame.planes.len()));
    push_segment(&mut bytes, 0xDA, &scan_header(frame));
    let mut sink = BitSink { bytes, buffer: 0, pending: 0 };
    for_each_symbol(frame, |slot, symbol, value, value_bits| {
        let (code, length) = codes[slot.index()].code(symbol);
        sink.push(u32::from(code), u32::from(length));
        sink.push(value, value_bits);
    })?;
    let mut bytes = sink.finish();
    bytes.extend(END_MARKER);
    Ok(bytes)
}

/// Reports that the picture data end with two zero bytes; the stuffed zero after FF does not count.
fn ends_in_zeros(jpeg: &[u8]) -> bool {
    let before = jpeg.strip_suffix(&END_MARKER).and_then(|data| data.strip_suffix(&[0, 0]));
    before.is_some_and(|rest| rest.last() != Some(&0xFF))
}

/// Adds a segment. Its length fits, because its content came from a segment or is short.
fn push_segment(bytes: &mut Vec<u8>, marker: u8, content: &[u8]) {
    bytes.extend([0xFF, marker]);
    bytes.extend(((content.len() + 2) as u16).to_be_bytes());
    bytes.extend(content);
}

fn huffman_tables(codes: &[OptimalCode; 4], colours: usize) -> Vec<u8> {
    let mut content = Vec::new();
    for number in 0..colours.min(2) {
        for is_ac in [false, true] {
            let code = &codes[TableSlot { is_ac, number }.index()];
            content.push(u8::from(is_ac) << 4 | number as u8);
            content.extend(code.counts);
            content.extend(&code.symbols);
        }
    }
    content
}

fn scan_header(frame: &CoefficientFrame) -> Vec<u8> {
    let mut content = vec![frame.planes.len() as u8];
    for (index, plane) in frame.planes.iter().enumerate() {
        content.extend([plane.id, if index == 0 { 0x00 } else { 0x11 }]);
    }
    content.extend([0, 63, 0]);
    content
}

/// Calls `emit` for each symbol in the order of the file: its table, the symbol, the bits after it and their number.
fn for_each_symbol(
    frame: &CoefficientFrame,
    mut emit: impl FnMut(TableSlot, u8, u32, u32),
) -> Result<(), TranscodeError> {
    let mut predictions = [0; 3];
    if let [plane] = frame.planes.as_slice() {
        return plane.blocks.iter().try_for_each(|block| code_block(block, &mut predictions[0], 0, &mut emit));
    }
    for mcu_row in 0..frame.mcus_down {
        for mcu_column in 0..frame.mcus_across {
            for (number, (plane, prediction)) in frame.planes.iter().zip(&mut predictions).enumerate() {
                let number = number.min(1);
                for row in (mcu_row * plane.vertical..).take(plane.vertical) {
                    for column in (mcu_column * plane.horizontal..).take(plane.horizontal) {
                        match plane.block_index(column, row) {
                            Some(block) => code_block(&plane.blocks[block], prediction, number, &mut emit)?,
                            // The DC value of the previous block and no AC coefficients: the shortest coding, as in libjpeg.
                            None => {
                                emit(TableSlot { is_ac: false, number }, 0, 0, 0);
                                emit(TableSlot { is_ac: true, number }, END_OF_BLOCK, 0, 0);
                            }
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

#[inline(always)]
fn code_block(
    block: &CoefficientBlock,
    prediction: &mut i32,
    number: usize,
    emit: &mut impl FnMut(TableSlot, u8, u32, u32),
) -> Result<(), TranscodeError> {
    let dc = i32::from(block[0]);
    let (bits, value) = value_bits(dc - *prediction, MAX_DC_BITS)?;
    *prediction = dc;
    emit(TableSlot { is_ac: false, number }, bits as u8, value, bits);

    let slot = TableSlot { is_ac: true, number };
    let mut zeros = 0_u8;
    for coefficient in &block[1..] {
        if *coefficient == 0 {
            zeros += 1;
            continue;
        }
        while zeros > 15 {
            emit(slot, ZERO_RUN, 0, 0);
            zeros -= 16;
        }
        let (bits, value) = value_bits(i32::from(*coefficient), MAX_AC_BITS)?;
        emit(slot, zeros << 4 | bits as u8, value, bits);
        zeros = 0;
    }
    if zeros > 0 {
        emit(slot, END_OF_BLOCK, 0, 0);
    }
    Ok(())
}

/// Number of bits of a value and the bits themselves (T.81, F.1.2.1): negative values are stored less one, so that their first
/// bit is 0.
#[inline(always)]
fn value_bits(value: i32, most: u32) -> Result<(u32, u32), TranscodeError> {
    let bits = 32 - value.unsigned_abs().leading_zeros();
    if bits > most {
        return Err(TranscodeError::Unsupported("a coefficient that baseline files cannot hold"));
    }
    let coded = if value < 0 { value - 1 } else { value };
    Ok((bits, coded as u32 & ((1 << bits) - 1)))
}

/// Writes bits as bytes, with a zero after each FF.
struct BitSink {
    bytes: Vec<u8>,
    /// The bits that do not yet fill a byte are the lowest ones.
    buffer: u32,
    /// Number of bits in `buffer`, less than 8.
    pending: u32,
}

impl BitSink {
    /// Adds the lowest `count` bits (at most 16) of a value without higher bits.
    #[inline(always)]
    fn push(&mut self, value: u32, count: u32) {
        self.buffer = self.buffer << count | value;
        self.pending += count;
        while self.pending >= 8 {
            self.pending -= 8;
            let byte = (self.buffer >> self.pending) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Pads the last byte with ones (T.81, F.1.2.3).
    fn finish(mut self) -> Vec<u8> {
        let missing = (8 - self.pending) % 8;
        self.push((1 << missing) - 1, missing);
        self.bytes
    }
}
