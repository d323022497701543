//! What stands beside the picture in the file: when and where it was taken, in which colours, how large on paper.
//!
//! Metadata are judged and never touched: the file that the studio sent is the file that the office gets, with all it says. A
//! thumbnail in EXIF is told of and left alone, too; its segment bounds it to 64 KiB.

mod capture_time;
mod colour_profile;
mod density;
mod exif;
mod orientation;

use self::exif::Exif;
use super::jpeg::{self, Walk};
use super::rules::Rules;
use crate::clock::Timestamp;
use crate::domain::check::Check;
use crate::domain::finding::Finding;

/// Judges the metadata of a file as far as its header could be read.
pub(super) fn examine(bytes: &[u8], walk: &Walk, rules: &Rules, now: Timestamp) -> Vec<Finding> {
    let segment = walk.header.exif.clone().and_then(|range| bytes.get(range));
    let exif = segment.and_then(Exif::parse);
    let mut findings: Vec<Finding> = segment.and_then(orientation::examine).into_iter().collect();
    if let Some(rule) = &rules.capture {
        match exif.and_then(capture_time::read) {
            Some(captured) => findings.extend(capture_time::examine(captured, rule, now)),
            // A file that is broken has to be exported again in any case.
            None if walk.faults.is_empty() => {
                findings.push(Finding::advise(Check::CaptureTimeMissing, "-", "EXIF DateTimeOriginal"));
            }
            None => {}
        }
    }
    if exif.is_some_and(Exif::has_location) {
        findings.push(Finding::advise(Check::Location, "EXIF GPS", "-"));
    }
    if let Some(held) = exif.and_then(Exif::thumbnail_bytes) {
        findings.push(Finding::advise(Check::Thumbnail, format!("EXIF IFD1, {held} bytes"), "-"));
    }
    findings.extend(colour_profile::examine(bytes, &walk.header.icc));
    if let (Some(rule), Some(frame)) = (&rules.density, &walk.header.frame) {
        findings.extend(density::examine(walk.header.pixels_per_inch, frame.width, rule));
    }
    findings
}

/// The day on which the picture was taken, by its own word and in its own time zone.
pub fn captured_on(bytes: &[u8]) -> Option<time::Date> {
    let segment = jpeg::header(bytes).exif.and_then(|range| bytes.get(range))?;
    Exif::parse(segment).and_then(capture_time::read).map(time::OffsetDateTime::date)
}
