//! PKCS#12 (RFC 7292): key and certificate in one file, for a browser or foreign studio software.

mod encryption;

use cms::cert::x509::attr::{Attribute, Attributes};
use cms::cert::x509::der::asn1::{BmpString, ObjectIdentifier, OctetString, SetOfVec};
use cms::cert::x509::der::{Any, Encode, Error as DerError};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::encrypted_data::EncryptedData;
use cms::enveloped_data::EncryptedContentInfo;
use pkcs12::cert_type::CertBag;
use pkcs12::pbe_params::EncryptedPrivateKeyInfo;
use pkcs12::pfx::{Pfx, Version};
use pkcs12::safe_bag::SafeBag;
use pkcs12::{PKCS_12_CERT_BAG_OID, PKCS_12_PKCS8_KEY_BAG_OID, PKCS_12_X509_CERT_OID};
use zeroize::Zeroizing;

use super::certificate::{common_name, read_certificate};
use super::key::DeviceKey;
use crate::domain::digest::Sha256Digest;
use crate::entropy::{Entropy, EntropyError, random_bytes};

pub use self::encryption::{Pkcs12Encryption, Pkcs12Error};

const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

/// Crockford's base 32, as in retrieval codes: no symbols that look alike.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const PASSWORD_SYMBOLS: usize = 20;
const GROUP: usize = 5;

/// Content of a file.
pub struct Pkcs12Content<'a> {
    pub key: &'a DeviceKey,
    /// In DER.
    pub certificate: &'a [u8],
    /// Certificates of the CAs above it, in DER.
    pub authorities: &'a [&'a [u8]],
    /// Name of key and certificate for people. CAs have their common name.
    pub friendly_name: &'a str,
}

/// Packs a key with its certificate.
///
/// Characters outside the Basic Multilingual Plane are replaced, since a friendly name is a BMPString. Copies of the key that the
/// libraries make are not wiped here.
///
/// # Errors
/// [`Pkcs12Error::KeyMismatch`] when the certificate is for another key, [`Pkcs12Error::Certificate`] when one cannot be
/// read, others when encoding fails.
pub fn to_pkcs12(
    content: &Pkcs12Content<'_>,
    password: &str,
    encryption: Pkcs12Encryption,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, Pkcs12Error> {
    let Pkcs12Content { key, certificate, authorities, friendly_name } = content;
    let facts = read_certificate(certificate)?;
    if facts.spki_sha256 != Sha256Digest::of(&key.public_key().to_spki_der()) {
        return Err(Pkcs12Error::KeyMismatch);
    }
    // Connects the key with its certificate within the file; by convention a hash of the certificate.
    let local_key_id = facts.sha256;
    let own = || attributes(friendly_name, Some(&local_key_id));
    let mut certificates = vec![certificate_bag(certificate, own()?)?];
    for authority in *authorities {
        let name = common_name(authority)?.unwrap_or_default();
        certificates.push(certificate_bag(authority, attributes(&name, None)?)?);
    }
    let (encryption_algorithm, encrypted_data) = encryption.encrypt(key.as_pkcs8_der(), password, entropy)?;
    let key_bag = SafeBag {
        bag_id: PKCS_12_PKCS8_KEY_BAG_OID,
        bag_value: EncryptedPrivateKeyInfo { encryption_algorithm, encrypted_data }.to_der()?,
        bag_attributes: Some(own()?),
    };

    let (content_enc_alg, encrypted) = encryption.encrypt(&certificates.to_der()?, password, entropy)?;
    let encrypted = EncryptedData {
        version: CmsVersion::V0,
        enc_content_info: EncryptedContentInfo {
            content_type: DATA,
            content_enc_alg,
            encrypted_content: Some(encrypted),
        },
        unprotected_attrs: None,
    };
    let certificates = ContentInfo { content_type: ENCRYPTED_DATA, content: Any::encode_from(&encrypted)? };
    let content = vec![certificates, data(vec![key_bag].to_der()?)?].to_der()?;
    let mac_data = Some(encryption.mac(&content, password, entropy)?);
    Ok(Pfx { version: Version::V3, auth_safe: data(content)?, mac_data }.to_der()?)
}

fn data(bytes: Vec<u8>) -> Result<ContentInfo, DerError> {
    Ok(ContentInfo { content_type: DATA, content: Any::encode_from(&OctetString::new(bytes)?)? })
}

fn certificate_bag(der: &[u8], bag_attributes: Attributes) -> Result<SafeBag, DerError> {
    let bag = CertBag { cert_id: PKCS_12_X509_CERT_OID, cert_value: OctetString::new(der)? };
    Ok(SafeBag { bag_id: PKCS_12_CERT_BAG_OID, bag_value: bag.to_der()?, bag_attributes: Some(bag_attributes) })
}

fn attributes(friendly_name: &str, local_key_id: Option<&Sha256Digest>) -> Result<Attributes, DerError> {
    let friendly_name: String =
        friendly_name.chars().map(|c| if c > '\u{ffff}' { char::REPLACEMENT_CHARACTER } else { c }).collect();
    let mut attributes = Attributes::new();
    let mut insert = |oid, value: Any| attributes.insert(Attribute { oid, values: SetOfVec::try_from(vec![value])? });
    if !friendly_name.is_empty() {
        insert(FRIENDLY_NAME, Any::encode_from(&BmpString::from_utf8(&friendly_name)?)?)?;
    }
    if let Some(id) = local_key_id {
        insert(LOCAL_KEY_ID, Any::encode_from(&OctetString::new(id.as_bytes().as_slice())?)?)?;
    }
    Ok(attributes)
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
    fn the_key_has_the_friendly_name_and_the_fingerprint_of_its_certificate() {
        let key = DeviceKey::generate().unwrap();
        let pair = rcgen::KeyPair::from_pem(&key.to_pem()).unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
        let content =
            Pkcs12Content { key: &key, certificate: certificate.der(), authorities: &[], friendly_name: "till" };
        let file = to_pkcs12(&content, "x", Pkcs12Encryption::default(), &SeededEntropy::new(3)).unwrap();
        let has = |part: &[u8]| file.windows(part.len()).any(|window| window == part);
        assert!(has(b"\0t\0i\0l\0l") && has(Sha256Digest::of(certificate.der()).as_bytes()));
    }

    #[test]
    fn a_certificate_of_another_key_is_not_packed() {
        let key = DeviceKey::generate().unwrap();
        let pair = rcgen::KeyPair::generate().unwrap();
        let foreign = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
        let pack = |certificate: &[u8]| {
            let content = Pkcs12Content { key: &key, certificate, authorities: &[], friendly_name: "till" };
            to_pkcs12(&content, "x", Pkcs12Encryption::default(), &SeededEntropy::new(3))
        };
        assert!(matches!(pack(foreign.der()), Err(Pkcs12Error::KeyMismatch)));
        assert!(matches!(pack(b"0"), Err(Pkcs12Error::Certificate(_))));
    }
}
