//! Progress of a push, for the person at the screen.

use std::path::PathBuf;
use std::time::Duration;

use super::transient_error::TransientError;
use crate::clock::Timestamp;

/// One thing that happened.
#[derive(Debug)]
pub enum ProgressEvent {
    /// An earlier push of this photo did not finish; this one goes on with its key and so with its code.
    Resuming {
        /// Time at which the earlier push began.
        since: Timestamp,
    },
    /// That earlier push went to another address, where the photo may have arrived too.
    GatewayChanged {
        /// The address.
        earlier: String,
    },
    /// The photo changed since an unfinished push; what that one may have deposited stays at the gateway until it expires.
    SpoolRotated {
        /// Path of the file that keeps the earlier push's key.
        rotated_to: PathBuf,
    },
    /// A try failed and another one follows.
    Retrying {
        /// Cause.
        error: TransientError,
        /// The pause before the next try.
        pause: Duration,
    },
}

/// Takes notices.
pub type ProgressCallback<'a> = &'a (dyn Fn(ProgressEvent) + Send + Sync);
