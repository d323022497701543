//! Age of the photo according to its own metadata (EXIF DateTimeOriginal, CIPA DC-008).
//!
//! ICAO Doc 9303-3 §3.9.1 and BSI TR-03170-2 require a photo of the last six months. The capture time proves nothing: a studio can change
//! it, and the clock of the camera may be wrong. The check finds mistakes, such as an old photo from the archive. It refuses a photo that is
//! older than the limit by a whole day, which also covers every time zone if the file names none.

use jiff::{SignedDuration, ToSpan};

use super::capture_moment::CaptureMoment;
use crate::clock::Timestamp;
use crate::domain::check::finding::{Finding, Severity};
use crate::domain::check::{Check, FindingDetail};
use crate::validation::rules::CaptureRule;

const TOLERANCE: SignedDuration = SignedDuration::from_hours(24);

/// Checks a capture time; one that is missing or unreadable is reported elsewhere. A date without a time of day is refused only
/// if the whole day is older than the limit.
pub(super) fn check(captured: CaptureMoment, rule: &CaptureRule, now: Timestamp) -> Option<Finding> {
    let now = now.to_utc();
    // Or the last day of that month if it is shorter.
    let oldest = now.checked_sub(i32::from(rule.max_age_months).months()).ok()?;
    let finding = |severity: Severity, detail: FindingDetail| {
        let limit = format!("{} - {}", oldest.date(), now.date());
        Some(Finding::new(Check::CaptureTime, severity, captured.date.to_string(), limit).with_detail(Some(detail)))
    };
    if captured.latest() < oldest.saturating_sub(TOLERANCE) {
        finding(Severity::Refuse, FindingDetail::PhotoTooOld)
    } else if captured.earliest() > now.saturating_add(TOLERANCE) {
        // A clock that is ahead makes no photo too old.
        finding(Severity::Advise, FindingDetail::PhotoInFuture)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: CaptureRule = CaptureRule { max_age_months: 6 };

    fn verdict(captured: &str, now: &str) -> Option<Severity> {
        let now = Timestamp::from_utc(CaptureMoment::parse(now).latest());
        check(CaptureMoment::parse(captured), &RULE, now).map(|finding| finding.severity)
    }

    #[test]
    fn six_months_and_a_day_are_the_limit() {
        assert_eq!(verdict("2026:05:21 12:00:00", "2026:11:22 12:00:00"), None);
        assert_eq!(verdict("2026:05:21 11:59:59", "2026:11:22 12:00:00"), Some(Severity::Refuse));
        // Half a year before 31 August is 28 February.
        assert_eq!(verdict("2026:02:27 12:00:00", "2026:08:31 12:00:00"), None);
        assert_eq!(verdict("2026:02:26 12:00:00", "2026:08:31 12:00:00"), Some(Severity::Refuse));
        assert_eq!(verdict("1970:01:01 00:00:00", "2026:11:22 12:00:00"), Some(Severity::Refuse));
    }

    #[test]
    fn a_photo_from_the_future_is_advice() {
        assert_eq!(verdict("2026:11:23 12:00:00", "2026:11:22 12:00:00"), None);
        assert_eq!(verdict("2027:01:01 00:00:00", "2026:11:22 12:00:00"), Some(Severity::Advise));
    }

    #[test]
    fn a_date_without_a_time_counts_as_the_whole_day() {
        let now = "2026:11:22 09:30:00";
        assert_eq!(verdict("2026:05:21 25:00:00", now), None);
        assert_eq!(verdict("2026:05:20 25:00:00", now), Some(Severity::Refuse));
        assert_eq!(verdict("2026:11:23", now), None);
        assert_eq!(verdict("2026:11:24", now), Some(Severity::Advise));
    }

    #[test]
    fn the_last_year_of_the_calendar_is_checked_like_any_other() {
        assert_eq!(verdict("9999:12:31 23:59:59-14:00", "2026:11:22 12:00:00"), Some(Severity::Advise));
    }
}
