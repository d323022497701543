//! Announcement of what ends soon: photos, hand-overs that are not settled, and certificates.
//!
//! `now` is the plausible time of [`clock_state`](super::clock_check::clock_state), which the caller checks before.

use strum::VariantArray;

use crate::clock::Timestamp;
use crate::domain::event::{END_NOTICE, SETTLE_NOTICE};
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::requests::{DuePageRequest, DuePosition, DueSubject};

/// Adds the missing events about what ends soon, page by page, and returns their number. Nodes may do so at the same time.
/// After an error with one subject the others are announced nevertheless, and the first error is returned.
pub async fn announce(gateway: &Gateway, now: Timestamp) -> Result<u64, StoreError> {
    let mut announced = Ok(0);
    for &subject in DueSubject::VARIANTS {
        let of_subject = announce_subject(gateway, now, subject).await;
        announced = announced.and_then(|before| Ok(before + of_subject?));
    }
    announced
}

async fn announce_subject(gateway: &Gateway, now: Timestamp, subject: DueSubject) -> Result<u64, StoreError> {
    let notice = if subject == DueSubject::HandOvers { SETTLE_NOTICE } else { END_NOTICE };
    // Behind every identifier: what ends at this moment has ended.
    let mut next = Some(DuePosition { due: now, id: "~".into() });
    let mut announced = 0;
    while let Some(after) = next {
        let request = DuePageRequest { subject, after, until: now + notice, now };
        let page = gateway.store.announce_due(&request).await?;
        announced += page.announced;
        next = page.next;
    }
    Ok(announced)
}
