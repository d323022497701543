//! Files with secrets, which only their owner may be able to read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Reads a file with secrets.
pub fn read_secret(file: &Path) -> Result<Zeroizing<String>, SecretError> {
    let unreadable = |source| SecretError::Unreadable { file: file.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(file).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(SecretError::Exposed { file: file.to_owned(), mode: mode & 0o777 });
        }
    }
    fs::read_to_string(file).map(Zeroizing::new).map_err(unreadable)
}

/// Reason why a file with secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot read {}: check its path in the configuration and that this user may read it", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error(
        "other users can read {} (mode {mode:04o}): run `chmod 600 {}`, then find out which of them read it",
        file.display(),
        file.display()
    )]
    Exposed { file: PathBuf, mode: u32 },
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::atomic_file::{FileMode, write_new};

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, exposed) = (folder.path().join("ours"), folder.path().join("exposed"));
        write_new(&ours, b"one", FileMode::OwnerOnly).unwrap();
        write_new(&exposed, b"one", FileMode::WorldReadable).unwrap();
        assert_eq!(*read_secret(&ours).unwrap(), "one");
        let message = read_secret(&exposed).unwrap_err().to_string();
        assert!(message.contains("chmod 600"), "{message}");
    }
}
