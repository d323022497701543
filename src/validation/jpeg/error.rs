//! Errors of a JPEG, and the findings that report them.

use super::limits::{MAX_METADATA_BYTES, MAX_SEGMENTS};
use super::trailing_data::TrailingDataKind;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{MeasuredText, Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};

/// An error in a file. `Display` is for logs; [`JpegError::to_finding`] is for the photographer. `per_mille` is a share in
/// thousandths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JpegError {
    Empty,
    /// The file does not begin like a JPEG. The value is the presumed format.
    NotJpeg(&'static str),
    /// A JPEG that uses a process other than baseline Huffman in one scan.
    Coding(Coding),
    /// Bits per sample, if they are not 8.
    BitDepth(u8),
    /// Number of components, if they are not 3.
    Components(u8),
    /// Three components that are not YCbCr, or that not every program reads as YCbCr.
    ColourSpace(ColourSpace),
    /// The file ends before the picture does, after this share of the picture data (if known).
    Truncated {
        position: TruncationPoint,
        per_mille: Option<u16>,
    },
    /// The picture data cannot be decoded beyond this share, or restart markers and padding are out of place.
    Damaged {
        per_mille: u16,
        what: &'static str,
    },
    /// The last block is complete, but the data and their padding end with two zero bytes. They may be codes of the picture, or
    /// zeros that a storage device or a network wrote in place of lost data.
    EndsInZeros,
    /// The picture data end correctly, but after fewer or more blocks than the header declares: a changed header, or damage after
    /// which decoding continued. The two cannot always be distinguished. `None` if there are more blocks than declared.
    DeclaredSize {
        width: u32,
        height: u32,
        per_mille: Option<u16>,
    },
    /// Bytes after the end marker, other than a few zeros.
    TrailingData {
        bytes: usize,
        appendix: TrailingDataKind,
    },
    /// A segment or table that the standard does not allow, with its byte offset.
    Structure {
        segment: &'static str,
        offset: usize,
        what: &'static str,
    },
    /// Picture data that are larger than the uncompressed samples.
    Oversized {
        bytes: usize,
        limit: usize,
    },
    /// More than [`MAX_METADATA_BYTES`] before the picture data; the value is the number of bytes that could be read.
    Metadata {
        bytes: usize,
    },
    /// More segments before the picture than [`MAX_SEGMENTS`].
    Segments,
    /// Several EXIF segments with different content.
    ExifSegments {
        count: usize,
    },
}

/// Colours of three components that are not clearly YCbCr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub enum ColourSpace {
    /// An Adobe segment or the identifiers indicate RGB.
    #[strum(serialize = "RGB")]
    Rgb,
    /// The identifiers indicate RGB, but a JFIF or Adobe segment indicates YCbCr. libjpeg follows the segment, zune the
    /// identifiers.
    #[strum(serialize = "two contradictory notes")]
    RgbOrYCbCr,
    /// An Adobe segment indicates YCCK, which has four components.
    #[strum(serialize = "printing colours (YCCK)")]
    Ycck,
    /// Unknown identifiers without a JFIF or Adobe segment, or an undefined Adobe transform.
    #[strum(serialize = "unknown colours")]
    Unknown,
}

impl ColourSpace {
    const fn detail(self) -> Option<FindingDetail> {
        match self {
            Self::Rgb => Some(FindingDetail::StoredAsRgb),
            Self::RgbOrYCbCr => Some(FindingDetail::ColourContradictory),
            Self::Ycck | Self::Unknown => None,
        }
    }
}

/// Part of a file in which the file was truncated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TruncationPoint {
    Header,
    Scan,
    EndMarker,
}

/// Processes of T.81 that are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Coding {
    Progressive,
    Lossless,
    /// SOF5 to SOF7.
    Hierarchical,
    /// SOF9 to SOF15.
    Arithmetic,
    /// Baseline, with one scan per colour.
    #[strum(serialize = "separate scans")]
    NonInterleaved,
}

impl Coding {
    const fn detail(self) -> Option<FindingDetail> {
        match self {
            Self::Progressive => Some(FindingDetail::Progressive),
            Self::NonInterleaved => Some(FindingDetail::SeparateScans),
            Self::Lossless | Self::Hierarchical | Self::Arithmetic => Some(FindingDetail::RareCoding),
        }
    }
}

impl JpegError {
    pub(super) const fn structure(segment: &'static str, offset: usize, what: &'static str) -> Self {
        Self::Structure { segment, offset, what }
    }

    /// Reports whether this header error makes the picture data undecodable.
    pub(super) const fn prevents_scan(&self) -> bool {
        !matches!(self, Self::ColourSpace(_) | Self::ExifSegments { .. })
    }

    /// The finding for this error; its severity is always a refusal.
    pub fn to_finding(&self) -> Finding {
        match self {
            Self::Empty => Finding::refuse(Check::Empty, Quantity::whole(0.0, Unit::Bytes), "> 0 bytes"),
            Self::NotJpeg(guess) => Finding::refuse(Check::Format, *guess, "JPEG"),
            Self::Coding(coding) => {
                Finding::refuse(Check::Coding, <&str>::from(coding), "baseline").with_detail(coding.detail())
            }
            Self::BitDepth(bits) => {
                Finding::refuse(Check::BitDepth, Quantity::whole(f64::from(*bits), Unit::Bits), "8 bit")
            }
            Self::Components(1) => {
                Finding::refuse(Check::Colour, "shades of grey", "colour").with_detail(Some(FindingDetail::Grey))
            }
            Self::Components(4) => Finding::refuse(Check::Colour, "printing colours (CMYK)", ORDINARY_COLOURS)
                .with_detail(Some(FindingDetail::Cmyk)),
            Self::Components(count) => Finding::refuse(Check::Colour, format!("{count} channels"), ORDINARY_COLOURS),
            Self::ColourSpace(space) => {
                Finding::refuse(Check::Colour, <&str>::from(space), ORDINARY_COLOURS).with_detail(space.detail())
            }
            Self::Truncated { position: TruncationPoint::EndMarker, .. } => {
                Finding::refuse(Check::Complete, "end marker missing", "end marker")
            }
            Self::Truncated { per_mille, position: place } => {
                let measured = match (per_mille, place) {
                    (Some(per_mille), _) => percent(*per_mille).into(),
                    (None, TruncationPoint::Header) => percent(0).into(),
                    (None, _) => MeasuredText::from("< 100.0 %"),
                };
                Finding::refuse(Check::Complete, measured, "100.0 %")
            }
            Self::Damaged { per_mille, .. } => Finding::refuse(Check::PictureData, percent(*per_mille), "100.0 %"),
            Self::EndsInZeros => Finding::refuse(Check::PictureData, percent(999), "100.0 %")
                .with_detail(Some(FindingDetail::EndsInZeros)),
            Self::DeclaredSize { width, height, per_mille } => Finding::refuse(
                Check::DeclaredSize,
                per_mille.map_or_else(|| "> 100.0 %".into(), |per_mille| MeasuredText::from(percent(per_mille))),
                format!("100.0 % ({width} x {height} px)"),
            ),
            Self::TrailingData { bytes, appendix } => {
                Finding::refuse(Check::TrailingData, Quantity::whole(*bytes as f64, Unit::Bytes), "0 bytes")
                    .with_detail(appendix.detail())
            }
            Self::Structure { segment, offset, .. } => {
                Finding::refuse(Check::Structure, format!("{segment} at byte {offset}"), JPEG_STANDARD)
            }
            Self::Segments => {
                let limit = MAX_SEGMENTS;
                Finding::refuse(Check::Metadata, format!("> {limit} segments"), format!("<= {limit} segments"))
                    .with_detail(Some(FindingDetail::TooMuchMetadata))
            }
            Self::Oversized { bytes, limit } => {
                let measured = Quantity::whole(*bytes as f64, Unit::Bytes);
                Finding::refuse(Check::FileSize, measured, format!("<= {limit} bytes"))
                    .with_detail(Some(FindingDetail::FileTooLarge))
            }
            Self::ExifSegments { count } => Finding::refuse(Check::ExifBlocks, Quantity::count(*count), "1"),
            Self::Metadata { bytes } => Finding::refuse(
                Check::Metadata,
                format!(">= {bytes} bytes"),
                format!("<= {} bytes", MAX_METADATA_BYTES),
            )
            .with_detail(Some(FindingDetail::TooMuchMetadata)),
        }
    }
}

/// Colours that all programs show alike.
const ORDINARY_COLOURS: &str = "ordinary JPEG colours (YCbCr)";
pub(in crate::validation) const JPEG_STANDARD: &str = "JPEG standard (ITU-T T.81)";

fn percent(per_mille: u16) -> Quantity {
    Quantity::tenths(f64::from(per_mille) / 10.0, Unit::Percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_colours_do_not_keep_the_picture_data_from_being_checked() {
        for error in [JpegError::ColourSpace(ColourSpace::Rgb), JpegError::ExifSegments { count: 2 }] {
            assert!(!error.prevents_scan(), "{error:?}");
        }
        for error in [JpegError::Coding(Coding::Progressive), JpegError::Segments, JpegError::BitDepth(12)] {
            assert!(error.prevents_scan(), "{error:?}");
        }
    }
}
