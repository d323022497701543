//! Earlier deposits of a photo: its own, with the receipt beside it, and those of other files with the same bytes.

use std::path::Path;

use serde_json::json;

use super::one_photo::{Decision, Next, PhotoPush, after_deposit_error};
use crate::cli::studio::advice::{self, EndedDeposit, Failure};
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::eprint;
use crate::client::deposited::duplicates::{self, EarlierDeposit, EarlierDeposits};
use crate::client::deposited::journal::DepositNote;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::deposited::requests::show_with_retries;
use crate::client::photo::deposit::{ClientDepositError, RetryContext};
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::push::PushedPhoto;
use crate::client::photo::spool::{self, RepeatPolicy};
use crate::client::photo::stored_receipt::StoredReceipt;
use crate::domain::photo::PhotoState;
use crate::wire::photo::ReceiptBody;

impl PhotoPush<'_> {
    /// Requests the state of earlier deposits. Without the gateway's answer, no code is called valid. An unfinished deposit continues,
    /// because the gateway will answer it.
    pub(super) async fn decide(&self, path: &Path, photo: &PhotoFile, retry: &RetryContext<'_>) -> Decision {
        if self.arguments.again {
            return Decision::Deposit(RepeatPolicy::DepositAgain);
        }
        let own = match spool::finished_deposit(photo) {
            Ok(own) => own,
            // The push fails for the same reason and reports it.
            Err(_) => return Decision::Deposit(RepeatPolicy::ReturnReceipt),
        };
        let own_end = match own {
            None if photo.sidecar_path(spool::SUFFIX).exists() => {
                return Decision::Deposit(RepeatPolicy::ReturnReceipt);
            }
            None => None,
            Some(stored) => match show_with_retries(&self.client, stored.body.photo_id, self.language, retry).await {
                Ok(Some(status)) if status.is_open() => {
                    return Decision::ShowReceipt(Box::new(status));
                }
                Ok(status) => {
                    if let Some(status) = &status {
                        duplicates::note_end(&self.journal, status);
                    }
                    Some(ended(&stored.body, status.as_ref()))
                }
                Err(error) => return self.report_unchecked(path, Some(&stored), &error),
            },
        };
        let is_own = own_end.is_some();
        let ended = match duplicates::find(photo, &self.journal, &self.client, self.language, retry).await {
            Ok(EarlierDeposits::Open(earlier)) => {
                return Decision::Reported(self.report_earlier(path, &earlier), Next::Continue);
            }
            Ok(EarlierDeposits::Ended(status)) => own_end.or(Some(ended_status(&status))),
            Ok(EarlierDeposits::None) => own_end,
            Err(error) => return self.report_unchecked(path, None, &error),
        };
        match ended {
            Some(ended) => self.after_end(path, &ended, is_own),
            None => Decision::Deposit(RepeatPolicy::ReturnReceipt),
        }
    }

    /// Decides about a receipt that the gateway has repeated for an unfinished deposit; `None` if its photo is open.
    pub(super) fn decide_after_replay(&self, path: &Path, receipt: &ReceiptBody) -> Option<Decision> {
        let is_ended = receipt.state.is_erased();
        is_ended.then(|| {
            let state = Some(receipt.state);
            self.after_end(path, &EndedDeposit { photo_id: receipt.photo_id, state, settled_at: None }, true)
        })
    }

    /// A photo that an office used is not sent again without the user's consent.
    fn after_end(&self, path: &Path, ended: &EndedDeposit, has_receipt: bool) -> Decision {
        let message = advice::about_ended_deposit(ended, self.language);
        if ended.state == Some(PhotoState::Used) {
            let line = json!({ "photo_id": ended.photo_id, "state": ended.state, "message": message });
            let exit = self.report_failure(path, Failure::new(Exit::AlreadyDeposited, message), Some(line));
            return Decision::Reported(exit, Next::Continue);
        }
        eprint(self.about(path, &message));
        Decision::Deposit(if has_receipt { RepeatPolicy::DepositAgain } else { RepeatPolicy::ReturnReceipt })
    }

    fn report_earlier(&self, path: &Path, earlier: &EarlierDeposit) -> Exit {
        let message = advice::about_earlier_deposit(earlier, self.language);
        match &earlier.stored {
            Some(stored) => {
                let pushed = PushedPhoto { receipt: stored.body.clone(), replayed: true };
                self.report_receipt(path, &pushed, &message)
            }
            None => {
                let DepositNote { photo_id, name, deposited_at, .. } = &earlier.note;
                let line = json!({ "photo_id": photo_id, "name": name, "deposited_at": deposited_at });
                self.report_failure(path, Failure::new(Exit::AlreadyDeposited, message), Some(line))
            }
        }
    }

    /// Reports that the state of an earlier deposit is not known. If this gateway cannot be reached, its receipt is shown all the same,
    /// because the customer may be waiting.
    fn report_unchecked(&self, path: &Path, own: Option<&StoredReceipt>, error: &ClientDepositError) -> Decision {
        let failure = advice::about_unchecked_deposit(error, self.language);
        let is_unreachable = matches!(error, ClientDepositError::GaveUp { .. });
        let exit = match own.filter(|own| is_unreachable && self.is_of_this_gateway(own)) {
            Some(own) => self.report_unchecked_receipt(path, &own.body, failure),
            None => self.report_failure(path, failure, None),
        };
        Decision::Reported(exit, after_deposit_error(error))
    }

    /// Notes name the gateway; receipts do not.
    fn is_of_this_gateway(&self, stored: &StoredReceipt) -> bool {
        let note = self.journal.of_photo(stored.body.photo_id).ok().flatten();
        note.and_then(|note| note.gateway).is_none_or(|gateway| gateway == self.client.gateway().as_str())
    }
}

fn ended(receipt: &ReceiptBody, status: Option<&PhotoStatus>) -> EndedDeposit {
    match status {
        Some(status) => ended_status(status),
        None => EndedDeposit { photo_id: receipt.photo_id, state: None, settled_at: None },
    }
}

fn ended_status(status: &PhotoStatus) -> EndedDeposit {
    EndedDeposit { photo_id: status.photo_id, state: status.state(), settled_at: status.settled_at }
}
