//! Cross-check of the header with the `image` crate, an independent decoder: a header that both read in the same way will be read
//! in that way by other programs too. Only the header is checked, because decoding would cost more than all other steps of a
//! deposit together.

use std::io::Cursor;

use image::{ColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::jpeg::JpegAnalysis;
use super::limits::{MAX_DECODER_BYTES, MAX_HEIGHT, MAX_WIDTH};
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;

/// Compares the `image` crate's reading of the header with the analysis.
///
/// # Returns
/// A refusal for each difference. Empty if the analysis has found errors: the file is already refused, and a header that was made
/// to mislead a decoder does not reach this one.
pub(super) fn check(bytes: &[u8], analysis: &JpegAnalysis) -> Vec<Finding> {
    let header = &analysis.header;
    let (Some(frame), Some(head)) = (&header.frame, header.scan_start.and_then(|end| bytes.get(..end))) else {
        return Vec::new();
    };
    if !analysis.errors.is_empty() {
        return Vec::new();
    }
    // Larger than the decoder's limits. The pixel rules report that in better words.
    if frame.width > MAX_WIDTH || frame.height > MAX_HEIGHT {
        return Vec::new();
    }
    let own = HeaderSummary {
        format: Some(ImageFormat::Jpeg),
        size: (frame.width, frame.height),
        // The analysis accepts no other colours.
        colour: ColorType::Rgb8,
        exif: standard_exif(bytes, analysis).map(<[u8]>::to_vec),
    };
    match read(head) {
        Ok(other) => own.disagreements(&other),
        // Only one of the two decoders accepts this header.
        Err(_) => vec![ambiguous("unreadable", &own.size_text())],
    }
}

/// The content of the EXIF segment, unless it is empty or its fill byte is not zero: other readers then find no EXIF, and the
/// metadata checks still cover what the analysis reads.
fn standard_exif<'a>(bytes: &'a [u8], analysis: &JpegAnalysis) -> Option<&'a [u8]> {
    let range = analysis.header.exif.clone()?;
    let fill_byte = range.start.checked_sub(1).and_then(|at| bytes.get(at));
    bytes.get(range).filter(|exif| !exif.is_empty() && fill_byte == Some(&0))
}

struct HeaderSummary {
    format: Option<ImageFormat>,
    size: (u32, u32),
    colour: ColorType,
    exif: Option<Vec<u8>>,
}

fn read(head: &[u8]) -> image::ImageResult<HeaderSummary> {
    let mut reader = ImageReader::new(Cursor::new(head)).with_guessed_format()?;
    reader.limits(limits());
    let format = reader.format();
    let mut decoder = reader.into_decoder()?;
    Ok(HeaderSummary {
        format,
        size: decoder.dimensions(),
        colour: decoder.color_type(),
        exif: decoder.exif_metadata()?,
    })
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_WIDTH);
    limits.max_image_height = Some(MAX_HEIGHT);
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

impl HeaderSummary {
    fn disagreements(&self, other: &Self) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.format != other.format {
            findings.push(ambiguous("unknown / JPEG", "JPEG"));
        }
        if self.size != other.size {
            findings.push(ambiguous(&format!("{} / {}", self.size_text(), other.size_text()), &self.size_text()));
        }
        if self.colour != other.colour {
            findings.push(ambiguous(&format!("{:?} / {:?}", self.colour, other.colour), &format!("{:?}", self.colour)));
        }
        if self.exif != other.exif {
            findings.push(ambiguous("2 EXIF blocks", "1 EXIF block"));
        }
        findings
    }

    fn size_text(&self) -> String {
        format!("{} x {} px", self.size.0, self.size.1)
    }
}

fn ambiguous(measured: &str, limit: &str) -> Finding {
    Finding::refuse(Check::Ambiguous, measured, limit)
}
