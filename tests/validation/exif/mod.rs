//! EXIF entries in every type, byte order and position: orientation, place, thumbnail and resolution.

mod capture_dates;
mod real_files;
mod segments;

use lichtbild::domain::check::finding::{Finding, Severity, Verdict};
use lichtbild::validation::CheckOutcome;

use super::{checked_by, small};
use crate::support::photos::exif::*;
use crate::support::photos::jpeg::{colour_jpeg, new_segment, with_inserted};

const FRESH: &str = "2026:11:20 10:15:00";

/// Checks a small picture without a face by a profile with metadata rules only.
pub(super) fn examined(bytes: &[u8]) -> CheckOutcome {
    let profile = "title = 'Klein'\n[pixels]\nwidth = 35\nheight = 45\n[capture]\nmax_age_months = 6\n\
                   [density]\nprint_width_mm = 35\nadvise_tolerance_percent = 20";
    checked_by(bytes, &small(profile))
}

/// Without JFIF, so that only EXIF states a resolution.
pub(super) fn plain_jpeg() -> Vec<u8> {
    crate::support::photos::jpeg::without_segments(&colour_jpeg(35, 45), 0xE0)
}

pub(super) fn findings_of(block: &ExifBlock) -> Vec<(&'static str, Severity, String)> {
    named(examined(&block.within(&plain_jpeg())))
}

pub(super) fn named(outcome: CheckOutcome) -> Vec<(&'static str, Severity, String)> {
    let named = |Finding { check, severity, measured, .. }| (check.name(), severity, measured);
    outcome.findings.into_iter().map(named).collect()
}

fn advised(check: &'static str, measured: &str) -> Vec<(&'static str, Severity, String)> {
    vec![(check, Severity::Advise, measured.to_owned())]
}

fn oriented(order: ExifByteOrder, entry: ExifEntry) -> ExifBlock {
    ExifBlock::captured(order, FRESH).with_first(entry)
}

#[test]
fn a_turned_picture_is_refused_whatever_the_type_of_the_note() {
    let floats = [RATIONAL, SRATIONAL, FLOAT, DOUBLE, ASCII, UTF8, LONG8, SLONG8, IFD8];
    for order in BYTE_ORDERS {
        for kind in INTEGERS.into_iter().chain(floats) {
            for (value, effect) in [
                (2, "mirrored"),
                (3, "turned by 180°"),
                (4, "mirrored"),
                (5, "turned and mirrored"),
                (6, "turned by 90° to the right"),
                (7, "turned and mirrored"),
                (8, "turned by 90° to the left"),
            ] {
                let block = oriented(order, ExifEntry::number(ORIENTATION, kind, f64::from(value)));
                let expected = [("orientation", Severity::Refuse, effect.to_owned())];
                assert_eq!(findings_of(&block), expected, "{order:?} {kind}");
            }
        }
    }
}

#[test]
fn an_upright_or_unset_note_is_accepted_whatever_its_type() {
    for order in BYTE_ORDERS {
        for kind in INTEGERS.into_iter().chain([RATIONAL, SRATIONAL, FLOAT, DOUBLE, ASCII]) {
            for value in [0.0, 1.0] {
                let block = oriented(order, ExifEntry::number(ORIENTATION, kind, value));
                assert_eq!(findings_of(&block), [], "{order:?} {kind} {value}");
            }
        }
    }
}

#[test]
fn an_invalid_note_is_refused() {
    for order in BYTE_ORDERS {
        for value in [9, 77, 255, 0x0600] {
            let block = oriented(order, ExifEntry::number(ORIENTATION, SHORT, f64::from(value)));
            assert_eq!(
                findings_of(&block),
                [("orientation", Severity::Refuse, "undefined note".to_owned())],
                "{order:?}"
            );
        }
        for kind in [SBYTE, SSHORT, SLONG] {
            let block = oriented(order, ExifEntry::number(ORIENTATION, kind, -1.0));
            assert_eq!(findings_of(&block)[0].2, "undefined note", "{order:?} {kind}");
        }
    }
}

#[test]
fn the_first_of_several_values_counts_in_any_place_of_the_directory() {
    for order in BYTE_ORDERS {
        for kind in INTEGERS {
            for values in [&[6.0, 1.0][..], &[6.0; 3], &[6.0, 1.0, 1.0, 1.0, 1.0]] {
                for entries_before in [0, 1, 40] {
                    let block = oriented(order, ExifEntry::numbers(ORIENTATION, kind, values));
                    let findings = findings_of(&ExifBlock { entries_before, ..block });
                    assert_eq!(findings[0].2, "turned by 90° to the right", "{order:?} {kind} {values:?}");
                }
            }
        }
    }
}

#[test]
fn a_note_without_a_known_type_is_advice_unless_a_program_turns_it() {
    for order in BYTE_ORDERS {
        let mut unknown = oriented(order, ExifEntry::text(ORIENTATION, 99, [0; 4])).within(&plain_jpeg());
        let findings = named(examined(&unknown));
        assert_eq!(findings, advised("metadata", "unreadable"), "{order:?}");
        // The value field begins 8 bytes after the tag, which is the first one of the directory.
        let field = 2 + 4 + 6 + 10 + 8;
        unknown[field..field + 4].copy_from_slice(if matches!(order, ExifByteOrder::Big) {
            &[0, 6, 0, 0]
        } else {
            &[6, 0, 0, 0]
        });
        assert_eq!(named(examined(&unknown))[0].0, "orientation", "{order:?}");
    }
}

#[test]
fn pointers_are_followed_whatever_their_type() {
    let gps = ExifEntry::numbers(2, RATIONAL, &[51.0, 13.0, 0.0]);
    for order in BYTE_ORDERS {
        for pointer_kind in INTEGERS.into_iter().chain([RATIONAL, FLOAT, DOUBLE, LONG8, IFD8]) {
            for entries_before in [0, 3] {
                let block =
                    ExifBlock { pointer_kind, entries_before, ..ExifBlock::captured(order, "2019:01:01 00:00:00") };
                // One directory at a time, because the offset of a second one would be too large for SBYTE.
                let findings = findings_of(&block);
                assert_eq!(findings[0].0, "capture_time", "{order:?} {pointer_kind} {findings:?}");
                let block = ExifBlock { exif: vec![], ..block }.with_gps(gps.clone());
                let findings = findings_of(&block);
                assert!(findings.iter().any(|finding| finding.0 == "location"), "{order:?} {pointer_kind}");
            }
        }
    }
}

#[test]
fn a_place_is_told_whatever_the_types_of_its_entries() {
    for order in BYTE_ORDERS {
        for kind in INTEGERS.into_iter().chain([RATIONAL, SRATIONAL, DOUBLE, ASCII]) {
            for tag in [2, 4] {
                let block =
                    ExifBlock::captured(order, FRESH).with_gps(ExifEntry::numbers(tag, kind, &[51.0, 13.0, 0.0]));
                assert_eq!(findings_of(&block), advised("location", "GPS position"), "{order:?} {kind}");
            }
        }
        // GPSVersionID alone states no place.
        let block = ExifBlock::captured(order, FRESH).with_gps(ExifEntry::numbers(0, BYTE, &[2.0, 3.0, 0.0, 0.0]));
        assert_eq!(findings_of(&block), []);
    }
}

#[test]
fn a_thumbnail_is_told_whatever_the_types_of_its_entries() {
    for order in BYTE_ORDERS {
        for kind in INTEGERS.into_iter().chain([RATIONAL, DOUBLE, LONG8]) {
            let thumbnail = Some((vec![0xFF, 0xD8, 0xFF, 0xD9], kind));
            let block = ExifBlock { thumbnail, ..ExifBlock::new(order) };
            let findings = findings_of(&block);
            assert!(findings.contains(&("thumbnail", Severity::Advise, "4 bytes".into())), "{order:?} {kind}");
        }
    }
}

/// A picture 35 pixels wide needs 25 dpi for 35 mm.
#[test]
fn the_resolution_of_exif_is_read_whatever_its_type_and_unit() {
    for order in BYTE_ORDERS {
        let resolved =
            |entries: &[ExifEntry]| ExifBlock { first: entries.to_vec(), ..ExifBlock::captured(order, FRESH) };
        let measured =
            |entries: &[ExifEntry]| examined(&resolved(entries).within(&plain_jpeg())).measurements.pixels_per_inch;
        for kind in INTEGERS.into_iter().chain([RATIONAL, SRATIONAL, FLOAT, DOUBLE, ASCII]) {
            let entry = ExifEntry::number(X_RESOLUTION, kind, 100.0);
            assert_eq!(
                findings_of(&resolved(std::slice::from_ref(&entry))),
                advised("density", "100 dpi"),
                "{order:?} {kind}"
            );
            for (unit, expected) in [(1.0, None), (2.0, Some(100)), (3.0, Some(254)), (9.0, None)] {
                let unit = ExifEntry::number(RESOLUTION_UNIT, kind, unit);
                assert_eq!(measured(&[entry.clone(), unit]), expected, "{order:?} {kind}");
            }
        }
        assert_eq!(measured(&[ExifEntry::ratio(X_RESOLUTION, RATIONAL, 3_000_000, 10_000)]), Some(300));
        assert_eq!(measured(&[ExifEntry::number(Y_RESOLUTION, RATIONAL, 300.0)]), Some(300));
        let both = [ExifEntry::number(X_RESOLUTION, RATIONAL, 25.0), ExifEntry::number(Y_RESOLUTION, RATIONAL, 72.0)];
        assert_eq!((measured(&both), findings_of(&resolved(&both))), (Some(25), vec![]));
        for (numerator, denominator) in [(300, 0), (0, 0), (0, 1), (1, u32::MAX)] {
            let entry = ExifEntry::ratio(X_RESOLUTION, RATIONAL, numerator, denominator);
            assert_eq!(measured(&[entry]), None, "{numerator}/{denominator}");
        }
        for value in [f64::MAX, f64::INFINITY, f64::NAN, -300.0] {
            let expected = (value == f64::MAX).then_some(u32::MAX);
            assert_eq!(measured(&[ExifEntry::number(X_RESOLUTION, DOUBLE, value)]), expected, "{value}");
        }
    }
}

#[test]
fn jfif_and_exif_that_state_different_resolutions_are_told() {
    let jfif = |unit: u8, density: u8| {
        new_segment(0xE0, &[b"JFIF\0\x01\x02", &[unit, 0, density, 0, density, 0, 0][..]].concat())
    };
    for order in BYTE_ORDERS {
        let block = |dpi| ExifBlock::captured(order, FRESH).with_first(ExifEntry::number(X_RESOLUTION, RATIONAL, dpi));
        let judge = |segment: &[u8], dpi| {
            let outcome = examined(&with_inserted(&block(dpi).within(&plain_jpeg()), 2, segment));
            (outcome.measurements.pixels_per_inch, named(outcome))
        };
        assert_eq!(judge(&jfif(1, 25), 25.0), (Some(25), vec![]));
        assert_eq!(judge(&jfif(2, 10), 25.4), (Some(25), vec![]));
        assert_eq!(judge(&jfif(1, 25), 26.0), (Some(25), vec![]));
        assert_eq!(judge(&jfif(1, 25), 72.0), (Some(25), advised("density", "JFIF 25 dpi, EXIF 72 dpi")));
        assert_eq!(judge(&jfif(1, 72), 25.0), (Some(72), advised("density", "JFIF 72 dpi, EXIF 25 dpi")));
        // An aspect ratio is not a resolution.
        assert_eq!(judge(&jfif(0, 1), 25.0), (Some(25), vec![]));
        assert_eq!(judge(&jfif(0, 1), 72.0), (Some(72), advised("density", "72 dpi")));
    }
}

#[test]
fn no_single_wrong_byte_or_cut_in_exif_makes_the_check_panic() {
    let first = [ExifEntry::number(ORIENTATION, SHORT, 1.0), ExifEntry::number(X_RESOLUTION, RATIONAL, 25.0)].to_vec();
    for order in BYTE_ORDERS {
        let block = ExifBlock {
            first: first.clone(),
            thumbnail: Some((vec![0xFF; 4], LONG)),
            ..ExifBlock::captured(order, FRESH)
        }
        .with_gps(ExifEntry::numbers(2, RATIONAL, &[51.0, 13.0, 0.0]));
        let tiff = block.tiff();
        let within = |tiff: &[u8]| with_inserted(&plain_jpeg(), 2, &new_segment(0xE1, &[b"Exif\0\0", tiff].concat()));
        assert_eq!(examined(&within(&tiff)).verdict, Verdict::Accepted);
        for at in 0..tiff.len() {
            examined(&within(&tiff[..at]));
            for value in [0, 1, 0x7F, 0x80, 0xFF] {
                let mut changed = tiff.clone();
                changed[at] = value;
                let outcome = examined(&within(&changed));
                let size = |finding: &Finding| finding.measured.chars().count() <= 80;
                assert!(outcome.findings.iter().all(size), "{:?}", outcome.findings);
            }
        }
    }
}
