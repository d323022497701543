//! Files that may be photos. Names decide which files are looked at, the first bytes decide whether one is a JPEG.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::path::Path;

use crate::atomic_file;

/// ITU-T T.81, B.2.1: a JPEG begins with the marker SOI, and the next marker follows at once.
const JPEG_START: [u8; 3] = [0xFF, 0xD8, 0xFF];
/// Names that programs give to JPEG files.
const JPEG_EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "jpe", "jfif", "jif", "pjpeg", "pjp"];
/// Picture files that are no JPEG, unless their content says so.
const OTHER_IMAGE_EXTENSIONS: [&str; 22] = [
    "png", "tif", "tiff", "heic", "heif", "webp", "bmp", "gif", "psd", "avif", "jxl", "jp2", "dng", "cr2", "cr3",
    "nef", "arw", "raf", "orf", "rw2", "pdf", "eps",
];
/// Files that a program is still writing or keeps for itself.
const TEMPORARY_EXTENSIONS: [&str; 11] =
    ["tmp", "temp", "part", "partial", "crdownload", "download", "filepart", "swp", "bak", "lock", "lnk"];
/// Files that operating systems leave in every folder.
const SYSTEM_FILES: [&str; 3] = ["thumbs.db", "ehthumbs.db", "desktop.ini"];

/// Kind of a file, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A photo, whatever its content: a damaged one is to be named as such.
    Jpeg,
    /// A picture of another kind; a photo if its content is a JPEG.
    OtherImage,
    /// No extension; a photo if its content is a JPEG.
    NoExtension,
    /// Not for us, and worth a word.
    Other,
    /// Hidden, temporary, or of the operating system or this program: nobody means it to be looked at.
    Ignored,
}

/// The kind that a name stands for.
pub fn file_kind(name: &OsStr) -> FileKind {
    let bytes = name.as_encoded_bytes();
    // Hidden, or the working copy of an office or picture program.
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

/// Reports whether a file begins as a JPEG does.
///
/// # Errors
/// The operating system's error when it cannot be read.
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
