//! Lossless rewriting of JPEG files: progressive ones, and sequential ones with several scans, become baseline files with one scan.
//!
//! ```text
//! file --> reader (segments) --> scan_decoder (every scan, into coefficient planes) --> writer (one scan, optimal codes) --> file
//! ```
//! Only the coding of the coefficients changes (ITU-T T.81, annexes F, G and K); every decoder shows the same picture as before. EXIF,
//! colour profiles, comments and quantisation tables are kept byte for byte and in their order. Data behind the end marker are dropped.
//!
//! A file that is cut, damaged or contradictory gives an error, never a picture with faults: the decoder accepts less than viewers do.
//! Time and memory are bounded by [`MAX_SAMPLES`] and [`MAX_SCANS`], whatever the file says.
//!
//! Own code, because the libraries at hand either read baseline files only, keep the coefficients to themselves or stand under the AGPL.

mod bit_source;
mod code_table;
mod error;
mod frame;
mod optimal_code;
mod reader;
mod scan_decoder;
mod scan_header;
#[cfg(test)]
mod tests;
mod writer;

pub use error::TranscodeError;

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// The most samples of all colours together: a picture of 2500 x 3200 pixels has 24 million. Each takes two bytes of memory.
pub const MAX_SAMPLES: usize = 40_000_000;
/// The most scans in one file. Encoders write 10 or so; thousands in a small file would keep the decoder busy for hours.
pub const MAX_SCANS: usize = 100;

/// Rewrites a JPEG of one or three colours as a baseline JPEG with the same coefficients.
///
/// # Errors
/// [`TranscodeError`] names the first reason for which the file cannot be rewritten.
pub fn to_baseline(jpeg: &[u8]) -> Result<Vec<u8>, TranscodeError> {
    writer::write(&reader::read(jpeg)?)
}
