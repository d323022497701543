//! Photos that were deposited before: the same bytes, from this computer, and what became of them at the gateway.

use super::journal::{DepositJournal, DepositNote};
use super::photo_status::PhotoStatus;
use super::requests::show_with_retries;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;

/// Largest number of earlier deposits of the same bytes that the gateway is asked about.
const MAX_REQUESTS: usize = 5;

/// An earlier deposit of the same bytes.
#[derive(Debug)]
pub struct EarlierDeposit {
    pub note: DepositNote,
    /// Its receipt, if it is still stored, with the photo's present state.
    pub stored: Option<StoredReceipt>,
}

/// Earlier deposits of the same bytes, as the gateway tells of their photos.
#[derive(Debug)]
pub enum EarlierDeposits {
    /// There are none that the gateway knows and that did not end before.
    None,
    /// The latest one whose photo is open.
    Open(Box<EarlierDeposit>),
    /// None is open any more; what became of the latest one.
    Ended(Box<PhotoStatus>),
}

/// Finds the latest deposit of the same bytes whose photo is open. Photos that were refused or withdrawn are noted as such and not asked
/// about again; those of another gateway are unknown to this one and count for nothing.
///
/// # Errors
/// [`ClientDepositError`]: it is not known whether the photo is open.
pub async fn find(
    photo: &PhotoFile,
    journal: &DepositJournal,
    client: &GatewayClient,
    language: Language,
    retry: &RetryContext<'_>,
) -> Result<EarlierDeposits, ClientDepositError> {
    // Notes that cannot be read cost a second code, as without them.
    let notes = journal.with_bytes(photo.sha256, retry.clock.now()).unwrap_or_default();
    let mut latest_end = EarlierDeposits::None;
    for note in notes.into_iter().filter(|note| !note.ended).take(MAX_REQUESTS) {
        let Some(status) = show_with_retries(client, note.photo_id, language, retry).await? else { continue };
        if status.is_open() {
            let stored = note.stored_receipt().map(|mut stored| {
                status.apply_to(&mut stored.body);
                stored
            });
            return Ok(EarlierDeposits::Open(Box::new(EarlierDeposit { note, stored })));
        }
        note_end(journal, &status);
        if let EarlierDeposits::None = latest_end {
            latest_end = EarlierDeposits::Ended(Box::new(status));
        }
    }
    Ok(latest_end)
}

/// Notes the end of a photo. One that an office used is asked about again: another deposit of it needs a person's word.
pub fn note_end(journal: &DepositJournal, status: &PhotoStatus) {
    if status.state() != Some(PhotoState::Used) {
        // Without the note the gateway is asked once more.
        let _ = journal.mark_ended(status.photo_id);
    }
}
