//! Earlier deposits of the same bytes from this computer, and their state at the gateway.

use super::journal::{DepositJournal, DepositNote};
use super::photo_status::PhotoStatus;
use super::requests::show_with_retries;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;

/// Largest number of earlier deposits whose state is requested.
const MAX_REQUESTS: usize = 5;

/// An earlier deposit of the same bytes.
#[derive(Debug)]
pub struct EarlierDeposit {
    pub note: DepositNote,
    /// With the photo's present state; `None` if the receipt is deleted.
    pub stored: Option<StoredReceipt>,
}

/// Result of the search for earlier deposits of the same bytes.
#[derive(Debug)]
pub enum EarlierDeposits {
    /// No photo that the gateway knows and that had not ended before.
    None,
    /// The latest deposit whose photo is open.
    Open(Box<EarlierDeposit>),
    /// No photo is open any more. Contains the state of the latest one.
    Ended(Box<PhotoStatus>),
}

/// Finds the latest deposit of the same bytes whose photo is open. Refused and withdrawn photos are noted as ended, so that their state is
/// not requested again. Photos of another gateway are ignored.
///
/// # Errors
/// [`ClientDepositError`]: the gateway did not tell whether the photo is open.
pub async fn find(
    photo: &PhotoFile,
    journal: &DepositJournal,
    client: &GatewayClient,
    language: Language,
    retry: &RetryContext<'_>,
) -> Result<EarlierDeposits, ClientDepositError> {
    // If the notes cannot be read, the photo gets a second code.
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

/// Notes the end of a photo. The state of a used photo is requested again, because another deposit of it needs the user's consent.
pub fn note_end(journal: &DepositJournal, status: &PhotoStatus) {
    if status.state() != Some(PhotoState::Used) {
        // Without the note, the state is requested once more.
        let _ = journal.mark_ended(status.photo_id);
    }
}
