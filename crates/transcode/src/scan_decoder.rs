//! Decoding of one scan into the coefficients (T.81, F.2 and G.2).

use crate::TranscodeError;
use crate::bit_source::BitSource;
use crate::code_table::{CodeDefinition, CodeDefinitions, CodeTable};
use crate::frame::{CoefficientBlock, CoefficientFrame};
use crate::scan_header::{ScanHeader, ScanPass};

/// Bits of the largest DC difference of 8-bit samples (T.81, table F.1).
const MAX_DC_BITS: u8 = 11;
/// DC coefficients of 8-bit samples need 11 bits including the sign; one more is accepted, because encoders round differently.
const DC_RANGE: std::ops::Range<i32> = -2048..2048;
/// AC coefficients of 8-bit samples have 10 bits and a sign (T.81, table F.2).
const MAX_AC: i32 = 1023;

/// Decodes the scan whose data begin at `position`. Returns the position of the marker after them.
pub(crate) fn decode(
    bytes: &[u8],
    position: usize,
    frame: &mut CoefficientFrame,
    header: &ScanHeader,
    definitions: &CodeDefinitions,
    restart_interval: u16,
) -> Result<usize, TranscodeError> {
    let table = |definition: &Option<CodeDefinition>| {
        definition.as_ref().map(CodeTable::new).ok_or(TranscodeError::Damaged("a Huffman table is missing"))
    };
    let uses_dc = matches!(header.pass, ScanPass::Sequential | ScanPass::DcFirst);
    let uses_ac = matches!(header.pass, ScanPass::Sequential | ScanPass::AcFirst | ScanPass::AcRefinement);
    let colours = header.colours.iter().map(|colour| {
        Ok(ColourState {
            dc: uses_dc.then(|| table(&definitions.dc[colour.dc_table])).transpose()?,
            ac: uses_ac.then(|| table(&definitions.ac[colour.ac_table])).transpose()?,
            prediction: 0,
        })
    });
    let mut decoder = ScanDecoder {
        bits: BitSource::new(bytes, position),
        header,
        colours: colours.collect::<Result<_, TranscodeError>>()?,
        end_of_band_run: 0,
        restart_interval: u32::from(restart_interval),
        mcus_before_restart: u32::from(restart_interval),
        next_restart: 0,
    };
    if let [colour] = header.colours.as_slice() {
        // A scan of one colour has MCUs of a single block and no padding blocks (T.81, A.2.2).
        for block in &mut frame.planes[colour.plane].blocks {
            decoder.begin_mcu()?;
            decoder.decode_block(0, block)?;
        }
    } else {
        for mcu_row in 0..frame.mcus_down {
            for mcu_column in 0..frame.mcus_across {
                decoder.begin_mcu()?;
                decoder.decode_mcu(frame, mcu_column, mcu_row)?;
            }
        }
    }
    decoder.finish()
}

/// Tables of one colour and its last DC value.
struct ColourState {
    dc: Option<CodeTable>,
    ac: Option<CodeTable>,
    /// Previous DC value, without the bits that the scan leaves out.
    prediction: i32,
}

struct ScanDecoder<'a> {
    bits: BitSource<'a>,
    header: &'a ScanHeader,
    colours: Vec<ColourState>,
    /// Number of following blocks whose band has no new coefficients.
    end_of_band_run: u32,
    /// Zero if there is none.
    restart_interval: u32,
    mcus_before_restart: u32,
    /// Number of the next restart marker, 0 to 7.
    next_restart: u8,
}

impl ScanDecoder<'_> {
    fn begin_mcu(&mut self) -> Result<(), TranscodeError> {
        if self.restart_interval == 0 {
            return Ok(());
        }
        if self.mcus_before_restart == 0 {
            self.restart()?;
        }
        self.mcus_before_restart -= 1;
        Ok(())
    }

    fn restart(&mut self) -> Result<(), TranscodeError> {
        self.check_end_of_band_run()?;
        let (code, behind) = self.bits.marker()?;
        if code != 0xD0 + self.next_restart {
            return Err(TranscodeError::Damaged("a restart marker is missing"));
        }
        self.bits.seek(behind);
        self.next_restart = (self.next_restart + 1) % 8;
        self.mcus_before_restart = self.restart_interval;
        self.colours.iter_mut().for_each(|colour| colour.prediction = 0);
        Ok(())
    }

    fn finish(mut self) -> Result<usize, TranscodeError> {
        self.check_end_of_band_run()?;
        self.bits.marker()?;
        Ok(self.bits.position())
    }

    fn check_end_of_band_run(&self) -> Result<(), TranscodeError> {
        match self.end_of_band_run {
            0 => Ok(()),
            _ => Err(TranscodeError::Damaged("a run of blocks that goes beyond the picture")),
        }
    }

    fn decode_mcu(
        &mut self,
        frame: &mut CoefficientFrame,
        mcu_column: usize,
        mcu_row: usize,
    ) -> Result<(), TranscodeError> {
        for (index, colour) in self.header.colours.iter().enumerate() {
            let plane = &mut frame.planes[colour.plane];
            for row in (mcu_row * plane.vertical..).take(plane.vertical) {
                for column in (mcu_column * plane.horizontal..).take(plane.horizontal) {
                    match plane.block_index(column, row) {
                        Some(block) => self.decode_block(index, &mut plane.blocks[block])?,
                        None => self.decode_block(index, &mut [0; 64])?,
                    }
                }
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn decode_block(&mut self, colour: usize, block: &mut CoefficientBlock) -> Result<(), TranscodeError> {
        match self.header.pass {
            ScanPass::Sequential => {
                self.decode_dc(colour, block)?;
                self.decode_sequential_ac(colour, block)
            }
            ScanPass::DcFirst => self.decode_dc(colour, block),
            ScanPass::DcRefinement => {
                if self.bits.read_bit()? {
                    block[0] |= 1 << self.header.shift;
                }
                Ok(())
            }
            ScanPass::AcFirst => self.decode_ac(colour, block),
            ScanPass::AcRefinement => self.refine_ac(colour, block),
        }
    }

    fn decode_dc(&mut self, colour: usize, block: &mut CoefficientBlock) -> Result<(), TranscodeError> {
        let state = &mut self.colours[colour];
        let table = state.dc.as_ref().ok_or(MISSING_TABLE)?;
        let category = table.read(&mut self.bits)?;
        if category > MAX_DC_BITS {
            return Err(OUT_OF_RANGE);
        }
        state.prediction += self.bits.read_signed(u32::from(category))?;
        // Checked before the shift as well, because the shift could overflow into the valid range.
        if !DC_RANGE.contains(&state.prediction) || !DC_RANGE.contains(&(state.prediction << self.header.shift)) {
            return Err(OUT_OF_RANGE);
        }
        block[0] = (state.prediction << self.header.shift) as i16;
        Ok(())
    }

    fn decode_sequential_ac(&mut self, colour: usize, block: &mut CoefficientBlock) -> Result<(), TranscodeError> {
        let table = self.colours[colour].ac.as_ref().ok_or(MISSING_TABLE)?;
        let mut index = 1;
        while index < 64 {
            match split(table.read(&mut self.bits)?) {
                (0, 0) => return Ok(()),
                (15, 0) => index += 16,
                (_, 0) => return Err(TranscodeError::Damaged("a run of blocks in a sequential scan")),
                (run, category) => {
                    index += run;
                    *block.get_mut(index).ok_or(BEYOND_BAND)? = ac_value(&mut self.bits, category, 0)?;
                    index += 1;
                }
            }
        }
        // Sixteen zeros precede a coefficient and never end a block.
        if index == 64 { Ok(()) } else { Err(BEYOND_BAND) }
    }

    fn decode_ac(&mut self, colour: usize, block: &mut CoefficientBlock) -> Result<(), TranscodeError> {
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            return Ok(());
        }
        let table = self.colours[colour].ac.as_ref().ok_or(MISSING_TABLE)?;
        let last = self.header.last;
        let mut index = self.header.first;
        while index <= last {
            match split(table.read(&mut self.bits)?) {
                (15, 0) => index += 16,
                (run, 0) => {
                    self.end_of_band_run = read_run(&mut self.bits, run)? - 1;
                    return Ok(());
                }
                (run, category) => {
                    index += run;
                    let value = ac_value(&mut self.bits, category, self.header.shift)?;
                    *block.get_mut(..=last).and_then(|band| band.get_mut(index)).ok_or(BEYOND_BAND)? = value;
                    index += 1;
                }
            }
        }
        if index == last + 1 { Ok(()) } else { Err(BEYOND_BAND) }
    }

    /// Adds a bit to each nonzero coefficient, and decodes the coefficients whose highest bit this is (T.81, G.1.2.3).
    fn refine_ac(&mut self, colour: usize, block: &mut CoefficientBlock) -> Result<(), TranscodeError> {
        let table = self.colours[colour].ac.as_ref().ok_or(MISSING_TABLE)?;
        let unit = 1_i16 << self.header.shift;
        let band = &mut block[self.header.first..=self.header.last];
        let mut index = 0;
        while self.end_of_band_run == 0 && index < band.len() {
            let (mut zeros, category) = split(table.read(&mut self.bits)?);
            let new = match category {
                0 if zeros < 15 => {
                    self.end_of_band_run = read_run(&mut self.bits, zeros)?;
                    break;
                }
                0 => 0,
                1 => {
                    if self.bits.read_bit()? {
                        unit
                    } else {
                        -unit
                    }
                }
                _ => return Err(TranscodeError::Damaged("a refinement of more than one bit")),
            };
            loop {
                let coefficient = band.get_mut(index).ok_or(BEYOND_BAND)?;
                index += 1;
                if *coefficient != 0 {
                    refine(coefficient, unit, &mut self.bits)?;
                } else if zeros == 0 {
                    *coefficient = new;
                    break;
                } else {
                    zeros -= 1;
                }
            }
        }
        if self.end_of_band_run > 0 {
            self.end_of_band_run -= 1;
            for coefficient in band.iter_mut().skip(index).filter(|coefficient| **coefficient != 0) {
                refine(coefficient, unit, &mut self.bits)?;
            }
        }
        Ok(())
    }
}

const MISSING_TABLE: TranscodeError = TranscodeError::Damaged("a Huffman table is missing");
const OUT_OF_RANGE: TranscodeError = TranscodeError::Damaged("a coefficient is out of range");
const BEYOND_BAND: TranscodeError = TranscodeError::Damaged("a coefficient beyond the end of its block");

/// Number of zeros before the coefficient and number of its bits.
#[inline(always)]
fn split(symbol: u8) -> (usize, u32) {
    (usize::from(symbol >> 4), u32::from(symbol & 0x0F))
}

/// Number of blocks, including this one, whose band has no further coefficients; `exponent` is less than 15.
fn read_run(bits: &mut BitSource<'_>, exponent: usize) -> Result<u32, TranscodeError> {
    Ok((1 << exponent) + bits.read(exponent as u32)?)
}

#[inline(always)]
fn ac_value(bits: &mut BitSource<'_>, category: u32, shift: u32) -> Result<i16, TranscodeError> {
    let value = bits.read_signed(category)? << shift;
    if value.abs() > MAX_AC { Err(OUT_OF_RANGE) } else { Ok(value as i16) }
}

#[inline(always)]
fn refine(coefficient: &mut i16, unit: i16, bits: &mut BitSource<'_>) -> Result<(), TranscodeError> {
    // The result stays in range: this bit was zero before, and the bits above it are at most 1023.
    if bits.read_bit()? {
        *coefficient += unit * coefficient.signum();
    }
    Ok(())
}
