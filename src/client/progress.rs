//! Progress of a push, for the user.

use std::path::PathBuf;
use std::time::Duration;

use super::transient_error::TransientError;
use crate::clock::Timestamp;

/// An event of a push.
#[derive(Debug)]
pub enum ProgressEvent {
    /// An earlier push of this photo did not finish. This one uses its key and gets the same code.
    Resuming {
        /// Begin of the earlier push.
        since: Timestamp,
    },
    /// The earlier push went to this other address, where the photo may have arrived too.
    GatewayChanged { earlier: String },
    /// The photo changed since an unfinished push. A deposit of that push stays at the gateway until it expires.
    SpoolRotated {
        /// File with the earlier push's key.
        rotated_to: PathBuf,
    },
    /// A try failed, and another one follows.
    Retrying {
        error: TransientError,
        /// Before the next try.
        pause: Duration,
    },
}

/// Receives the events.
pub type ProgressCallback<'a> = &'a (dyn Fn(ProgressEvent) + Send + Sync);
