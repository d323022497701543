//! Capture times in formats that differ from the standard.

use lichtbild::domain::check::finding::Severity;
use lichtbild::validation::{CaptureDate, capture_date};

use super::{findings_of, plain_jpeg};
use crate::support::photos::exif::*;

/// `{}` stands for year, month and day with their separators.
const FORMS: [&str; 24] = [
    "{:} 10:04:20",
    "{:} 24:04:20",
    "{:} 25:61:00",
    "{:} 10:04",
    "{:} 10:04:  ",
    "{:} 10:04:20.123",
    "{:} 10:04:20 PM",
    "{:}",
    "{:}   :  :  ",
    "{:}10:04:20",
    "  {:} 10:04:20  ",
    "{-} 10:04:20",
    "{-}T10:04:20",
    "{-}T10:04:20Z",
    "{-}T10:04:20+01:00",
    "{-}T10:04:20.123456789+0100",
    "{-}T10:04-05",
    "{/} 10:04:20",
    "{.} 10.04.20",
    "{ } 10:04:20",
    "{_}_10_04_20",
    "{-} 10-04-20",
    "{}100420",
    "{}T100420",
];

fn written(form: &str, [year, month, day]: [&str; 3]) -> String {
    let (before, rest) = form.split_once('{').unwrap();
    let (separator, behind) = rest.split_once('}').unwrap();
    format!("{before}{}{behind}", [year, month, day].join(separator))
}

fn block(order: ExifByteOrder, kind: u16, text: impl AsRef<[u8]>) -> ExifBlock {
    ExifBlock::new(order).with_exif(ExifEntry::text(DATE_TIME_ORIGINAL, kind, text))
}

fn checks(block: &ExifBlock) -> Vec<(&'static str, Severity)> {
    findings_of(block).into_iter().map(|(check, severity, _)| (check, severity)).collect()
}

#[test]
fn the_date_decides_in_whatever_form_it_is_written() {
    for order in BYTE_ORDERS {
        for form in FORMS {
            let old = block(order, ASCII, written(form, ["2019", "01", "02"]) + "\0");
            assert_eq!(checks(&old), [("capture_time", Severity::Refuse)], "{form}");
            assert_eq!(findings_of(&old)[0].2, "2019-01-02", "{form}");
            let fresh = block(order, ASCII, written(form, ["2026", "11", "20"]) + "\0");
            assert_eq!(checks(&fresh), [], "{form}");
        }
        for text in ["2019:1:2 10:04:20", "2019: 1: 2 10:04:20"] {
            assert_eq!(findings_of(&block(order, ASCII, text))[0].2, "2019-01-02", "{text}");
        }
    }
}

#[test]
fn the_date_decides_in_whatever_type_and_length_it_is_written() {
    for order in BYTE_ORDERS {
        for kind in [BYTE, ASCII, UNDEFINED, SBYTE, UTF8] {
            for (year, expected) in [("2019", &[("capture_time", Severity::Refuse)][..]), ("2026", &[])] {
                let text = format!("{year}:11:20 10:15:00");
                let padded = [text.clone() + &" ".repeat(80), text.clone() + &"\0".repeat(80), text.clone() + "\0rest"];
                let led = [format!(" {text}\0"), " ".repeat(80) + &text, format!("ASCII\0\0\0{text}")];
                for text in padded.into_iter().chain(led).chain([text.clone()]) {
                    assert_eq!(checks(&block(order, kind, &text)), expected, "{kind} {text:?}");
                }
            }
        }
    }
}

#[test]
fn a_count_that_reaches_beyond_the_segment_does_not_hide_the_date() {
    let mut bytes = block(ExifByteOrder::Big, ASCII, "2019:01:02 10:04:20\0").within(&plain_jpeg());
    let count = bytes.windows(4).position(|window| window == [0, 0, 0, 20]).unwrap();
    bytes[count + 2] = 0xFF;
    assert!(matches!(capture_date(&bytes), CaptureDate::Known(captured) if captured.date.year() == 2019));
}

#[test]
fn a_date_without_a_possible_time_is_refused_only_when_the_whole_day_is_too_old() {
    // Six months and the day of grace end on 21 May at 09:30 UTC.
    for (text, is_refused) in [
        ("2026:05:21 24:00:00", false),
        ("2026:05:21", false),
        ("2026:05:21 09:00:00", true),
        ("2026:05:21 10:00:00", false),
        ("2026:05:20 24:00:00", true),
        ("2026-05-21T10:00:00+02:00", true),
        ("2026-05-21T10:00:00Z", false),
    ] {
        assert_eq!(!checks(&block(ExifByteOrder::Big, ASCII, text)).is_empty(), is_refused, "{text}");
    }
}

#[test]
fn the_offset_in_the_text_counts_before_the_one_in_its_own_entry() {
    for order in BYTE_ORDERS {
        let with_offset = |text: &str, offset: &str| {
            block(order, ASCII, text).with_exif(ExifEntry::text(OFFSET_TIME_ORIGINAL, ASCII, offset))
        };
        assert_eq!(checks(&with_offset("2026-05-21T10:00:00", "+02:00\0")).len(), 1);
        assert_eq!(checks(&with_offset("2026-05-21T10:00:00Z", "+02:00\0")).len(), 0);
        assert_eq!(checks(&with_offset("2026-05-21T10:00:00", "nonsense")).len(), 0);
    }
}

#[test]
fn a_text_that_is_no_unambiguous_date_is_shown_as_unreadable() {
    for order in BYTE_ORDERS {
        for kind in [BYTE, ASCII, UNDEFINED] {
            for (text, measured) in [
                ("01.02.2019", "01.02.2019"),
                ("11/20/2026 10:15:00", "11/20/2026 10:15:00"),
                ("2026:13:01 00:00:00", "2026:13:01 00:00:00"),
                ("0001:01:01 00:00:00", "0001:01:01 00:00:00"),
                ("1546300800", "1546300800"),
                ("\u{1b}[31m2019\u{202E}", "?[31m2019?"),
                ("\u{7f}\u{7}", "??"),
            ] {
                let expected = [("capture_time_unreadable", Severity::Advise, measured.to_owned())];
                assert_eq!(findings_of(&block(order, kind, text)), expected);
                let CaptureDate::Unreadable(shown) = capture_date(&block(order, kind, text).within(&plain_jpeg()))
                else {
                    panic!("{text}");
                };
                assert_eq!(shown, measured);
            }
        }
        assert_eq!(findings_of(&block(order, ASCII, "7".repeat(500)))[0].2, "7".repeat(40));
        let number = ExifBlock::new(order).with_exif(ExifEntry::number(DATE_TIME_ORIGINAL, LONG, 1_546_300_800.0));
        assert_eq!(findings_of(&number), [("capture_time_unreadable", Severity::Advise, "?".to_owned())]);
    }
}

#[test]
fn a_blank_date_is_a_missing_one() {
    for text in
        ["", "\0", "    :  :     :  :  \0", "0000:00:00 00:00:00\0", "0000-00-00T00:00:00Z", "                   "]
    {
        for order in BYTE_ORDERS {
            let expected = [("capture_time_missing", Severity::Advise)];
            assert_eq!(checks(&block(order, ASCII, text)), expected, "{text:?}");
            assert_eq!(capture_date(&block(order, ASCII, text).within(&plain_jpeg())), CaptureDate::Missing);
        }
    }
}

#[test]
fn a_date_in_the_first_directory_counts_when_the_exif_directory_has_none() {
    let old = ExifEntry::text(DATE_TIME_ORIGINAL, ASCII, "2019:01:02 10:04:20\0");
    for order in BYTE_ORDERS {
        assert_eq!(checks(&ExifBlock::new(order).with_first(old.clone())), [("capture_time", Severity::Refuse)]);
        let blank = block(order, ASCII, "    :  :     :  :  \0").with_first(old.clone());
        assert_eq!(checks(&blank), [("capture_time", Severity::Refuse)]);
        let fresh = ExifBlock::captured(order, "2026:11:20 10:15:00").with_first(old.clone());
        assert_eq!(checks(&fresh), []);
    }
}

/// A print of an old picture that was digitised today.
#[test]
fn the_day_of_a_scan_is_no_capture_date() {
    for order in BYTE_ORDERS {
        let scan =
            ExifBlock::new(order).with_exif(ExifEntry::text(DATE_TIME_DIGITIZED, ASCII, "2026:11:20 10:15:00\0"));
        assert_eq!(checks(&scan), [("capture_time_missing", Severity::Advise)]);
    }
}
