//! Photos that were deposited before: the same bytes, from this computer, and still open at the gateway.

use super::journal::{DepositJournal, DepositNote};
use super::requests::show;
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::clock::Timestamp;
use crate::domain::language::Language;

/// Largest number of earlier deposits of the same bytes that the gateway is asked about.
const MAX_REQUESTS: usize = 5;

/// An earlier deposit of the same bytes.
#[derive(Debug)]
pub struct EarlierDeposit {
    /// Its note.
    pub note: DepositNote,
    /// Its receipt, if it is still stored.
    pub stored: Option<StoredReceipt>,
}

/// Finds the latest deposit of the same bytes whose photo is open. Notes of photos that are not open any more are removed.
///
/// # Errors
/// [`LookUpError`]: it is not known whether the photo is open.
pub async fn find_open(
    photo: &PhotoFile,
    journal: &DepositJournal,
    client: &GatewayClient,
    language: Language,
    now: Timestamp,
) -> Result<Option<EarlierDeposit>, LookUpError> {
    // Notes that cannot be read cost a second code, as without them.
    let notes = journal.with_bytes(photo.sha256, now).unwrap_or_default();
    for note in notes.into_iter().take(MAX_REQUESTS) {
        let earlier = |note: DepositNote| EarlierDeposit { stored: note.stored_receipt(), note };
        match show(client, note.photo_id, language).await {
            Ok(Some(status)) if status.is_open() => return Ok(Some(earlier(note))),
            Ok(_) => {
                let _ = journal.remove(note.photo_id);
            }
            Err(error) => return Err(LookUpError { error, earlier: Box::new(earlier(note)) }),
        }
    }
    Ok(None)
}

/// The gateway was asked about an earlier deposit and did not say.
#[derive(Debug)]
pub struct LookUpError {
    /// Cause.
    pub error: GatewayError,
    /// The deposit.
    pub earlier: Box<EarlierDeposit>,
}
