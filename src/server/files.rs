//! Files that hold secrets: written so that a crash leaves the old or the new one, read only when nobody else can.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Its owner alone (mode 0600).
    Owner,
    /// Everybody (mode 0644).
    Everybody,
}

/// Makes a new file, durable when this returns; an existing one is left alone.
///
/// # Errors
/// As the operating system says, [`io::ErrorKind::AlreadyExists`] among them.
pub fn create_new(file: &Path, text: &[u8], audience: Audience) -> io::Result<()> {
    let written = write_beside(file, text, audience)?;
    written.persist_noclobber(file).map_err(|error| error.error)?;
    sync_folder(file)
}

/// Puts a new file in an old one's place, durable when this returns.
///
/// # Errors
/// As the operating system says; the old file stands then.
pub fn replace(file: &Path, text: &[u8], audience: Audience) -> io::Result<()> {
    let written = write_beside(file, text, audience)?;
    written.persist(file).map_err(|error| error.error)?;
    sync_folder(file)
}

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

fn write_beside(file: &Path, text: &[u8], audience: Audience) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = match audience {
            Audience::Owner => 0o600,
            Audience::Everybody => 0o644,
        };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = audience;
    let mut written = builder.tempfile_in(folder_of(file))?;
    written.write_all(text)?;
    written.as_file().sync_all()?;
    Ok(written)
}

/// A name in a folder is durable once the folder is.
fn sync_folder(file: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder_of(file))?.sync_all() } else { Ok(()) }
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// Why a file with secrets cannot be used.
#[derive(Debug)]
pub enum SecretError {
    /// It cannot be read.
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than its owner can read it.
    Exposed {
        /// Which.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_once_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        create_new(&file, b"one", Audience::Owner).unwrap();
        assert_eq!(create_new(&file, b"two", Audience::Owner).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(*read_secret(&file).unwrap(), "one");
        replace(&file, b"three", Audience::Owner).unwrap();
        assert_eq!(*read_secret(&file).unwrap(), "three");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        create_new(&file, b"one", Audience::Everybody).unwrap();
        let message = read_secret(&file).unwrap_err().to_string();
        assert!(message.contains("chmod 600"), "{message}");
    }
}
