//! Finds the end of a file without decoding its picture data: from marker to marker until EOI.

use super::segments;

/// Index of the first byte after EOI; `None` if the file ends or becomes invalid before EOI.
pub(super) fn find_end(bytes: &[u8], scan_start: usize) -> Option<usize> {
    let mut position = scan_start;
    loop {
        position = next_marker(bytes, position)?;
        let segment = segments::read(bytes, position).ok()?;
        if segment.marker == 0xD9 {
            return Some(segment.end);
        }
        position = segment.end;
    }
}

/// Skips entropy-coded data: everything up to an FF that is neither stuffed (FF00) nor a restart marker.
fn next_marker(bytes: &[u8], from: usize) -> Option<usize> {
    let data = bytes.get(from..)?;
    let found = data.windows(2).position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7))?;
    Some(from + found)
}
