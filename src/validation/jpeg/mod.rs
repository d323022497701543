//! Strict analysis of a baseline JPEG (ITU-T T.81): every segment and every Huffman code, but no pixel.
//!
//! Decoders show as much of a file as they can: a photo of which half is missing decodes "successfully", with grey rows. The
//! analysis decodes all codes of all blocks without computing a pixel. It requires that the data end with the last block that the
//! header declares, followed by padding, EOI and the end of the file. This finds every truncated file, all appended data and
//! every changed size, at a fraction of the cost of a full decode.
//!
//! Encoders and cameras write more that decoders skip: padding of any bits, a byte of ones, fill bytes, a final restart marker, a
//! few zeros after EOI. The analysis accepts each of them up to a limit; none of them is part of the picture.
//!
//! The analysis has two by-products. It sums up DC values to detect damage, and each DC value is the mean of its block, so all of
//! them together are the photo at an eighth of its size. The position of a block's last coefficient shows how fine its detail is.

mod analysis;
mod bits;
mod block_stats;
mod embedded;
mod error;
mod frame;
mod header;
mod huffman;
mod limits;
mod marker_scan;
mod quantisation;
mod scan;
mod segments;
#[cfg(test)]
mod tests;
mod trailing_data;

pub use analysis::{JpegAnalysis, analyse, read_header};
pub use embedded::{EmbeddedSegments, PHOTOSHOP, SegmentKind};
pub(super) use error::JPEG_STANDARD;
pub use error::{Coding, ColourSpace, JpegError, TruncationPoint};
pub use frame::{Component, Frame};
pub use header::Header;
pub use limits::{MAX_METADATA_BYTES, MAX_SEGMENTS};
pub use trailing_data::{MAX_TRAILING_ZEROS, TrailingDataKind};
