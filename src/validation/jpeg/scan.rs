//! Decoding of the picture data: counts every code of every block (T.81, F.2).

use super::bits::{BitReader, Marker, PaddingBits};
use super::block_stats::{BlockLayout, BlockStats, BlockStatsGrid};
use super::error::{JpegError, TruncationPoint};
use super::header::Header;
use super::huffman::{AcLookup, HuffmanLookup, STEP_BITS, SkipStep, TableClass};
use super::segments;

const EOI: u8 = 0xD9;
/// Maximum number of fill bytes before a marker in or after the picture data. T.81, B.1.1.2, sets no limit; encoders write a few,
/// or enough to fill a storage block. Our own rule.
const MAX_FILL_BYTES: usize = 4096;

/// Properties of the picture data that the header declares.
pub(super) struct ScanPlan {
    width: u32,
    height: u32,
    /// At least 1.
    mcu_count: u64,
    /// In MCUs; 0 for none.
    restart_interval: u16,
    dc_codes: Vec<(u8, HuffmanLookup)>,
    ac_codes: Vec<(u8, AcLookup)>,
    components: Vec<ComponentPlan>,
    pub(super) layout: BlockLayout,
}

struct ComponentPlan {
    dc: u8,
    ac: u8,
    dc_step: i32,
    /// The largest coded DC value that a picture can have.
    max_dc: i32,
}

/// One block of an MCU with its tables.
struct BlockPlan<'a> {
    component: usize,
    dc: &'a HuffmanLookup,
    ac: &'a AcLookup,
    max_dc: i32,
    dc_step: i32,
    /// Position of the statistics of the next such block.
    place: usize,
    /// Distance in positions from one MCU to the next in a row.
    across: usize,
    /// Distance in positions from the end of a row of MCUs to the start of the next row.
    down: usize,
}

/// Reason for which decoding stopped.
#[derive(Debug, Clone, Copy)]
enum DecodeError {
    EndOfData,
    /// A code or value that no encoder writes.
    Invalid(&'static str),
}

impl ScanPlan {
    /// Expects a header without errors; `None` if the header is incomplete.
    pub(super) fn new(header: &Header) -> Option<Self> {
        let frame = header.frame.as_ref()?;
        let (across, down) = frame.mcus();
        let mut plan = Self {
            width: frame.width,
            height: frame.height,
            mcu_count: u64::from(across) * u64::from(down),
            restart_interval: header.restart_interval,
            dc_codes: Vec::new(),
            ac_codes: Vec::new(),
            components: Vec::new(),
            layout: BlockLayout::new(frame),
        };
        if plan.mcu_count == 0 || frame.components.len() != header.scan_tables.len() {
            return None;
        }
        for (component, &(dc, ac)) in frame.components.iter().zip(&header.scan_tables) {
            if plan.dc_codes.iter().all(|(number, _)| *number != dc) {
                let list = header.dc_codes.get(usize::from(dc))?.as_ref()?;
                plan.dc_codes.push((dc, HuffmanLookup::new(list, TableClass::Dc)));
            }
            if plan.ac_codes.iter().all(|(number, _)| *number != ac) {
                let list = header.ac_codes.get(usize::from(ac))?.as_ref()?;
                plan.ac_codes.push((ac, AcLookup::new(list)));
            }
            let steps = header.quantisation.get(usize::from(component.quantisation))?.as_ref()?;
            plan.components.push(ComponentPlan {
                dc,
                ac,
                dc_step: i32::from(steps[0]),
                // Eight-bit samples give DC values within ±1024 before quantisation (T.81, A.3.3). Twice that allows for any
                // rounding and still detects predictions that drifted after damage.
                max_dc: 2048 / i32::from(steps[0]) + 1,
            });
        }
        Some(plan)
    }

    fn blocks(&self) -> Option<Vec<BlockPlan<'_>>> {
        let mut blocks = Vec::with_capacity(super::frame::MAX_BLOCKS_PER_MCU);
        for (index, (component, area)) in self.components.iter().zip(self.layout.areas()).enumerate() {
            for place in area.first_places() {
                blocks.push(BlockPlan {
                    component: index,
                    dc: &self.dc_codes.iter().find(|(number, _)| *number == component.dc)?.1,
                    ac: &self.ac_codes.iter().find(|(number, _)| *number == component.ac)?.1,
                    max_dc: component.max_dc,
                    dc_step: component.dc_step,
                    place,
                    across: area.across(),
                    down: area.down(),
                });
            }
        }
        Some(blocks)
    }

    fn per_mille(&self, mcu: u64) -> u16 {
        // At most 999, because 1000 would mean the whole picture.
        (mcu.min(self.mcu_count) * 1000 / self.mcu_count).min(999) as u16
    }

    fn truncated(&self, mcu: u64) -> JpegError {
        JpegError::Truncated { position: TruncationPoint::Scan, per_mille: Some(self.per_mille(mcu)) }
    }

    fn damaged(&self, mcu: u64, what: &'static str) -> JpegError {
        JpegError::Damaged { per_mille: self.per_mille(mcu), what }
    }

    fn ends_early(&self, mcu: u64) -> JpegError {
        JpegError::DeclaredSize { width: self.width, height: self.height, per_mille: Some(self.per_mille(mcu)) }
    }

    fn ends_late(&self) -> JpegError {
        JpegError::DeclaredSize { width: self.width, height: self.height, per_mille: None }
    }
}

/// Decodes the picture data from `start` and requires that they end with the last block, padding and EOI.
///
/// # Returns
/// Index of the first byte after EOI, and the statistics of the blocks.
pub(super) fn check_scan(bytes: &[u8], start: usize, plan: &ScanPlan) -> Result<(usize, BlockStatsGrid), JpegError> {
    let Some(mut blocks) = plan.blocks() else { return Err(plan.damaged(0, "no tables")) };
    let mut grid = plan.layout.empty_grid();
    let mut reader = BitReader::at(bytes, start);
    let mut predictions = [0_i32; 4];
    let interval = u64::from(plan.restart_interval);
    let mut next_restart = if interval == 0 { u64::MAX } else { interval };
    let mcus_per_row = plan.layout.mcus_per_row() as u64;
    let mut next_row = mcus_per_row;
    for mcu in 0..plan.mcu_count {
        if mcu == next_restart {
            reader = read_restart_marker(reader, plan, mcu)?;
            predictions = [0; 4];
            next_restart += interval;
        }
        if mcu == next_row {
            blocks.iter_mut().for_each(|block| block.place += block.down);
            next_row += mcus_per_row;
        }
        reader.refill();
        let before = reader;
        for block in &mut blocks {
            let (difference, last) = match skip_block(&mut reader, block) {
                Ok(outcome) => outcome,
                Err(error) => return Err(classify(error, plan, mcu, before, reader)),
            };
            let prediction = &mut predictions[block.component & 3];
            *prediction += difference;
            if prediction.abs() > block.max_dc {
                return Err(plan.damaged(mcu, "a brightness that no picture has"));
            }
            grid.set(block.place, BlockStats::new(*prediction * block.dc_step, last));
            block.place += block.across;
        }
    }
    reader.refill();
    Ok((read_end(reader, plan)?, grid))
}

/// Skips one block.
///
/// # Returns
/// The DC value as difference from the previous one, in quantisation steps, and the position of the last AC coefficient in zigzag
/// order (0 if there is none, at most 63).
#[inline(always)]
fn skip_block(reader: &mut BitReader<'_>, block: &BlockPlan<'_>) -> Result<(i32, u32), DecodeError> {
    let difference = read_dc(reader, block.dc)?;
    let mut passed = 0;
    loop {
        reader.refill_below(STEP_BITS);
        let step = block.ac.step(reader.window(STEP_BITS) as usize);
        let next = passed + step.advance;
        // One comparison for "at least one code" and "all its bits are buffered".
        if step.bits.wrapping_sub(1) < reader.bits() {
            if next < 63 {
                reader.consume(step.bits);
                passed = next;
                continue;
            }
            if next == 63 || (step.advance >= SkipStep::END_OF_BLOCK && next < SkipStep::END_OF_BLOCK + 63) {
                reader.consume(step.bits);
                // Either 63, or the position plus 64.
                return Ok((difference, next % SkipStep::END_OF_BLOCK));
            }
        }
        // A long code, or a step that reaches into the next block: skip a single code.
        let (advanced, outcome) = skip_one(*reader, &block.ac.single, passed);
        *reader = advanced;
        match outcome? {
            Some(after) if after < 63 => passed = after,
            Some(after) => return Ok((difference, after)),
            None => return Ok((difference, passed)),
        }
    }
}

#[inline(always)]
fn read_dc(reader: &mut BitReader<'_>, codes: &HuffmanLookup) -> Result<i32, DecodeError> {
    reader.refill();
    let Some((length, size)) = codes.find(reader.window(16) as u16) else { return Err(no_code(reader.bits())) };
    let size = u32::from(size);
    // At most 16 + 11 bits, fewer than a refill provides.
    if length + size > reader.bits() {
        return Err(DecodeError::EndOfData);
    }
    reader.consume(length);
    if size == 0 {
        return Ok(0);
    }
    let value = reader.window(size) as i32;
    reader.consume(size);
    // T.81, F.2.2.1, EXTEND: values without their top bit are negative.
    Ok(if value < 1 << (size - 1) { value - (1 << size) + 1 } else { value })
}

/// Skips one AC code with its value bits. The reader is passed and returned by value, because a reference would force it out of
/// the registers in the calling loop.
///
/// # Returns
/// The number of coefficients passed so far, at most 63; `None` at the end of the block.
#[inline(never)]
fn skip_one<'a>(
    mut reader: BitReader<'a>,
    codes: &HuffmanLookup,
    passed: u32,
) -> (BitReader<'a>, Result<Option<u32>, DecodeError>) {
    reader.refill();
    let Some((length, symbol)) = codes.find(reader.window(16) as u16) else {
        return (reader, Err(no_code(reader.bits())));
    };
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 0x0F));
    // At most 16 + 10 bits, fewer than a refill provides.
    if length + size > reader.bits() {
        return (reader, Err(DecodeError::EndOfData));
    }
    reader.consume(length + size);
    let outcome = match passed + run + 1 {
        _ if symbol == 0 => Ok(None),
        64.. => Err(DecodeError::Invalid("more than 64 coefficients in a block")),
        after => Ok(Some(after)),
    };
    (reader, outcome)
}

/// Determines why no code fits: the data end here and the rest of the window is padding, or the data are invalid.
#[cold]
fn no_code(bits: u32) -> DecodeError {
    if bits < 16 { DecodeError::EndOfData } else { DecodeError::Invalid("a code that is not in the table") }
}

/// Distinguishes a truncated file, a changed header and damage. `before` is the reader at the beginning of the MCU.
#[cold]
fn classify(error: DecodeError, plan: &ScanPlan, mcu: u64, before: BitReader<'_>, reader: BitReader<'_>) -> JpegError {
    match (error, reader.marker().map(|marker| marker.code)) {
        (DecodeError::Invalid(what), _) => plan.damaged(mcu, what),
        (DecodeError::EndOfData, None) => plan.truncated(mcu),
        // The data end cleanly after a whole MCU, so the header declares more than was coded. Bits other than ones are more
        // likely the beginning of an MCU than padding.
        (DecodeError::EndOfData, Some(EOI)) if before.remainder() == PaddingBits::Ones => plan.ends_early(mcu),
        // The data end within an MCU: the file was truncated, and an end marker was appended.
        (DecodeError::EndOfData, Some(EOI)) => plan.truncated(mcu),
        (DecodeError::EndOfData, Some(_)) => plan.damaged(mcu, "a marker in the middle of the picture data"),
    }
}

/// Reads the end of a restart interval: padding, then the expected restart marker.
fn read_restart_marker<'a>(mut reader: BitReader<'a>, plan: &ScanPlan, mcu: u64) -> Result<BitReader<'a>, JpegError> {
    reader.refill();
    let out_of_order = || plan.damaged(mcu, "a restart marker is missing or out of turn");
    if !reader.remainder().is_padding() {
        return Err(out_of_order());
    }
    let Some(marker) = reader.marker() else { return Err(plan.truncated(mcu)) };
    check_fill(&marker)?;
    let number = mcu / u64::from(plan.restart_interval).max(1) + 7;
    let expected = 0xD0 + (number % 8) as u8;
    match marker.code {
        code if code == expected => {
            reader.skip(&marker);
            Ok(reader)
        }
        EOI => Err(plan.ends_early(mcu)),
        _ => Err(out_of_order()),
    }
}

/// Reads the end of the data after the last MCU: padding, then EOI. A restart marker may precede EOI: some cameras write one
/// after every interval, including the last, and decoders skip it. Its number is not checked.
fn read_end(mut reader: BitReader<'_>, plan: &ScanPlan) -> Result<usize, JpegError> {
    let remainder = reader.remainder();
    if !remainder.is_padding() {
        return Err(plan.ends_late());
    }
    const CUT: JpegError = JpegError::Truncated { position: TruncationPoint::EndMarker, per_mille: None };
    let mut marker = reader.marker().ok_or(CUT)?;
    check_fill(&marker)?;
    // Zeros are valid padding, but a storage device or a connection that lost the end of a file also leaves zeros, and in most
    // tables zeros are codes of flat blocks. A single zero byte is accepted.
    if remainder == PaddingBits::OtherBits && reader.has_zeros_before(&marker) {
        return Err(JpegError::EndsInZeros);
    }
    if matches!(marker.code, 0xD0..=0xD7) {
        reader.skip(&marker);
        reader.refill();
        if reader.bits() > 0 {
            return Err(plan.ends_late());
        }
        marker = reader.marker().ok_or(CUT)?;
        check_fill(&marker)?;
    }
    match marker.code {
        EOI => Ok(marker.end),
        0xD0..=0xD7 => Err(plan.ends_late()),
        code => Err(JpegError::structure(segments::name(code), marker.offset, "between the picture data and EOI")),
    }
}

/// Refuses more fill bytes than any encoder writes.
fn check_fill(marker: &Marker) -> Result<(), JpegError> {
    if marker.fill <= MAX_FILL_BYTES {
        return Ok(());
    }
    Err(JpegError::structure(segments::name(marker.code), marker.offset, "too many fill bytes"))
}
