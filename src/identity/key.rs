//! Private key of a device: the studio program generates it, or the administrator for a browser or third-party software.

use rcgen::{CertificateParams, DistinguishedName, KeyPair, PublicKeyData};
use zeroize::Zeroizing;

use super::error::IdentityError;
use super::pem;
use super::public_key::PublicKey;

/// An ECDSA key pair; wiped on drop, never shown by `Debug`.
pub struct DeviceKey {
    pair: Zeroizing<KeyPair>,
    public: PublicKey,
}

impl DeviceKey {
    /// A new key on P-256: the curve every TLS stack, browser and operating system signs with.
    ///
    /// The randomness comes from aws-lc's own generator and is not an argument: rcgen does not accept another source, and a key
    /// must not be repeatable even in a test.
    ///
    /// # Errors
    /// [`IdentityError::Library`] when the generator fails.
    pub fn generate() -> Result<Self, IdentityError> {
        Self::of(KeyPair::generate()?)
    }

    /// Reads an unencrypted PKCS#8 key in PEM: P-256, P-384, or RSA of at least 3072 bits.
    ///
    /// # Errors
    /// [`IdentityError::PrivateKey`] for another form, [`IdentityError::Key`] for another kind.
    pub fn from_pem(key_pem: &str) -> Result<Self, IdentityError> {
        Self::of(read_pair(key_pem)?)
    }

    fn of(pair: KeyPair) -> Result<Self, IdentityError> {
        let public = PublicKey::read(&pair.subject_public_key_info())?;
        Ok(Self { pair: Zeroizing::new(pair), public })
    }

    pub fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    /// The private key as PKCS#8 in PEM, not encrypted.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::encode(pem::PRIVATE_KEY, self.pair.serialized_der())
    }

    /// The private key as PKCS#8 in DER, not encrypted.
    pub fn as_pkcs8_der(&self) -> &[u8] {
        self.pair.serialized_der()
    }

    /// A request for a certificate (PKCS#10 in DER) with an empty subject: the gateway writes its own.
    ///
    /// # Errors
    /// [`IdentityError::Library`] when signing fails.
    pub fn to_request(&self) -> Result<Vec<u8>, IdentityError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        Ok(params.serialize_request(&*self.pair)?.der().to_vec())
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceKey").field("public", &self.public).finish_non_exhaustive()
    }
}

/// PKCS#8 only, so that what is written again under the same label is what was read.
pub(super) fn read_pair(key_pem: &str) -> Result<KeyPair, IdentityError> {
    let der = pem::decode_one(pem::PRIVATE_KEY, key_pem).ok_or(IdentityError::PrivateKey)?;
    KeyPair::try_from(der.as_slice()).map_err(|_| IdentityError::PrivateKey)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_pem() {
        let key = DeviceKey::generate().unwrap();
        let again = DeviceKey::from_pem(&key.to_pem()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(again.as_pkcs8_der(), key.as_pkcs8_der());
    }

    #[test]
    fn debug_shows_no_private_key() {
        let key = DeviceKey::generate().unwrap();
        // The 32 bytes of a P-256 scalar stand at a fixed place in its PKCS#8 form.
        let shown = format!("{key:?}");
        assert!(!shown.contains(&format!("{:?}", &key.as_pkcs8_der()[36..68]).trim_matches(['[', ']']).to_owned()));
    }

    #[test]
    fn another_kind_of_private_key_is_refused() {
        let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem();
        assert!(matches!(DeviceKey::from_pem(&ed25519), Err(IdentityError::Key(_))));
        assert!(matches!(DeviceKey::from_pem("-----BEGIN EC PRIVATE KEY-----"), Err(IdentityError::PrivateKey)));
    }
}
