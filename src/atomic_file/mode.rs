//! Readers of files and folders.

use std::fs;
use std::io;
use std::path::Path;

/// Readers of a file or folder, as permission bits. Other users can never write, whatever the umask permits; a stricter
/// umask has effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    /// Mode 0600; 0700 for a folder. On Windows an access list without other users, where the disk has such lists.
    OwnerOnly,
    /// Mode 0644; 0755 for a folder. On Windows the access list of its folder.
    WorldReadable,
}

impl FileMode {
    /// Permission bits of a file.
    #[cfg(unix)]
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::OwnerOnly => 0o600,
            Self::WorldReadable => 0o644,
        }
    }
}

/// Creates a folder with its parents, unless it exists. Existing folders keep their modes.
pub fn make_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    #[cfg(windows)]
    let is_new = !path.exists();
    folder_builder(audience).recursive(true).create(path)?;
    #[cfg(windows)]
    if is_new && audience == FileMode::OwnerOnly {
        super::access::protect_folder(path);
    }
    Ok(())
}

/// Creates a folder.
/// `AlreadyExists` if it exists.
pub fn make_new_folder(path: &Path, audience: FileMode) -> io::Result<()> {
    folder_builder(audience).create(path)?;
    #[cfg(windows)]
    if audience == FileMode::OwnerOnly {
        super::access::protect_folder(path);
    }
    Ok(())
}

fn folder_builder(audience: FileMode) -> fs::DirBuilder {
    // Without a mode the umask would decide which users can replace files in the folder.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode is set on Unix only"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(match audience {
            FileMode::OwnerOnly => 0o700,
            FileMode::WorldReadable => 0o755,
        });
    }
    #[cfg(not(unix))]
    let _ = audience;
    builder
}
