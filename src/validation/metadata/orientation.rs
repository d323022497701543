//! The EXIF orientation, which tells programs how to rotate a picture for display (CIPA DC-008, tag 274).
//!
//! Some programs apply it and some do not, so a photo that needs it could be upright in the studio and on its side at the office.
//! The entry may be missing, 0 (not set: every program shows the photo as it is stored) or 1. All other values are refused: 2 to
//! 8 rotate or mirror, and programs disagree on undefined values. Unreadable EXIF gives advice only, because no program rotates a
//! photo by it.
//!
//! Programs differ in the types that they accept: Pillow accepts every number, OpenCV reads the first two bytes of the value
//! field whatever the type. The picture is refused if any of the readings rotates it.

use image::metadata::Orientation;

use super::exif::Exif;
use super::tiff::TiffEntry;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;

const ORIENTATION_TAG: u16 = 274;

/// Checks the content of an EXIF segment, from its byte order mark on.
pub(super) fn check(exif: &[u8]) -> Option<Finding> {
    let refused = |note: &str| Finding::refuse(Check::Orientation, note, "upright");
    // A second reading by the `image` crate, which many Rust programs use.
    let by_image = Orientation::from_exif_chunk(exif).map(Orientation::to_exif).filter(|value| *value != 1);
    match (read(exif), by_image) {
        (OrientationStatus::Rotated(value), _) => Some(refused(effect(value))),
        (_, Some(value)) => Some(refused(effect(value.into()))),
        (OrientationStatus::Invalid, _) => Some(refused("undefined note")),
        (OrientationStatus::Damaged, _) => Some(Finding::advise(Check::Metadata, "unreadable", "EXIF (CIPA DC-008)")),
        (OrientationStatus::Upright, _) => None,
    }
}

/// Effect of an orientation on the display, by the table of CIPA DC-008, 4.6.4.
const fn effect(value: u16) -> &'static str {
    match value {
        2 | 4 => "mirrored",
        3 => "turned by 180°",
        5 | 7 => "turned and mirrored",
        6 => "turned by 90° to the right",
        8 => "turned by 90° to the left",
        _ => "undefined note",
    }
}

/// The result for one entry or for all; the worst of several entries counts.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum OrientationStatus {
    /// 1, 0 or missing.
    Upright,
    Damaged,
    /// A value that CIPA DC-008 does not define.
    Invalid,
    /// 2 to 8.
    Rotated(u16),
}

fn read(exif: &[u8]) -> OrientationStatus {
    let Some(directory) = Exif::parse(exif).and_then(Exif::first_directory) else { return OrientationStatus::Damaged };
    let entries = directory.entries().filter(|entry| entry.tag == ORIENTATION_TAG);
    let reading = entries.map(|entry| read_entry(&entry)).reduce(|worst, next| if next > worst { next } else { worst });
    // The directory is truncated: the entries that were found count, and the missing ones may have contained an orientation.
    reading.unwrap_or(if directory.is_cut() { OrientationStatus::Damaged } else { OrientationStatus::Upright })
}

fn read_entry(entry: &TiffEntry<'_>) -> OrientationStatus {
    let typed = entry.number();
    // A program that converts to whole numbers truncates the fraction.
    let readings = [typed.map(f64::trunc), entry.leading_u16().map(f64::from)];
    let turned = readings.into_iter().flatten().find(|value| (2.0..=8.0).contains(value));
    match (turned, typed) {
        (Some(value), _) => OrientationStatus::Rotated(value as u16),
        (None, Some(value)) if value == 0.0 || value == 1.0 => OrientationStatus::Upright,
        (None, Some(_)) => OrientationStatus::Invalid,
        (None, None) => OrientationStatus::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::finding::Severity;

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
        assert_eq!(check(&exif(274, 3, 0)), None);
        assert_eq!(check(&exif(274, 3, 1)), None);
        assert_eq!(check(&exif(271, 3, 6)), None);
        for (value, effect) in [
            (2, "mirrored"),
            (3, "turned by 180°"),
            (6, "turned by 90° to the right"),
            (7, "turned and mirrored"),
            (8, "turned by 90° to the left"),
            (9, "undefined note"),
            (0xFFFF, "undefined note"),
        ] {
            let finding = check(&exif(274, 3, value)).unwrap();
            assert_eq!((finding.check, finding.severity), (Check::Orientation, Severity::Refuse), "{value}");
            assert_eq!(finding.measured, effect);
        }
    }

    #[test]
    fn a_note_that_one_program_reads_as_turned_is_refused_whatever_its_type() {
        // As LONG the value is 393216, which rotates nothing; OpenCV reads 6.
        for kind in [0, 1, 4, 9, 13, 99] {
            let finding = check(&exif(274, kind, 6)).unwrap();
            assert_eq!(
                (finding.severity, finding.measured.as_str()),
                (Severity::Refuse, "turned by 90° to the right"),
                "{kind}"
            );
        }
    }

    #[test]
    fn huge_values_are_undefined() {
        for kind in [4, 11] {
            assert_eq!(check(&exif(274, kind, 0x7F7F)).unwrap().measured, "undefined note");
        }
        assert_eq!(check(&exif(274, 11, 0x7FC0)).unwrap().measured, "undefined note", "not a number");
    }

    #[test]
    fn the_worst_of_several_notes_counts() {
        let [upright, turned, unknown] = [exif(274, 3, 1), exif(274, 3, 6), exif(274, 3, 9)];
        for [first, second] in [[&upright, &turned], [&turned, &upright], [&unknown, &turned], [&turned, &unknown]] {
            let bytes = [&first[..9], &[2], &first[10..22], &second[10..]].concat();
            assert_eq!(check(&bytes).unwrap().measured, "turned by 90° to the right");
        }
    }

    #[test]
    fn unreadable_exif_is_advice() {
        let unknown_type = exif(274, 99, 0);
        for damaged in
            [&b""[..], b"MM", b"XX*\0\0\0\0\x08", b"MM\0*\xFF\xFF\xFF\xFF", b"MM\0*\0\0\0\x08\xFF\xFF", &unknown_type]
        {
            let finding = check(damaged).unwrap();
            assert_eq!((finding.check, finding.severity), (Check::Metadata, Severity::Advise), "{damaged:?}");
        }
    }

    #[test]
    fn a_truncated_directory_with_a_rotated_photo_is_refused() {
        let mut cut = exif(274, 3, 6);
        cut[9] = 40;
        assert_eq!(check(&cut).unwrap().check, Check::Orientation);
    }
}
