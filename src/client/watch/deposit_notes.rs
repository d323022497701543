//! Notes about the deposits of a watch, and earlier deposits of the same bytes.

use std::path::Path;

use super::attempt::{Attempt, RetryReason, WatchContext};
use super::event::WatchEvent;
use super::files::claim_file::Job;
use super::files::filing::claimed_by;
use crate::client::deposited::duplicates::{self, EarlierDeposit, EarlierDeposits};
use crate::client::deposited::journal::DepositNote;
use crate::client::photo::deposit::ClientDepositError;
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::push::PushError;
use crate::client::photo::stored_receipt::StoredReceipt;

impl WatchContext {
    /// Finds an open deposit of the same bytes. A photo that was used, refused or erased gets another code.
    pub(super) async fn earlier_deposit(
        &self,
        attempt: &Attempt,
        photo: &PhotoFile,
    ) -> Result<Option<EarlierDeposit>, RetryReason> {
        let Some(journal) = &self.journal else { return Ok(None) };
        match duplicates::find(photo, journal, &attempt.client, self.language, &self.single_try(&|_| {})).await {
            Ok(EarlierDeposits::Open(earlier)) => Ok(Some(*earlier)),
            Ok(EarlierDeposits::None | EarlierDeposits::Ended(_)) => Ok(None),
            Err(error @ ClientDepositError::GaveUp { .. }) => Err(PushError::Deposit(error).into()),
            // The deposit gets the same error and reports it.
            Err(_) => Ok(None),
        }
    }

    /// Writes the note about a deposit whose receipt is in `sent/`.
    pub(super) fn note(&self, job: &Job, receipt: &StoredReceipt, receipt_text: &Path) {
        let Some(journal) = &self.journal else { return };
        let receipt_json = receipt_text.with_extension("json");
        // `NAME.receipt.json` without its two extensions, and with the photo's extension.
        let mut name = claimed_by(&receipt_json).unwrap_or_else(|| job.name.clone());
        if let Some(extension) = Path::new(&job.name).extension() {
            name.push(".");
            name.push(extension);
        }
        let folder = self.folder.arrivals();
        let note = DepositNote::new(receipt, Path::new(&name), &receipt_json, Some(folder), &self.gateway);
        if let Err(error) = journal.add(&note) {
            self.observer.event(&WatchEvent::NoteFailed { name: &job.name, error: &error });
        }
    }
}
