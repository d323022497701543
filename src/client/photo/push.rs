//! Pushes one photo: `read -> spool -> deposit (again, until an answer came) -> store receipt -> remove spool`.

use std::path::{Path, PathBuf};

use super::deposit::{ClientDepositError, DepositFailure, PhotoDeposit, RetryContext, VerifiedReceipt, deposit};
use super::photo_file::{PhotoFile, PhotoFileError};
use super::spool;
use super::spool::{EarlierAttempts, PushPlan, RepeatPolicy, Spool, SpoolError};
use super::stored_receipt::{StoredReceipt, StoredReceiptError};
use crate::client::gateway_client::GatewayClient;
use crate::domain::photo::declaration::Declaration;
use crate::failpoint;
use crate::texts::language::Language;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// Destination and settings of a push.
#[derive(Clone, Copy)]
pub struct PushContext<'a> {
    /// Client of the gateway.
    pub client: &'a GatewayClient,
    /// The language of the findings.
    pub language: Language,
    /// Policy for a photo that already has a receipt.
    pub repeat: RepeatPolicy,
    /// The declaration about the person; `None` keeps the declaration of an unfinished push.
    pub declared: Option<Declaration>,
    /// Time limit and means for the tries.
    pub retry: RetryContext<'a>,
}

/// A photo that is at the gateway, its receipt on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct PushedPhoto {
    pub receipt: ReceiptBody,
    /// True if the receipt was given before: by the gateway to an earlier try, or by the file beside the photo.
    pub replayed: bool,
}

/// Pushes the photo at `path`. File work is done on the calling thread: a few milliseconds, most of them `fsync`.
///
/// # Errors
/// [`PushError`]. Unless the photo was refused, the same call goes on where this one stopped and ends with the same code.
pub async fn push(path: &Path, context: &PushContext<'_>) -> Result<PushedPhoto, PushError> {
    push_photo(&PhotoFile::read(path)?, context).await
}

/// The same for a photo that has been read: what is deposited are the bytes in `photo`, whatever becomes of its file.
///
/// # Errors
/// As [`push`].
pub async fn push_photo(photo: &PhotoFile, context: &PushContext<'_>) -> Result<PushedPhoto, PushError> {
    let spool = match open_spool(photo, context)? {
        PushPlan::Send(spool) => spool,
        PushPlan::AlreadyDeposited(stored) => return Ok(PushedPhoto { receipt: stored.body, replayed: true }),
    };
    failpoint::reached("push.spooled");
    let receipt = match send(photo, &spool, context).await {
        Ok(receipt) => receipt,
        Err(unfinished) => return Err(finish_failed_push(spool, unfinished)?),
    };
    failpoint::reached("push.sent");
    let stored = StoredReceipt::store(photo, &receipt.body, context.retry.clock.now())?;
    failpoint::reached("push.receipt_stored");
    spool.remove()?;
    Ok(PushedPhoto { receipt: stored.body, replayed: receipt.replayed })
}

fn open_spool(photo: &PhotoFile, context: &PushContext<'_>) -> Result<PushPlan, SpoolError> {
    let RetryContext { clock, entropy, on_progress: announce, .. } = context.retry;
    spool::open_or_create(photo, context.repeat, context.declared, context.client.gateway(), clock, entropy, announce)
}

async fn send(photo: &PhotoFile, spool: &Spool, context: &PushContext<'_>) -> Result<VerifiedReceipt, DepositFailure> {
    let what = PhotoDeposit { photo, key: spool.key(), declaration: spool.declaration(), language: context.language };
    deposit(context.client, &what, &context.retry).await
}

/// Keeps, updates or removes the spool after a push without a receipt.
fn finish_failed_push(mut spool: Spool, unfinished: DepositFailure) -> Result<PushError, SpoolError> {
    let DepositFailure { error, maybe_stored } = unfinished;
    if maybe_stored || spool.earlier_attempts() == EarlierAttempts::MaybeStored {
        return Ok(match error {
            // The key is all that leads to the code of a photo that may lie there.
            ClientDepositError::Refused(problem) => {
                PushError::RefusedMaybeStored { problem, spool: spool.path().to_owned() }
            }
            error => error.into(),
        });
    }
    if let ClientDepositError::Refused(_) = error {
        // Nothing was stored there, so nothing is left to finish here.
        spool.remove()?;
    } else {
        // Failing leaves the spool with the more careful word.
        let _ = spool.mark_nothing_stored();
    }
    Ok(error.into())
}

/// Reason why a photo was not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("the photo cannot be read")]
    Photo(#[from] PhotoFileError),
    /// The push could not begin, or its end could not be noted.
    #[error("the spool cannot be used")]
    Spool(#[from] SpoolError),
    #[error("the photo was not deposited")]
    Deposit(#[from] ClientDepositError),
    /// The photo is refused now, but an earlier try got no answer and may have stored it. The spool is kept.
    #[error("the photo is refused now and may have been deposited before")]
    RefusedMaybeStored { problem: ProblemBody, spool: PathBuf },
    /// The photo is deposited, but its receipt could not be written. The spool is kept.
    #[error("the receipt could not be stored")]
    ReceiptNotStored(#[from] StoredReceiptError),
}
