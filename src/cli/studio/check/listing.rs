//! Which photos are meant: files as they are named, and what lies in folders.

use std::io;
use std::path::{Path, PathBuf};

/// The photos, in the order in which they were named; those of a folder by their names.
pub(super) struct Listing {
    pub(super) photos: Vec<PathBuf>,
    pub(super) has_folders: bool,
    pub(super) troubles: Vec<FolderTrouble>,
}

/// A folder without photos.
#[derive(Debug)]
pub struct FolderTrouble {
    /// Which.
    pub folder: PathBuf,
    /// Why it cannot be read; `None` if it can and has no JPEG file.
    pub source: Option<io::Error>,
}

impl Listing {
    /// A folder stands for the `.jpg` and `.jpeg` files in it, not for those in folders inside.
    pub(super) fn of(named: &[PathBuf]) -> Self {
        let mut listing = Self { photos: Vec::new(), has_folders: false, troubles: Vec::new() };
        for path in named {
            if !path.is_dir() {
                listing.photos.push(path.clone());
                continue;
            }
            listing.has_folders = true;
            let trouble = |source| FolderTrouble { folder: path.clone(), source };
            match photos_in(path) {
                Ok(photos) if photos.is_empty() => listing.troubles.push(trouble(None)),
                Ok(photos) => listing.photos.extend(photos),
                Err(source) => listing.troubles.push(trouble(Some(source))),
            }
        }
        listing
    }
}

fn photos_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut photos = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_photo = |extension: &std::ffi::OsStr| {
            extension.eq_ignore_ascii_case("jpg") || extension.eq_ignore_ascii_case("jpeg")
        };
        if path.extension().is_some_and(is_photo) && !path.is_dir() {
            photos.push(path);
        }
    }
    photos.sort();
    Ok(photos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_jpeg_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.JPG", "a.jpeg", "notes.txt", "jpg", "c.jpg.lichtbild-spool"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("inner.jpg")).unwrap();
        std::fs::write(at("inner.jpg").join("d.jpg"), "").unwrap();
        std::fs::create_dir(at("empty")).unwrap();

        let named = [PathBuf::from("first.png"), folder.path().to_owned(), at("empty")];
        let Listing { photos, has_folders, troubles } = Listing::of(&named);
        assert_eq!(photos, [PathBuf::from("first.png"), at("a.jpeg"), at("b.JPG")]);
        assert!(has_folders && troubles.len() == 1 && troubles[0].folder == at("empty"), "{troubles:?}");
    }
}
