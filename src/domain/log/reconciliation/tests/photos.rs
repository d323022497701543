//! Expected columns of photos and collections.

use super::super::expected_photos::{ExpectedCollection, ExpectedCollectionDevice, ExpectedPhoto};
use super::super::expected_rows::LoggedValue::Known;
use super::*;
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::retention::MAX_RETENTION_DAYS;

/// A photo that was deposited at `NOW` with a clock that was 100 days ahead, and kept after the correction.
fn kept_under_a_corrected_clock() -> ExpectedPhoto {
    ExpectedPhoto {
        kept: Known(true),
        kept_at: Known(NOW - 100 * DAY),
        is_fully_logged: true,
        ..ExpectedPhoto::default()
    }
}

/// True if such a photo may expire this number of days after the settlement.
fn may_end(photo: &ExpectedPhoto, days_after_keeping: i64) -> bool {
    let columns = photo.expected_columns(PHOTO.parse().unwrap());
    let (_, expires_at) = columns.iter().find(|(column, _)| *column == "expires_at").unwrap();
    expires_at.allows(&AuditedValue::Number(NOW + (days_after_keeping - 100) * DAY))
}

#[test]
fn a_kept_photo_ends_after_it_was_kept_even_if_the_clock_was_ahead_at_its_deposit() {
    let photo = kept_under_a_corrected_clock();
    assert_eq!([-1, 1, 187, 188].map(|days| may_end(&photo, days)), [false, true, true, false]);
}

#[test]
fn a_restored_photo_may_end_as_before_the_keeping_or_after_it() {
    let mut photo = kept_under_a_corrected_clock();
    photo.relax(true);
    let retention = i64::from(MAX_RETENTION_DAYS);
    assert_eq!([1, 100 + retention].map(|days| may_end(&photo, days)), [true; 2]);
    assert_eq!([-1, 101 + retention].map(|days| may_end(&photo, days)), [false; 2]);
}

#[test]
fn a_withdrawn_photo_is_settled_shortly_after_its_row_of_the_log_and_others_at_its_time() {
    for (state, expected) in
        [(PhotoState::Withdrawn, [false, true, true, false]), (PhotoState::Used, [false, true, false, false])]
    {
        let photo = ExpectedPhoto { state: Known(state), settled_at: Known(Some(NOW)), ..ExpectedPhoto::default() };
        let columns = photo.expected_columns(PHOTO.parse().unwrap());
        let (_, settled_at) = columns.iter().find(|(column, _)| *column == "settled_at").unwrap();
        let allowed = [-1, 0, 100, HOUR].map(|later| settled_at.allows(&AuditedValue::Number(NOW + later)));
        assert_eq!(allowed, expected, "{state:?}");
    }
}

#[test]
fn a_restore_chooses_the_times_of_a_replayed_collection_but_not_its_state() {
    let mut collection = ExpectedCollection {
        state: Known(CollectionState::Used),
        leased_at: Known(NOW),
        lease_until: Known(NOW),
        handed_over_at: Known(Some(NOW)),
        settle_due: Known(NOW),
        settled_at: Known(Some(NOW)),
        ..ExpectedCollection::default()
    };
    let names = |collection: &ExpectedCollection| -> Vec<_> {
        collection.expected_columns().iter().map(|(column, _)| *column).collect()
    };
    let times = ["lease_until", "handed_over_at", "settle_due", "settled_at"];
    assert!(times.iter().all(|time| names(&collection).contains(time)));
    collection.relax();
    assert!(!times.iter().any(|time| names(&collection).contains(time)), "{:?}", names(&collection));
    assert!(["state", "leased_at"].iter().all(|kept| names(&collection).contains(kept)));
}

#[test]
fn a_restore_chooses_all_of_a_replayed_device_of_a_collection_but_its_key() {
    let mut device = ExpectedCollectionDevice {
        photo_id: Known(PHOTO.parse().unwrap()),
        code_shown_at: Known(NOW),
        handed_over_at: Known(Some(NOW)),
        hand_over_logged_at: Known(Some(NOW)),
        ..ExpectedCollectionDevice::default()
    };
    assert!(device.expected_columns().iter().any(|(column, _)| *column == "code_shown_at"));
    device.relax();
    assert!(device.may_be_missing && device.photo_id == Known(PHOTO.parse().unwrap()));
    let times = ["code_shown_at", "handed_over_at", "hand_over_logged_at"];
    assert!(!device.expected_columns().iter().any(|(column, _)| times.contains(column)));
}
