//! List of the photos to check: files as they are named, and the JPEG files of folders.

use std::io;
use std::path::{Path, PathBuf};

/// The photos, in the order in which they were named; those of a folder by their names.
pub(super) struct PhotoList {
    pub(super) photos: Vec<PathBuf>,
    pub(super) has_folders: bool,
    pub(super) folder_errors: Vec<PhotoFolderError>,
    /// Number of image files in folders that are left out because their names do not end as those of JPEG files.
    pub(super) other_image_count: usize,
}

/// Extensions, in lower case, of image files that somebody may have meant to have checked.
const OTHER_IMAGE_EXTENSIONS: [&str; 5] = ["png", "tif", "tiff", "heic", "webp"];

/// A folder without photos.
#[derive(Debug)]
pub struct PhotoFolderError {
    /// Path of the folder.
    pub folder: PathBuf,
    /// Reason why the folder cannot be read; `None` if it can be read and has no JPEG file.
    pub source: Option<io::Error>,
}

impl PhotoList {
    /// A folder stands for the `.jpg` and `.jpeg` files in it, not for those in folders inside.
    pub(super) fn collect(named: &[PathBuf]) -> Self {
        let mut listing =
            Self { photos: Vec::new(), has_folders: false, folder_errors: Vec::new(), other_image_count: 0 };
        for path in named {
            if !path.is_dir() {
                listing.photos.push(path.clone());
                continue;
            }
            listing.has_folders = true;
            let folder_error = |source| PhotoFolderError { folder: path.clone(), source };
            match photos_in(path) {
                Ok((photos, other_image_count)) => {
                    listing.other_image_count += other_image_count;
                    if photos.is_empty() {
                        listing.folder_errors.push(folder_error(None));
                    }
                    listing.photos.extend(photos);
                }
                Err(source) => listing.folder_errors.push(folder_error(Some(source))),
            }
        }
        listing
    }
}

/// The photos, and how many other pictures.
fn photos_in(folder: &Path) -> io::Result<(Vec<PathBuf>, usize)> {
    let (mut photos, mut other_image_count) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let ends_in = |names: &[&str]| {
            path.extension().is_some_and(|end| names.iter().any(|name| end.eq_ignore_ascii_case(name)))
        };
        if ends_in(&["jpg", "jpeg"]) && !path.is_dir() {
            photos.push(path);
        } else if ends_in(&OTHER_IMAGE_EXTENSIONS) && !path.is_dir() {
            other_image_count += 1;
        }
    }
    photos.sort();
    Ok((photos, other_image_count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_jpeg_files_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.JPG", "a.jpeg", "notes.txt", "jpg", "c.jpg.lichtbild-spool", "d.PNG", "e.heic"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::fs::create_dir(at("inner.jpg")).unwrap();
        std::fs::write(at("inner.jpg").join("d.jpg"), "").unwrap();
        std::fs::create_dir(at("empty")).unwrap();
        std::fs::create_dir(at("inner.tif")).unwrap();

        let named = [PathBuf::from("first.png"), folder.path().to_owned(), at("empty")];
        let PhotoList { photos, has_folders, folder_errors, other_image_count } = PhotoList::collect(&named);
        assert_eq!(photos, [PathBuf::from("first.png"), at("a.jpeg"), at("b.JPG")]);
        assert!(has_folders && folder_errors.len() == 1 && folder_errors[0].folder == at("empty"), "{folder_errors:?}");
        assert_eq!(other_image_count, 2, "a file that was named is looked at, whatever its name");
    }
}
