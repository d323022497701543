//! The picture data: every code of every block, counted (T.81, F.2).

use super::bits::{BitReader, Remainder};
use super::fault::{Fault, Place};
use super::header::Header;
use super::huffman::{AcCodes, Codes, Kind, STEP_BITS, Step};
use super::segments;

/// What the header promises about the picture data.
pub(super) struct ScanPlan {
    width: u32,
    height: u32,
    /// At least 1.
    mcu_count: u64,
    /// In MCUs; 0 for none.
    restart_interval: u16,
    dc_codes: Vec<(u8, Codes)>,
    ac_codes: Vec<(u8, AcCodes)>,
    components: Vec<ComponentPlan>,
}

struct ComponentPlan {
    blocks: usize,
    dc: u8,
    ac: u8,
    /// The largest DC value, as coded, that a picture can have.
    max_dc: i32,
}

/// One block of an MCU with the tables that it needs.
struct BlockPlan<'a> {
    component: usize,
    dc: &'a Codes,
    ac: &'a AcCodes,
    max_dc: i32,
}

/// Why decoding stopped.
#[derive(Debug, Clone, Copy)]
enum Stop {
    /// The data end within a code.
    Exhausted,
    /// Something that no encoder writes.
    Invalid(&'static str),
}

impl ScanPlan {
    /// From a header without faults; `None` when something is missing in it.
    pub(super) fn new(header: &Header) -> Option<Self> {
        let frame = header.frame.as_ref()?;
        let mut plan = Self {
            width: frame.width,
            height: frame.height,
            mcu_count: frame.mcu_count(),
            restart_interval: header.restart_interval,
            dc_codes: Vec::new(),
            ac_codes: Vec::new(),
            components: Vec::new(),
        };
        if plan.mcu_count == 0 || frame.components.len() != header.scan_tables.len() {
            return None;
        }
        for (component, &(dc, ac)) in frame.components.iter().zip(&header.scan_tables) {
            if plan.dc_codes.iter().all(|(number, _)| *number != dc) {
                let list = header.dc_codes.get(usize::from(dc))?.as_ref()?;
                plan.dc_codes.push((dc, Codes::new(list, Kind::Dc)));
            }
            if plan.ac_codes.iter().all(|(number, _)| *number != ac) {
                let list = header.ac_codes.get(usize::from(ac))?.as_ref()?;
                plan.ac_codes.push((ac, AcCodes::new(list)));
            }
            let steps = header.quantisation.get(usize::from(component.quantisation))?.as_ref()?;
            plan.components.push(ComponentPlan {
                blocks: component.blocks_per_mcu(),
                dc,
                ac,
                // Eight-bit samples give DC values within ±1024 before quantisation (T.81, A.3.3); twice that allows for
                // any rounding and still catches predictions that ran away after damage.
                max_dc: 2048 / i32::from(steps[0]) + 1,
            });
        }
        Some(plan)
    }

    fn blocks(&self) -> Option<Vec<BlockPlan<'_>>> {
        let mut blocks = Vec::with_capacity(super::frame::MAX_BLOCKS_PER_MCU);
        for (index, component) in self.components.iter().enumerate() {
            for _ in 0..component.blocks {
                blocks.push(BlockPlan {
                    component: index,
                    dc: &self.dc_codes.iter().find(|(number, _)| *number == component.dc)?.1,
                    ac: &self.ac_codes.iter().find(|(number, _)| *number == component.ac)?.1,
                    max_dc: component.max_dc,
                });
            }
        }
        Some(blocks)
    }

    fn per_mille(&self, mcu: u64) -> u16 {
        // Below the whole, so below 1000.
        (mcu.min(self.mcu_count) * 1000 / self.mcu_count).min(999) as u16
    }

    fn cut(&self, mcu: u64) -> Fault {
        Fault::Cut { place: Place::Scan, per_mille: Some(self.per_mille(mcu)) }
    }

    fn damaged(&self, mcu: u64, what: &'static str) -> Fault {
        Fault::Damaged { per_mille: self.per_mille(mcu), what }
    }

    fn ends_early(&self, mcu: u64) -> Fault {
        Fault::DeclaredSize { width: self.width, height: self.height, per_mille: Some(self.per_mille(mcu)) }
    }

    fn goes_on(&self) -> Fault {
        Fault::DeclaredSize { width: self.width, height: self.height, per_mille: None }
    }
}

/// Walks over the picture data from `start` and demands that they end with the last block, padding and EOI.
///
/// # Returns
/// The first byte after EOI.
pub(super) fn walk(bytes: &[u8], start: usize, plan: &ScanPlan) -> Result<usize, Fault> {
    let Some(blocks) = plan.blocks() else { return Err(plan.damaged(0, "no tables")) };
    let mut reader = BitReader::at(bytes, start);
    let mut predictions = [0_i32; 4];
    let interval = u64::from(plan.restart_interval);
    let mut next_restart = if interval == 0 { u64::MAX } else { interval };
    for mcu in 0..plan.mcu_count {
        if mcu == next_restart {
            pass_restart(&mut reader, plan, mcu)?;
            predictions = [0; 4];
            next_restart += interval;
        }
        reader.refill();
        let before = reader;
        for block in &blocks {
            let difference = match walk_block(&mut reader, block) {
                Ok(difference) => difference,
                Err(stop) => return Err(explain(stop, plan, mcu, &before, &reader)),
            };
            let prediction = &mut predictions[block.component & 3];
            *prediction += difference;
            if prediction.abs() > block.max_dc {
                return Err(plan.damaged(mcu, "a brightness that no picture has"));
            }
        }
    }
    reader.refill();
    finish(&reader, plan)
}

/// Skips one block.
///
/// # Returns
/// Its DC value as the difference from the one before, in quantisation steps.
#[inline(always)]
fn walk_block(reader: &mut BitReader<'_>, block: &BlockPlan<'_>) -> Result<i32, Stop> {
    let difference = read_dc(reader, block.dc)?;
    // Of the 63 AC coefficients.
    let mut passed = 0;
    loop {
        reader.refill();
        let step = block.ac.step(reader.window(STEP_BITS) as usize);
        let next = passed + step.advance;
        // One comparison for "at least one code" and "all its bits are there".
        if step.bits.wrapping_sub(1) < reader.bits() {
            if next < 63 {
                reader.consume(step.bits);
                passed = next;
                continue;
            }
            if next == 63 || (step.advance >= Step::END_OF_BLOCK && next < Step::END_OF_BLOCK + 63) {
                reader.consume(step.bits);
                return Ok(difference);
            }
        }
        // A long code, or a step that reaches into the next block: one code alone.
        match skip_one(reader, &block.ac.single, passed)? {
            Some(after) if after < 63 => passed = after,
            _ => return Ok(difference),
        }
    }
}

#[inline(always)]
fn read_dc(reader: &mut BitReader<'_>, codes: &Codes) -> Result<i32, Stop> {
    reader.refill();
    let Some((length, size)) = codes.find(reader.window(16) as u16) else { return Err(no_code(reader)) };
    let size = u32::from(size);
    // At most 16 + 11 bits, fewer than a refill provides.
    if length + size > reader.bits() {
        return Err(Stop::Exhausted);
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

/// Skips one AC code with its value bits.
///
/// # Returns
/// How many coefficients have passed, at most 63; `None` at the end of the block.
#[inline(never)]
fn skip_one(reader: &mut BitReader<'_>, codes: &Codes, passed: u32) -> Result<Option<u32>, Stop> {
    let Some((length, symbol)) = codes.find(reader.window(16) as u16) else { return Err(no_code(reader)) };
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 0x0F));
    // At most 16 + 10 bits, fewer than a refill provides.
    if length + size > reader.bits() {
        return Err(Stop::Exhausted);
    }
    reader.consume(length + size);
    if symbol == 0 {
        return Ok(None);
    }
    let after = passed + run + 1;
    if after > 63 { Err(Stop::Invalid("more than 64 coefficients in a block")) } else { Ok(Some(after)) }
}

/// No code fits: either the data end here and the rest of the window is filled up, or they are wrong.
#[cold]
fn no_code(reader: &BitReader<'_>) -> Stop {
    if reader.bits() < 16 { Stop::Exhausted } else { Stop::Invalid("a code that is not in the table") }
}

/// Tells a cut from a patched header and from damage. `before` is the reader at the beginning of the MCU.
#[cold]
fn explain(stop: Stop, plan: &ScanPlan, mcu: u64, before: &BitReader<'_>, reader: &BitReader<'_>) -> Fault {
    match (stop, reader.marker()) {
        (Stop::Invalid(what), _) => plan.damaged(mcu, what),
        (Stop::Exhausted, None) => plan.cut(mcu),
        // In good order after a whole MCU: the header promises more than was ever coded.
        (Stop::Exhausted, Some(0xD9)) if before.remainder() == Remainder::Padding => plan.ends_early(mcu),
        // In the middle of one: cut, and an end marker put behind the cut.
        (Stop::Exhausted, Some(0xD9)) => plan.cut(mcu),
        (Stop::Exhausted, Some(_)) => plan.damaged(mcu, "a marker in the middle of the picture data"),
    }
}

/// Between two restart intervals: padding, then the marker whose turn it is.
fn pass_restart(reader: &mut BitReader<'_>, plan: &ScanPlan, mcu: u64) -> Result<(), Fault> {
    reader.refill();
    let turn = mcu / u64::from(plan.restart_interval).max(1) + 7;
    let expected = 0xD0 + (turn % 8) as u8;
    match (reader.remainder(), reader.marker()) {
        (Remainder::Padding, Some(marker)) if marker == expected => {
            reader.skip_marker();
            Ok(())
        }
        (Remainder::Padding, Some(0xD9)) => Err(plan.ends_early(mcu)),
        (Remainder::Padding | Remainder::WrongPadding, None) => Err(plan.cut(mcu)),
        (Remainder::WrongPadding, Some(_)) => Err(plan.damaged(mcu, "padding that is not all ones")),
        _ => Err(plan.damaged(mcu, "a restart marker is missing or out of turn")),
    }
}

/// After the last MCU.
fn finish(reader: &BitReader<'_>, plan: &ScanPlan) -> Result<usize, Fault> {
    match (reader.remainder(), reader.marker()) {
        (Remainder::Data, _) | (_, Some(0xD0..=0xD7)) => Err(plan.goes_on()),
        (_, None) => Err(Fault::Cut { place: Place::EndMarker, per_mille: None }),
        (Remainder::WrongPadding, Some(_)) => Err(plan.damaged(plan.mcu_count, "padding that is not all ones")),
        (Remainder::Padding, Some(0xD9)) => Ok(reader.marker_position() + 2),
        (Remainder::Padding, Some(marker)) => Err(Fault::Structure {
            segment: segments::name(marker),
            offset: reader.marker_position(),
            what: "between the picture data and EOI",
        }),
    }
}
