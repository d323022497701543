//! An inventory of application segments and comments by kind and size. EXIF, XMP and ICC profiles do not count: EXIF and ICC
//! profiles have their own rules, and editors write XMP of any length.

use std::fmt;

/// Segments that are identified by the text at their beginning. All others with the same marker are one kind, so that unknown
/// identifiers cannot bypass a limit per kind.
const IDENTIFIERS: [(u8, &[u8], &str); 10] = [
    (0xE0, b"JFIF\0", "JFIF"),
    (0xE0, b"JFXX\0", "JFXX"),
    (0xE2, MULTI_PICTURE, "MPF"),
    (0xE2, b"FPXR\0", "FPXR"),
    (0xE2, b"urn:iso:std:iso:ts:21496:-1\0", "ISO 21496-1"),
    (0xEA, b"AROT\0", "AROT"),
    (0xEB, b"JP", "JUMBF"),
    (0xEC, b"Ducky", "Ducky"),
    (0xED, PHOTOSHOP, "Photoshop 3.0"),
    (0xEE, b"Adobe", "Adobe"),
];
/// Photoshop's image resources (Adobe Photoshop File Formats Specification).
pub const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
/// The index of further pictures in the file (CIPA DC-007).
const MULTI_PICTURE: &[u8] = b"MPF\0";
/// Segments of EXIF, XMP and ICC profiles.
const IGNORED_SEGMENTS: [(u8, &[u8]); 4] = [
    (0xE1, b"Exif\0\0"),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\0"),
    (0xE1, b"http://ns.adobe.com/xmp/extension/\0"),
    (0xE2, b"ICC_PROFILE\0"),
];

/// The kinds of segments in a header with the bytes of each. The 17 markers and the identifiers above bound its length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmbeddedSegments(Vec<(SegmentKind, usize)>);

/// A marker and, if known, the identifier. `Display` is for people: `APP2 MPF`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentKind {
    marker: u8,
    identifier: Option<&'static str>,
}

impl EmbeddedSegments {
    /// Adds the content of a segment (without marker and length).
    pub(super) fn count(&mut self, marker: u8, content: &[u8]) {
        let is_counted = matches!(marker, 0xE0..=0xEF | 0xFE);
        if !is_counted || IGNORED_SEGMENTS.iter().any(|(m, start)| *m == marker && content.starts_with(start)) {
            return;
        }
        let known = IDENTIFIERS.iter().find(|(m, start, _)| *m == marker && content.starts_with(start));
        let kind = SegmentKind { marker, identifier: known.map(|(_, _, name)| *name) };
        match self.0.iter_mut().find(|(counted, _)| *counted == kind) {
            Some((_, bytes)) => *bytes += content.len(),
            None => self.0.push((kind, content.len())),
        }
    }

    /// The kinds with their bytes, in order of first appearance.
    pub fn kinds(&self) -> impl Iterator<Item = (SegmentKind, usize)> {
        self.0.iter().copied()
    }

    /// Subtracts `bytes` of Photoshop's image resources.
    pub fn without_photoshop(mut self, bytes: usize) -> Self {
        let counts = self.0.iter_mut().filter(|(kind, _)| kind.identifier == Some("Photoshop 3.0"));
        counts.for_each(|(_, counted)| *counted = counted.saturating_sub(bytes));
        self
    }

    /// Reports an index that lists further pictures in the file.
    pub(super) fn has_multi_picture_index(&self) -> bool {
        self.0.iter().any(|(kind, _)| kind.identifier == Some("MPF"))
    }
}

impl fmt::Display for SegmentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.marker {
            0xFE => f.write_str("COM")?,
            marker => write!(f, "APP{}", marker & 0x0F)?,
        }
        self.identifier.map_or(Ok(()), |identifier| write!(f, " {identifier}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(segments: &[(u8, &[u8])]) -> Vec<(String, usize)> {
        let mut embedded = EmbeddedSegments::default();
        segments.iter().for_each(|(marker, content)| embedded.count(*marker, content));
        embedded.kinds().map(|(kind, bytes)| (kind.to_string(), bytes)).collect()
    }

    #[test]
    fn segments_of_a_kind_add_up() {
        let segments: [(u8, &[u8]); 8] = [
            (0xE2, b"MPF\0II*\0"),
            (0xFE, b"Hello"),
            (0xE2, b"MPF\0"),
            (0xE2, b"own"),
            (0xE2, b"other"),
            (0xFE, b""),
            (0xED, b"Photoshop 3.0\x008BIM"),
            (0xE1, b"Exif"),
        ];
        let expected = [("APP2 MPF", 12), ("COM", 5), ("APP2", 8), ("APP13 Photoshop 3.0", 18), ("APP1", 4)];
        assert_eq!(counted(&segments), expected.map(|(kind, bytes)| (kind.to_owned(), bytes)));
    }

    #[test]
    fn exif_xmp_icc_and_tables_are_not_counted() {
        let segments: [(u8, &[u8]); 6] = [
            (0xE1, b"Exif\0\0MM"),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"),
            (0xE1, b"http://ns.adobe.com/xmp/extension/\0ABC"),
            (0xE2, b"ICC_PROFILE\0\x01\x01"),
            (0xDB, &[0; 65]),
            (0xC4, &[0; 30]),
        ];
        assert_eq!(counted(&segments), []);
        // An identifier counts only with its own marker.
        assert_eq!(counted(&[(0xE2, b"Exif\0\0MM"), (0xFE, b"ICC_PROFILE\0")]).len(), 2);
    }
}
