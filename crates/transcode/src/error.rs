//! Reasons why a file cannot be transcoded.

/// Reason why a JPEG cannot be transcoded. The texts are for developers and logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TranscodeError {
    #[error("not a JPEG")]
    NotJpeg,
    #[error("the file ends before the picture does")]
    Truncated,
    /// Segments or picture data violate T.81.
    #[error("damaged: {0}")]
    Damaged(&'static str),
    #[error("arithmetic, lossless or hierarchical coding")]
    OtherCoding,
    #[error("{0} colours instead of 1 or 3")]
    Colours(u8),
    #[error("{0} bits for each sample instead of 8")]
    BitDepth(u8),
    /// A valid file with a feature that baseline files do not have, or that this program does not support.
    #[error("unsupported: {0}")]
    Unsupported(&'static str),
    /// A valid file whose picture is coarser than intended.
    #[error("scans that refine the picture are missing")]
    Incomplete,
    /// More than [`MAX_SCANS`](crate::MAX_SCANS).
    #[error("too many scans")]
    TooManyScans,
    /// More than [`MAX_FILE_BYTES`](crate::MAX_FILE_BYTES) or [`MAX_SAMPLES`](crate::MAX_SAMPLES).
    #[error("too large")]
    TooLarge,
}
