//! Folders whose new files are for their owner only, as far as they are known.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Number of folders that are remembered; each photo has a folder of its own.
const MAX_FOLDERS: usize = 1024;

/// Answers about folders, since each question starts a program.
#[derive(Debug, Default)]
pub struct PrivateFolders(Mutex<Option<HashMap<PathBuf, bool>>>);

impl PrivateFolders {
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Reports whether new files in the folder are for their owner only, by the last answer or by that of `ask`. An absent answer is not
    /// remembered.
    pub fn is_private(&self, folder: &Path, ask: impl FnOnce() -> Option<bool>) -> Option<bool> {
        if let Some(known) = self.lock().as_ref().and_then(|known| known.get(folder).copied()) {
            return Some(known);
        }
        // Not under the lock: the program takes a moment.
        let answer = ask()?;
        self.remember(folder, answer);
        Some(answer)
    }

    pub fn remember(&self, folder: &Path, is_private: bool) {
        let mut known = self.lock();
        let known = known.get_or_insert_default();
        if known.len() >= MAX_FOLDERS {
            known.clear();
        }
        known.insert(folder.to_owned(), is_private);
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashMap<PathBuf, bool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_asked_for_once_and_an_absent_one_again() {
        let folders = PrivateFolders::new();
        let folder = Path::new("export");
        assert_eq!(folders.is_private(folder, || None), None);
        assert_eq!(folders.is_private(folder, || Some(false)), Some(false));
        assert_eq!(folders.is_private(folder, || panic!("it is known")), Some(false));
        folders.remember(folder, true);
        assert_eq!(folders.is_private(folder, || panic!("it is known")), Some(true));
        // While one thread asks, another one may answer.
        let other = Path::new("other");
        let answer = folders.is_private(other, || {
            folders.remember(other, true);
            Some(true)
        });
        assert_eq!(answer, Some(true));
    }

    #[test]
    fn the_number_of_folders_is_bounded() {
        let folders = PrivateFolders::new();
        for number in 0..=MAX_FOLDERS {
            folders.remember(Path::new(&number.to_string()), true);
        }
        assert_eq!(folders.lock().as_ref().unwrap().len(), 1);
    }
}
