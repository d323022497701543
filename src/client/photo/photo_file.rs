//! A photo file on the studio's disk.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hyper::body::Bytes;

use crate::atomic_file;
use crate::domain::digest::Sha256Digest;

/// 64 MiB. Larger files are not passport photos and are not read into memory.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A photo in memory, with its path.
#[derive(Debug, Clone)]
pub struct PhotoFile {
    pub path: PathBuf,
    /// Clones share the bytes.
    pub bytes: Bytes,
    /// Their digest.
    pub sha256: Sha256Digest,
}

impl PhotoFile {
    /// Reads the whole file.
    ///
    /// # Errors
    /// [`PhotoFileError`]: the path cannot be read, is not a file, or is larger than [`MAX_BYTES`].
    pub fn read(path: &Path) -> Result<Self, PhotoFileError> {
        let error = |fault| PhotoFileError { path: path.to_owned(), kind: fault };
        let unreadable = |source| error(PhotoFileErrorKind::Unreadable(source));
        // The file type is checked first, because opening a device can have effects.
        if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(error(PhotoFileErrorKind::NotAFile));
        }
        let mut bytes = Vec::new();
        let file = atomic_file::open_regular(path).map_err(unreadable)?;
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(error(PhotoFileErrorKind::TooLarge));
        }
        let sha256 = Sha256Digest::of(&bytes);
        Ok(Self { path: path.to_owned(), bytes: bytes.into(), sha256 })
    }

    /// The path of the photo with `suffix` appended: `PHOTO.jpg` and `.x` give `PHOTO.jpg.x`.
    pub fn sidecar_path(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.path);
        name.push(suffix);
        name.into()
    }
}

/// A photo could not be read.
#[derive(Debug)]
pub struct PhotoFileError {
    pub path: PathBuf,
    pub kind: PhotoFileErrorKind,
}

/// Reason why a photo's file cannot be read.
#[derive(Debug)]
pub enum PhotoFileErrorKind {
    Unreadable(io::Error),
    /// A directory or a device, for example.
    NotAFile,
    /// More than [`MAX_BYTES`].
    TooLarge,
}

impl std::fmt::Display for PhotoFileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.path.display())?;
        match self.kind {
            PhotoFileErrorKind::Unreadable(_) => f.write_str("cannot be read"),
            PhotoFileErrorKind::NotAFile => f.write_str("is not a file"),
            PhotoFileErrorKind::TooLarge => write!(f, "is larger than {} MiB", MAX_BYTES / 1024 / 1024),
        }
    }
}

impl std::error::Error for PhotoFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            PhotoFileErrorKind::Unreadable(source) => Some(source),
            _ => None,
        }
    }
}
