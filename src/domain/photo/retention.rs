//! Retention of a used photo for a second document.

use std::ops::RangeInclusive;

use time::{Date, Month, Time};

use super::collection::SettlementOutcome;
use super::record::PhotoRecord;
use crate::clock::Timestamp;
use crate::domain::local_time::{last_whole_day, local_day};

/// The longest that a photo may wait for an office, in days: the longest half-year (PassDEÜV, at latest six months after receipt).
pub const MAX_RETENTION_DAYS: u32 = 184;

/// A kept photo may wait so many months from the day it was kept (PAuswV, exception to erasure at the applicant's wish).
pub const MAX_KEPT_MONTHS: u8 = 6;

/// Returns the time from which the code of a kept photo no longer works: the first moment after the last day.
pub fn kept_until(outcome: &SettlementOutcome) -> Option<Timestamp> {
    let SettlementOutcome::Kept { until } = outcome else { return None };
    Some(until.next_day().unwrap_or(Date::MAX).with_time(Time::MIDNIGHT).assume_utc().into())
}

/// The days, in local time, that may be the last one of a photo kept at `now`; in the night in which a kept photo ends, the day that is
/// its last already.
pub fn allowed_keep_dates(photo: &PhotoRecord, now: Timestamp) -> RangeInclusive<Date> {
    let today = local_day(now);
    let six_months = months_later(today, MAX_KEPT_MONTHS);
    if !photo.kept {
        return today..=six_months;
    }
    // Prolonged again and again, it would stay for ever, and outlive the key that opens it.
    let last_day = six_months.min(last_whole_day(photo.expires_at));
    today.min(last_day)..=last_day
}

/// The same day so many months later, or that month's last day.
fn months_later(date: Date, months: u8) -> Date {
    let total = i32::from(u8::from(date.month())) - 1 + i32::from(months);
    let year = date.year() + total / 12;
    let month = u8::try_from(total % 12 + 1).ok().and_then(|month| Month::try_from(month).ok());
    let Some(month) = month else { return date };
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::state::PhotoState;
    use crate::domain::photo::test_records::photo;
    use time::macros::date;

    #[test]
    fn six_months_later_is_a_day_that_exists() {
        assert_eq!(months_later(date!(2026 - 11 - 22), 6), date!(2027 - 05 - 22));
        assert_eq!(months_later(date!(2026 - 08 - 31), 6), date!(2027 - 02 - 28));
        assert_eq!(months_later(date!(2026 - 12 - 31), 6), date!(2027 - 06 - 30));
    }

    #[test]
    fn days_are_those_of_the_office_also_in_the_hours_after_midnight() {
        let night = serde_json::from_str("\"2026-11-22T23:30:00Z\"").unwrap();
        let photo = photo(PhotoState::Leased);
        assert_eq!(allowed_keep_dates(&photo, night), date!(2026 - 11 - 23)..=date!(2027 - 05 - 23));
        // It ends at 01:00 in this night.
        let until = kept_until(&SettlementOutcome::Kept { until: date!(2026 - 11 - 22) }).unwrap();
        let kept = PhotoRecord { kept: true, expires_at: until, ..photo };
        assert_eq!(allowed_keep_dates(&kept, night), date!(2026 - 11 - 22)..=date!(2026 - 11 - 22));
    }

    #[test]
    fn a_photo_is_kept_through_its_last_day() {
        let until = kept_until(&SettlementOutcome::Kept { until: date!(2026 - 11 - 22) }).unwrap();
        assert_eq!(until.to_string(), "2026-11-23T00:00:00.000Z");
        assert_eq!(kept_until(&SettlementOutcome::Released), None);
    }
}
