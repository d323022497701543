//! Lossless transcoding of JPEG files: progressive files, and sequential files with several scans, become baseline files with one
//! scan.
//!
//! ```text
//! file --> reader (segments) --> scan_decoder (every scan, into coefficient planes) --> writer (one scan, optimal codes) --> file
//! ```
//! Only the coding of the coefficients changes (ITU-T T.81, annexes F, G and K); every decoder shows the same picture as before.
//! EXIF, colour profiles, comments and quantisation tables are kept byte for byte and in their order. Data after the end marker
//! are removed.
//!
//! A truncated, damaged or contradictory file gives an error and never a faulty picture: the decoder accepts less than viewers
//! do. [`MAX_SAMPLES`] and [`MAX_SCANS`] bound time and memory for every file.
//!
//! Own code, because the available libraries read baseline files only, do not expose the coefficients, or are under the AGPL.

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

/// Maximum size of an input file, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// Maximum number of samples of all colours together: a picture of 2500 x 3200 pixels has 24 million. Each takes two bytes of
/// memory.
pub const MAX_SAMPLES: usize = 40_000_000;
/// Maximum number of scans in one file. Encoders write about 10; thousands in a small file would keep the decoder busy for hours.
pub const MAX_SCANS: usize = 100;

/// Rewrites a JPEG of one or three colours as a baseline JPEG with the same coefficients.
///
/// # Errors
/// [`TranscodeError`] names the first reason why the file cannot be transcoded.
pub fn to_baseline(jpeg: &[u8]) -> Result<Vec<u8>, TranscodeError> {
    writer::write(&reader::read(jpeg)?)
}
