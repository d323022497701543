//! Lock of a certificate's renewal: of the programs that run on one computer, one renews at a time.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::sleep;

const FILE: &str = ".lichtbild-renewal";
/// Pause between two attempts to lock.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Attempts to lock: one minute, longer than the requests of a renewal take.
const ATTEMPTS: u32 = 1200;

/// Held while a certificate is renewed. The system unlocks the file whatever happens to the process.
#[derive(Debug)]
pub struct RenewalLock {
    _file: Option<File>,
}

impl RenewalLock {
    /// Waits until no other program renews the certificate of `config`. The holder must look at the certificate again: another program
    /// may just have renewed it. Goes on without a lock where none can be had, in a folder in which nothing can be written or on a file
    /// system without locks: a second renewal costs a certificate and no deposit.
    pub async fn acquire(config: &Path) -> Self {
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let Ok(file) = options.open(config.with_file_name(FILE)) else { return Self { _file: None } };
        for _ in 0..ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Self { _file: Some(file) },
                Err(TryLockError::WouldBlock) => sleep(POLL_INTERVAL).await,
                Err(TryLockError::Error(_)) => break,
            }
        }
        Self { _file: None }
    }
}
