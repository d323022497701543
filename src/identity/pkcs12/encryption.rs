//! Encryption and integrity of a PKCS#12 file.

use aws_lc_rs::hmac;
use cms::cert::x509::der::asn1::{ObjectIdentifier, OctetString};
use cms::cert::x509::der::{self, Any, Decode, Encode};
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use des::TdesEde3;
use des::cipher::block_padding::Pkcs7;
use des::cipher::{BlockEncryptMut, KeyIvInit};
use pkcs5::pbes2;
use pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC;
use pkcs12::digest_info::DigestInfo;
use pkcs12::kdf::{Pkcs12KeyType, derive_key_utf8};
use pkcs12::mac_data::MacData;
use sha1::Sha1;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, EntropyError, random_bytes};
use crate::identity::certificate::CertificateError;

const SHA_1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Rounds of key derivation. The password has 100 bits, so more rounds are not needed.
const ITERATIONS: i32 = 10_000;

/// Algorithms of a PKCS#12 file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pkcs12Encryption {
    /// PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), HMAC-SHA-256 over the whole. OpenSSL, Java, NSS, and Windows from 10
    /// version 1709 and Server 2019 on read it.
    #[default]
    Aes256,
    /// Triple DES and HMAC-SHA-1, with the key derivation of RFC 7292 appendix B: for programs that do not read the newer form, such as
    /// Windows Server 2016 and some versions of macOS. The password still has 100 bits, and triple DES 112.
    Legacy,
}

impl Pkcs12Encryption {
    /// Encrypts a part of the file; returns the algorithm with its parameters, and the bytes.
    pub(super) fn encrypt(
        self,
        plain: &[u8],
        password: &str,
        entropy: &dyn Entropy,
    ) -> Result<(AlgorithmIdentifierOwned, OctetString), Pkcs12Error> {
        let (oid, parameters, encrypted) = match self {
            Self::Aes256 => {
                let (salt, iv): ([u8; 32], [u8; 16]) = (random_bytes(entropy)?, random_bytes(entropy)?);
                let rounds = ITERATIONS.unsigned_abs();
                let parameters = pbes2::Parameters::pbkdf2_sha256_aes256cbc(rounds, &salt, &iv)?;
                let encrypted = parameters.encrypt(password.as_bytes(), plain)?;
                (pbes2::PBES2_OID, Any::from_der(&parameters.to_der()?)?, encrypted)
            }
            Self::Legacy => {
                let salt: [u8; 8] = random_bytes(entropy)?;
                let derive = |purpose, length| derive_key_utf8::<Sha1>(password, &salt, purpose, ITERATIONS, length);
                let key = Zeroizing::new(derive(Pkcs12KeyType::EncryptionKey, 24)?);
                let iv = derive(Pkcs12KeyType::Iv, 8)?;
                let cipher = cbc::Encryptor::<TdesEde3>::new_from_slices(&key, &iv).map_err(|_| Pkcs12Error::Length)?;
                // RFC 7292 appendix C: SEQUENCE { salt OCTET STRING, iterations INTEGER }.
                let parameters = vec![Any::encode_from(&OctetString::new(salt)?)?, Any::encode_from(&ITERATIONS)?];
                let encrypted = cipher.encrypt_padded_vec_mut::<Pkcs7>(plain);
                (PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC, Any::from_der(&parameters.to_der()?)?, encrypted)
            }
        };
        Ok((AlgorithmIdentifierOwned { oid, parameters: Some(parameters) }, OctetString::new(encrypted)?))
    }

    /// The password-based MAC over the content of the file.
    pub(super) fn mac(self, content: &[u8], password: &str, entropy: &dyn Entropy) -> Result<MacData, Pkcs12Error> {
        let salt: [u8; 8] = random_bytes(entropy)?;
        let purpose = Pkcs12KeyType::Mac;
        let (oid, algorithm, key) = match self {
            Self::Aes256 => {
                let key = derive_key_utf8::<Sha256>(password, &salt, purpose, ITERATIONS, 32)?;
                (SHA_256, hmac::HMAC_SHA256, Zeroizing::new(key))
            }
            Self::Legacy => {
                let key = derive_key_utf8::<Sha1>(password, &salt, purpose, ITERATIONS, 20)?;
                (SHA_1, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, Zeroizing::new(key))
            }
        };
        let digest = hmac::sign(&hmac::Key::new(algorithm, &key), content);
        let algorithm = AlgorithmIdentifierOwned { oid, parameters: Some(Any::null()) };
        Ok(MacData {
            mac: DigestInfo { algorithm, digest: OctetString::new(digest.as_ref())? },
            mac_salt: OctetString::new(salt)?,
            iterations: ITERATIONS,
        })
    }
}

/// Reason why no PKCS#12 file was written.
#[derive(Debug, thiserror::Error)]
pub enum Pkcs12Error {
    #[error("the certificate was issued for another key: pack the matching pair")]
    KeyMismatch,
    #[error("a certificate for the PKCS#12 file cannot be read")]
    Certificate(#[from] CertificateError),
    #[error("the PKCS#12 file could not be written")]
    Encoding(#[from] der::Error),
    /// `pkcs5::Error` does not implement `std::error::Error`, so its text is part of this message.
    #[error("the PKCS#12 file could not be encrypted: {0}")]
    Encryption(pkcs5::Error),
    /// A derived key does not have the length that its cipher takes.
    #[error("the PKCS#12 file could not be written")]
    Length,
    #[error("no salt could be made for the PKCS#12 file: try again")]
    Entropy(#[from] EntropyError),
}

impl From<pkcs5::Error> for Pkcs12Error {
    fn from(error: pkcs5::Error) -> Self {
        Self::Encryption(error)
    }
}
