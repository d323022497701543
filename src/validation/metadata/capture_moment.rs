//! The capture time of a picture, read from EXIF DateTimeOriginal in the forms in which programs write it.
//!
//! CIPA DC-008 (4.6.5) demands `YYYY:MM:DD HH:MM:SS` as ASCII of 20 bytes. Programs also write dashes, slashes and dots, ISO 8601
//! with its offset, fractions of seconds, an hour of 24, a blank time, other types and lengths, and the digits of other scripts.
//! The date decides how old a picture is, so a legible date counts whatever follows it. Only dates that begin with the year are
//! read: `01.02.2019` is the first of February to some and the second of January to others.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::exif::{CaptureEntries, Exif};

/// The year of the oldest preserved photograph; earlier dates are invalid.
const MIN_YEAR: u16 = 1826;
const MAX_SHOWN_CHARS: usize = 40;
/// The character code with which EXIF prefixes some texts of type UNDEFINED (CIPA DC-008, UserComment).
const ASCII_CODE: &[u8] = b"ASCII\0\0\0";

/// The capture date that a file states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureDate {
    Known(CaptureMoment),
    /// A text that is not a date or is ambiguous, as ASCII of at most 40 characters; unprintable characters become `?`.
    Unreadable(String),
    /// No entry, or a blank one.
    Missing,
}

/// A moment, or a whole day if the time of day is missing or impossible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureMoment {
    /// In the time zone of the place of capture.
    pub date: Date,
    time: Option<Time>,
    offset: Offset,
}

impl CaptureMoment {
    /// In UTC.
    pub(super) fn earliest(self) -> DateTime {
        self.in_utc(self.time.unwrap_or(Time::MIN))
    }

    /// In UTC.
    pub(super) fn latest(self) -> DateTime {
        self.in_utc(self.time.unwrap_or(Time::MAX))
    }

    fn in_utc(self, time: Time) -> DateTime {
        self.date.to_datetime(time).saturating_sub(SignedDuration::from_secs(self.offset.seconds().into()))
    }

    /// Panics if the text is not a date.
    #[cfg(test)]
    pub(super) fn parse(text: &str) -> Self {
        Self::new(parse(text).unwrap(), None)
    }

    /// `offset` is used if the time has no offset of its own.
    fn new((date, time): (Date, Option<TimeAndOffset>), offset: Option<Offset>) -> Self {
        let own_offset = time.and_then(|(_, offset)| offset);
        Self { date, time: time.map(|(time, _)| time), offset: own_offset.or(offset).unwrap_or(Offset::UTC) }
    }
}

/// Reads the first legible date; without an offset it counts as UTC.
pub(super) fn read(exif: Exif<'_>) -> CaptureDate {
    let mut unreadable = None;
    for entries in exif.capture_entries() {
        match read_entries(&entries) {
            CaptureDate::Unreadable(text) => unreadable = unreadable.or(Some(text)),
            CaptureDate::Missing => {}
            read => return read,
        }
    }
    unreadable.map_or(CaptureDate::Missing, CaptureDate::Unreadable)
}

fn read_entries(entries: &CaptureEntries<'_>) -> CaptureDate {
    let Some(text) = entries.time.text().map(to_text) else { return CaptureDate::Unreadable("?".to_owned()) };
    if is_blank(&text) {
        return CaptureDate::Missing;
    }
    let offset = entries.offset.and_then(|entry| parse_offset(&to_text(entry.text()?)));
    match parse(&text) {
        Some(parsed) => CaptureDate::Known(CaptureMoment::new(parsed, offset)),
        None => CaptureDate::Unreadable(printable(&text)),
    }
}

/// Reads up to the first zero byte, trims spaces, and converts digits of other scripts to ASCII.
fn to_text(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(ASCII_CODE).unwrap_or(bytes).trim_ascii_start();
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim().chars().map(with_ascii_digit).collect()
}

/// Android phones set to Arabic, Persian or Hindi write dates in those digits.
fn with_ascii_digit(char: char) -> char {
    let value = ['\u{660}', '\u{6F0}', '\u{966}'].map(|zero| u32::from(char).wrapping_sub(u32::from(zero)));
    value.into_iter().find_map(|value| char::from_digit(value, 10)).unwrap_or(char)
}

/// Reports whether the text has only zeros, spaces and separators: the camera has no clock, or it is not set (CIPA DC-008,
/// 4.6.5).
fn is_blank(text: &str) -> bool {
    text.chars().all(|char| char.is_whitespace() || "0:-/.,_TZ+".contains(char))
}

fn printable(text: &str) -> String {
    let printable = |char: char| if char.is_ascii_graphic() || char == ' ' { char } else { '?' };
    text.chars().take(MAX_SHOWN_CHARS).map(printable).collect()
}

type TimeAndOffset = (Time, Option<Offset>);

/// The date, and the time with its offset if it is valid.
fn parse(text: &str) -> Option<(Date, Option<TimeAndOffset>)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (year, rest) = number(text, 4)?;
    // YYYYMMDD, alone or with hours, minutes, seconds and thousandths. Other lengths are not dates: Unix time has ten digits.
    let is_separated = match digits {
        4 => true,
        8 | 12 | 14 | 17 => false,
        _ => return None,
    };
    let past_separator = |text| if is_separated { after_separator(text) } else { Some(text) };
    let (month, rest) = number(past_separator(rest)?, 2)?;
    let (day, rest) = number(past_separator(rest)?, 2)?;
    // A day has at most two digits; a time may follow without a space.
    if is_separated && rest.starts_with(|char: char| char.is_ascii_digit()) && rest.as_bytes().get(2) != Some(&b':') {
        return None;
    }
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    (year >= MIN_YEAR).then(|| (date, parse_time(rest)))
}

/// `10:15:00`, `10:15` or `101500`, optionally with `T` before it, fractions and an offset; `None` for anything else.
fn parse_time(text: &str) -> Option<TimeAndOffset> {
    let text = text.trim_start_matches([' ', 'T', 't', ',', ':', '_', '-', '/']);
    let (hour, rest) = number(text, 2)?;
    let separator = rest.chars().next().filter(|char| matches!(char, ':' | '.' | '-' | '_'));
    let (minute, rest) = number_after(separator, rest)?;
    let (second, rest) = number_after(separator, rest).unwrap_or((0, rest));
    let rest = without_fraction(rest).trim_matches([' ', ':']);
    let offset = if rest.is_empty() { None } else { Some(parse_offset(rest)?) };
    let time = Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, 0).ok()?;
    Some((time, offset))
}

fn number_after(separator: Option<char>, text: &str) -> Option<(u16, &str)> {
    number(separator.map_or(Some(text), |separator| text.strip_prefix(separator))?, 2)
}

fn without_fraction(text: &str) -> &str {
    let digits =
        text.strip_prefix(['.', ',', ':']).map(|text| text.trim_start_matches(|char: char| char.is_ascii_digit()));
    digits.unwrap_or(text)
}

/// `+01:00`, `+0100`, `+01` or `Z`
fn parse_offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = number(rest, 2)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { number(rest, 2)? };
    if hours > 14 || minutes > 59 || !rest.is_empty() {
        return None;
    }
    Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

/// One to `max_digits` ASCII digits, and the rest of the text.
fn number(text: &str, max_digits: usize) -> Option<(u16, &str)> {
    let digits = text.bytes().take(max_digits).take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

/// Skips one separator with spaces around it, or spaces alone.
fn after_separator(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    let rest = trimmed.strip_prefix([':', '-', '/', '.', '_']).map(str::trim_start);
    rest.or_else(|| (trimmed.len() < text.len()).then_some(trimmed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The date, and hours, minutes and seconds if known.
    fn parsed(text: &str) -> Option<String> {
        let (date, time) = parse(text)?;
        let Some((time, offset)) = time else { return Some(date.to_string()) };
        let offset = offset.map_or(String::new(), |offset| format!(" {}", offset.seconds()));
        Some(format!("{date} {time}{offset}"))
    }

    #[test]
    fn dates_are_read_in_the_forms_that_programs_write() {
        for (text, expected) in [
            ("2019:01:02 10:04:20", "2019-01-02 10:04:20"),
            ("2019-01-02 10:04:20", "2019-01-02 10:04:20"),
            ("2019/01/02 10:04:20", "2019-01-02 10:04:20"),
            ("2019.01.02 10.04.20", "2019-01-02 10:04:20"),
            ("2019 01 02 10 04 20", "2019-01-02"),
            ("2019:1:2 1:4:5", "2019-01-02 01:04:05"),
            ("2019: 1: 2  1:04", "2019-01-02 01:04:00"),
            ("2019-01-02T10:04:20", "2019-01-02 10:04:20"),
            ("2019-01-02T10:04:20Z", "2019-01-02 10:04:20 0"),
            ("2019-01-02T10:04:20.123+01:00", "2019-01-02 10:04:20 3600"),
            ("2019-01-02T10:04-0530", "2019-01-02 10:04:00 -19800"),
            ("2019:01:02 10:04:20.5", "2019-01-02 10:04:20"),
            ("2019:01:02 10:04:20:500", "2019-01-02 10:04:20"),
            ("2019:01:02 10:04:  ", "2019-01-02 10:04:00"),
            ("2019:01:0210:04:20", "2019-01-02 10:04:20"),
            ("20190102", "2019-01-02"),
            ("20190102T100420", "2019-01-02 10:04:20"),
            ("20190102_100420", "2019-01-02 10:04:20"),
            ("20190102100420", "2019-01-02 10:04:20"),
            ("2019-01-02-10-04-20", "2019-01-02 10:04:20"),
            ("2019:01:02", "2019-01-02"),
            // The time is impossible or unknown, so the whole day counts.
            ("2019:01:02 24:04:20", "2019-01-02"),
            ("2019:01:02 25:61:00", "2019-01-02"),
            ("2019:01:02 10:04:60", "2019-01-02"),
            ("2019:01:02   :  :  ", "2019-01-02"),
            ("2019:01:02 10:04:20 PM", "2019-01-02"),
            ("2019:01:02 +026:11:22", "2019-01-02"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn ambiguous_and_impossible_dates_are_not_read() {
        for text in [
            "",
            "01.02.2019",
            "11/20/2026",
            "19-01-02 10:04:20",
            "2026:13:01 00:00:00",
            "2026:02:30 00:00:00",
            "2026:00:00 00:00:00",
            "2026:11:221",
            "0001:01:01 00:00:00",
            "+026:11:22 10:00:00",
            "-2026:11:22",
            "1546300800",
            "20112019",
            "2019",
            "2019:01",
            "2019:ä",
            "yesterday",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    #[test]
    fn digits_of_other_scripts_are_read() {
        for text in ["٢٠١٩:٠١:٠٢ ١٠:٠٤:٢٠", "۲۰۱۹:۰۱:۰۲ ۱۰:۰۴:۲۰", "२०१९:०१:०२ १०:०४:२०"]
        {
            assert_eq!(parsed(&to_text(text.as_bytes())).as_deref(), Some("2019-01-02 10:04:20"));
        }
    }

    #[test]
    fn text_ends_at_the_first_zero_and_has_no_spaces_around_it() {
        for bytes in [
            &b"2019:01:02"[..],
            b"2019:01:02\0",
            b"  2019:01:02 \0\0\0",
            b"2019:01:02\0rest",
            b"ASCII\0\0\x002019:01:02",
        ] {
            assert_eq!(to_text(bytes), "2019:01:02");
        }
    }

    #[test]
    fn zeros_and_separators_alone_are_blank() {
        for text in ["", "    :  :     :  :  ", "0000:00:00 00:00:00", "0000-00-00T00:00:00Z", "-"] {
            assert!(is_blank(text), "{text}");
        }
        for text in ["?", "0001:01:01 00:00:00", "none"] {
            assert!(!is_blank(text), "{text}");
        }
    }

    #[test]
    fn a_text_is_shown_in_printable_characters_and_shortened() {
        assert_eq!(printable("01.02.2019"), "01.02.2019");
        assert_eq!(printable("\u{1b}[31m\u{202E}ä\u{7F}"), "?[31m???");
        assert_eq!(printable(&"7".repeat(64)).len(), MAX_SHOWN_CHARS);
    }

    #[test]
    fn offsets_are_read_in_the_forms_of_iso_8601() {
        for (text, seconds) in
            [("+01:00", 3600), ("-05:30", -19_800), ("+0100", 3600), ("+01", 3600), ("+1", 3600), ("Z", 0)]
        {
            assert_eq!(parse_offset(text).map(Offset::seconds), Some(seconds), "{text}");
        }
        for text in ["", "+", "+99:00", "+01:99", "ä01:00", "++1:00", "+01:00:00", "01:00"] {
            assert_eq!(parse_offset(text), None, "{text}");
        }
    }
}
