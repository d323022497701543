//! Files with more than one EXIF segment, and segments with an unusual beginning.

use lichtbild::domain::check::finding::{Severity, Verdict};

use super::{examined, named, plain_jpeg};
use crate::support::photos::exif::*;
use crate::support::photos::jpeg::{exif_orientation, new_segment, with_inserted};

fn fresh(order: ExifByteOrder) -> Vec<u8> {
    ExifBlock::captured(order, "2026:11:20 10:15:00").segment()
}

#[test]
fn copies_of_one_segment_are_accepted() {
    for order in BYTE_ORDERS {
        for copies in [2, 3, 10] {
            let bytes = with_inserted(&plain_jpeg(), 2, &fresh(order).repeat(copies));
            assert_eq!(named(examined(&bytes)), [], "{copies}");
        }
        // With another segment between them, and after the tables.
        let other = new_segment(0xE2, b"MPF\0");
        assert_eq!(
            named(examined(&with_inserted(&plain_jpeg(), 2, &[fresh(order), other, fresh(order)].concat()))),
            []
        );
        let turned = exif_orientation(6, matches!(order, ExifByteOrder::Big)).repeat(2);
        let findings = named(examined(&with_inserted(&plain_jpeg(), 2, &turned)));
        assert_eq!(findings[0], ("orientation", Severity::Refuse, "turned by 90° to the right".into()));
    }
}

#[test]
fn segments_that_differ_are_refused_as_several_exif_blocks() {
    let first = fresh(ExifByteOrder::Big);
    let mut changed = first.clone();
    *changed.last_mut().unwrap() = b'1';
    let [empty, rest] = [&b"Exif\0\0"[..], b"Exif\0\0the rest of a long one"].map(|content| new_segment(0xE1, content));
    for other in [fresh(ExifByteOrder::Little), changed, empty, rest, exif_orientation(6, true)] {
        for segments in [[&first[..], &other], [&other, &first]] {
            let findings = named(examined(&with_inserted(&plain_jpeg(), 2, &segments.concat())));
            assert!(findings.contains(&("exif_blocks", Severity::Refuse, "2".into())), "{findings:?}");
            assert!(findings.iter().all(|(check, ..)| *check != "structure"), "{findings:?}");
        }
    }
    let findings = named(examined(&with_inserted(
        &plain_jpeg(),
        2,
        &[&first[..], &first, &fresh(ExifByteOrder::Little)].concat(),
    )));
    assert_eq!(findings, [("exif_blocks", Severity::Refuse, "3".into())]);
}

/// ExifTool splits EXIF of more than 64 KiB, here 80 kB of maker notes.
#[test]
fn exif_over_several_segments_is_refused_as_several_exif_blocks() {
    for order in BYTE_ORDERS {
        let mut tiff = ExifBlock::captured(order, "2026:11:20 10:15:00").tiff();
        tiff.resize(80_000, b'M');
        let (head, tail) = tiff.split_at(65_527);
        let segments = [head, tail].map(|part| new_segment(0xE1, &[b"Exif\0\0", part].concat()));
        let findings = named(examined(&with_inserted(&plain_jpeg(), 2, &segments.concat())));
        assert_eq!(findings, [("exif_blocks", Severity::Refuse, "2".into())]);
    }
}

#[test]
fn what_else_is_wrong_is_told_together_with_several_exif_blocks() {
    let old = ExifBlock::captured(ExifByteOrder::Big, "2019:01:01 00:00:00").segment();
    let whole = with_inserted(&plain_jpeg(), 2, &[old, fresh(ExifByteOrder::Big)].concat());
    let checks = |bytes: &[u8]| named(examined(bytes)).into_iter().map(|(check, ..)| check).collect::<Vec<_>>();
    assert_eq!(checks(&whole), ["exif_blocks", "capture_time"]);
    assert!(checks(&whole[..whole.len() - 9]).contains(&"complete"));
    assert!(checks(&[&whole[..], b"PK"].concat()).contains(&"trailing_data"));
}

/// Chromium accepts any fill byte after the zero.
#[test]
fn a_segment_with_another_fill_byte_is_read() {
    for order in BYTE_ORDERS {
        for fill in [0xFF, b' ', 1] {
            let filled = |mut segment: Vec<u8>| {
                segment[9] = fill;
                with_inserted(&plain_jpeg(), 2, &segment)
            };
            let outcome = examined(&filled(fresh(order)));
            assert_eq!((outcome.verdict, &outcome.findings[..]), (Verdict::Accepted, &[][..]), "{fill}");
            let turned = named(examined(&filled(exif_orientation(6, matches!(order, ExifByteOrder::Big)))));
            assert_eq!(turned[0], ("orientation", Severity::Refuse, "turned by 90° to the right".into()), "{fill}");
        }
    }
    let mut other_fill = fresh(ExifByteOrder::Big);
    other_fill[9] = 0xFF;
    let findings = named(examined(&with_inserted(&plain_jpeg(), 2, &[fresh(ExifByteOrder::Big), other_fill].concat())));
    assert_eq!(findings[0].0, "exif_blocks");
}
