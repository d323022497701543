//! Deposits one photo: asks again until the gateway gave its answer, always under the same key.

use std::fmt;
use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};

use super::answer::{self, Answer};
use super::backoff;
use super::connection::Connection;
use super::notice::{Announce, Notice};
use super::patience::Patience;
use super::photo_file::PhotoFile;
use super::setback::{Failure, Setback, TlsRefusal};
use crate::clock::Clock;
use crate::domain::code::RetrievalCode;
use crate::domain::idempotency::IdempotencyKey;
use crate::domain::language::Language;
use crate::domain::subject::Declaration;
use crate::entropy::{Entropy, random_bytes};
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// What is sent.
#[derive(Debug)]
pub struct Deposit<'a> {
    /// The photo.
    pub photo: &'a PhotoFile,
    /// Its key, the same for every try.
    pub key: &'a IdempotencyKey,
    /// What is declared about the person, the same for every try.
    pub declaration: Declaration,
    /// The language of the findings.
    pub language: Language,
}

/// How long and by what means a deposit is tried.
#[derive(Clone, Copy)]
pub struct Trying<'a> {
    /// For a `Retry-After` that names a date.
    pub clock: &'a dyn Clock,
    /// For the jitter.
    pub entropy: &'a dyn Entropy,
    /// For the pauses.
    pub patience: &'a dyn Patience,
    /// No pause begins that would end later than this after the push began; a running try is never broken off.
    pub give_up_after: Duration,
    /// Learns of every pause.
    pub announce: Announce<'a>,
}

/// A receipt that belongs to the photo that was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The receipt.
    pub body: ReceiptBody,
    /// Whether the gateway had given it before.
    pub replayed: bool,
}

/// Deposits the photo and gives its receipt.
///
/// # Errors
/// [`Unfinished`].
pub async fn deposit(
    connection: &Connection,
    deposit: &Deposit<'_>,
    trying: &Trying<'_>,
) -> Result<Receipt, Unfinished> {
    let (mut tries, mut perhaps_stored) = (0, false);
    loop {
        tries += 1;
        let (setback, retry_after) = match try_once(connection, deposit, trying.clock).await {
            Ok(Try::Receipt(receipt)) => return Ok(receipt),
            Ok(Try::Again { setback, retry_after }) => (setback, retry_after),
            Err(error) => {
                let perhaps_stored = perhaps_stored || error.leaves_outcome_open();
                return Err(Unfinished { error, perhaps_stored });
            }
        };
        perhaps_stored |= setback.leaves_outcome_open();
        // Without randomness the whole pause: later than needed, but never a storm.
        let draw = random_bytes(trying.entropy).map_or(u32::MAX, u32::from_be_bytes);
        let pause = backoff::pause(tries, draw).max(retry_after.unwrap_or_default());
        if trying.patience.spent().saturating_add(pause) > trying.give_up_after {
            return Err(Unfinished { error: DepositError::GaveUp { tries, last: setback, pause }, perhaps_stored });
        }
        (trying.announce)(Notice::Retrying { setback, pause });
        trying.patience.wait(pause).await;
    }
}

enum Try {
    Receipt(Receipt),
    Again { setback: Setback, retry_after: Option<Duration> },
}

async fn try_once(connection: &Connection, deposit: &Deposit<'_>, clock: &dyn Clock) -> Result<Try, DepositError> {
    let Declaration { subject, exception } = deposit.declaration;
    let declared = [
        (!subject.is_ordinary()).then_some(("Photo-Subject", subject.name())),
        (!exception.is_ordinary()).then_some(("Photo-Exception", exception.name())),
    ];
    let request = connection
        .post("/v1/photos")
        .header("Idempotency-Key", deposit.key.as_str())
        .header(CONTENT_TYPE, "image/jpeg")
        .header("Content-Digest", deposit.photo.sha256.to_content_digest())
        .header(ACCEPT_LANGUAGE, deposit.language.tag())
        .body(deposit.photo.bytes.clone());
    let request = declared.into_iter().flatten().fold(request, |request, (name, value)| request.header(name, value));
    let answer = match request.send().await {
        Ok(response) => answer::read(response, clock.now()).await,
        Err(error) => Err(Failure::from(&error)),
    };
    match answer {
        Ok(Answer::Receipt { body, replayed }) => {
            verify(&body, deposit.photo)?;
            Ok(Try::Receipt(Receipt { body, replayed }))
        }
        Ok(Answer::Later { setback, retry_after }) => Ok(Try::Again { setback, retry_after }),
        Err(Failure::Setback(setback)) => Ok(Try::Again { setback, retry_after: None }),
        Err(Failure::Refusal(refusal)) => Err(DepositError::Tls(refusal)),
        Ok(Answer::Unreadable(source)) => Err(DepositError::ReceiptUnreadable(source)),
        Ok(Answer::Problem(problem)) => Err(DepositError::from_problem(problem)),
        Ok(Answer::Foreign { status }) => Err(DepositError::NotAGateway { status }),
    }
}

/// A receipt for other bytes, or with a code that no office could read, must never reach a citizen.
fn verify(receipt: &ReceiptBody, photo: &PhotoFile) -> Result<(), DepositError> {
    if receipt.sha256 != photo.sha256 {
        return Err(DepositError::ReceiptDoesNotFit("sha256"));
    }
    if receipt.bytes != photo.bytes.len() as u64 {
        return Err(DepositError::ReceiptDoesNotFit("bytes"));
    }
    RetrievalCode::parse(&receipt.code).map_err(|_| DepositError::ReceiptDoesNotFit("code"))?;
    Ok(())
}

/// Why there is no receipt, and what that says about the photo.
#[derive(Debug)]
pub struct Unfinished {
    /// Why.
    pub error: DepositError,
    /// Whether one of the tries may have stored the photo without its answer coming back.
    pub perhaps_stored: bool,
}

/// Why there is no receipt.
#[derive(Debug)]
pub enum DepositError {
    /// The photo itself is not taken; nothing of it was stored by this try.
    Refused(ProblemBody),
    /// The studio or device may not deposit.
    NotAllowed(ProblemBody),
    /// One side does not take the other's certificate.
    Tls(TlsRefusal),
    /// The time was up.
    GaveUp {
        /// How often it was tried.
        tries: u32,
        /// Why the last one failed.
        last: Setback,
        /// The pause that another try would have begun with: at least what the gateway asked for.
        pause: Duration,
    },
    /// The gateway found fault with the request; this should not happen.
    Declined(ProblemBody),
    /// What answered is no gateway.
    NotAGateway {
        /// The HTTP status code.
        status: u16,
    },
    /// A receipt for something else; names the field.
    ReceiptDoesNotFit(&'static str),
    /// A receipt that this version cannot read.
    ReceiptUnreadable(serde_json::Error),
}

impl DepositError {
    fn from_problem(problem: ProblemBody) -> Self {
        match (answer::kind_of(&problem), problem.status) {
            ("photo-refused" | "photo-too-large" | "format-unsupported", _) => Self::Refused(problem),
            (_, 401 | 403) => Self::NotAllowed(problem),
            _ => Self::Declined(problem),
        }
    }

    /// Whether the last try may have stored the photo all the same.
    fn leaves_outcome_open(&self) -> bool {
        match self {
            // Said before anything is stored; the tries of those who gave up are counted one by one.
            Self::Refused(_) | Self::NotAllowed(_) | Self::Tls(_) | Self::GaveUp { .. } => false,
            Self::Declined(_) | Self::NotAGateway { .. } | Self::ReceiptDoesNotFit(_) | Self::ReceiptUnreadable(_) => {
                true
            }
        }
    }
}

impl fmt::Display for DepositError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(problem) | Self::NotAllowed(problem) | Self::Declined(problem) => {
                write!(f, "the gateway answered {}: {}", problem.status, answer::kind_of(problem))
            }
            Self::Tls(TlsRefusal::OurCertificate(_)) => f.write_str("the gateway does not take the certificate"),
            Self::Tls(TlsRefusal::TheirCertificate(_)) => f.write_str("the gateway's certificate is not trusted"),
            Self::Tls(TlsRefusal::NothingInCommon) => f.write_str("no common version or cipher suite of TLS"),
            Self::GaveUp { tries, last, .. } => write!(f, "gave up after {tries} tries: {last}"),
            Self::NotAGateway { status } => write!(f, "no gateway there (status {status})"),
            Self::ReceiptDoesNotFit(field) => write!(f, "the receipt does not fit the photo: {field}"),
            Self::ReceiptUnreadable(_) => f.write_str("the receipt cannot be read"),
        }
    }
}

impl std::error::Error for DepositError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::ReceiptUnreadable(source) => Some(source),
            _ => None,
        }
    }
}
