//! The EXIF note that says how a picture is to be turned for display (CIPA DC-008, tag 274).
//!
//! Some programs heed it and some do not, so a photo that needs it would be seen upright in the studio and lying at the
//! counter, or the other way round. Hence: the note may be missing or 1, anything else is refused. EXIF that cannot be read
//! at all is only advice: nothing shows a picture turned because of a note it cannot find.

use image::metadata::Orientation;

use crate::domain::check::Check;
use crate::domain::finding::Finding;
use crate::validation::metadata::exif::Exif;

const ORIENTATION_TAG: u16 = 274;

/// Judges the content of an EXIF segment, from its byte order mark on.
pub(super) fn examine(exif: &[u8]) -> Option<Finding> {
    let turned = |value: u32| Finding::refuse(Check::Orientation, format!("EXIF 274 = {value}"), "EXIF 274 = 1");
    // A second reading by the `image` crate, which is the one many Rust programs will follow.
    let by_image = Orientation::from_exif_chunk(exif).map(|orientation| u32::from(orientation.to_exif()));
    match (read(exif), by_image) {
        (Reading::Found(value), _) if value != 1 => Some(turned(value)),
        (_, Some(value)) if value != 1 => Some(turned(value)),
        (Reading::Damaged, _) => Some(Finding::advise(Check::Metadata, "EXIF ?", "CIPA DC-008")),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The first value that is not 1, or 1.
    Found(u32),
    Absent,
    Damaged,
}

fn read(exif: &[u8]) -> Reading {
    let Some(directory) = Exif::parse(exif).and_then(|exif| exif.first_directory()) else { return Reading::Damaged };
    let mut reading = Reading::Absent;
    for entry in directory.entries().filter(|entry| entry.tag == ORIENTATION_TAG) {
        let Some(value) = entry.number() else { return Reading::Damaged };
        if !matches!(reading, Reading::Found(earlier) if earlier != 1) {
            reading = Reading::Found(value);
        }
    }
    // Entries missing at the end: what was found counts, what was not found may have been there.
    if directory.is_cut() && reading == Reading::Absent { Reading::Damaged } else { reading }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Severity;

    fn exif(tag: u16, kind: u16, value: u16) -> Vec<u8> {
        let mut bytes = b"MM\0*\0\0\0\x08\0\x01".to_vec();
        bytes.extend(tag.to_be_bytes());
        bytes.extend(kind.to_be_bytes());
        bytes.extend([0, 0, 0, 1]);
        bytes.extend(value.to_be_bytes());
        bytes.extend([0; 6]);
        bytes
    }

    #[test]
    fn only_upright_passes() {
        assert_eq!(examine(&exif(274, 3, 1)), None);
        assert_eq!(examine(&exif(271, 3, 6)), None);
        for value in [0, 2, 3, 6, 8, 9, 0xFFFF] {
            let finding = examine(&exif(274, 3, value)).unwrap();
            assert_eq!((finding.check, finding.severity), (Check::Orientation, Severity::Refuse), "{value}");
        }
    }

    #[test]
    fn unreadable_exif_is_advice() {
        for damaged in [&b""[..], b"MM", b"XX*\0\0\0\0\x08", b"MM\0*\xFF\xFF\xFF\xFF", b"MM\0*\0\0\0\x08\xFF\xFF"] {
            let finding = examine(damaged).unwrap();
            assert_eq!((finding.check, finding.severity), (Check::Metadata, Severity::Advise), "{damaged:?}");
        }
    }

    #[test]
    fn a_cut_directory_with_a_turned_picture_is_refused() {
        let mut cut = exif(274, 3, 6);
        cut[9] = 40;
        assert_eq!(examine(&cut).unwrap().check, Check::Orientation);
    }
}
