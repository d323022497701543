//! Reservation of a name in `sent/` or `refused/` for one photo: its first file claims the name and identifies the photo.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::atomic_file;
use crate::atomic_file::FileMode;

/// Longer names are shortened, to leave room for a number and suffixes. File systems allow 255 bytes, some only 143.
const MAX_STEM_BYTES: usize = 100;

/// The paths of a photo and the files beside it, all with the same stem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedName {
    directory: PathBuf,
    stem: OsString,
    extension: OsString,
}

impl ReservedName {
    /// The first stem for `name` is `NAME`, the second is `NAME (2)`.
    fn numbered(directory: &Path, name: &OsStr, number: u32) -> Self {
        let name = Path::new(name);
        let mut stem = shortened(name.file_stem().unwrap_or_default());
        if number > 1 {
            stem.push(format!(" ({number})"));
        }
        let extension = name.extension().unwrap_or_default().to_owned();
        Self { directory: directory.to_owned(), stem, extension }
    }

    pub fn photo(&self) -> PathBuf {
        let mut name = self.stem.clone();
        if !self.extension.is_empty() {
            name.push(".");
            name.push(&self.extension);
        }
        self.directory.join(name)
    }

    /// Path for a file beside the photo: the stem with `suffix`.
    pub fn sidecar(&self, suffix: &str) -> PathBuf {
        let mut name = self.stem.clone();
        name.push(suffix);
        self.directory.join(name)
    }
}

fn shortened(stem: &OsStr) -> OsString {
    if stem.len() <= MAX_STEM_BYTES {
        return stem.to_owned();
    }
    let text = stem.to_string_lossy();
    text[..text.floor_char_boundary(MAX_STEM_BYTES)].into()
}

/// Request to reserve a name for a photo and the files beside it.
pub struct NameReservation<'a> {
    pub directory: &'a Path,
    pub name: &'a OsStr,
    /// Suffix of the file that claims the name.
    pub suffix: &'a str,
    /// Suffixes of the other files, whose names must be free too.
    pub other_suffixes: &'a [&'a str],
    /// Reports whether a claiming file with this content belongs to this photo.
    pub is_own: &'a dyn Fn(&[u8]) -> bool,
}

impl NameReservation<'_> {
    /// Finds the name that this photo has claimed before. Lower numbers may have become free since.
    pub fn find(&self) -> io::Result<Option<ReservedName>> {
        let first = ReservedName::numbered(self.directory, self.name, 1);
        for entry in fs::read_dir(self.directory)? {
            let name = entry?.file_name();
            let bytes = name.as_encoded_bytes();
            if !bytes.starts_with(first.stem.as_encoded_bytes()) || !bytes.ends_with(self.suffix.as_bytes()) {
                continue;
            }
            // Too large for a receipt or report, or a folder.
            let Ok(Some(content)) = atomic_file::read_entry(&self.directory.join(&name)) else { continue };
            if (self.is_own)(&content)
                && let Some(stem) = strip_suffix(&name, self.suffix)
            {
                return Ok(Some(ReservedName { stem, ..first }));
            }
        }
        Ok(None)
    }

    /// Finds the claimed name or claims the first free one, by writing and syncing `content`.
    ///
    /// # Errors
    /// The operating system's error. No name is claimed then.
    pub fn reserve(&self, content: &[u8], mode: FileMode) -> io::Result<ReservedName> {
        if let Some(reserved) = self.find()? {
            atomic_file::sync_dir(&reserved.sidecar(self.suffix))?;
            return Ok(reserved);
        }
        let mut number = 1;
        loop {
            let reserved = ReservedName::numbered(self.directory, self.name, number);
            if self.is_free(&reserved) {
                match atomic_file::write_new(&reserved.sidecar(self.suffix), content, mode) {
                    Ok(()) => return Ok(reserved),
                    // Another photo with this name was faster.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
            number += 1;
        }
    }

    fn is_free(&self, reserved: &ReservedName) -> bool {
        let sidecars = self.other_suffixes.iter().chain([&self.suffix]).map(|suffix| reserved.sidecar(suffix));
        sidecars.chain([reserved.photo()]).all(|path| path.symlink_metadata().is_err())
    }
}

/// `NAME` without `suffix`, for any bytes: removes one extension after the other.
pub(super) fn strip_suffix(name: &OsStr, suffix: &str) -> Option<OsString> {
    let mut rest = name.to_owned();
    for extension in suffix.split('.').skip(1).collect::<Vec<_>>().into_iter().rev() {
        let path = Path::new(&rest);
        if path.extension() != Some(OsStr::new(extension)) {
            return None;
        }
        rest = path.file_stem()?.to_owned();
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(directory: &Path, name: &str, content: &str) -> ReservedName {
        let is_own = |paper: &[u8]| paper == content.as_bytes();
        let reservation = NameReservation {
            directory,
            name: name.as_ref(),
            suffix: ".txt",
            other_suffixes: &[".pdf"],
            is_own: &is_own,
        };
        let reserved = reservation.reserve(content.as_bytes(), FileMode::OwnerOnly).unwrap();
        assert_eq!(reservation.find().unwrap().as_ref(), Some(&reserved));
        reserved
    }

    #[test]
    fn the_same_photo_finds_its_name_and_another_one_gets_the_next() {
        let directory = tempfile::tempdir().unwrap();
        let first = take(directory.path(), "anna.jpg", "first");
        assert_eq!(first.photo(), directory.path().join("anna.jpg"));
        let second = take(directory.path(), "anna.jpg", "second");
        assert_eq!(second.photo(), directory.path().join("anna (2).jpg"));
        assert_eq!(take(directory.path(), "anna.jpg", "first"), first);
        fs::remove_file(first.sidecar(".txt")).unwrap();
        assert_eq!(take(directory.path(), "anna.jpg", "second"), second, "the number before it is free again");
    }

    #[test]
    fn existing_files_are_not_touched() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("anna.jpg"), "somebody's").unwrap();
        fs::write(directory.path().join("anna (2).pdf"), "somebody's").unwrap();
        fs::create_dir(directory.path().join("anna (3).txt")).unwrap();
        let reserved = take(directory.path(), "anna.jpg", "mine");
        assert_eq!(reserved.sidecar(".txt"), directory.path().join("anna (4).txt"));
    }

    #[test]
    fn a_long_name_leaves_room_for_its_sidecars() {
        let directory = tempfile::tempdir().unwrap();
        let name = format!("{}.jpeg", "ü".repeat(125));
        for content in ["one", "two"] {
            let reserved = take(directory.path(), &name, content);
            fs::write(reserved.photo(), "").unwrap();
            fs::write(reserved.sidecar(".receipt.json"), "").unwrap();
        }
    }
}
