//! A strict walk over a baseline JPEG (ITU-T T.81): every segment, every Huffman code, no pixel.
//!
//! Decoders are built to show something, whatever they are given: a photo cut in half decodes "successfully" with grey rows.
//! The walk asks the opposite question. It decodes all codes of all blocks without computing a pixel, and demands that
//! the data end with exactly the block that the header promises, then padding, then EOI, then the end of file. That finds every
//! cut, every appended file and every patched dimension for a fraction of the cost of a decode.
//!
//! Encoders and cameras write more around these, and decoders skip it: padding of any bits, a byte of ones, fill bytes, a last
//! restart marker, a few zeros behind EOI. The walk accepts each of them up to a limit; none holds a bit of the picture.
//!
//! Two things fall out on the way. DC values have to be added up to find damage, and each is the mean of its block: together
//! they are the picture at an eighth of its size. And where a block's last coefficient stands tells how fine its detail is.

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
