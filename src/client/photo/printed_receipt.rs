//! The citizen receipt as a PDF file on the studio's disk.

use std::io;
use std::path::{Path, PathBuf};

use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::domain::code::retrieval_code::{CodeError, RetrievalCode};
use crate::receipt::citizen_receipt::{CitizenReceipt, CitizenReceiptError, Paper};
use crate::texts::language::Language;
use crate::wire::photo::ReceiptBody;
use crate::wire::studio::PartyBody;

/// Appended to the complete name of the photo.
pub const SUFFIX: &str = ".lichtbild-receipt.pdf";
/// First bytes of every PDF file (ISO 32000-1, section 7.5.2).
const MARKER: &[u8] = b"%PDF-";

/// Options for printing a receipt.
#[derive(Debug, Clone, Copy, Default)]
pub struct PrintOptions<'a> {
    pub paper: Paper,
    pub language: Language,
    /// Name and town of the studio, in place of those in the receipt. The line is left out if the text has no visible characters.
    pub studio: Option<&'a str>,
}

impl PrintOptions<'_> {
    /// Writes `body` to `path` as a PDF that only its owner may read, and syncs it to the disk. A PDF there is replaced (the same receipt
    /// gives the same bytes); another file is not.
    ///
    /// # Errors
    /// [`PrintedReceiptError`]; an existing file is unchanged.
    pub fn write(&self, body: &ReceiptBody, path: &Path) -> Result<(), PrintedReceiptError> {
        let pdf = self.render_pdf(body)?;
        let unwritable = |source| PrintedReceiptError::Unwritable { path: path.to_owned(), source };
        match atomic_file::read(path) {
            Ok(None) => atomic_file::write_new(path, &pdf, FileMode::OwnerOnly).map_err(unwritable),
            Ok(Some(present)) if present.starts_with(MARKER) => {
                atomic_file::replace(path, &pdf, FileMode::OwnerOnly).map_err(unwritable)
            }
            Ok(Some(_)) => Err(PrintedReceiptError::NotAPdf { path: path.to_owned() }),
            // Too large for a receipt.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(PrintedReceiptError::NotAPdf { path: path.to_owned() })
            }
            Err(source) => Err(unwritable(source)),
        }
    }

    /// The content of the PDF file.
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
