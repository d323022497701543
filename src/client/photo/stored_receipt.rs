//! A receipt on the studio's disk: the code can be shown again without the gateway.

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

/// Suffix of the receipt's name, after the whole name of the photo.
pub const SUFFIX: &str = ".lichtbild-receipt.json";
const VERSION: u32 = 1;

/// A receipt and when it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReceipt {
    pub body: ReceiptBody,
    /// Time at which the receipt was written beside the photo.
    pub stored_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct ReceiptFile {
    version: u32,
    stored_at: Timestamp,
    receipt: ReceiptBody,
}

impl StoredReceipt {
    /// The receipt beside `photo`; `None` when there is none or it is for other bytes.
    ///
    /// # Errors
    /// [`StoredReceiptError`] when the file is there and cannot be read or understood.
    pub fn load(photo: &PhotoFile) -> Result<Option<Self>, StoredReceiptError> {
        Ok(Self::read(&photo.sidecar_path(SUFFIX))?.filter(|receipt| receipt.body.sha256 == photo.sha256))
    }

    /// Writes `body` beside `photo`; on return it is on the disk. A receipt of another deposit is set aside with its PDF, not overwritten:
    /// its code may be in a citizen's hand.
    ///
    /// # Errors
    /// [`StoredReceiptError`]; the file that was there is still there.
    pub fn store(photo: &PhotoFile, body: &ReceiptBody, now: Timestamp) -> Result<Self, StoredReceiptError> {
        let path = photo.sidecar_path(SUFFIX);
        let unwritable = |source| StoredReceiptError::Unwritable { path: path.clone(), source };
        let stored = Self { body: body.clone(), stored_at: now };
        let json = stored.to_json().map_err(unwritable)?;
        loop {
            match Self::read(&path)? {
                // Another push of the same photo was first.
                Some(stored) if stored.body.photo_id == body.photo_id => {
                    atomic_file::sync_dir(&path).map_err(unwritable)?;
                    return Ok(stored);
                }
                Some(_) => {
                    // First, so that no printed receipt is left beside a stored one that it does not belong to. There need not be one.
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

    /// The receipt at `path`, whatever photo lies beside it; `None` when there is none.
    ///
    /// # Errors
    /// [`StoredReceiptError`] when the file is there and cannot be read or understood.
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

    /// Reports whether this is the receipt with `code`, however the gateway wrote it.
    pub fn has_code(&self, code: &RetrievalCode) -> bool {
        RetrievalCode::parse(&self.body.code).is_ok_and(|own| own == *code)
    }

    /// The receipt in a file's bytes; `None` when they are none of this version, or its code has a wrong symbol.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let file: ReceiptFile = json_object::from_slice(bytes).ok()?;
        let whole = file.version == VERSION && RetrievalCode::parse(&file.receipt.code).is_ok();
        whole.then_some(Self { body: file.receipt, stored_at: file.stored_at })
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// None in practice; what the JSON writer says.
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
