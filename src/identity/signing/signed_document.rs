//! Signatures of documents other than checkpoints, by the same key. A document states its format, so that its signature is not valid
//! for a document of another kind.

use serde::Deserialize;

use super::checkpoint_key::{CheckpointKey, CheckpointVerifier};
use crate::identity::error::IdentityError;
use crate::json_object;

/// Value of `format` at the top level of a JSON document. Each kind of document has its own, and so have checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentFormat(pub &'static str);

impl DocumentFormat {
    fn is_of(self, document: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct FormatMember {
            format: String,
        }
        json_object::from_slice::<FormatMember>(document).is_ok_and(|head| head.format == self.0)
    }
}

impl CheckpointKey {
    /// Signs a document: ECDSA over its SHA-256, in DER, as `openssl dgst -sha256 -verify` reads it.
    ///
    /// # Errors
    /// [`IdentityError::DocumentFormat`] when the document states another format, [`IdentityError::Library`] when signing fails.
    pub fn sign_document(&self, format: DocumentFormat, document: &[u8]) -> Result<Vec<u8>, IdentityError> {
        if !format.is_of(document) {
            return Err(IdentityError::DocumentFormat);
        }
        self.signature_of(document)
    }
}

impl CheckpointVerifier {
    /// Verifies a document's signature and format.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub fn verify_document(
        &self,
        format: DocumentFormat,
        document: &[u8],
        signature: &[u8],
    ) -> Result<(), DocumentError> {
        if !self.has_signed(document, signature) {
            return Err(DocumentError::Signature);
        }
        if format.is_of(document) { Ok(()) } else { Err(DocumentError::OtherFormat) }
    }
}

/// Reason why a document is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    #[error("the signature is wrong: the file was changed, or is signed with another key")]
    Signature,
    #[error("the signed text is a document of another kind")]
    OtherFormat,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::log::chain::ChainLink;
    use crate::domain::log::checkpoint::SignedCheckpoint;
    use crate::identity::signing::checkpoint_key::VerifyCheckpointError;

    const FORMAT: DocumentFormat = DocumentFormat("example/v1");
    const OTHER: DocumentFormat = DocumentFormat("example/v2");

    #[test]
    fn a_signed_document_verifies_and_no_byte_of_it_can_be_changed() {
        let [key, other] = [CheckpointKey::generate().unwrap(), CheckpointKey::generate().unwrap()];
        let document = br#"{"format":"example/v1","a":1}"#;
        let signature = key.sign_document(FORMAT, document).unwrap();
        assert_eq!(key.verifier().verify_document(FORMAT, document, &signature), Ok(()));
        for place in 0..document.len() {
            let mut changed = document.to_vec();
            changed[place] ^= 1;
            assert!(key.verifier().verify_document(FORMAT, &changed, &signature).is_err(), "{place}");
        }
        assert_eq!(other.verifier().verify_document(FORMAT, document, &signature), Err(DocumentError::Signature));
        assert_eq!(key.verifier().verify_document(FORMAT, document, &[]), Err(DocumentError::Signature));
    }

    #[test]
    fn a_signature_is_valid_for_its_own_format_only() {
        let key = CheckpointKey::generate().unwrap();
        let document = br#"{"format":"example/v1"}"#;
        let signature = key.sign_document(FORMAT, document).unwrap();
        assert_eq!(key.verifier().verify_document(OTHER, document, &signature), Err(DocumentError::OtherFormat));
        let as_checkpoint = SignedCheckpoint { document: document.to_vec(), signature };
        assert!(matches!(key.verifier().verify(&as_checkpoint), Err(VerifyCheckpointError::Document(_))));

        let (_, signed) = key
            .sign(ChainLink::START, "gateway.example", ChainLink::START.sha256, Timestamp::from_unix_milliseconds(1))
            .unwrap();
        let taken = key.verifier().verify_document(FORMAT, &signed.document, &signed.signature);
        assert_eq!(taken, Err(DocumentError::OtherFormat));
        for wrong in [&b"{}"[..], b"[]", b"", br#"{"format":"example/v1","format":"example/v2"}"#, br#"{"format":1}"#] {
            assert!(key.sign_document(FORMAT, wrong).is_err());
        }
    }
}
