//! Reasons why a file cannot be rewritten.

use std::fmt;

/// A JPEG cannot be rewritten. `Display` is for developers and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscodeError {
    /// The file does not begin as a JPEG does.
    NotJpeg,
    /// The file ends before the picture does.
    Truncated,
    /// Segments or picture data break the rules of T.81.
    Damaged(&'static str),
    /// Arithmetic, lossless or hierarchical coding.
    OtherCoding,
    /// Number of colours, when it is neither 1 nor 3.
    Colours(u8),
    /// Bits for each sample, when they are not 8.
    BitDepth(u8),
    /// A sound file that uses a part of the standard that baseline files do not have, or that this program does not know.
    Unsupported(&'static str),
    /// Scans that refine the picture are missing: it is legal, and coarser than it was meant to be.
    Incomplete,
    /// More than [`MAX_SCANS`](crate::MAX_SCANS).
    TooManyScans,
    /// More than [`MAX_FILE_BYTES`](crate::MAX_FILE_BYTES) or [`MAX_SAMPLES`](crate::MAX_SAMPLES).
    TooLarge,
}

impl fmt::Display for TranscodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJpeg => f.write_str("not a JPEG"),
            Self::Truncated => f.write_str("the file ends before the picture does"),
            Self::Damaged(what) => write!(f, "damaged: {what}"),
            Self::OtherCoding => f.write_str("arithmetic, lossless or hierarchical coding"),
            Self::Colours(count) => write!(f, "{count} colours instead of 1 or 3"),
            Self::BitDepth(bits) => write!(f, "{bits} bits for each sample instead of 8"),
            Self::Unsupported(what) => write!(f, "unsupported: {what}"),
            Self::Incomplete => f.write_str("scans that refine the picture are missing"),
            Self::TooManyScans => f.write_str("too many scans"),
            Self::TooLarge => f.write_str("too large"),
        }
    }
}

impl std::error::Error for TranscodeError {}
