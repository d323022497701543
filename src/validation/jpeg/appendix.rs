//! The bytes behind EOI: a few zeros are padding, everything else is refused and named where it can be recognised.

use super::fault::Fault;
use super::header::Header;
use crate::domain::detail::Detail;

/// So many zero bytes behind EOI are accepted: programs that write in words of 2, 4, 8 or 16 bytes fill the last one up, with 15
/// bytes at most.
pub const MAX_TRAILING_ZEROS: usize = 15;

/// What the bytes behind EOI seem to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appendix {
    /// Another picture: the gain map of an HDR photo, or a preview (CIPA DC-007, Multi-Picture Format).
    Picture,
    /// A film: a motion photo, or another part of the trailer that Samsung cameras append.
    Film,
    /// Something else.
    Unknown,
}

impl Appendix {
    /// The technical term; `None` for [`Appendix::Unknown`].
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Picture => Some("JPEG / MPF"),
            Self::Film => Some("MP4 / SEFT"),
            Self::Unknown => None,
        }
    }

    pub(super) const fn detail(self) -> Option<Detail> {
        match self {
            Self::Picture => Some(Detail::PictureAppended),
            Self::Film => Some(Detail::FilmAppended),
            Self::Unknown => None,
        }
    }

    /// By the first and last bytes only, whatever the length.
    fn of(rest: &[u8], has_mpf: bool) -> Self {
        // ISO/IEC 14496-12: the first box of an MP4 film. The directory at the end of Samsung's trailer ends with its name.
        if rest.get(4..8) == Some(b"ftyp") || rest.ends_with(b"SEFT") && !rest.starts_with(&SOI) {
            Self::Film
        } else if rest.starts_with(&SOI) || has_mpf {
            Self::Picture
        } else {
            Self::Unknown
        }
    }
}

const SOI: [u8; 2] = [0xFF, 0xD8];

/// Judges `rest`, the bytes behind EOI.
pub(super) fn examine(rest: &[u8], header: &Header) -> Option<Fault> {
    if rest.len() <= MAX_TRAILING_ZEROS && rest.iter().all(|byte| *byte == 0) {
        return None;
    }
    let appendix = Appendix::of(rest, header.embedded.has_multi_picture_index());
    Some(Fault::TrailingData { bytes: rest.len(), appendix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_zeros_as_fill_a_word_are_padding_and_nothing_else_is() {
        let examine = |rest: &[u8]| examine(rest, &Header::default());
        for length in 0..=MAX_TRAILING_ZEROS {
            let mut rest = vec![0; length];
            assert_eq!(examine(&rest), None, "{length}");
            for at in 0..length {
                rest[at] = 1;
                let told = Some(Fault::TrailingData { bytes: length, appendix: Appendix::Unknown });
                assert_eq!(examine(&rest), told, "{at} of {length}");
                rest[at] = 0;
            }
        }
        assert!(examine(&[0; MAX_TRAILING_ZEROS + 1]).is_some());
    }

    #[test]
    fn what_cameras_append_is_recognised() {
        for (rest, has_mpf, expected) in [
            (&b"\xFF\xD8\xFF\xE0..."[..], false, Appendix::Picture),
            (b"\0\0\0\0\xFF\xD8", true, Appendix::Picture),
            (b"\0\0\0\x18ftypmp42", false, Appendix::Film),
            (b"\0\0\0\x18ftypmp42", true, Appendix::Film),
            (b"\0\0\x30\x0A\x10\0\0\0MotionPhoto_Data...SEFHk\0\0\0SEFT", false, Appendix::Film),
            (b"\xFF\xD8...\xFF\xD9...SEFHk\0\0\0SEFT", false, Appendix::Picture),
            (b"PK\x05\x06", false, Appendix::Unknown),
            (b"\n", false, Appendix::Unknown),
        ] {
            assert_eq!(Appendix::of(rest, has_mpf), expected, "{rest:?}");
        }
    }
}
