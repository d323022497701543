//! Decision on the withdrawal of a photo by its studio.

use super::availability::{ended_at, visible_state};
use super::collection::{CollectionRecord, CollectionState};
use super::record::PhotoRecord;
use super::state::PhotoState;
use crate::clock::Timestamp;

/// Decision on an attempt to withdraw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalDecision {
    Allowed,
    /// The photo was withdrawn before.
    Repeated,
    /// An office has leased the photo, at latest until this time.
    Leased {
        until: Timestamp,
    },
    /// An office has used the photo and keeps it at the applicant's wish.
    Kept,
    /// Used, refused or expired at this time.
    TooLate {
        state: PhotoState,
        at: Timestamp,
    },
}

/// Decides on a withdrawal at `now`.
pub fn decide_withdrawal(photo: &PhotoRecord, latest: Option<&CollectionRecord>, now: Timestamp) -> WithdrawalDecision {
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    match visible_state(photo, latest, now) {
        PhotoState::Available => WithdrawalDecision::Allowed,
        PhotoState::Withdrawn => WithdrawalDecision::Repeated,
        PhotoState::Kept => WithdrawalDecision::Kept,
        PhotoState::Leased => WithdrawalDecision::Leased {
            until: open.map_or(now, |collection| collection.settle_due.unwrap_or(collection.lease_until)),
        },
        state @ (PhotoState::Used | PhotoState::Refused | PhotoState::Expired) => {
            WithdrawalDecision::TooLate { state, at: ended_at(photo, latest, now).unwrap_or(now) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::test_records::{DAY, T0, leased, photo};

    #[test]
    fn a_studio_withdraws_only_photos_that_no_office_holds_or_keeps() {
        assert_eq!(decide_withdrawal(&photo(PhotoState::Available), None, T0), WithdrawalDecision::Allowed);
        assert_eq!(decide_withdrawal(&photo(PhotoState::Withdrawn), None, T0), WithdrawalDecision::Repeated);
        assert_eq!(decide_withdrawal(&photo(PhotoState::Kept), None, T0), WithdrawalDecision::Kept);
        let leased_photo = photo(PhotoState::Leased);
        let lease = leased(&leased_photo);
        assert!(matches!(decide_withdrawal(&leased_photo, Some(&lease), T0), WithdrawalDecision::Leased { .. }));
        assert_eq!(decide_withdrawal(&leased_photo, Some(&lease), T0 + DAY), WithdrawalDecision::Allowed);
        assert!(matches!(decide_withdrawal(&photo(PhotoState::Used), None, T0), WithdrawalDecision::TooLate { .. }));
    }
}
