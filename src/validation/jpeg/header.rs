//! Everything before the picture data, read segment by segment.

use std::ops::Range;

use super::embedded::{EmbeddedSegments, PHOTOSHOP};
use super::error::{Coding, ColourSpace, JpegError};
use super::frame::Frame;
use super::huffman::HuffmanSpec;
use super::limits::{MAX_METADATA_BYTES, MAX_SEGMENTS};
use super::segments::Segment;
use super::{quantisation, segments};

/// Maximum number of reported errors; a hostile file can contain thousands.
const MAX_ERRORS: usize = 16;

/// Content of a header, as far as it could be read.
#[derive(Debug, Default)]
pub struct Header {
    pub frame: Option<Frame>,
    /// The quality setting, 1 to 100, by the formula of the Independent JPEG Group.
    pub quality: Option<u8>,
    /// Horizontal resolution from the JFIF segment, pixels per inch.
    pub pixels_per_inch: Option<u32>,
    /// Range of the content of the first EXIF segment, without `Exif\0\0`.
    pub exif: Option<Range<usize>>,
    /// Ranges of the contents of segments with an ICC profile, including `ICC_PROFILE\0`, in the order of the file.
    pub icc: Vec<Range<usize>>,
    /// Ranges of the contents of segments with Photoshop's image resources.
    pub photoshop: Vec<Range<usize>>,
    pub scan_start: Option<usize>,
    /// The other application segments and the comments, by kind and size.
    pub embedded: EmbeddedSegments,
    pub(super) quantisation: [Option<quantisation::QuantisationTable>; 4],
    pub(super) dc_codes: [Option<HuffmanSpec>; 4],
    pub(super) ac_codes: [Option<HuffmanSpec>; 4],
    pub(super) restart_interval: u16,
    /// Numbers of the DC and the AC table for each component of the scan.
    pub(super) scan_tables: Vec<(u8, u8)>,
    has_jfif: bool,
    adobe_transform: Option<u8>,
    /// Ranges of the contents of all EXIF segments, including `Exif\0\0`.
    exif_segments: Vec<Range<usize>>,
}

/// Reads until the picture data begin or nothing more can be read.
pub(super) fn read(bytes: &[u8]) -> (Header, Vec<JpegError>) {
    let mut header = Header::default();
    let mut errors = Vec::new();
    if bytes.is_empty() {
        return (header, vec![JpegError::Empty]);
    }
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return (header, vec![JpegError::NotJpeg(guess_format(bytes))]);
    }
    let mut position = 2;
    let mut segments_read = 0;
    while header.scan_start.is_none() && errors.len() < MAX_ERRORS {
        let segment = match segments::read(bytes, position) {
            Ok(segment) => segment,
            Err(error) => {
                errors.push(error);
                break;
            }
        };
        if let Err(what) = header.take_segment(&segment, &mut errors) {
            errors.push(JpegError::structure(segments::name(segment.marker), segment.offset, what));
            // Segments after a marker that ends the picture or begins another one do not belong to this header.
            if matches!(segment.marker, 0xD8 | 0xD9) {
                break;
            }
        }
        position = segment.end;
        segments_read += 1;
        if segments_read > MAX_SEGMENTS {
            // One finding about too much metadata is enough.
            if position <= MAX_METADATA_BYTES {
                errors.push(JpegError::Segments);
            }
            break;
        }
    }
    header.compare_exif(bytes, &mut errors);
    // The rest is read all the same, so that one response reports size and colours too: a profile for printing is often that
    // large, and its picture is CMYK. [`MAX_SEGMENTS`] bounds the work.
    if position > MAX_METADATA_BYTES {
        errors.push(JpegError::Metadata { bytes: position });
    }
    header.finish(&mut errors);
    (header, errors)
}

impl Header {
    fn take_segment(&mut self, segment: &Segment<'_>, errors: &mut Vec<JpegError>) -> Result<(), &'static str> {
        let content = segment.content;
        self.embedded.count(segment.marker, content);
        match segment.marker {
            0xC4 => super::huffman::parse(content, &mut self.dc_codes, &mut self.ac_codes),
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                if self.frame.is_some() {
                    return Err("a second frame");
                }
                self.frame = Frame::parse(segment.marker, content, segment.offset, errors);
                Ok(())
            }
            0xDA => {
                self.scan_start = Some(segment.end);
                self.take_scan_header(content, errors)
            }
            0xDB => quantisation::parse(content, &mut self.quantisation),
            0xDD => {
                let &[high, low] = content else { return Err("length is not 4") };
                self.restart_interval = u16::from_be_bytes([high, low]);
                Ok(())
            }
            0xE0 => {
                // Readers expect an identifier of five bytes (JFIF, JFXX) and fail without it.
                if content.len() < 5 {
                    return Err("no identifier");
                }
                // The same condition as in libjpeg (`examine_app0` in jdmarker.c).
                self.has_jfif |= content.len() >= 14 && content.starts_with(b"JFIF\0");
                self.take_density(content);
                Ok(())
            }
            0xE1 => {
                self.take_exif(segment);
                Ok(())
            }
            0xED if content.starts_with(PHOTOSHOP) => {
                self.photoshop.push(segment.end - content.len()..segment.end);
                Ok(())
            }
            0xEE => {
                if let Some(&[.., transform]) = content.strip_prefix(b"Adobe").and_then(<[u8]>::first_chunk::<7>) {
                    self.adobe_transform = Some(transform);
                }
                Ok(())
            }
            0xE2 if content.starts_with(b"ICC_PROFILE\0") => {
                self.icc.push(segment.end - content.len()..segment.end);
                Ok(())
            }
            0xE2..=0xED | 0xEF | 0xFE => Ok(()),
            // Conditioning of arithmetic coding; its frame header is already an error.
            0xCC => Ok(()),
            _ => Err("a marker that has no place before the picture data"),
        }
    }

    fn take_scan_header(&mut self, content: &[u8], errors: &mut Vec<JpegError>) -> Result<(), &'static str> {
        let frame = self.frame.as_ref().ok_or("a scan without a frame")?;
        let (&count, rest) = content.split_first().ok_or("empty")?;
        let (selectors, spectral) = rest.split_at_checked(2 * usize::from(count)).ok_or("too short")?;
        let &[first, last, approximation] = spectral else { return Err("length does not fit the components") };
        // For other processes only the segment structure is checked.
        if errors.iter().any(|error| matches!(error, JpegError::Coding(_) | JpegError::Components(_))) {
            return Ok(());
        }
        if usize::from(count) != frame.components.len() {
            errors.push(JpegError::Coding(Coding::NonInterleaved));
            return Ok(());
        }
        if (first, last, approximation) != (0, 63, 0) {
            return Err("spectral selection of another process");
        }
        let highest_table = if frame.baseline { 1 } else { 3 };
        for (component, selector) in frame.components.iter().zip(selectors.chunks_exact(2)) {
            let &[id, tables] = selector else { return Err("too short") };
            let (dc, ac) = (tables >> 4, tables & 0x0F);
            if id != component.id {
                return Err("components in another order than in the frame");
            }
            if dc > highest_table || ac > highest_table {
                return Err("table number");
            }
            self.scan_tables.push((dc, ac));
        }
        Ok(())
    }

    /// JFIF 1.02: units (1 per inch, 2 per centimetre), horizontal density.
    fn take_density(&mut self, content: &[u8]) {
        let Some(&[_, _, units, high, low]) = content.strip_prefix(b"JFIF\0").and_then(<[u8]>::first_chunk) else {
            return;
        };
        let density = u32::from(u16::from_be_bytes([high, low]));
        self.pixels_per_inch = match units {
            1 => Some(density),
            2 => Some((density * 254 + 50) / 100),
            _ => None,
        };
    }

    /// Takes `Exif`, a zero and a fill byte of any value. The fill byte is zero in CIPA DC-008 (4.5.4), but Chromium and ExifTool
    /// accept any value.
    fn take_exif(&mut self, segment: &Segment<'_>) {
        let Some([_, exif @ ..]) = segment.content.strip_prefix(b"Exif\0") else { return };
        self.exif.get_or_insert(segment.end - exif.len()..segment.end);
        self.exif_segments.push(segment.end - segment.content.len()..segment.end);
    }

    /// Checks that all EXIF segments are identical. If they differ (two blocks, or one block of more than 64 KiB that ExifTool
    /// split), programs read the first one, the last one or all of them.
    fn compare_exif(&self, bytes: &[u8], errors: &mut Vec<JpegError>) {
        let mut contents = self.exif_segments.iter().map(|range| bytes.get(range.clone()));
        let first = contents.next();
        if contents.any(|content| Some(content) != first) {
            errors.push(JpegError::ExifSegments { count: self.exif_segments.len() });
        }
    }

    /// Adds the quality, and the errors that need the whole header.
    fn finish(&mut self, errors: &mut Vec<JpegError>) {
        let Some(frame) = &self.frame else { return };
        let luma = frame.components.first().and_then(|luma| self.quantisation.get(usize::from(luma.quantisation)));
        self.quality = luma.and_then(Option::as_ref).map(quantisation::quality);
        if frame.components.len() == 3 {
            // With a JFIF segment in the same file, some programs follow JFIF (YCbCr) and some Adobe (RGB), so both are refused.
            match self.adobe_transform {
                None => errors.extend(frame.colour_error(self.has_jfif)),
                Some(1) => errors.extend(frame.colour_error(true)),
                Some(0) => errors.push(JpegError::ColourSpace(ColourSpace::Rgb)),
                Some(2) => errors.push(JpegError::ColourSpace(ColourSpace::Ycck)),
                Some(_) => errors.push(JpegError::ColourSpace(ColourSpace::Unknown)),
            }
        }
        let Some(offset) = self.scan_start else { return };
        if errors.iter().any(JpegError::prevents_scan) {
            return;
        }
        let has_step = |table: u8| self.quantisation.get(usize::from(table)).is_some_and(Option::is_some);
        if !frame.components.iter().all(|component| has_step(component.quantisation)) {
            errors.push(JpegError::structure("DQT", offset, "missing"));
        }
        let has_codes =
            |lists: &[Option<HuffmanSpec>; 4], table: u8| lists.get(usize::from(table)).is_some_and(Option::is_some);
        if !self.scan_tables.iter().all(|(dc, ac)| has_codes(&self.dc_codes, *dc) && has_codes(&self.ac_codes, *ac)) {
            errors.push(JpegError::structure("DHT", offset, "missing"));
        }
    }
}

/// Guesses the format of a file that is not a JPEG from its first bytes.
fn guess_format(bytes: &[u8]) -> &'static str {
    const SIGNATURES: [(&[u8], &str); 9] = [
        (b"\x89PNG", "PNG"),
        (b"GIF8", "GIF"),
        (b"%PDF", "PDF"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"BM", "BMP"),
        (b"PK\x03\x04", "ZIP"),
        (b"RIFF", "WebP"),
        (b"\0\0\0\x0cjP", "JPEG 2000"),
    ];
    if bytes.get(4..8) == Some(b"ftyp") {
        return "HEIF";
    }
    SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)).map_or("unknown", |(_, name)| name)
}
