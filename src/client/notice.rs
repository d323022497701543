//! What the person at the screen should learn while a push is still going on.

use std::path::PathBuf;
use std::time::Duration;

use super::setback::Setback;
use crate::clock::Timestamp;

/// One thing that happened.
#[derive(Debug)]
pub enum Notice {
    /// An earlier push of this photo did not finish; this one goes on with its key and so with its code.
    Continuing {
        /// When the earlier push began.
        since: Timestamp,
    },
    /// That earlier push went to another address, where the photo may have arrived too.
    OtherGateway {
        /// The address.
        earlier: String,
    },
    /// The photo changed since an unfinished push; what that one may have deposited stays at the gateway until it expires.
    SetAside {
        /// Where the earlier push's key is kept.
        kept_as: PathBuf,
    },
    /// A try failed and another one follows.
    Retrying {
        /// Why it failed.
        setback: Setback,
        /// The pause before the next try.
        pause: Duration,
    },
}

/// Takes notices.
pub type Announce<'a> = &'a (dyn Fn(Notice) + Send + Sync);
