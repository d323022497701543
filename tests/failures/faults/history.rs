//! History of every client: each request with its answer, and when it began and ended.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Request of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRequest {
    /// To hand in a photo under a key.
    Deposit { key: String, sha256: String },
    /// To have a photo by its code.
    Collect { code: String },
    /// To have its bytes.
    Fetch { collection_id: String, code: String },
    /// To say what became of it: `used`, `kept`, `refused` or `released`.
    Settle { collection_id: String, outcome: &'static str },
}

/// Answer that the client received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedOutcome {
    Deposited {
        photo_id: String,
        code: String,
        is_repeat: bool,
    },
    /// Its own from now on; `is_new` when this request made it so.
    Leased {
        collection_id: String,
        photo_id: String,
        is_new: bool,
    },
    /// The whole picture.
    Photo {
        sha256: String,
    },
    Settled,
    /// A problem of this status and type.
    Refused {
        status: u16,
        problem: String,
    },
    /// Nothing, or not all of it: it may have happened, may yet happen, or not.
    Unknown,
}

impl ObservedOutcome {
    /// Reports whether the request may have been carried out, as far as the client knows. A server error may hide a commit.
    pub fn may_have_happened(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status >= 500,
            _ => true,
        }
    }

    pub fn is_problem(&self, kind: &str) -> bool {
        matches!(self, Self::Refused { problem, .. } if problem == kind)
    }
}

/// One request with its answer. Times count from the beginning of the run, by a clock that does not jump.
#[derive(Debug, Clone)]
pub struct RecordedOperation {
    /// The device that asked.
    pub device: String,
    /// The studio or office that it belongs to.
    pub party: String,
    pub request: ClientRequest,
    pub outcome: ObservedOutcome,
    pub begun: Duration,
    pub ended: Duration,
}

/// Grows while clients are at work.
pub struct History {
    begun: Instant,
    operations: Mutex<Vec<RecordedOperation>>,
}

impl History {
    pub fn begin() -> Self {
        Self { begun: Instant::now(), operations: Mutex::default() }
    }

    pub fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Asks, and writes down what came of it.
    pub async fn record(
        &self,
        device: &str,
        party: &str,
        wish: ClientRequest,
        ask: impl Future<Output = ObservedOutcome>,
    ) -> ObservedOutcome {
        let begun = self.now();
        let told = ask.await;
        let (device, party) = (device.to_owned(), party.to_owned());
        let operation =
            RecordedOperation { device, party, request: wish, outcome: told.clone(), begun, ended: self.now() };
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).push(operation);
        told
    }

    pub fn operations(&self) -> Vec<RecordedOperation> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
