//! PEM text, with the name of its file for error messages.

use std::fmt;
use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::error::TlsConfigError;
use crate::domain::digest::Sha256Digest;

const REVOCATION_LIST: &str = "revocation list";

/// PEM text (for revocation lists also DER) with the name of its file for error messages.
#[derive(Clone)]
pub struct PemSource {
    name: String,
    text: Zeroizing<Vec<u8>>,
}

impl PemSource {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TlsConfigError::Unreadable`] with the file's name.
    pub fn read(file: &Path) -> Result<Self, TlsConfigError> {
        let name = file.display().to_string();
        match fs::read(file) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(source) => Err(TlsConfigError::Unreadable { file: name, source }),
        }
    }

    /// Tells whether the file has changed.
    pub fn sha256(&self) -> Sha256Digest {
        Sha256Digest::of(&self.text)
    }

    /// `name` is for error messages.
    pub fn new(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), text: Zeroizing::new(text.into()) }
    }

    pub(super) fn roots(&self) -> Result<RootCertStore, TlsConfigError> {
        let mut store = RootCertStore::empty();
        for root in self.all("certificate")? {
            store.add(root).map_err(|source| TlsConfigError::BadRoot { file: self.name.clone(), source })?;
        }
        Ok(store)
    }

    /// Revocation lists in PEM, or one in DER, which is the form that CAs publish.
    pub(super) fn revocation_lists(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsConfigError> {
        // Every list is a DER SEQUENCE of more than 127 bytes and begins with these bytes; no text does.
        if matches!(self.text.get(..2), Some([0x30, 0x80..=0x84])) {
            return Ok(vec![self.text.to_vec().into()]);
        }
        self.all(REVOCATION_LIST)
    }

    pub(super) fn malformed_list(&self) -> TlsConfigError {
        self.malformed(REVOCATION_LIST, pem::Error::NoItemsFound)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsConfigError> {
        self.all("certificate")
    }

    /// The private key: PKCS#8, SEC 1 or PKCS#1.
    pub(super) fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsConfigError> {
        PrivateKeyDer::from_pem_slice(&self.text).map_err(|source| self.malformed("private key", source))
    }

    fn all<T: PemObject>(&self, what: &'static str) -> Result<Vec<T>, TlsConfigError> {
        let items: Vec<T> =
            T::pem_slice_iter(&self.text).collect::<Result<_, _>>().map_err(|e| self.malformed(what, e))?;
        if items.is_empty() { Err(self.malformed(what, pem::Error::NoItemsFound)) } else { Ok(items) }
    }

    fn malformed(&self, what: &'static str, source: pem::Error) -> TlsConfigError {
        TlsConfigError::BadPem { file: self.name.clone(), what, source }
    }
}

impl fmt::Debug for PemSource {
    // The text may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PemSource").field("name", &self.name).finish_non_exhaustive()
    }
}
