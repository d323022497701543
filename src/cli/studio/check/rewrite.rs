//! Baseline copies of `--rewrite`: photos that are refused for their coding are written as baseline JPEG files beside the originals.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use lichtbild_transcode::{TranscodeError, to_baseline};

use crate::atomic_file::{FileMode, write_new};
use crate::client::photo::photo_file::PhotoFile;
use crate::domain::check::Check;
use crate::domain::check::finding::Severity;
use crate::domain::digest::Sha256Digest;
use crate::validation::judge::CheckOutcome;

/// A photo rewritten as baseline JPEG.
#[derive(Debug)]
pub(super) struct BaselineCopy {
    pub(super) file: PhotoFile,
    pub(super) origin: CopyOrigin,
}

/// Run that wrote a baseline copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyOrigin {
    Written,
    /// An earlier run. The file exists with the same bytes.
    FoundThere,
}

/// Reason why a photo has no baseline copy.
#[derive(Debug)]
pub enum RewriteError {
    Transcode(TranscodeError),
    /// Another file has the name of the copy.
    NameTaken {
        path: PathBuf,
    },
    Unwritable {
        path: PathBuf,
        source: io::Error,
    },
}

/// Reports whether a photo is refused for its coding, possibly among other reasons.
pub(super) fn is_refused_for_coding(outcome: &CheckOutcome) -> bool {
    let mut findings = outcome.findings.iter();
    findings.any(|finding| finding.check == Check::Coding && finding.severity == Severity::Refuse)
}

/// Writes the copy of a photo, unless an earlier run did. The photo is not changed.
///
/// # Errors
/// [`RewriteError`]; nothing was written.
pub(super) fn write_baseline_copy(photo: &PhotoFile) -> Result<BaselineCopy, RewriteError> {
    let bytes = to_baseline(&photo.bytes).map_err(RewriteError::Transcode)?;
    let path = baseline_path(&photo.path);
    let origin = match write_new(&path, &bytes, mode_of(&photo.path)) {
        Ok(()) => CopyOrigin::Written,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !PhotoFile::read(&path).is_ok_and(|there| there.bytes == bytes) {
                return Err(RewriteError::NameTaken { path });
            }
            CopyOrigin::FoundThere
        }
        Err(source) => return Err(RewriteError::Unwritable { path, source }),
    };
    let sha256 = Sha256Digest::of(&bytes);
    Ok(BaselineCopy { file: PhotoFile { path, bytes: bytes.into(), sha256 }, origin })
}

/// `NAME.jpg` gives `NAME-baseline.jpg` in the same folder. Another extension is kept, so that `a.jpg` and `a.jpeg` have two copies.
fn baseline_path(photo: &Path) -> PathBuf {
    let is_usual = photo.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("jpg"));
    let name = if is_usual { photo.file_stem() } else { photo.file_name() };
    let mut name = OsString::from(name.unwrap_or_default());
    name.push("-baseline.jpg");
    photo.with_file_name(name)
}

/// The mode of the copy: all users may read it if they may read the original. It is set when the file is created, because another program
/// could replace the file later.
fn mode_of(original: &Path) -> FileMode {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let readable = std::fs::metadata(original).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0);
        if readable { FileMode::WorldReadable } else { FileMode::OwnerOnly }
    }
    #[cfg(not(unix))]
    {
        let _ = original;
        FileMode::OwnerOnly
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_named_after_its_original() {
        for (photo, copy) in [
            ("a.jpg", "a-baseline.jpg"),
            ("a.JPG", "a-baseline.jpg"),
            ("shop/b.c.JPEG", "shop/b.c.JPEG-baseline.jpg"),
            ("/x/photo", "/x/photo-baseline.jpg"),
            ("-baseline.jpg", "-baseline-baseline.jpg"),
        ] {
            assert_eq!(baseline_path(Path::new(photo)), Path::new(copy));
        }
    }
}
