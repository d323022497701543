//! Files that another program has open. Windows neither replaces nor removes them; Unix does.

use std::io;

/// Pauses between the tries, in milliseconds: together a little more than half a second. Virus scanners and indexing
/// services open a new file for a few milliseconds; a viewer keeps it open for longer than the program can wait.
#[cfg(windows)]
const PAUSES: [u64; 6] = [10, 20, 40, 80, 160, 320];

/// Reports whether an operation failed because another program has the file open. On Windows also for a file that this
/// user may not change: the operating system's error is the same.
pub fn is_held(error: &io::Error) -> bool {
    // ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_USER_MAPPED_FILE.
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32 | 33 | 1224))
}

/// Tries again for a moment while another program has the file open.
pub(super) fn retry<T>(mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    #[cfg(windows)]
    for pause in PAUSES {
        match operation() {
            Err(error) if is_held(&error) => std::thread::sleep(std::time::Duration::from_millis(pause)),
            ended => return ended,
        }
    }
    operation()
}
