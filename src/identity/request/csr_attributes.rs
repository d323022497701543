//! Attributes that the gateway asks of a certificate request before it is made (RFC 7030 section 4.5.2, in the ASN.1 of RFC 8951
//! section 3.5).

/// `CsrAttrs` in DER: an elliptic-curve key on P-256, signed with ECDSA and SHA-256. Requests with other strong keys are accepted too.
///
/// ```text
/// CsrAttrs ::= SEQUENCE SIZE (0..MAX) OF AttrOrOID
/// AttrOrOID ::= CHOICE { oid OBJECT IDENTIFIER, attribute Attribute }
/// ```
pub const CSR_ATTRIBUTES: [u8; 35] = [
    0x30, 0x21, // SEQUENCE OF
    0x30, 0x15, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, // ecPublicKey with
    0x31, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, // a set of one: prime256v1
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02, // ecdsa-with-SHA256
];

#[cfg(test)]
mod tests {
    use cms::cert::x509::attr::Attribute;
    use cms::cert::x509::der::asn1::{ObjectIdentifier, SetOfVec};
    use cms::cert::x509::der::{Any, Encode};

    #[test]
    fn the_attributes_are_encoded_as_in_rfc_8951() {
        let [key, curve, signature] =
            ["1.2.840.10045.2.1", "1.2.840.10045.3.1.7", "1.2.840.10045.4.3.2"].map(ObjectIdentifier::new_unwrap);
        let values = SetOfVec::try_from(vec![Any::encode_from(&curve).unwrap()]).unwrap();
        let key = Any::encode_from(&Attribute { oid: key, values }).unwrap();
        let attributes = vec![key, Any::encode_from(&signature).unwrap()];
        assert_eq!(attributes.to_der().unwrap(), super::CSR_ATTRIBUTES);
    }
}
