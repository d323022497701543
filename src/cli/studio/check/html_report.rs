//! The page of `--html`. It is written while photos are checked, so that only one of them is in memory for it.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::atomic_file::{FileMode, PendingFile, scratch_file};
use crate::domain::display_text::escaped_lines;
use crate::report::page::{FILE_SIGNATURE, page_end, page_start};
use crate::report::photo_section::{ReportedPhoto, section};
use crate::report::photo_summary::PhotoSummary;
use crate::texts::language::Language;
use crate::validation::Profile;

/// An unfinished page. The file is created when it is finished.
pub(super) struct HtmlReport {
    path: PathBuf,
    /// True if the file is a page of an earlier run.
    replaces: bool,
    /// Sections of the photos. The overview comes before them, but is known only afterwards.
    sections: BufWriter<File>,
}

/// Reason why a page cannot be written.
#[derive(Debug)]
pub enum HtmlReportError {
    /// Another file has the name.
    NotAReport {
        path: PathBuf,
    },
    Unwritable {
        path: PathBuf,
        source: io::Error,
    },
}

impl HtmlReport {
    /// Begins the page of the file `path`.
    ///
    /// # Errors
    /// [`HtmlReportError::NotAReport`] if another file has this name, because a typing error must not overwrite a photo.
    /// [`HtmlReportError::Unwritable`].
    pub(super) fn begin(path: &Path) -> Result<Self, HtmlReportError> {
        let unwritable = |source| HtmlReportError::Unwritable { path: path.to_owned(), source };
        let replaces = is_own_page(path, FILE_SIGNATURE)?;
        let sections = BufWriter::new(scratch_file(path).map_err(unwritable)?);
        Ok(Self { path: path.to_owned(), replaces, sections })
    }

    /// Adds a photo. Numbers begin at 1.
    pub(super) fn add(
        &mut self,
        shown: &ReportedPhoto<'_>,
        number: usize,
        language: Language,
    ) -> Result<(), HtmlReportError> {
        let text = section(shown, number, language).into_string();
        self.sections.write_all(escaped_lines(&text).as_bytes()).map_err(|source| self.unwritable(source))
    }

    /// Writes the page to its file.
    pub(super) fn finish(
        mut self,
        rows: &[PhotoSummary],
        profile: &Profile,
        checked_at: &str,
        language: Language,
    ) -> Result<PathBuf, HtmlReportError> {
        let start = page_start(rows, profile, checked_at, language);
        match self.put_together(&escaped_lines(&start), &page_end(language)) {
            Ok(()) => Ok(self.path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(HtmlReportError::NotAReport { path: self.path })
            }
            Err(source) => Err(self.unwritable(source)),
        }
    }

    fn put_together(&mut self, begin: &str, end: &str) -> io::Result<()> {
        self.sections.flush()?;
        let sections = self.sections.get_mut();
        sections.rewind()?;
        // Only the owner may read the page, because it contains the photos.
        let mut draft = PendingFile::create(&self.path, FileMode::OwnerOnly)?;
        draft.write_all(begin.as_bytes())?;
        io::copy(sections, &mut draft)?;
        draft.write_all(end.as_bytes())?;
        if self.replaces { draft.commit_replacing() } else { draft.commit_new() }
    }

    fn unwritable(&self, source: io::Error) -> HtmlReportError {
        HtmlReportError::Unwritable { path: self.path.clone(), source }
    }
}

/// Reports whether `path` is a file that begins with `signature` and may be overwritten; false if the name is free.
///
/// # Errors
/// [`HtmlReportError::NotAReport`] if another file has this name. [`HtmlReportError::Unwritable`].
pub(in crate::cli::studio) fn is_own_page(path: &Path, signature: &str) -> Result<bool, HtmlReportError> {
    let unwritable = |source| HtmlReportError::Unwritable { path: path.to_owned(), source };
    // A link is not followed: another user may have made it in a shared folder. The file type is checked first, because opening a pipe would
    // block.
    let is_own = match path.symlink_metadata() {
        Ok(metadata) => {
            metadata.is_file() && starts_with(File::open(path).map_err(unwritable)?, signature).map_err(unwritable)?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(unwritable(error)),
    };
    if !is_own && path.symlink_metadata().is_ok() {
        return Err(HtmlReportError::NotAReport { path: path.to_owned() });
    }
    Ok(is_own)
}

fn starts_with(file: File, signature: &str) -> io::Result<bool> {
    let mut beginning = Vec::new();
    file.take(signature.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == signature.as_bytes())
}
