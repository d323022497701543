//! List of the photos to check: files of the command line, and the JPEG files of folders.

use std::io;
use std::path::{Path, PathBuf};

use crate::client::photo::file_kind::{FileKind, file_kind, starts_as_jpeg};
use crate::client::photo::photo_paths::{NamedPhoto, expand};

/// The photos in the order of the command line. Photos of a folder are sorted by name.
#[derive(Default)]
pub(super) struct PhotoList {
    pub(super) photos: Vec<PathBuf>,
    pub(super) has_folders: bool,
    pub(super) folder_errors: Vec<PhotoFolderError>,
    /// Number of skipped image files in folders that are not JPEGs.
    pub(super) other_image_count: usize,
    /// Skipped files in folders that are not images.
    pub(super) other_files: Vec<PathBuf>,
    /// Patterns of the command line that match no file.
    pub(super) unmatched: Vec<PathBuf>,
    /// Skipped subfolders.
    pub(super) sub_folders: Vec<PathBuf>,
}

/// A folder without photos.
#[derive(Debug)]
pub struct PhotoFolderError {
    pub folder: PathBuf,
    /// `None` if the folder can be read but has no JPEG file.
    pub source: Option<io::Error>,
}

impl PhotoList {
    /// Collects the photos. A folder stands for its JPEG files, by name or content, without those of subfolders.
    pub(super) fn collect(named: &[PathBuf]) -> Self {
        let mut listing = Self::default();
        for photo in expand(named) {
            let path = match photo {
                NamedPhoto::File(path) => path,
                NamedPhoto::NoMatch(pattern) => {
                    listing.unmatched.push(pattern);
                    continue;
                }
            };
            if !path.is_dir() {
                listing.photos.push(path);
                continue;
            }
            listing.has_folders = true;
            let folder_error = |source| PhotoFolderError { folder: path.clone(), source };
            match add_folder(&path, &mut listing) {
                Ok(true) => {}
                Ok(false) => listing.folder_errors.push(folder_error(None)),
                Err(source) => listing.folder_errors.push(folder_error(Some(source))),
            }
        }
        listing.other_files.sort();
        listing.sub_folders.sort();
        listing
    }
}

/// Sorts the files of a folder into `listing`, and reports whether a photo was among them.
fn add_folder(folder: &Path, listing: &mut PhotoList) -> io::Result<bool> {
    let mut photos = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        let kind = file_kind(&name);
        if path.is_dir() {
            if !name.as_encoded_bytes().starts_with(b".") {
                listing.sub_folders.push(path);
            }
            continue;
        }
        // A file that cannot be read is listed, so that the reason is reported.
        let is_jpeg = || starts_as_jpeg(&path).unwrap_or(kind == FileKind::OtherImage);
        match kind {
            FileKind::Jpeg => photos.push(path),
            FileKind::OtherImage | FileKind::NoExtension if is_jpeg() => photos.push(path),
            FileKind::OtherImage => listing.other_image_count += 1,
            FileKind::NoExtension | FileKind::Other => listing.other_files.push(path),
            FileKind::Ignored => {}
        }
    }
    photos.sort();
    let has_photos = !photos.is_empty();
    listing.photos.extend(photos);
    Ok(has_photos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_jpeg_files_by_name_or_content() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["b.JPG", "a.jpeg", "notes.txt", "jpg", "c.jpg.lichtbild-spool", "d.PNG", "e.heic"] {
            std::fs::write(at(name), "").unwrap();
        }
        for name in ["f.jfif", "g.png", "h"] {
            std::fs::write(at(name), b"\xFF\xD8\xFF\xE0").unwrap();
        }
        std::fs::create_dir(at("inner.jpg")).unwrap();
        std::fs::write(at("inner.jpg").join("d.jpg"), "").unwrap();
        std::fs::create_dir(at("empty")).unwrap();
        std::fs::create_dir(at("inner.tif")).unwrap();

        let named = [PathBuf::from("first.png"), folder.path().to_owned(), at("empty"), at("*.bmp"), at("?.jfif")];
        let listing = PhotoList::collect(&named);
        let PhotoList { photos, has_folders, folder_errors, other_image_count, other_files, unmatched, sub_folders } =
            listing;
        assert_eq!(unmatched, [at("*.bmp")]);
        assert_eq!(
            photos,
            [PathBuf::from("first.png"), at("a.jpeg"), at("b.JPG"), at("f.jfif"), at("g.png"), at("h"), at("f.jfif")]
        );
        assert_eq!(other_files, [at("jpg"), at("notes.txt")]);
        assert_eq!(sub_folders, [at("empty"), at("inner.jpg"), at("inner.tif")]);
        assert!(has_folders && folder_errors.len() == 1 && folder_errors[0].folder == at("empty"), "{folder_errors:?}");
        assert_eq!(other_image_count, 2, "a file that was named is looked at, whatever its name");
    }
}
