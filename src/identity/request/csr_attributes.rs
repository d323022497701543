//! Attributes that the gateway asks of a certificate request before it is made (RFC 7030 section 4.5.2, in the ASN.1 of RFC 8951
//! section 3.5).

use cms::cert::x509::attr::Attribute;
use cms::cert::x509::der::asn1::{ObjectIdentifier, SetOfVec};
use cms::cert::x509::der::{Any, Encode, Error};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");

/// `CsrAttrs` in DER: an elliptic-curve key on P-256, signed with ECDSA and SHA-256. A wish: other strong keys are taken too.
///
/// ```text
/// CsrAttrs ::= SEQUENCE SIZE (0..MAX) OF AttrOrOID
/// AttrOrOID ::= CHOICE { oid OBJECT IDENTIFIER, attribute Attribute }
/// ```
///
/// # Errors
/// None that can happen: the library's encoder has them in its signature.
pub fn csr_attributes() -> Result<Vec<u8>, Error> {
    let curve = Attribute { oid: EC_PUBLIC_KEY, values: SetOfVec::try_from(vec![Any::encode_from(&P256)?])? };
    vec![Any::encode_from(&curve)?, Any::encode_from(&ECDSA_WITH_SHA256)?].to_der()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_attributes_are_encoded_as_in_rfc_8951() {
        let der = super::csr_attributes().unwrap();
        let expected = [
            0x30, 0x21, // SEQUENCE OF
            0x30, 0x15, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, // ecPublicKey with
            0x31, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, // a set of one: prime256v1
            0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, // ecdsa-with-SHA256
        ];
        assert_eq!(der, expected);
    }
}
