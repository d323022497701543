//! The device's certificate and key, and the authorities it trusts, in their files.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use rustls::RootCertStore;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use zeroize::Zeroizing;

use super::config::StudioConfig;
use crate::domain::digest::Sha256Digest;
use crate::domain::text_encoding::{TextEncodingError, decode_text};

/// Client side of a mutual TLS handshake.
pub struct Credentials {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    /// Authorities that may issue the gateway's certificate.
    pub roots: RootCertStore,
    /// SHA-256 of the first authority, which users compare with the invitation letter.
    pub ca_sha256: Sha256Digest,
}

impl Credentials {
    /// Reads the three files that `config` names.
    ///
    /// # Errors
    /// [`CredentialsError`] with the setting and the file that cannot be used.
    pub fn load(config: &StudioConfig) -> Result<Self, CredentialsError> {
        let chain = read_certificates(CredentialSetting::Certificate, &config.certificate)?;
        reject_key_readable_by_others(&config.key)?;
        let key = PrivateKeyDer::from_pem_slice(&read_pem(CredentialSetting::Key, &config.key)?)
            .map_err(|error| CredentialsError::from_pem(CredentialSetting::Key, &config.key, error))?;
        let mut roots = RootCertStore::empty();
        let authorities = read_certificates(CredentialSetting::Ca, &config.ca)?;
        let authority_sha256 = Sha256Digest::of(authorities.first().map(AsRef::as_ref).unwrap_or_default());
        for certificate in authorities {
            roots.add(certificate).map_err(|_| CredentialsError {
                setting: CredentialSetting::Ca,
                path: config.ca.clone(),
                kind: CredentialsErrorKind::Unusable,
            })?;
        }
        Ok(Self { chain, key, roots, ca_sha256: authority_sha256 })
    }
}

fn read_certificates(
    setting: CredentialSetting,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, CredentialsError> {
    let certificates = CertificateDer::pem_slice_iter(&read_pem(setting, path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| CredentialsError::from_pem(setting, path, error))?;
    if certificates.is_empty() {
        return Err(CredentialsError {
            setting,
            path: path.to_owned(),
            kind: CredentialsErrorKind::NoCertificateOrKey,
        });
    }
    Ok(certificates)
}

/// Content of a PEM file in UTF-8. Text around the blocks may have any encoding that keeps ASCII.
fn read_pem(setting: CredentialSetting, path: &Path) -> Result<Zeroizing<Vec<u8>>, CredentialsError> {
    let unreadable = |source| {
        let kind = CredentialsErrorKind::Unreadable(source);
        CredentialsError { setting, path: path.to_owned(), kind }
    };
    let bytes = Zeroizing::new(std::fs::read(path).map_err(unreadable)?);
    match decode_text(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.as_bytes().to_vec())),
        Err(TextEncodingError::NotUtf8) => Ok(bytes),
        Err(error @ TextEncodingError::UnmarkedUtf16) => Err(unreadable(error.into())),
    }
}

/// Checks that no other user can read the key, with which photos can be deposited in the studio's name. On Windows `status` tells it
/// instead, because keys of older versions have the access list of their folder.
fn reject_key_readable_by_others(path: &Path) -> Result<(), CredentialsError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let fault = match std::fs::metadata(path) {
            Ok(metadata) if metadata.permissions().mode() & 0o077 == 0 => return Ok(()),
            Ok(metadata) => CredentialsErrorKind::ReadableByOthers { mode: metadata.permissions().mode() & 0o777 },
            Err(source) => CredentialsErrorKind::Unreadable(source),
        };
        Err(CredentialsError { setting: CredentialSetting::Key, path: path.to_owned(), kind: fault })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}

/// The line of `studio.toml` that names the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr)]
#[strum(serialize_all = "lowercase")]
pub enum CredentialSetting {
    Certificate,
    Key,
    Ca,
}

/// Reason why a file is not usable.
#[derive(Debug)]
pub enum CredentialsErrorKind {
    Unreadable(io::Error),
    NotPem,
    /// The PEM file contains no certificate or key.
    NoCertificateOrKey,
    /// TLS rejects it: a damaged certificate, an unknown kind of key, or a key that belongs to another certificate.
    Unusable,
    ReadableByOthers {
        /// Permission bits.
        mode: u32,
    },
}

/// A file that `studio.toml` names cannot be used.
#[derive(Debug)]
pub struct CredentialsError {
    pub setting: CredentialSetting,
    pub path: PathBuf,
    pub kind: CredentialsErrorKind,
}

impl CredentialsError {
    fn from_pem(setting: CredentialSetting, path: &Path, error: PemError) -> Self {
        let kind = match error {
            PemError::Io(source) => CredentialsErrorKind::Unreadable(source),
            PemError::NoItemsFound => CredentialsErrorKind::NoCertificateOrKey,
            _ => CredentialsErrorKind::NotPem,
        };
        Self { setting, path: path.to_owned(), kind }
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}: ", self.setting.as_ref(), self.path.display())?;
        match self.kind {
            CredentialsErrorKind::Unreadable(_) => f.write_str("cannot be read"),
            CredentialsErrorKind::NotPem => f.write_str("is not PEM"),
            CredentialsErrorKind::NoCertificateOrKey => f.write_str("holds nothing of the kind"),
            CredentialsErrorKind::Unusable => f.write_str("cannot be used for TLS"),
            CredentialsErrorKind::ReadableByOthers { mode } => write!(f, "others may read it (mode {mode:o})"),
        }
    }
}

impl std::error::Error for CredentialsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            CredentialsErrorKind::Unreadable(source) => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "Friendly name: B\u{fc}ro\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_pem_file_may_have_any_encoding_that_windows_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let utf16 = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let latin1 = PEM.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for bytes in [PEM.into(), format!("\u{feff}{PEM}").into(), utf16(format!("\u{feff}{PEM}")), latin1] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(read_certificates(CredentialSetting::Ca, &path).unwrap()[0].as_ref(), [0; 3]);
        }
        std::fs::write(&path, utf16(PEM.to_owned())).unwrap();
        let error = read_certificates(CredentialSetting::Ca, &path).unwrap_err();
        let CredentialsErrorKind::Unreadable(source) = error.kind else { panic!("{error:?}") };
        assert_eq!(source.kind(), io::ErrorKind::InvalidData);
    }
}
