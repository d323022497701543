//! How old the picture is, by its own word (EXIF DateTimeOriginal, CIPA DC-008).
//!
//! ICAO Doc 9303-3 §3.9.1 and BSI TR-03170-2 want a photo of the last six months. The note is the camera's and proves nothing: a
//! studio can write what it likes, and a camera whose clock was reset is wrong without anybody's doing. So it catches the
//! honest mistake, the old picture taken from the archive, and refuses only what lies a whole day beyond the limit; that day
//! also covers every time zone where the note names none.

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use super::exif::Exif;
use crate::clock::Timestamp;
use crate::domain::check::Check;
use crate::domain::finding::Finding;
use crate::validation::rules::CaptureRule;

const GUARD: time::Duration = time::Duration::DAY;

/// Judges a capture time; one that is missing or cannot be read is for [`super`] to tell.
pub(super) fn examine(captured: OffsetDateTime, rule: &CaptureRule, now: Timestamp) -> Option<Finding> {
    let now = now.to_utc();
    let oldest = months_before(now, rule.max_age_months)?;
    let finding = |severity: fn(Check, String, String) -> Finding| {
        Some(severity(
            Check::CaptureTime,
            iso_date(captured.date()),
            format!("{} ... {}", iso_date(oldest.date()), iso_date(now.date())),
        ))
    };
    if captured < oldest - GUARD {
        finding(Finding::refuse)
    } else if captured > now + GUARD {
        // A clock that runs ahead makes no photo too old.
        finding(Finding::advise)
    } else {
        None
    }
}

/// The capture time of an EXIF segment; without an offset it is taken for UTC.
pub(super) fn read(exif: Exif<'_>) -> Option<OffsetDateTime> {
    let (text, offset) = exif.capture_time()?;
    let offset = offset.and_then(parse_offset).unwrap_or(UtcOffset::UTC);
    Some(parse(text)?.assume_offset(offset))
}

/// `YYYY:MM:DD HH:MM:SS`; an unknown time is written with spaces for digits and gives `None`.
fn parse(text: &str) -> Option<PrimitiveDateTime> {
    let (date, time) = text.split_once(' ')?;
    let [year, month, day] = numbers(date)?;
    let [hour, minute, second] = numbers(time)?;
    let date = Date::from_calendar_date(i32::from(year), month_of(month)?, u8::try_from(day).ok()?).ok()?;
    let [hour, minute, second] = [hour, minute, second].map(|part| u8::try_from(part).unwrap_or(u8::MAX));
    Some(PrimitiveDateTime::new(date, Time::from_hms(hour, minute, second).ok()?))
}

/// `+01:00`
fn parse_offset(text: &str) -> Option<UtcOffset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    UtcOffset::from_whole_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

fn numbers(text: &str) -> Option<[u16; 3]> {
    let mut parts = text.split(':').map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// Digits only: `parse` alone would take a sign.
fn number(text: &str) -> Option<u16> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn month_of(number: u16) -> Option<Month> {
    Month::try_from(u8::try_from(number).ok()?).ok()
}

/// The same day so many months earlier, or the last one of a month that is shorter.
fn months_before(moment: OffsetDateTime, months: u16) -> Option<OffsetDateTime> {
    let count = moment.year() * 12 + i32::from(u8::from(moment.month())) - 1 - i32::from(months);
    let (year, month) = (count.div_euclid(12), Month::try_from(count.rem_euclid(12) as u8 + 1).ok()?);
    let date = Date::from_calendar_date(year, month, moment.day().min(month.length(year))).ok()?;
    Some(moment.replace_date(date))
}

fn iso_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Severity;

    const RULE: CaptureRule = CaptureRule { max_age_months: 6 };

    fn verdict(captured: &str, now: &str) -> Option<Severity> {
        let moment = |text: &str| parse(text).unwrap().assume_utc();
        examine(moment(captured), &RULE, Timestamp::from(moment(now))).map(|finding| finding.severity)
    }

    #[test]
    fn six_months_and_a_day_are_the_limit() {
        assert_eq!(verdict("2026:05:21 12:00:00", "2026:11:22 12:00:00"), None);
        assert_eq!(verdict("2026:05:21 11:59:59", "2026:11:22 12:00:00"), Some(Severity::Refuse));
        // Half a year before the last of August is the last of February.
        assert_eq!(verdict("2026:02:27 12:00:00", "2026:08:31 12:00:00"), None);
        assert_eq!(verdict("2026:02:26 12:00:00", "2026:08:31 12:00:00"), Some(Severity::Refuse));
        assert_eq!(verdict("1970:01:01 00:00:00", "2026:11:22 12:00:00"), Some(Severity::Refuse));
    }

    #[test]
    fn a_picture_from_the_future_is_advice() {
        assert_eq!(verdict("2026:11:23 12:00:00", "2026:11:22 12:00:00"), None);
        assert_eq!(verdict("2027:01:01 00:00:00", "2026:11:22 12:00:00"), Some(Severity::Advise));
    }

    #[test]
    fn only_whole_dates_are_read() {
        for text in
            ["", " ", "    :  :     :  :  ", "0000:00:00 00:00:00", "2026:13:01 00:00:00", "2026-11-22 10:00:00"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        for text in ["2026:11:22 25:00:00", "2026:11:22 10:00", "+026:11:22 10:00:00", "2026:11:22 10:00:00:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_offset("+01:00").map(UtcOffset::whole_seconds), Some(3600));
        assert_eq!(parse_offset("-05:30").map(UtcOffset::whole_seconds), Some(-19_800));
        for text in ["", "Z", "+1", "+99:00", "+01:99", "ä01:00", "++1:00"] {
            assert_eq!(parse_offset(text), None, "{text}");
        }
    }
}
