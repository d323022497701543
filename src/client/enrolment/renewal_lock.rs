//! Lock of a certificate's renewal: of the programs that run on one computer, one renews at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use crate::atomic_file;

const FILE: &str = ".lichtbild-renewal";
/// Pause between two attempts to lock.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Held while a certificate is renewed. The system unlocks the file whatever happens to the process.
#[derive(Debug)]
pub struct RenewalLock {
    _file: Option<File>,
}

impl RenewalLock {
    /// Waits at most `patience` until no other program renews the certificate of `config`; `None` when one still does, and then nothing
    /// may be renewed. The holder must look at the certificate again: another program may just have renewed it. Goes on without a lock
    /// where none can be had, in a folder in which nothing can be written or on a file system without locks: a second renewal costs a
    /// certificate and no deposit.
    pub async fn acquire(config: &Path, patience: Duration) -> Option<Self> {
        let Ok(file) = atomic_file::open_lock_file(&config.with_file_name(FILE)) else {
            return Some(Self { _file: None });
        };
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => return Some(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if waited < patience => {
                    sleep(POLL_INTERVAL).await;
                    waited += POLL_INTERVAL;
                }
                Err(TryLockError::WouldBlock) => return None,
                Err(TryLockError::Error(_)) => return Some(Self { _file: None }),
            }
        }
    }
}
