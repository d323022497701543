//! Decision on a withdrawal: a studio takes a photo back that no office has leased or kept.

use super::availability::{ended_at, visible_state};
use super::collection::{CollectionRecord, CollectionState};
use super::record::PhotoRecord;
use super::state::PhotoState;
use crate::clock::Timestamp;

/// Decision on an attempt to withdraw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithdrawalDecision {
    /// It can be done.
    Allowed,
    /// It was done before.
    Repeated,
    /// An office holds the photo just now.
    Leased {
        /// Until then at the latest.
        until: Timestamp,
    },
    /// An office used it and keeps it at the applicant's wish; that wish stands.
    Kept,
    /// Used, refused or expired before.
    TooLate {
        /// State: used, refused or expired.
        state: PhotoState,
        /// Time at which it reached that state.
        at: Timestamp,
    },
}

/// Weighs withdrawing a photo at `now`.
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
