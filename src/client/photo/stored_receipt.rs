//! A receipt on the studio's disk, from which the code can be shown without the gateway.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::photo_file::PhotoFile;
use super::printed_receipt;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::json_object;
use crate::wire::photo::ReceiptBody;

/// Appended to the complete name of the photo.
pub const SUFFIX: &str = ".lichtbild-receipt.json";
const VERSION: u32 = 1;

/// A receipt with the time of its storage.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReceipt {
    pub body: ReceiptBody,
    /// By this computer's clock.
    pub stored_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct ReceiptFile {
    version: u32,
    stored_at: Timestamp,
    receipt: ReceiptBody,
}

impl StoredReceipt {
    /// Reads the receipt beside `photo`; `None` if there is none or it is for other bytes.
    pub fn load(photo: &PhotoFile) -> Result<Option<Self>, StoredReceiptError> {
        Ok(Self::read(&photo.sidecar_path(SUFFIX))?.filter(|receipt| receipt.body.sha256 == photo.sha256))
    }

    /// Writes and syncs `body` beside `photo`. A receipt of another deposit is renamed together with its PDF and not overwritten, because a
    /// citizen may have its code.
    ///
    /// # Errors
    /// [`StoredReceiptError`]; an existing file is unchanged.
    pub fn store(photo: &PhotoFile, body: &ReceiptBody, now: Timestamp) -> Result<Self, StoredReceiptError> {
        let path = photo.sidecar_path(SUFFIX);
        let unwritable = |source| StoredReceiptError::Unwritable { path: path.clone(), source };
        let stored = Self { body: body.clone(), stored_at: now };
        let json = stored.to_json().map_err(unwritable)?;
        loop {
            match Self::read(&path)? {
                // Another push of the same photo was faster.
                Some(stored) if stored.body.photo_id == body.photo_id => {
                    atomic_file::sync_dir(&path).map_err(unwritable)?;
                    return Ok(stored);
                }
                Some(_) => {
                    // The PDF is renamed first, so that no PDF stays beside a receipt of another deposit. It may not exist.
                    let _ = atomic_file::rotate(&photo.sidecar_path(printed_receipt::SUFFIX));
                    atomic_file::rotate(&path).map_err(unwritable)?;
                }
                None => {}
            }
            match atomic_file::write_new(&path, &json, FileMode::OwnerOnly) {
                Ok(()) => return Ok(stored),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(unwritable(source)),
            }
        }
    }

    /// Reads the receipt at `path`, for any photo; `None` if there is none.
    pub fn read(path: &Path) -> Result<Option<Self>, StoredReceiptError> {
        let path = path.to_owned();
        let bytes = match atomic_file::read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(source) => return Err(StoredReceiptError::Unreadable { path, source }),
        };
        match Self::parse(&bytes) {
            Some(receipt) => Ok(Some(receipt)),
            None => Err(StoredReceiptError::Corrupt { path }),
        }
    }

    /// Reports whether this receipt has `code`, in any notation.
    pub fn has_code(&self, code: &RetrievalCode) -> bool {
        RetrievalCode::parse(&self.body.code).is_ok_and(|own| own == *code)
    }

    /// Parses a receipt; `None` if it is not of this version or its code has a wrong symbol.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let file: ReceiptFile = json_object::from_slice(bytes).ok()?;
        let whole = file.version == VERSION && RetrievalCode::parse(&file.receipt.code).is_ok();
        whole.then_some(Self { body: file.receipt, stored_at: file.stored_at })
    }

    ///
    /// # Errors
    /// The error of the JSON serializer; none in practice.
    pub fn to_json(&self) -> io::Result<Vec<u8>> {
        let file = ReceiptFile { version: VERSION, stored_at: self.stored_at, receipt: self.body.clone() };
        Ok(serde_json::to_vec_pretty(&file)?)
    }
}

/// Reason why the receipt beside the photo cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoredReceiptError {
    #[error("{path}: cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    /// The file is not a receipt, was written by a newer version, or its code has a wrong symbol.
    #[error("{path}: is not a receipt of this version")]
    Corrupt { path: PathBuf },
    #[error("{path}: cannot be written")]
    Unwritable { path: PathBuf, source: io::Error },
}
