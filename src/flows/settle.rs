//! Settling: the office says what became of the photo, and what must go is gone in the same moment.

use time::{Date, Duration, Time};

use super::Gateway;
use super::authenticate::OfficeCaller;
use super::gateway::KEPT_MONTHS;
use crate::clock::Timestamp;
use crate::domain::collection::{CollectionRecord, CollectionState, Outcome};
use crate::domain::id::CollectionId;
use crate::domain::lifecycle::Settlement;
use crate::storage::StoreError;
use crate::storage::contract::SettleRequest;

/// The longest note a clerk can leave, in characters.
pub const NOTE_MAX_CHARACTERS: usize = 500;

/// What the office gets for its settlement; the same again when it repeats it.
#[derive(Debug)]
pub struct SettlementReceipt {
    /// The collection as it stands now.
    pub collection: CollectionRecord,
    /// How it ended.
    pub outcome: CollectionState,
    /// When.
    pub settled_at: Timestamp,
}

/// Settles a collection of this office.
///
/// # Errors
/// [`SettleError`]; nothing changed then.
pub async fn settle(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    outcome: Outcome,
) -> Result<SettlementReceipt, SettleError> {
    let now = gateway.now();
    let state = outcome.state();
    let request = SettleRequest {
        collection_id,
        office_id: office.party.party_id,
        device_id: office.device_id,
        kept_until: kept_until(&outcome, now)?,
        outcome,
        now,
    };
    let settled = gateway.store.settle(&request).await?.ok_or(SettleError::UnknownCollection)?;
    let settled_at = match settled.settlement {
        Settlement::Due => now,
        Settlement::Repeated { at } => at,
        Settlement::AlreadySettled { state, at } => return Err(SettleError::AlreadySettled { state, at }),
        Settlement::Lapsed { at } => return Err(SettleError::Lapsed { at }),
    };
    Ok(SettlementReceipt { collection: settled.collection, outcome: state, settled_at })
}

/// The first moment after the last day, or why that day cannot be.
fn kept_until(outcome: &Outcome, now: Timestamp) -> Result<Option<Timestamp>, SettleError> {
    let until = match outcome {
        Outcome::Kept { until } => *until,
        Outcome::Refused(refusal) => {
            let length = refusal.note.as_ref().map_or(0, |note| note.chars().count());
            return if length > NOTE_MAX_CHARACTERS { Err(SettleError::NoteTooLong { length }) } else { Ok(None) };
        }
        Outcome::Used | Outcome::Released => return Ok(None),
    };
    let today = now.to_utc().date();
    let latest = months_later(today, KEPT_MONTHS);
    if until < today || until > latest {
        return Err(SettleError::DateOutside { until, earliest: today, latest });
    }
    let day_after = until.checked_add(Duration::days(1)).unwrap_or(Date::MAX);
    Ok(Some(day_after.with_time(Time::MIDNIGHT).assume_utc().into()))
}

/// The same day so many months later, or that month's last day.
fn months_later(date: Date, months: u8) -> Date {
    let total = i32::from(u8::from(date.month())) - 1 + i32::from(months);
    let year = date.year() + total / 12;
    let month = u8::try_from(total % 12 + 1).ok().and_then(|month| time::Month::try_from(month).ok());
    let Some(month) = month else { return date };
    Date::from_calendar_date(year, month, date.day().min(month.length(year))).unwrap_or(date)
}

/// Why a collection was not settled.
#[derive(Debug)]
pub enum SettleError {
    /// This office has no such collection.
    UnknownCollection,
    /// A photo cannot be kept until this day.
    DateOutside {
        /// The day asked for.
        until: Date,
        /// The first day that could be.
        earliest: Date,
        /// The last day that could be.
        latest: Date,
    },
    /// The note is too long.
    NoteTooLong {
        /// In characters.
        length: usize,
    },
    /// It was settled in another way before.
    AlreadySettled {
        /// How.
        state: CollectionState,
        /// When.
        at: Timestamp,
    },
    /// The lease ran out before anything was handed over.
    Lapsed {
        /// When.
        at: Timestamp,
    },
    /// The store cannot be asked.
    Store(StoreError),
}

impl From<StoreError> for SettleError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn six_months_later_is_a_day_that_exists() {
        assert_eq!(months_later(date!(2026 - 11 - 22), 6), date!(2027 - 05 - 22));
        assert_eq!(months_later(date!(2026 - 08 - 31), 6), date!(2027 - 02 - 28));
        assert_eq!(months_later(date!(2026 - 12 - 31), 6), date!(2027 - 06 - 30));
    }

    #[test]
    fn a_photo_is_kept_through_its_last_day_and_no_longer_than_six_months() {
        let now = Timestamp::from(date!(2026 - 11 - 22).with_hms(9, 30, 0).unwrap().assume_utc());
        let until = |until| kept_until(&Outcome::Kept { until }, now);
        let today = until(date!(2026 - 11 - 22)).unwrap().unwrap();
        assert_eq!(today.to_string(), "2026-11-23T00:00:00.000Z");
        assert!(until(date!(2027 - 05 - 22)).is_ok());
        assert!(matches!(until(date!(2027 - 05 - 23)), Err(SettleError::DateOutside { .. })));
        assert!(matches!(until(date!(2026 - 11 - 21)), Err(SettleError::DateOutside { .. })));
    }
}
