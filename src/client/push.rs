//! Pushes one photo: `read -> spool -> deposit (again, until an answer came) -> store receipt -> remove spool`.

use std::fmt;
use std::path::{Path, PathBuf};

use super::connection::Connection;
use super::deposit::{Deposit, DepositError, Receipt, Trying, Unfinished, deposit};
use super::photo_file::{PhotoFile, PhotoFileError};
use super::spool::{self, Claim, EarlierTries, Repeat, Spool, SpoolError};
use super::stored_receipt::{StoredReceipt, StoredReceiptError};
use crate::domain::language::Language;
use crate::domain::subject::Declaration;
use crate::failpoint;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// Where and how photos are pushed.
#[derive(Clone, Copy)]
pub struct Push<'a> {
    /// The line to the gateway.
    pub connection: &'a Connection,
    /// The language of the findings.
    pub language: Language,
    /// Whether a photo with a receipt is deposited once more.
    pub repeat: Repeat,
    /// What is declared about the person; `None` goes on with what an unfinished push declared.
    pub declared: Option<Declaration>,
    /// How long it is tried.
    pub trying: Trying<'a>,
}

/// A photo that is at the gateway, its receipt on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    /// The receipt.
    pub receipt: ReceiptBody,
    /// Whether it was given before: by the gateway to an earlier try, or from the file beside the photo.
    pub replayed: bool,
}

/// Pushes the photo at `path`. File work is done on the calling thread: a few milliseconds, most of them `fsync`.
///
/// # Errors
/// [`PushError`]. Unless the photo was refused, the same call goes on where this one stopped and ends with the same code.
pub async fn push(path: &Path, push: &Push<'_>) -> Result<Pushed, PushError> {
    push_photo(&PhotoFile::read(path)?, push).await
}

/// The same for a photo that has been read: what is deposited are the bytes in `photo`, whatever becomes of its file.
///
/// # Errors
/// As [`push`].
pub async fn push_photo(photo: &PhotoFile, push: &Push<'_>) -> Result<Pushed, PushError> {
    let spool = match claim(photo, push)? {
        Claim::Send(spool) => spool,
        Claim::Done(stored) => return Ok(Pushed { receipt: stored.body, replayed: true }),
    };
    failpoint::reached("push.spooled");
    let receipt = match send(photo, &spool, push).await {
        Ok(receipt) => receipt,
        Err(unfinished) => return Err(close(spool, unfinished)?),
    };
    failpoint::reached("push.sent");
    let stored = StoredReceipt::store(photo, &receipt.body, push.trying.clock.now())?;
    failpoint::reached("push.receipt_stored");
    spool.remove()?;
    Ok(Pushed { receipt: stored.body, replayed: receipt.replayed })
}

fn claim(photo: &PhotoFile, push: &Push<'_>) -> Result<Claim, SpoolError> {
    let Trying { clock, entropy, announce, .. } = push.trying;
    spool::claim(photo, push.repeat, push.declared, push.connection.gateway(), clock, entropy, announce)
}

async fn send(photo: &PhotoFile, spool: &Spool, push: &Push<'_>) -> Result<Receipt, Unfinished> {
    let what = Deposit { photo, key: spool.key(), declaration: spool.declaration(), language: push.language };
    deposit(push.connection, &what, &push.trying).await
}

/// What becomes of the spool of a push that brought no receipt.
fn close(mut spool: Spool, unfinished: Unfinished) -> Result<PushError, SpoolError> {
    let Unfinished { error, perhaps_stored } = unfinished;
    if perhaps_stored || spool.earlier_tries() == EarlierTries::PerhapsStored {
        return Ok(match error {
            // The key is all that leads to the code of a photo that may lie there.
            DepositError::Refused(problem) => {
                PushError::RefusedAfterSilence { problem, spool: spool.path().to_owned() }
            }
            error => error.into(),
        });
    }
    if let DepositError::Refused(_) = error {
        // Nothing was stored there, so nothing is left to finish here.
        spool.remove()?;
    } else {
        // Failing leaves the spool with the more careful word.
        let _ = spool.note_nothing_stored();
    }
    Ok(error.into())
}

/// Why a photo was not pushed.
#[derive(Debug)]
pub enum PushError {
    /// The photo cannot be read.
    Photo(PhotoFileError),
    /// The push could not begin, or its end not be noted.
    Spool(SpoolError),
    /// There is no receipt.
    Deposit(DepositError),
    /// The photo is refused now, but an earlier try went without an answer and may have stored it; the spool is kept.
    RefusedAfterSilence {
        /// The refusal.
        problem: ProblemBody,
        /// The spool.
        spool: PathBuf,
    },
    /// The photo is at the gateway; its receipt could not be written here and the spool is kept.
    ReceiptNotStored(StoredReceiptError),
}

impl From<PhotoFileError> for PushError {
    fn from(error: PhotoFileError) -> Self {
        Self::Photo(error)
    }
}

impl From<SpoolError> for PushError {
    fn from(error: SpoolError) -> Self {
        Self::Spool(error)
    }
}

impl From<DepositError> for PushError {
    fn from(error: DepositError) -> Self {
        Self::Deposit(error)
    }
}

impl From<StoredReceiptError> for PushError {
    fn from(error: StoredReceiptError) -> Self {
        Self::ReceiptNotStored(error)
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Photo(_) => "the photo cannot be read",
            Self::Spool(_) => "the spool does not serve",
            Self::Deposit(_) => "the photo was not deposited",
            Self::RefusedAfterSilence { .. } => "the photo is refused now and may have been deposited before",
            Self::ReceiptNotStored(_) => "the receipt could not be stored",
        })
    }
}

impl std::error::Error for PushError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Photo(source) => Some(source),
            Self::Spool(source) => Some(source),
            Self::Deposit(source) => Some(source),
            Self::RefusedAfterSilence { .. } => None,
            Self::ReceiptNotStored(source) => Some(source),
        }
    }
}
