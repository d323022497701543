//! Lock for the renewal of a certificate, so that only one program of a computer renews it at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

use crate::atomic_file;

const FILE: &str = ".lichtbild-renewal";
/// Pause between two attempts to lock.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Held while a certificate is renewed. The operating system unlocks the file when the process ends.
#[derive(Debug)]
pub struct RenewalLock {
    _file: Option<File>,
}

impl RenewalLock {
    /// Waits at most `patience` until no other program renews the certificate of `config`; `None` if one still does. The caller must then
    /// check the certificate again, because another program may have renewed it. If the folder is not writable or the file system has no
    /// locks, this succeeds without a lock: a second renewal only costs a certificate.
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
