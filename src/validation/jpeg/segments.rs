//! Segments: marker, length and content, of which every part of a JPEG header consists (T.81, B.1.1).

use super::error::{JpegError, TruncationPoint};

/// One marker with its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment<'a> {
    pub marker: u8,
    pub offset: usize,
    /// Content without the length; empty for markers without a segment.
    pub content: &'a [u8],
    pub end: usize,
}

/// Reads the segment that begins at `position`.
pub(super) fn read(bytes: &[u8], position: usize) -> Result<Segment<'_>, JpegError> {
    let cut = JpegError::Truncated { position: TruncationPoint::Header, per_mille: None };
    let mut at = position;
    match bytes.get(at) {
        Some(0xFF) => {}
        Some(_) => {
            return Err(JpegError::structure("-", at, "no marker where a segment must begin"));
        }
        None => return Err(cut),
    }
    // Fill bytes may precede any marker (T.81, B.1.1.2); cameras align segments with them.
    while bytes.get(at) == Some(&0xFF) {
        at += 1;
    }
    let Some(&marker) = bytes.get(at) else { return Err(cut) };
    let start = at + 1;
    if stands_alone(marker) {
        return Ok(Segment { marker, offset: position, content: &[], end: start });
    }
    let Some(&[high, low]) = bytes.get(start..).and_then(<[u8]>::first_chunk) else { return Err(cut) };
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length < 2 {
        return Err(JpegError::structure(name(marker), position, "a length that does not even hold itself"));
    }
    let Some(content) = bytes.get(start + 2..start + length) else { return Err(cut) };
    Ok(Segment { marker, offset: position, content, end: start + length })
}

const fn stands_alone(marker: u8) -> bool {
    // Markers without a length: 0x00, 0x01 (TEM), RST0 to RST7, SOI, EOI.
    matches!(marker, 0x00 | 0x01 | 0xD0..=0xD9)
}

/// Name of a marker in the standard.
pub(super) const fn name(marker: u8) -> &'static str {
    match marker {
        0xC4 => "DHT",
        0xC8 => "JPG",
        0xCC => "DAC",
        0xC0..=0xCF => "SOF",
        0xD0..=0xD7 => "RST",
        0xD8 => "SOI",
        0xD9 => "EOI",
        0xDA => "SOS",
        0xDB => "DQT",
        0xDC => "DNL",
        0xDD => "DRI",
        0xDE => "DHP",
        0xDF => "EXP",
        0xE0..=0xEF => "APP",
        0xFE => "COM",
        _ => "RES",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_have_the_names_of_the_standard() {
        let names = [0xC0, 0xC4, 0xC8, 0xCC, 0xCF, 0xD0, 0xD9, 0xDB, 0xE1, 0xFE, 0xF0].map(name);
        assert_eq!(names, ["SOF", "DHT", "JPG", "DAC", "SOF", "RST", "EOI", "DQT", "APP", "COM", "RES"]);
    }

    #[test]
    fn a_length_counts_itself() {
        let comment = |length: u8| [0xFF, 0xFE, 0, length, 7, 7];
        for (length, expected) in [(2, &[][..]), (3, &[7]), (4, &[7, 7])] {
            let bytes = comment(length);
            let segment = read(&bytes, 0).unwrap();
            assert_eq!((segment.content, segment.end), (expected, 2 + usize::from(length)));
        }
        for length in [0, 1] {
            assert!(matches!(read(&comment(length), 0), Err(JpegError::Structure { .. })), "{length}");
        }
        assert!(matches!(read(&comment(5), 0), Err(JpegError::Truncated { .. })));
    }
}
