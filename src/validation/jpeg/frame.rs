//! The frame header (SOF): the size of the picture and how its colours are sampled (T.81, B.2.2).

use super::error::{Coding, ColourSpace, JpegError};

/// Content of the frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    pub precision: u8,
    /// The colours, in the order of the file.
    pub components: Vec<Component>,
    /// True for SOF0, which allows two Huffman tables of a kind; SOF1 allows four.
    pub(super) baseline: bool,
}

/// One colour of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Its identifier; scans name components by it.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1 to 4.
    pub vertical: u8,
    /// Number of the quantisation table that it uses, 0 to 3.
    pub quantisation: u8,
}

/// More blocks than this in one interleaved MCU are not allowed (T.81, B.2.3).
pub(super) const MAX_BLOCKS_PER_MCU: usize = 10;

impl Frame {
    /// Reads a frame header's content, whichever process it belongs to: they all look alike.
    pub(super) fn parse(marker: u8, content: &[u8], offset: usize, errors: &mut Vec<JpegError>) -> Option<Self> {
        let mut report = |what| {
            errors.push(JpegError::structure("SOF", offset, what));
        };
        let Some((&[precision, h1, h0, w1, w0, count], rest)) = content.split_first_chunk() else {
            report("too short");
            return None;
        };
        let frame = Self {
            width: u32::from(u16::from_be_bytes([w1, w0])),
            height: u32::from(u16::from_be_bytes([h1, h0])),
            precision,
            components: rest.chunks_exact(3).take(4).filter_map(Component::parse).collect(),
            baseline: marker == 0xC0,
        };
        if frame.width == 0 || frame.height == 0 {
            // A height of zero announces a DNL segment after the scan, which hardly any program reads.
            report("no width or no height");
        }
        if rest.len() != 3 * usize::from(count) || count == 0 {
            report("length does not fit the number of components");
        } else if count == 3 && !frame.has_plain_sampling() {
            report("identifiers, sampling factors or table numbers");
        }
        if let Some(coding) = coding_of(marker) {
            errors.push(JpegError::Coding(coding));
        }
        if precision != 8 {
            errors.push(JpegError::BitDepth(precision));
        }
        if count != 3 {
            errors.push(JpegError::Components(count));
        }
        Some(frame)
    }

    /// Luma sampled at least as finely as the others, factors powers of two, identifiers distinct: what encoders write and
    /// every decoder reads. T.81 would also allow ratios such as 3:2.
    fn has_plain_sampling(&self) -> bool {
        let [luma, blue, red] = self.components.as_slice() else { return false };
        let plain = |c: &Component| {
            [1, 2, 4].contains(&c.horizontal)
                && [1, 2, 4].contains(&c.vertical)
                && c.horizontal <= luma.horizontal
                && c.vertical <= luma.vertical
                && c.quantisation <= 3
        };
        plain(luma)
            && plain(blue)
            && plain(red)
            && luma.id != blue.id
            && luma.id != red.id
            && blue.id != red.id
            && self.components.iter().map(Component::blocks_per_mcu).sum::<usize>() <= MAX_BLOCKS_PER_MCU
    }

    /// Reads the colour space of three components from their identifiers. `is_said_to_be_ycbcr` where a JFIF segment or an
    /// Adobe segment with transform 1 says so: libjpeg (`default_decompress_parms` in jdapimin.c) then looks at no identifier,
    /// zune looks for the letters RGB only. Without such a segment 1, 2, 3 (JFIF) and 0, 1, 2 are YCbCr.
    pub(super) fn colour_error(&self, is_said_to_be_ycbcr: bool) -> Option<JpegError> {
        let [luma, blue, red] = self.components.as_slice() else { return None };
        match ([luma.id, blue.id, red.id], is_said_to_be_ycbcr) {
            ([b'R', b'G', b'B'], true) => Some(JpegError::ColourSpace(ColourSpace::RgbOrYCbCr)),
            ([b'R', b'G', b'B'], false) => Some(JpegError::ColourSpace(ColourSpace::Rgb)),
            (_, true) | ([1, 2, 3] | [0, 1, 2], false) => None,
            (_, false) => Some(JpegError::ColourSpace(ColourSpace::Unknown)),
        }
    }

    /// Number of samples that are coded, all colours together and with what fills up the last blocks: as many bytes uncompressed.
    pub(super) fn samples(&self) -> usize {
        let (across, down) = self.mcus();
        let blocks: usize = self.components.iter().map(Component::blocks_per_mcu).sum();
        (across as usize).saturating_mul(down as usize).saturating_mul(64 * blocks)
    }

    /// Blocks of 8 x 8 samples of all colours that lie in one another's place are coded together, as an MCU: how many there
    /// are in a row, and how many rows.
    pub(super) fn mcus(&self) -> (u32, u32) {
        let widest = self.components.iter().map(|c| u32::from(c.horizontal)).max().unwrap_or(1).max(1);
        let tallest = self.components.iter().map(|c| u32::from(c.vertical)).max().unwrap_or(1).max(1);
        (self.width.div_ceil(8 * widest), self.height.div_ceil(8 * tallest))
    }
}

impl Component {
    fn parse(content: &[u8]) -> Option<Self> {
        let [id, sampling, quantisation] = *content else { return None };
        Some(Self { id, horizontal: sampling >> 4, vertical: sampling & 0x0F, quantisation })
    }

    pub(super) fn blocks_per_mcu(&self) -> usize {
        usize::from(self.horizontal) * usize::from(self.vertical)
    }
}

/// The process a frame header announces; `None` for baseline (SOF0) and its extension that differs in table numbers only
/// (SOF1).
fn coding_of(marker: u8) -> Option<Coding> {
    match marker {
        0xC0 | 0xC1 => None,
        0xC2 => Some(Coding::Progressive),
        0xC3 => Some(Coding::Lossless),
        0xC5..=0xC7 => Some(Coding::Hierarchical),
        _ => Some(Coding::Arithmetic),
    }
}
