//! Whether a studio may take a photo back at this moment.

use super::collection::{CollectionRecord, CollectionState};
use super::lifecycle::{ended_at, visible_state};
use super::photo::{PhotoRecord, PhotoState};
use crate::clock::Timestamp;

/// What an attempt to withdraw comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// It can be done.
    Due,
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
        /// Which of them.
        state: PhotoState,
        /// When.
        at: Timestamp,
    },
}

/// Weighs withdrawing a photo at `now`.
pub fn withdrawal(photo: &PhotoRecord, latest: Option<&CollectionRecord>, now: Timestamp) -> Withdrawal {
    let open = latest.filter(|collection| collection.state == CollectionState::Leased);
    match visible_state(photo, latest, now) {
        PhotoState::Available => Withdrawal::Due,
        PhotoState::Withdrawn => Withdrawal::Repeated,
        PhotoState::Kept => Withdrawal::Kept,
        PhotoState::Leased => Withdrawal::Leased {
            until: open.map_or(now, |collection| collection.settle_due.unwrap_or(collection.lease_until)),
        },
        state @ (PhotoState::Used | PhotoState::Refused | PhotoState::Expired) => {
            Withdrawal::TooLate { state, at: ended_at(photo, latest, now).unwrap_or(now) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::tests::{DAY, T0, leased, photo};

    #[test]
    fn a_studio_withdraws_only_what_nobody_holds_or_keeps() {
        assert_eq!(withdrawal(&photo(PhotoState::Available), None, T0), Withdrawal::Due);
        assert_eq!(withdrawal(&photo(PhotoState::Withdrawn), None, T0), Withdrawal::Repeated);
        assert_eq!(withdrawal(&photo(PhotoState::Kept), None, T0), Withdrawal::Kept);
        let leased_photo = photo(PhotoState::Leased);
        let lease = leased(&leased_photo);
        assert!(matches!(withdrawal(&leased_photo, Some(&lease), T0), Withdrawal::Leased { .. }));
        assert_eq!(withdrawal(&leased_photo, Some(&lease), T0 + DAY), Withdrawal::Due);
        assert!(matches!(withdrawal(&photo(PhotoState::Used), None, T0), Withdrawal::TooLate { .. }));
    }
}
