//! The page of `--html`: written while photos are judged, so that no more than one of them is in memory for it.

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

/// A page in the making. Nothing is seen of it until it is finished.
pub(super) struct HtmlReport {
    path: PathBuf,
    /// A page of an earlier run stands there.
    replaces: bool,
    /// The photos; the overview comes before them and is known after them.
    sections: BufWriter<File>,
}

/// A page cannot be written.
#[derive(Debug)]
pub enum HtmlReportError {
    /// Another file has its name.
    NotAReport {
        /// Its name.
        path: PathBuf,
    },
    /// The system does not let it.
    Unwritable {
        /// Its name.
        path: PathBuf,
        /// Cause.
        source: io::Error,
    },
}

impl HtmlReport {
    /// Begins a page that will be `path`.
    ///
    /// # Errors
    /// [`HtmlReportError::NotAReport`] if something else has this name: photos lie in the same folders, and a typing error must not cost
    /// one. [`HtmlReportError::Unwritable`].
    pub(super) fn begin(path: &Path) -> Result<Self, HtmlReportError> {
        let unwritable = |source| HtmlReportError::Unwritable { path: path.to_owned(), source };
        let replaces = match std::fs::metadata(path) {
            // Looked at before it is opened: opening a pipe would wait for ever.
            Ok(metadata) => metadata.is_file() && is_page(File::open(path).map_err(unwritable)?).map_err(unwritable)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(unwritable(error)),
        };
        if !replaces && path.symlink_metadata().is_ok() {
            return Err(HtmlReportError::NotAReport { path: path.to_owned() });
        }
        let sections = BufWriter::new(scratch_file(path).map_err(unwritable)?);
        Ok(Self { path: path.to_owned(), replaces, sections })
    }

    /// Adds a photo; `number` is its place among all of them, from 1.
    pub(super) fn add(
        &mut self,
        shown: &ReportedPhoto<'_>,
        number: usize,
        language: Language,
    ) -> Result<(), HtmlReportError> {
        let text = section(shown, number, language).into_string();
        self.sections.write_all(escaped_lines(&text).as_bytes()).map_err(|source| self.unwritable(source))
    }

    /// Puts the page under its name.
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
        // For its owner alone: it holds the photos.
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

fn is_page(file: File) -> io::Result<bool> {
    let mut beginning = Vec::new();
    file.take(FILE_SIGNATURE.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning == FILE_SIGNATURE.as_bytes())
}
