//! The receipt that the citizen takes home, as a file on the studio's disk: printed from the gateway's response, as often as needed.

use std::io;
use std::path::{Path, PathBuf};

use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::domain::code::retrieval_code::{CodeError, RetrievalCode};
use crate::receipt::citizen_receipt::{CitizenReceipt, CitizenReceiptError, Paper};
use crate::texts::language::Language;
use crate::wire::photo::ReceiptBody;
use crate::wire::studio::PartyBody;

/// Suffix of the printed receipt's name, after the whole name of the photo.
pub const SUFFIX: &str = ".lichtbild-receipt.pdf";
/// First bytes of every PDF file (ISO 32000-1, section 7.5.2).
const MARKER: &[u8] = b"%PDF-";

/// Options for printing a receipt.
#[derive(Debug, Clone, Copy, Default)]
pub struct PrintOptions<'a> {
    /// On what.
    pub paper: Paper,
    /// In which language.
    pub language: Language,
    /// Name and town of the studio, in place of those in the receipt; without visible characters the line is left out.
    pub studio: Option<&'a str>,
}

impl PrintOptions<'_> {
    /// Writes `body` to `path` as PDF, readable for its owner alone; on return it is on the disk. An older PDF there is replaced (the
    /// same receipt gives the same bytes), anything else is left alone.
    ///
    /// # Errors
    /// [`PrintedReceiptError`]; what was there is still there.
    pub fn write(&self, body: &ReceiptBody, path: &Path) -> Result<(), PrintedReceiptError> {
        let pdf = self.render_pdf(body)?;
        let unwritable = |source| PrintedReceiptError::Unwritable { path: path.to_owned(), source };
        match atomic_file::read(path) {
            Ok(None) => atomic_file::write_new(path, &pdf, FileMode::OwnerOnly).map_err(unwritable),
            Ok(Some(present)) if present.starts_with(MARKER) => {
                atomic_file::replace(path, &pdf, FileMode::OwnerOnly).map_err(unwritable)
            }
            Ok(Some(_)) => Err(PrintedReceiptError::NotAPdf { path: path.to_owned() }),
            // Too large for a receipt of ours.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(PrintedReceiptError::NotAPdf { path: path.to_owned() })
            }
            Err(source) => Err(unwritable(source)),
        }
    }

    /// The PDF itself.
    ///
    /// # Errors
    /// [`PrintedReceiptError::Code`], [`PrintedReceiptError::Page`].
    pub fn render_pdf(&self, body: &ReceiptBody) -> Result<Vec<u8>, PrintedReceiptError> {
        let code = RetrievalCode::parse(&body.code).map_err(PrintedReceiptError::Code)?;
        let registered = body.studio.as_ref().map(PartyBody::name_and_place);
        let receipt = CitizenReceipt {
            code: &code,
            photo_id: body.photo_id,
            expires_at: body.expires_at,
            studio: self.studio.or(registered.as_deref()).map(str::trim).filter(|studio| !studio.is_empty()),
            paper: self.paper,
            language: self.language,
        };
        receipt.to_pdf().map_err(PrintedReceiptError::Page)
    }
}

/// Reason why a receipt was not printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintedReceiptError {
    #[error("the receipt has no valid code")]
    Code(#[source] CodeError),
    #[error("the receipt cannot be printed")]
    Page(#[source] CitizenReceiptError),
    #[error("{path}: exists and is not a PDF")]
    NotAPdf { path: PathBuf },
    #[error("{path}: cannot be written")]
    Unwritable { path: PathBuf, source: io::Error },
}
