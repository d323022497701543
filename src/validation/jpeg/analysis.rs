//! Analysis of a whole file: header, picture data, and the bytes after them.

use super::error::{JpegError, TruncationPoint};
use super::frame::Frame;
use super::header::Header;
use super::scan::ScanPlan;
use super::{header, marker_scan, scan, trailing_data};
use crate::validation::downscaled::{DownscaledPhoto, Plane};
use crate::validation::limits::{MAX_HEIGHT, MAX_WIDTH};

/// Bytes by which the picture data may exceed the uncompressed samples: very small photos, fill bytes and markers need them.
const SPARE_BYTES: usize = 64 * 1024;

/// Result of the analysis of a file.
#[derive(Debug)]
pub struct JpegAnalysis {
    pub header: Header,
    /// Empty if every program can show the file.
    pub errors: Vec<JpegError>,
    /// The picture at an eighth of its size; `None` if the file has errors.
    pub downscaled: Option<DownscaledPhoto>,
    /// Finest detail of each luma block: the position of its last nonzero coefficient in zigzag order, from 0 (flat) to 63
    /// (finest pattern). Has the size of [`JpegAnalysis::downscaled`], and is `None` in the same cases.
    pub last_coefficients: Option<Plane>,
}

/// Reads the header as far as possible. Never panics.
pub fn read_header(bytes: &[u8]) -> Header {
    header::read(bytes).0
}

/// Analyses the whole file. Never panics; allocates less than 2 MiB for any file.
///
/// Codings other than baseline are not decoded: only their end marker and trailing data are checked. Pictures beyond
/// [`MAX_WIDTH`] x [`MAX_HEIGHT`] are not decoded either, which bounds time and memory.
pub fn analyse(bytes: &[u8]) -> JpegAnalysis {
    let (header, errors) = header::read(bytes);
    let mut analysis = JpegAnalysis { header, errors, downscaled: None, last_coefficients: None };
    let Some(scan_start) = analysis.header.scan_start else {
        return analysis;
    };
    let walkable = !analysis.errors.iter().any(JpegError::prevents_scan)
        && analysis.header.frame.as_ref().is_some_and(fits_limits);
    let plan = if walkable { ScanPlan::new(&analysis.header) } else { None };
    let mut planes = None;
    let oversized = plan.as_ref().zip(analysis.header.frame.as_ref());
    let oversized = oversized.and_then(|(_, frame)| find_oversized(bytes, scan_start, frame));
    let end = match (plan, oversized) {
        (_, Some((error, end))) => {
            analysis.errors.push(error);
            end
        }
        (Some(plan), None) => match scan::check_scan(bytes, scan_start, &plan) {
            Ok((end, grid)) => {
                planes = grid.into_planes(&plan.layout);
                Some(end)
            }
            Err(error) => {
                analysis.errors.push(error);
                marker_scan::find_end(bytes, scan_start)
            }
        },
        (None, None) => {
            let end = marker_scan::find_end(bytes, scan_start);
            if end.is_none() {
                analysis.errors.push(JpegError::Truncated { position: TruncationPoint::Scan, per_mille: None });
            }
            end
        }
    };
    if let Some(rest) = end.and_then(|end| bytes.get(end..))
        && let Some(appendix) = trailing_data::classify(rest, analysis.header.embedded.has_multi_picture_index())
    {
        analysis.errors.push(JpegError::TrailingData { bytes: rest.len(), appendix });
    }
    if analysis.errors.is_empty() {
        (analysis.downscaled, analysis.last_coefficients) = planes.unzip();
    }
    analysis
}

/// Detects picture data that are larger than the uncompressed samples. No encoder writes such data, and decoding megabytes of
/// random codes is the most expensive work that a file can cause.
fn find_oversized(bytes: &[u8], scan_start: usize, frame: &Frame) -> Option<(JpegError, Option<usize>)> {
    let limit = frame.samples() + SPARE_BYTES;
    if bytes.len() - scan_start <= limit {
        return None;
    }
    // Data after EOI are reported as a separate error.
    let end = marker_scan::find_end(bytes, scan_start);
    let taken = end.unwrap_or(bytes.len()) - scan_start;
    (taken > limit).then_some((JpegError::Oversized { bytes: taken, limit }, end))
}

fn fits_limits(frame: &Frame) -> bool {
    frame.width <= MAX_WIDTH && frame.height <= MAX_HEIGHT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picture_data_may_be_as_large_as_their_samples_and_the_spare_bytes() {
        let header = [8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
        let frame = Frame::parse(0xC0, &header, 0, &mut Vec::new()).unwrap();
        let limit = frame.samples() + SPARE_BYTES;
        let data = |taken: usize| [&vec![0; taken - 2][..], &[0xFF, 0xD9], b"behind"].concat();
        assert_eq!(find_oversized(&data(limit), 0, &frame), None);
        let oversized = JpegError::Oversized { bytes: limit + 1, limit };
        assert_eq!(find_oversized(&data(limit + 1), 0, &frame), Some((oversized, Some(limit + 1))));
    }
}
