//! A public key of a kind this gateway certifies.

use rcgen::{PublicKeyData, SignatureAlgorithm};
use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::RSAPublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// BSI TR-02102-1, section 3.5, demands at least 3000 bits; 3072 is the size in use.
pub const RSA_MINIMUM_BITS: usize = 3072;

/// ECDSA on P-256 or P-384, or RSA of at least [`RSA_MINIMUM_BITS`]: what the listeners accept in a handshake.
///
/// Code outside this folder cannot make one from bytes without proof of possession: see [`read_request`](super::request::certificate_request::read_request) and
/// [`DeviceKey`](super::key::DeviceKey).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(rcgen::SubjectPublicKeyInfo);

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7). The code that verifies a signature with the key checks that
    /// a point lies on its curve.
    pub(super) fn read(spki_der: &[u8]) -> Result<Self, KeyError> {
        let (rest, spki) = SubjectPublicKeyInfo::from_der(spki_der).map_err(|_| KeyError::Malformed)?;
        if !rest.is_empty() || spki.subject_public_key.unused_bits != 0 {
            return Err(KeyError::Malformed);
        }
        let bits: &[u8] = &spki.subject_public_key.data;
        if spki.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
            let curve = spki.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
            let coordinate_bytes = match curve {
                Some(curve) if curve == OID_EC_P256 => 32,
                Some(curve) if curve == OID_NIST_EC_P384 => 48,
                _ => return Err(KeyError::Curve),
            };
            // Uncompressed points only (RFC 5480 section 2.2): the form every peer reads.
            if bits.len() != 1 + 2 * coordinate_bytes || bits[0] != 4 {
                return Err(KeyError::Malformed);
            }
        } else if spki.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
            let (rest, key) = RSAPublicKey::from_der(bits).map_err(|_| KeyError::Malformed)?;
            if !rest.is_empty() {
                return Err(KeyError::Malformed);
            }
            let bits = bit_length(key.modulus);
            if bits < RSA_MINIMUM_BITS {
                return Err(KeyError::RsaTooShort { bits });
            }
        } else {
            return Err(KeyError::Algorithm);
        }
        rcgen::SubjectPublicKeyInfo::from_der(spki_der).map(Self).map_err(|_| KeyError::Malformed)
    }

    /// The key as `SubjectPublicKeyInfo` in DER.
    pub fn to_spki_der(&self) -> Vec<u8> {
        self.0.subject_public_key_info()
    }
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

/// The exact length of an unsigned big-endian number.
fn bit_length(number: &[u8]) -> usize {
    let Some(first) = number.iter().position(|byte| *byte != 0) else { return 0 };
    (number.len() - first) * 8 - number[first].leading_zeros() as usize
}

/// Reason why a public key is not certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the key is neither ECDSA nor RSA{KEY_ADVICE}")]
    Algorithm,
    /// An elliptic curve other than P-256 and P-384, or one with explicit parameters.
    #[error("the key's elliptic curve is not accepted{KEY_ADVICE}")]
    Curve,
    /// `bits` is the length of the modulus.
    #[error("the RSA key has only {bits} bits{KEY_ADVICE}")]
    RsaTooShort { bits: usize },
    #[error("the public key is malformed{KEY_ADVICE}")]
    Malformed,
}

const KEY_ADVICE: &str = ": make an ECDSA key on P-256 or P-384, or an RSA key of at least 3072 bits";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_modulus_is_counted_to_the_bit() {
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(bit_length(&[0, 0]), 0);
        assert_eq!(bit_length(&[0, 0x80, 0]), 16);
        assert_eq!(bit_length(&[0x7f, 0xff]), 15);
    }

    #[test]
    fn bytes_after_the_key_are_refused() {
        let pair = rcgen::KeyPair::generate().unwrap();
        let mut spki = pair.subject_public_key_info();
        assert_eq!(PublicKey::read(&spki).unwrap().to_spki_der(), spki);
        spki.push(0);
        assert_eq!(PublicKey::read(&spki), Err(KeyError::Malformed));
        assert_eq!(PublicKey::read(b""), Err(KeyError::Malformed));
    }
}
