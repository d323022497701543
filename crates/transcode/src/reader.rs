//! Reads the segments of a file in order (T.81, B.1.1).

use crate::code_table::CodeDefinitions;
use crate::frame::CoefficientFrame;
use crate::scan_header::ScanHeader;
use crate::{MAX_FILE_BYTES, MAX_SCANS, TranscodeError, scan_decoder};

/// A file with all its coefficients.
pub(crate) struct CoefficientFile<'a> {
    /// The segments to keep, including the frame header at its position.
    pub(crate) segments: Vec<KeptSegment<'a>>,
    pub(crate) frame: CoefficientFrame,
}

/// A segment that is written unchanged.
pub(crate) struct KeptSegment<'a> {
    /// The marker's second byte; SOF0 for the frame header.
    pub(crate) marker: u8,
    /// Without the length.
    pub(crate) content: &'a [u8],
}

/// Samples of 8 bits give DC values within ±1024 before quantisation (T.81, A.3.3). Twice that, as at the gateway, allows for any
/// rounding and still detects predictions that drifted after damage.
const MAX_DC: i32 = 2048;

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOF0: u8 = 0xC0;
const SOF2: u8 = 0xC2;

pub(crate) fn read(bytes: &[u8]) -> Result<CoefficientFile<'_>, TranscodeError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(TranscodeError::TooLarge);
    }
    if !bytes.starts_with(&[0xFF, SOI]) {
        return Err(TranscodeError::NotJpeg);
    }
    let mut reader = FileReader { bytes, ..FileReader::default() };
    let mut position = 2;
    loop {
        let (marker, behind) = marker_at(bytes, position)?;
        if marker == EOI {
            break;
        }
        // RST, SOI, TEM and zero have no segment, and none of them is allowed between segments.
        if matches!(marker, 0x00 | 0x01 | 0xD0..=0xD8) {
            return Err(TranscodeError::Damaged("a marker that has no place between segments"));
        }
        let (content, end) = content_at(bytes, behind)?;
        position = reader.take(marker, content, end)?;
    }
    let frame = reader.frame.ok_or(TranscodeError::Damaged("no frame header"))?;
    if reader.scans == 0 {
        return Err(TranscodeError::Damaged("no scan"));
    }
    if !frame.is_complete() {
        return Err(TranscodeError::Incomplete);
    }
    for plane in &frame.planes {
        let dc_step = reader.dc_steps[usize::from(plane.quantisation & 3)].map_or(1, i32::from);
        let most = MAX_DC / dc_step + 1;
        if plane.blocks.iter().any(|block| i32::from(block[0]).abs() > most) {
            return Err(TranscodeError::Damaged("a brightness that no picture has"));
        }
    }
    Ok(CoefficientFile { segments: reader.segments, frame })
}

/// Reads a marker and the fill bytes before it (T.81, B.1.1.2). Returns its code and the position after it.
fn marker_at(bytes: &[u8], position: usize) -> Result<(u8, usize), TranscodeError> {
    let rest = bytes.get(position..).unwrap_or_default();
    let ones = rest.iter().take_while(|byte| **byte == 0xFF).count();
    let code = *rest.get(ones).ok_or(TranscodeError::Truncated)?;
    match ones {
        0 => Err(TranscodeError::Damaged("no marker where a segment must begin")),
        _ => Ok((code, position + ones + 1)),
    }
}

/// Reads the content after a marker. Returns it with the position after it.
fn content_at(bytes: &[u8], position: usize) -> Result<(&[u8], usize), TranscodeError> {
    let rest = bytes.get(position..).unwrap_or_default();
    let length = rest.first_chunk().ok_or(TranscodeError::Truncated)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(TranscodeError::Damaged("length of a segment"));
    }
    let content = rest.get(2..length).ok_or(TranscodeError::Truncated)?;
    Ok((content, position + length))
}

#[derive(Default)]
struct FileReader<'a> {
    bytes: &'a [u8],
    segments: Vec<KeptSegment<'a>>,
    frame: Option<CoefficientFrame>,
    code_definitions: CodeDefinitions,
    /// First step of each defined quantisation table, at least 1.
    dc_steps: [Option<u8>; 4],
    /// Zero if there is none.
    restart_interval: u16,
    scans: usize,
}

impl<'a> FileReader<'a> {
    /// Processes a segment that ends at `end`. Returns the position of the next one; for a scan that is after the picture data.
    fn take(&mut self, marker: u8, content: &'a [u8], end: usize) -> Result<usize, TranscodeError> {
        match marker {
            SOF0..=SOF2 => {
                if self.frame.is_some() {
                    return Err(TranscodeError::Damaged("a second frame header"));
                }
                self.frame = Some(CoefficientFrame::parse(content, marker == SOF2)?);
                self.segments.push(KeptSegment { marker: SOF0, content });
            }
            // DHT; its code lies between the other frame headers.
            0xC4 => self.code_definitions.take(content)?,
            0xC3..=0xCF => return Err(TranscodeError::OtherCoding),
            0xDA => return self.take_scan(content, end),
            0xDB => {
                self.check_quantisation(content)?;
                self.segments.push(KeptSegment { marker, content });
            }
            0xDD => {
                let &[high, low] = content else { return Err(TranscodeError::Damaged("restart interval")) };
                self.restart_interval = u16::from_be_bytes([high, low]);
            }
            // APP and COM.
            0xE0..=0xEF | 0xFE => self.segments.push(KeptSegment { marker, content }),
            _ => return Err(TranscodeError::Unsupported("a segment of another process")),
        }
        Ok(end)
    }

    fn take_scan(&mut self, content: &[u8], data_start: usize) -> Result<usize, TranscodeError> {
        let frame = self.frame.as_mut().ok_or(TranscodeError::Damaged("a scan without a frame header"))?;
        if self.scans == MAX_SCANS {
            return Err(TranscodeError::TooManyScans);
        }
        self.scans += 1;
        if !frame.planes.iter().all(|plane| self.dc_steps[usize::from(plane.quantisation & 3)].is_some()) {
            return Err(TranscodeError::Damaged("a quantisation table is missing"));
        }
        let header = ScanHeader::parse(content, frame)?;
        let definitions = &self.code_definitions;
        scan_decoder::decode(self.bytes, data_start, frame, &header, definitions, self.restart_interval)
    }

    /// Checks that a baseline file may have these tables (T.81, B.2.4.1).
    fn check_quantisation(&mut self, mut content: &[u8]) -> Result<(), TranscodeError> {
        // A scan is decoded with the tables before it, but the written file has one scan with all tables before it, so later
        // tables are refused.
        if self.scans > 0 {
            return Err(TranscodeError::Unsupported("quantisation tables between scans"));
        }
        while let Some((&head, rest)) = content.split_first() {
            if head >> 4 == 1 {
                return Err(TranscodeError::Unsupported("quantisation with 16 bits"));
            }
            let slot = self.dc_steps.get_mut(usize::from(head));
            let slot = slot.ok_or(TranscodeError::Damaged("number of a quantisation table"))?;
            let too_short = TranscodeError::Damaged("a quantisation table is too short");
            let (steps, rest) = rest.split_first_chunk::<64>().ok_or(too_short)?;
            if steps.contains(&0) {
                return Err(TranscodeError::Damaged("a quantisation step of zero"));
            }
            *slot = Some(steps[0]);
            content = rest;
        }
        Ok(())
    }
}
