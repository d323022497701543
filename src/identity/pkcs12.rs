//! PKCS#12 (RFC 7292): key and certificate in one file, for a browser or foreign studio software.

use std::error::Error;
use std::fmt;

use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey, PrivateKeyChain,
};
use zeroize::Zeroizing;

use super::certificate::{CertificateError, read_certificate};
use super::key::DeviceKey;
use crate::domain::digest::Sha256Digest;
use crate::entropy::{Entropy, EntropyError, random_bytes};

/// Rounds of key derivation. What guards the file is the 100-bit password, so this need not cost more.
const ITERATIONS: u32 = 10_000;

/// Crockford's base 32, as in retrieval codes: nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PASSWORD_SYMBOLS: usize = 20;
const GROUP: usize = 5;

/// Packs `key`, its certificate and the authorities above it (all DER) under `friendly_name`.
///
/// Encrypted with PBES2 (PBKDF2-HMAC-SHA-256, AES-256-CBC; RFC 8018), HMAC-SHA-256 over the whole. OpenSSL reads it (tested);
/// by what is published, so do current Firefox/NSS, Chromium, and Windows from 10 version 1709 on. Older Windows reads 3DES
/// with SHA-1 only, which is not offered. Characters outside the Basic Multilingual Plane cannot stand in the friendly name
/// (BMPString) and are replaced. Salts come from the library's own generator, which takes no other; the library's copy of
/// the key is not wiped.
///
/// # Errors
/// [`Pkcs12Error::KeyMismatch`] when the certificate is for another key, [`Pkcs12Error::Certificate`] when one cannot be
/// read, [`Pkcs12Error::Library`] when encoding fails.
pub fn to_pkcs12(
    key: &DeviceKey,
    certificate: &[u8],
    authorities: &[&[u8]],
    friendly_name: &str,
    password: &str,
) -> Result<Vec<u8>, Pkcs12Error> {
    let facts = read_certificate(certificate)?;
    if facts.spki_sha256 != Sha256Digest::of(&key.public_key().to_spki_der()) {
        return Err(Pkcs12Error::KeyMismatch);
    }
    let chain = [certificate].into_iter().chain(authorities.iter().copied()).map(Certificate::from_der);
    let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(|_| CertificateError)?;
    // Only ties the key to its certificate within the file; the convention is a hash of the certificate.
    let local_key_id = facts.sha256.as_bytes().as_slice();
    let friendly_name: String =
        friendly_name.chars().map(|c| if c > '\u{ffff}' { char::REPLACEMENT_CHARACTER } else { c }).collect();

    let private_key = PrivateKey::from_der(key.as_pkcs8_der())?;
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(local_key_id, private_key, chain);
    store.add_entry(&friendly_name, KeyStoreEntry::PrivateKeyChain(entry));
    let writer = store
        .writer(password)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
        .encryption_iterations(ITERATIONS)
        .mac_algorithm(MacAlgorithm::HmacSha256)
        .mac_iterations(ITERATIONS);
    Ok(writer.write()?)
}

/// A password for one file: 20 random symbols (100 bits) in four groups of five; the hyphens between them are part of it.
///
/// # Errors
/// [`EntropyError`] when the source of randomness fails.
pub fn generate_password(entropy: &dyn Entropy) -> Result<Zeroizing<String>, EntropyError> {
    let bytes: Zeroizing<[u8; PASSWORD_SYMBOLS]> = Zeroizing::new(random_bytes(entropy)?);
    let mut password = Zeroizing::new(String::with_capacity(PASSWORD_SYMBOLS + PASSWORD_SYMBOLS / GROUP));
    for (position, byte) in bytes.iter().enumerate() {
        if position > 0 && position % GROUP == 0 {
            password.push('-');
        }
        // 256 is a multiple of 32: every symbol is equally likely.
        password.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(password)
}

/// Key and certificate were not packed.
#[derive(Debug)]
pub enum Pkcs12Error {
    /// The certificate is for another key.
    KeyMismatch,
    /// A certificate cannot be read.
    Certificate(CertificateError),
    /// The library could not encode the file.
    Library(p12_keystore::error::Error),
}

impl fmt::Display for Pkcs12Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyMismatch => "the certificate was issued for another key: pack the matching pair",
            Self::Certificate(_) => "a certificate for the PKCS#12 file cannot be read",
            Self::Library(_) => "the PKCS#12 file could not be written",
        })
    }
}

impl Error for Pkcs12Error {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::KeyMismatch => None,
            Self::Certificate(source) => Some(source),
            Self::Library(source) => Some(source),
        }
    }
}

impl From<CertificateError> for Pkcs12Error {
    fn from(source: CertificateError) -> Self {
        Self::Certificate(source)
    }
}

impl From<p12_keystore::error::Error> for Pkcs12Error {
    fn from(source: p12_keystore::error::Error) -> Self {
        Self::Library(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_password_is_four_groups_of_five_and_never_the_same() {
        let entropy = SeededEntropy::new(3);
        let (one, other) = (generate_password(&entropy).unwrap(), generate_password(&entropy).unwrap());
        assert_ne!(*one, *other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [GROUP; 4]);
        assert!(one.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)));
    }

    #[test]
    fn a_certificate_of_another_key_is_not_packed() {
        let key = DeviceKey::generate().unwrap();
        let pair = rcgen::KeyPair::generate().unwrap();
        let foreign = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
        assert!(matches!(to_pkcs12(&key, foreign.der(), &[], "till", "x"), Err(Pkcs12Error::KeyMismatch)));
        assert!(matches!(to_pkcs12(&key, b"0", &[], "till", "x"), Err(Pkcs12Error::Certificate(_))));
    }
}
