//! History of all clients: each request with its answer, its begin and its end.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Request of a client. The outcome of a settlement is `used`, `kept`, `refused` or `released`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientRequest {
    Deposit { key: String, sha256: String },
    Collect { code: String },
    Fetch { collection_id: String, code: String },
    Settle { collection_id: String, outcome: &'static str },
}

/// Answer that the client received. `Unknown` is no answer, or an incomplete one: the request may have been carried out,
/// may be later, or not at all. `is_new` is true if this request made the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObservedOutcome {
    Deposited { photo_id: String, code: String, is_repeat: bool },
    Leased { collection_id: String, photo_id: String, is_new: bool },
    Photo { sha256: String },
    Settled,
    Refused { status: u16, problem: String },
    Unknown,
}

impl ObservedOutcome {
    /// Reports whether the request may have been carried out. A server error may hide a commit.
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

/// One request with its answer. Times count from the start of the run on a monotonic clock.
#[derive(Debug, Clone)]
pub struct RecordedOperation {
    pub device: String,
    pub party: String,
    pub request: ClientRequest,
    pub outcome: ObservedOutcome,
    pub begun: Duration,
    pub ended: Duration,
}

/// Records of all clients.
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

    /// Sends a request and records the answer.
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
