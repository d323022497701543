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

/// Gateway, settings and services of a push.
#[derive(Clone, Copy)]
pub struct PushContext<'a> {
    pub client: &'a GatewayClient,
    pub language: Language,
    /// Policy for a photo that already has a receipt.
    pub repeat: RepeatPolicy,
    /// `None` keeps the declaration of an unfinished push.
    pub declared: Option<Declaration>,
    pub retry: RetryContext<'a>,
}

/// A deposited photo whose receipt is on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct PushedPhoto {
    pub receipt: ReceiptBody,
    /// True if the receipt existed before: at the gateway after an earlier try, or in the file beside the photo.
    pub replayed: bool,
}

/// Pushes the photo at `path`. File operations block the calling thread for a few milliseconds, mostly for `fsync`.
///
/// # Errors
/// [`PushError`]. Unless the photo was refused, the same call continues where this one stopped and gives the same code.
pub async fn push(path: &Path, context: &PushContext<'_>) -> Result<PushedPhoto, PushError> {
    push_photo(&PhotoFile::read(path)?, context).await
}

/// Pushes a photo that has been read. The bytes in `photo` are deposited, even if the file changes meanwhile.
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

/// Keeps, updates or removes the spool after a push that got no receipt.
fn finish_failed_push(mut spool: Spool, unfinished: DepositFailure) -> Result<PushError, SpoolError> {
    let DepositFailure { error, maybe_stored } = unfinished;
    if maybe_stored || spool.earlier_attempts() == EarlierAttempts::MaybeStored {
        return Ok(match error {
            // Only this key gives access to the code if the photo was stored.
            ClientDepositError::Refused(problem) => {
                PushError::RefusedMaybeStored { problem, spool: spool.path().to_owned() }
            }
            error => error.into(),
        });
    }
    if let ClientDepositError::Refused(_) = error {
        // The gateway stored nothing, so the deposit is finished.
        spool.remove()?;
    } else {
        // If this fails, the spool still says that a try may be unanswered, which is safe.
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
