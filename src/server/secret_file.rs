//! Files that hold secrets are read only when nobody else can.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Reads a file that holds secrets.
///
/// # Errors
/// [`SecretError`], which says what to do.
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
#[derive(Debug)]
pub enum SecretError {
    /// It cannot be read.
    Unreadable {
        /// Path of the file.
        file: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// Others than its owner can read it.
    Exposed {
        /// Path of the file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl std::fmt::Display for SecretError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable { file, .. } => {
                write!(
                    f,
                    "cannot read {}: check its path in the configuration and that this user may read it",
                    file.display()
                )
            }
            Self::Exposed { file, mode } => {
                let file = file.display();
                write!(
                    f,
                    "{file} can be read by others (mode {mode:04o}): run `chmod 600 {file}`, then find out who read it"
                )
            }
        }
    }
}

impl std::error::Error for SecretError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Exposed { .. } => None,
        }
    }
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
