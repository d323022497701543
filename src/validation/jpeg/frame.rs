//! The frame header (SOF): size of the picture and sampling of its colours (T.81, B.2.2).

use super::error::{Coding, ColourSpace, JpegError};

/// Content of the frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub width: u32,
    pub height: u32,
    pub precision: u8,
    /// In the order of the file.
    pub components: Vec<Component>,
    /// True for SOF0, which allows two Huffman tables of each kind; SOF1 allows four.
    pub(super) baseline: bool,
}

/// One colour of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Scans refer to components by this identifier.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1 to 4.
    pub vertical: u8,
    /// Number of the quantisation table, 0 to 3.
    pub quantisation: u8,
}

/// Maximum number of blocks in one interleaved MCU (T.81, B.2.3).
pub(super) const MAX_BLOCKS_PER_MCU: usize = 10;

impl Frame {
    /// Reads the content of a frame header; the format is the same for every process.
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
            // A height of zero announces a DNL segment after the scan, which hardly any program supports.
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

    /// Reports whether luma is sampled at least as finely as the others, all factors are powers of two, and the identifiers are
    /// distinct. All encoders write this and all decoders read it. T.81 also allows ratios such as 3:2.
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

    /// Reads the colour space of three components from their identifiers. `is_said_to_be_ycbcr` is true if a JFIF segment or an
    /// Adobe segment with transform 1 indicates YCbCr: libjpeg (`default_decompress_parms` in jdapimin.c) then ignores the
    /// identifiers, zune only checks for the letters RGB. Without such a segment, 1, 2, 3 (JFIF) and 0, 1, 2 are YCbCr.
    pub(super) fn colour_error(&self, is_said_to_be_ycbcr: bool) -> Option<JpegError> {
        let [luma, blue, red] = self.components.as_slice() else { return None };
        match ([luma.id, blue.id, red.id], is_said_to_be_ycbcr) {
            ([b'R', b'G', b'B'], true) => Some(JpegError::ColourSpace(ColourSpace::RgbOrYCbCr)),
            ([b'R', b'G', b'B'], false) => Some(JpegError::ColourSpace(ColourSpace::Rgb)),
            (_, true) | ([1, 2, 3] | [0, 1, 2], false) => None,
            (_, false) => Some(JpegError::ColourSpace(ColourSpace::Unknown)),
        }
    }

    /// Number of coded samples of all colours, including those that pad the last blocks. Equals the uncompressed size in bytes.
    pub(super) fn samples(&self) -> usize {
        let (across, down) = self.mcus();
        let blocks: usize = self.components.iter().map(Component::blocks_per_mcu).sum();
        (across as usize).saturating_mul(down as usize).saturating_mul(64 * blocks)
    }

    /// Number of MCUs per row, and number of rows. An MCU contains the blocks of 8 x 8 samples of all colours for one part of the
    /// picture.
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

/// The process that a frame header declares; `None` for baseline (SOF0) and for SOF1, which differs from it only in the number of
/// tables.
fn coding_of(marker: u8) -> Option<Coding> {
    match marker {
        0xC0 | 0xC1 => None,
        0xC2 => Some(Coding::Progressive),
        0xC3 => Some(Coding::Lossless),
        0xC5..=0xC7 => Some(Coding::Hierarchical),
        _ => Some(Coding::Arithmetic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mcu_has_the_blocks_of_both_sampling_factors() {
        for (sampling, blocks) in [(0x11, 1), (0x21, 2), (0x12, 2), (0x22, 4), (0x41, 4)] {
            assert_eq!(Component::parse(&[1, sampling, 0]).unwrap().blocks_per_mcu(), blocks, "{sampling:x}");
        }
    }

    #[test]
    fn every_frame_marker_declares_its_process() {
        for (marker, expected) in [
            (0xC0, None),
            (0xC1, None),
            (0xC2, Some(Coding::Progressive)),
            (0xC3, Some(Coding::Lossless)),
            (0xC5, Some(Coding::Hierarchical)),
            (0xC7, Some(Coding::Hierarchical)),
            (0xC9, Some(Coding::Arithmetic)),
            (0xCF, Some(Coding::Arithmetic)),
        ] {
            assert_eq!(coding_of(marker), expected, "{marker:x}");
        }
    }
}
