//! Retention of photos, also of a used photo for a second document.

use std::ops::RangeInclusive;

use jiff::ToSpan;
use jiff::civil::Date;

use super::collection::SettlementOutcome;
use super::record::PhotoRecord;
use crate::clock::Timestamp;
use crate::domain::local_time::{last_whole_day, local_day};

/// Maximum retention of a photo in days: the longest half-year (PassDEÜV: at latest six months after receipt).
pub const MAX_RETENTION_DAYS: u32 = 184;

/// Maximum retention of a kept photo in months from the day it was kept (PAuswV, exception to the erasure at the applicant's wish).
pub const MAX_KEPT_MONTHS: u8 = 6;

/// Time from which the code of a kept photo is invalid: the end of the last day.
pub fn kept_until(outcome: &SettlementOutcome) -> Option<Timestamp> {
    let SettlementOutcome::Kept { until } = outcome else { return None };
    Some(Timestamp::from_utc(until.saturating_add(1.day()).into()))
}

/// Local days that are allowed as the last day of a photo kept at `now`. In the night in which a kept photo expires, only its present last
/// day is allowed.
pub fn allowed_keep_dates(photo: &PhotoRecord, now: Timestamp) -> RangeInclusive<Date> {
    let today = local_day(now);
    // Or the last day of that month, if it is shorter.
    let six_months = today.saturating_add(i32::from(MAX_KEPT_MONTHS).months());
    if !photo.kept {
        return today..=six_months;
    }
    // Repeated extensions would exceed the retention and the life of the epoch key.
    let last_day = six_months.min(last_whole_day(photo.expires_at));
    today.min(last_day)..=last_day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::state::PhotoState;
    use crate::domain::photo::test_records::photo;
    use jiff::civil::date;

    #[test]
    fn six_months_later_is_a_day_that_exists() {
        let latest = |today: Date| {
            let noon = Timestamp::from_utc(today.at(12, 0, 0, 0));
            *allowed_keep_dates(&photo(PhotoState::Leased), noon).end()
        };
        assert_eq!(latest(date(2026, 11, 22)), date(2027, 5, 22));
        assert_eq!(latest(date(2026, 8, 31)), date(2027, 2, 28));
        assert_eq!(latest(date(2026, 12, 31)), date(2027, 6, 30));
    }

    #[test]
    fn days_are_those_of_the_office_also_in_the_hours_after_midnight() {
        let night = serde_json::from_str("\"2026-11-22T23:30:00Z\"").unwrap();
        let photo = photo(PhotoState::Leased);
        assert_eq!(allowed_keep_dates(&photo, night), date(2026, 11, 23)..=date(2027, 5, 23));
        // The photo expires at 01:00 in this night.
        let until = kept_until(&SettlementOutcome::Kept { until: date(2026, 11, 22) }).unwrap();
        let kept = PhotoRecord { kept: true, expires_at: until, ..photo };
        assert_eq!(allowed_keep_dates(&kept, night), date(2026, 11, 22)..=date(2026, 11, 22));
    }

    #[test]
    fn a_photo_is_kept_through_its_last_day() {
        let until = kept_until(&SettlementOutcome::Kept { until: date(2026, 11, 22) }).unwrap();
        assert_eq!(until.to_string(), "2026-11-23T00:00:00.000Z");
        assert_eq!(kept_until(&SettlementOutcome::Released), None);
    }
}
