//! A strict walk over a baseline JPEG (ITU-T T.81): every segment, every Huffman code, no pixel.
//!
//! Decoders are built to show something, whatever they are given: a photo cut in half decodes "successfully" with grey rows.
//! The walk asks the opposite question. It decodes all codes of all blocks without computing a coefficient, and demands that
//! the data end with exactly the block that the header promises, then padding of one bits, then EOI, then the end of file.
//! That finds every cut, every appended file and every patched dimension for a fraction of the cost of a decode.

mod bits;
mod fault;
mod frame;
mod header;
mod huffman;
mod outline;
mod quantisation;
mod scan;
mod segments;

pub use fault::{Coding, Fault, Place};
pub use frame::{Component, Frame};
pub use header::{Header, MAX_METADATA_BYTES, MAX_SEGMENTS};

use super::{MAX_HEIGHT, MAX_WIDTH};

/// What a walk found out.
#[derive(Debug)]
pub struct Walk {
    /// What the header says, as far as it could be read.
    pub header: Header,
    /// Everything that is wrong; a file without faults can be shown by every program.
    pub faults: Vec<Fault>,
}

/// Walks over the whole file. Never panics; allocates less than 200 kB, whatever the file claims.
///
/// Codings other than baseline are not decoded: for them only the outline (end marker, trailing data) is looked at. Pictures
/// beyond [`MAX_WIDTH`] x [`MAX_HEIGHT`] are not decoded either, which bounds the time.
pub fn walk(bytes: &[u8]) -> Walk {
    let (header, mut faults) = header::read(bytes);
    let Some(scan_start) = header.scan_start else {
        return Walk { header, faults };
    };
    let walkable = !faults.iter().any(Fault::hinders_scan) && header.frame.as_ref().is_some_and(fits_limits);
    let plan = if walkable { header.scan_plan() } else { None };
    let end = match plan {
        Some(plan) => match scan::walk(bytes, scan_start, &plan) {
            Ok(end) => Some(end),
            Err(fault) => {
                faults.push(fault);
                outline::find_end(bytes, scan_start)
            }
        },
        None => {
            let end = outline::find_end(bytes, scan_start);
            if end.is_none() {
                faults.push(Fault::Cut { place: Place::Scan, per_mille: None });
            }
            end
        }
    };
    if let Some(trailing) = end.and_then(|end| bytes.len().checked_sub(end)).filter(|bytes| *bytes > 0) {
        faults.push(Fault::TrailingData { bytes: trailing });
    }
    Walk { header, faults }
}

fn fits_limits(frame: &Frame) -> bool {
    frame.width <= MAX_WIDTH && frame.height <= MAX_HEIGHT
}

#[cfg(test)]
mod tests;
