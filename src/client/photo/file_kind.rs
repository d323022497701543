//! Recognition of photo files: by name, and by the first bytes for files without a JPEG name.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;

use crate::atomic_file;

/// ITU-T T.81, B.2.1: a JPEG begins with the marker SOI, directly followed by the next marker.
const JPEG_START: [u8; 3] = [0xFF, 0xD8, 0xFF];
/// Extensions of JPEG files.
const JPEG_EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp"];
/// Extensions of other image formats. A file with one of them may still contain a JPEG.
const OTHER_IMAGE_EXTENSIONS: [&str; 22] = [
    "png", "tif", "tiff", "heic", "heif", "webp", "bmp", "gif", "psd", "avif", "jxl", "jp2", "dng", "cr2", "cr3",
    "nef", "arw", "raf", "orf", "rw2", "pdf", "eps",
];
/// Extensions of unfinished and temporary files.
const TEMPORARY_EXTENSIONS: [&str; 11] =
    ["tmp", "temp", "part", "partial", "crdownload", "download", "filepart", "swp", "bak", "lock", "lnk"];
/// Files that operating systems create in folders.
const SYSTEM_FILES: [&str; 3] = ["thumbs.db", "ehthumbs.db", "desktop.ini"];

/// Kind of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A photo, even if its content is damaged, so that the damage is reported.
    Jpeg,
    /// Another image format; a photo if its content is a JPEG.
    OtherImage,
    /// No extension; a photo if its content is a JPEG.
    NoExtension,
    /// Not a photo; the user is told.
    Other,
    /// Hidden, temporary, or created by the operating system or this program. Skipped without a message.
    Ignored,
}

/// The kind of the file with this name.
pub fn file_kind(name: &OsStr) -> FileKind {
    let bytes = name.as_encoded_bytes();
    // Hidden files, and working copies of office and image programs.
    if bytes.starts_with(b".") || bytes.starts_with(b"~") || bytes.ends_with(b"~") {
        return FileKind::Ignored;
    }
    let lower_case = name.to_string_lossy().to_ascii_lowercase();
    if SYSTEM_FILES.contains(&lower_case.as_str()) || lower_case.contains(".lichtbild-") {
        return FileKind::Ignored;
    }
    let Some(extension) = Path::new(&lower_case).extension().and_then(OsStr::to_str) else {
        return FileKind::NoExtension;
    };
    match extension {
        jpeg if JPEG_EXTENSIONS.contains(&jpeg) => FileKind::Jpeg,
        image if OTHER_IMAGE_EXTENSIONS.contains(&image) => FileKind::OtherImage,
        temporary if TEMPORARY_EXTENSIONS.contains(&temporary) => FileKind::Ignored,
        _ => FileKind::Other,
    }
}

/// Reports whether a file begins with the first bytes of a JPEG.
pub fn starts_as_jpeg(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    atomic_file::open_regular(path)?.take(JPEG_START.len() as u64).read_to_end(&mut start)?;
    Ok(start == JPEG_START)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_which_files_are_looked_at() {
        for (kind, names) in [
            (FileKind::Jpeg, &["a.jpg", "a.JPEG", "a.jfif", "a.Jpe", "Müller, Änne (1).JPG"][..]),
            (FileKind::OtherImage, &["a.png", "a.HEIC", "a.tif"]),
            (FileKind::NoExtension, &["IMG_0001", "jpg"]),
            (FileKind::Other, &["list.txt", "a.xmp", "film.mov"]),
            (
                FileKind::Ignored,
                &[".a.jpg", "~a.jpg", "a.jpg~", "a.jpg.part", "a.tmp", "b.crdownload", "Thumbs.db", "desktop.ini"],
            ),
            (FileKind::Ignored, &["a.jpg.lichtbild-spool", "a.jpg.lichtbild-receipt.json.2"]),
        ] {
            for name in names {
                assert_eq!(file_kind(name.as_ref()), kind, "{name}");
            }
        }
    }

    #[test]
    fn a_jpeg_is_known_by_its_first_three_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo");
        for (content, expected) in
            [(&b"\xFF\xD8\xFF\xE0"[..], true), (b"\xFF\xD8", false), (b"\x89PNG", false), (b"", false)]
        {
            std::fs::write(&path, content).unwrap();
            assert_eq!(starts_as_jpeg(&path).unwrap(), expected, "{content:?}");
        }
        assert!(starts_as_jpeg(&folder.path().join("gone")).is_err());
    }
}
