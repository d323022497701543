//! Checks of the metadata in a file: capture time, place, colours and size on paper.
//!
//! Metadata are checked and never changed: the office gets the file that the studio sent. A thumbnail in EXIF is reported and kept as
//! well; its segment limits it to 64 KiB.

mod capture_moment;
mod capture_time;
mod colour_profile;
mod density;
mod exif;
mod orientation;
mod photoshop;
mod thumbnail;
mod tiff;

pub use self::capture_moment::CaptureDate;

use self::density::StatedDensity;
use self::exif::Exif;
use super::jpeg;
use super::jpeg::{EmbeddedSegments, Header, JpegAnalysis};
use super::profile::Profile;
use crate::clock::Timestamp;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};

/// Checks the metadata of a file as far as its header could be read.
pub(super) fn check(bytes: &[u8], analysis: &JpegAnalysis, profile: &Profile, now: Timestamp) -> Vec<Finding> {
    let segment = analysis.header.exif.clone().and_then(|range| bytes.get(range));
    let exif = segment.and_then(Exif::parse);
    let mut findings: Vec<Finding> = segment.and_then(orientation::check).into_iter().collect();
    if let Some(rule) = &profile.capture {
        match exif.map_or(CaptureDate::Missing, capture_moment::read) {
            CaptureDate::Known(captured) => findings.extend(capture_time::check(captured, rule, now)),
            CaptureDate::Unreadable(text) => {
                findings.push(Finding::advise(Check::CaptureTimeUnreadable, text, "year:month:day hour:minute:second"));
            }
            // A damaged file must be exported again in any case.
            CaptureDate::Missing if analysis.errors.is_empty() => {
                findings.push(Finding::advise(Check::CaptureTimeMissing, "missing", "capture date"));
            }
            CaptureDate::Missing => {}
        }
    }
    if exif.is_some_and(Exif::has_location) {
        findings.push(Finding::advise(Check::Location, "GPS position", "none"));
    }
    if let Some(thumbnail) = exif.and_then(Exif::thumbnail)
        && !thumbnail::shows_the_photo(thumbnail, analysis)
    {
        let length = Quantity::whole(thumbnail.len() as f64, Unit::Bytes);
        findings.push(Finding::advise(Check::Thumbnail, length, "none"));
    }
    findings.extend(colour_profile::check(bytes, &analysis.header.icc));
    if let (Some(rule), Some(frame)) = (&profile.density, &analysis.header.frame) {
        findings.extend(density::check(StatedDensity::new(analysis.header.pixels_per_inch, exif), frame.width, rule));
    }
    findings
}

/// Inventory of the data that are not part of the picture, without a Photoshop thumbnail that shows the photo.
pub(super) fn embedded_segments(bytes: &[u8], analysis: &JpegAnalysis) -> EmbeddedSegments {
    analysis.header.embedded.clone().without_photoshop(photoshop::thumbnail_bytes(bytes, analysis))
}

/// Reads the capture date that the file states, in the file's own time zone.
pub fn capture_date(bytes: &[u8]) -> CaptureDate {
    exif_of(bytes, &jpeg::read_header(bytes)).map_or(CaptureDate::Missing, capture_moment::read)
}

/// The resolution that the file states, in pixels per inch: from JFIF, otherwise from EXIF.
pub(super) fn pixels_per_inch(bytes: &[u8], header: &Header) -> Option<u32> {
    StatedDensity::new(header.pixels_per_inch, exif_of(bytes, header)).pixels_per_inch()
}

fn exif_of<'a>(bytes: &'a [u8], header: &Header) -> Option<Exif<'a>> {
    header.exif.clone().and_then(|range| bytes.get(range)).and_then(Exif::parse)
}
