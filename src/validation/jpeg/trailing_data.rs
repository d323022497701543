//! The bytes after EOI: a few zeros are padding, everything else is refused and named if it is recognised.

use crate::domain::check::FindingDetail;

/// Maximum number of zero bytes after EOI. Programs that write words of 2, 4, 8 or 16 bytes pad the last word with at most 15
/// bytes.
pub const MAX_TRAILING_ZEROS: usize = 15;

/// Presumed kind of the bytes after EOI; it determines the advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrailingDataKind {
    /// Another picture: the gain map of an HDR photo, or a preview (CIPA DC-007, Multi-Picture Format).
    Image,
    /// A video: a motion photo, or another part of the trailer that Samsung cameras append.
    Video,
    Unknown,
}

impl TrailingDataKind {
    pub(super) const fn detail(self) -> Option<FindingDetail> {
        match self {
            Self::Image => Some(FindingDetail::PictureAppended),
            Self::Video => Some(FindingDetail::FilmAppended),
            Self::Unknown => None,
        }
    }

    /// Uses only the first and last bytes, whatever the length.
    fn guess(rest: &[u8], has_mpf: bool) -> Self {
        // ISO/IEC 14496-12: the first box of an MP4 video. The directory at the end of Samsung's trailer ends with its name.
        if rest.get(4..8) == Some(b"ftyp") || rest.ends_with(b"SEFT") && !rest.starts_with(&SOI) {
            Self::Video
        } else if rest.starts_with(&SOI) || has_mpf {
            Self::Image
        } else {
            Self::Unknown
        }
    }
}

const SOI: [u8; 2] = [0xFF, 0xD8];

/// Classifies `rest`, the bytes after EOI; `None` if they are padding. `has_mpf` is true if the header has an index of further
/// pictures.
pub(super) fn classify(rest: &[u8], has_mpf: bool) -> Option<TrailingDataKind> {
    let is_padding = rest.len() <= MAX_TRAILING_ZEROS && rest.iter().all(|byte| *byte == 0);
    (!is_padding).then(|| TrailingDataKind::guess(rest, has_mpf))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_zeros_as_fill_a_word_are_padding_and_nothing_else_is() {
        for length in 0..=MAX_TRAILING_ZEROS {
            let mut rest = vec![0; length];
            assert_eq!(classify(&rest, true), None, "{length}");
            for at in 0..length {
                rest[at] = 1;
                assert_eq!(classify(&rest, false), Some(TrailingDataKind::Unknown), "{at} of {length}");
                rest[at] = 0;
            }
        }
        assert!(classify(&[0; MAX_TRAILING_ZEROS + 1], false).is_some());
    }

    #[test]
    fn data_that_cameras_append_are_recognised() {
        for (rest, has_mpf, expected) in [
            (&b"\xFF\xD8\xFF\xE0..."[..], false, TrailingDataKind::Image),
            (b"\0\0\0\0\xFF\xD8", true, TrailingDataKind::Image),
            (b"\0\0\0\x18ftypmp42", false, TrailingDataKind::Video),
            (b"\0\0\0\x18ftypmp42", true, TrailingDataKind::Video),
            (b"\0\0\x30\x0A\x10\0\0\0MotionPhoto_Data...SEFHk\0\0\0SEFT", false, TrailingDataKind::Video),
            (b"\xFF\xD8...\xFF\xD9...SEFHk\0\0\0SEFT", false, TrailingDataKind::Image),
            (b"PK\x05\x06", false, TrailingDataKind::Unknown),
            (b"\n", false, TrailingDataKind::Unknown),
        ] {
            assert_eq!(TrailingDataKind::guess(rest, has_mpf), expected, "{rest:?}");
        }
    }
}
