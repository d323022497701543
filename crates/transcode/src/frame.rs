//! The frame header (SOF; T.81, B.2.2) and the coefficients of its colours.

use crate::{MAX_SAMPLES, TranscodeError};

/// Coefficients of 8 x 8 samples, in zigzag order.
pub(crate) type CoefficientBlock = [i16; 64];

/// Marks coefficients that no scan has coded.
pub(crate) const NOT_CODED: u8 = u8::MAX;

/// Maximum number of blocks in one interleaved MCU (T.81, B.2.3).
const MAX_BLOCKS_PER_MCU: usize = 10;

/// A frame with the coefficients of all scans so far.
pub(crate) struct CoefficientFrame {
    pub(crate) is_progressive: bool,
    pub(crate) planes: Vec<CoefficientPlane>,
    /// MCUs per row of an interleaved scan.
    pub(crate) mcus_across: usize,
    pub(crate) mcus_down: usize,
}

/// The coefficients of one colour. Blocks that only pad the last MCUs are not stored, because they are outside the picture.
pub(crate) struct CoefficientPlane {
    /// Scans refer to the colour by this identifier.
    pub(crate) id: u8,
    /// Horizontal sampling factor, 1 to 4: blocks per row of an MCU.
    pub(crate) horizontal: usize,
    /// Vertical sampling factor, 1 to 4: rows of blocks per MCU.
    pub(crate) vertical: usize,
    pub(crate) quantisation: u8,
    pub(crate) blocks_across: usize,
    pub(crate) blocks_down: usize,
    pub(crate) blocks: Vec<CoefficientBlock>,
    /// Number of lowest bits that are still unknown for each coefficient, or [`NOT_CODED`].
    pub(crate) missing_bits: [u8; 64],
}

impl CoefficientFrame {
    /// Reads a frame header of SOF0, SOF1 or SOF2, which have the same format.
    pub(crate) fn parse(content: &[u8], is_progressive: bool) -> Result<Self, TranscodeError> {
        let damaged = TranscodeError::Damaged("frame header");
        let (&[precision, h1, h0, w1, w0, count], rest) = content.split_first_chunk().ok_or(damaged)?;
        let width = usize::from(u16::from_be_bytes([w1, w0]));
        let height = usize::from(u16::from_be_bytes([h1, h0]));
        if precision != 8 {
            return Err(TranscodeError::BitDepth(precision));
        }
        if count != 1 && count != 3 {
            return Err(TranscodeError::Colours(count));
        }
        // A height of zero announces a DNL segment after the first scan, which hardly any program supports.
        if width == 0 || height == 0 || rest.len() != 3 * usize::from(count) {
            return Err(damaged);
        }
        let factors = |sampling: u8| (usize::from(sampling >> 4), usize::from(sampling & 0x0F));
        let (colours, _) = rest.as_chunks::<3>();
        let (mut widest, mut tallest, mut blocks_per_mcu) = (1, 1, 0);
        for [_, sampling, _] in colours {
            let (horizontal, vertical) = factors(*sampling);
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) {
                return Err(damaged);
            }
            widest = widest.max(horizontal);
            tallest = tallest.max(vertical);
            blocks_per_mcu += horizontal * vertical;
        }
        if colours.len() > 1 && blocks_per_mcu > MAX_BLOCKS_PER_MCU {
            return Err(TranscodeError::Unsupported("more than ten blocks in one MCU"));
        }
        let mut planes: Vec<CoefficientPlane> = Vec::new();
        let mut samples = 0;
        for &[id, sampling, quantisation] in colours {
            let (horizontal, vertical) = factors(sampling);
            let blocks_across = (width * horizontal).div_ceil(widest).div_ceil(8);
            let blocks_down = (height * vertical).div_ceil(tallest).div_ceil(8);
            samples += blocks_across * blocks_down * 64;
            // Checked before the memory is allocated.
            if samples > MAX_SAMPLES {
                return Err(TranscodeError::TooLarge);
            }
            if quantisation > 3 || planes.iter().any(|plane| plane.id == id) {
                return Err(damaged);
            }
            planes.push(CoefficientPlane {
                id,
                horizontal,
                vertical,
                quantisation,
                blocks_across,
                blocks_down,
                blocks: vec![[0; 64]; blocks_across * blocks_down],
                missing_bits: [NOT_CODED; 64],
            });
        }
        let (mcus_across, mcus_down) = (width.div_ceil(8 * widest), height.div_ceil(8 * tallest));
        Ok(Self { is_progressive, planes, mcus_across, mcus_down })
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.planes.iter().all(|plane| plane.missing_bits == [0; 64])
    }
}

impl CoefficientPlane {
    /// Index of a block; `None` for a block that only pads an MCU.
    #[inline(always)]
    pub(crate) fn block_index(&self, column: usize, row: usize) -> Option<usize> {
        (column < self.blocks_across && row < self.blocks_down).then(|| row * self.blocks_across + column)
    }
}
