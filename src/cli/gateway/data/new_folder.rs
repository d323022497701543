//! The folder that `backup` and `restore` create. Errors name it, and after an error nothing of it remains.

use std::io;
use std::path::{Path, PathBuf};

use crate::atomic_file::{FileMode, PendingFolder, write_new};
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;

pub(super) struct NewFolder {
    path: PathBuf,
    draft: PendingFolder,
}

impl NewFolder {
    pub(super) fn create(path: &Path) -> Result<Self, CommandError> {
        let draft = PendingFolder::create(path).map_err(|error| cannot_write(path, error))?;
        Ok(Self { path: path.to_owned(), draft })
    }

    /// Path of a file in the folder, before and until [`commit`](Self::commit).
    pub(super) fn path_for(&self, inside: &Path) -> Result<PathBuf, CommandError> {
        self.draft.path_for(inside).map_err(|error| cannot_write(&self.path, error))
    }

    pub(super) fn write(&self, inside: impl AsRef<Path>, bytes: &[u8], audience: FileMode) -> Result<(), CommandError> {
        let path = self.path_for(inside.as_ref())?;
        write_new(&path, bytes, audience).map_err(|error| cannot_write(&self.path, error))
    }

    /// Gives the folder its name.
    pub(super) fn commit(self) -> Result<(), CommandError> {
        self.draft.commit_new().map_err(|error| cannot_write(&self.path, error))
    }
}

fn cannot_write(folder: &Path, error: io::Error) -> CommandError {
    let shown = folder.display().to_string();
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::DirectoryNotEmpty => {
            CommandError::plain(phrase!("gateway-folder-exists", folder = shown))
        }
        _ => CommandError::new(phrase!("gateway-folder-failed", folder = shown), error),
    }
}
