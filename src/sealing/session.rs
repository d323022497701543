//! A retrieval code, encrypted for a browser: for one office and one collection until the lease ends, or for one studio and one photo
//! while its receipt is shown.
//!
//! The gateway does not store codes. Between two pages the browser keeps the code in a cookie that only this gateway can open, on
//! each of its nodes, since the key comes from the key file. The cookie is useless to another office or studio.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::{Zeroize, Zeroizing};

use super::hkdf::{hkdf, length_prefixed};
use super::key_file::KeyFile;
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::{CollectionId, PartyId, PhotoId};
use crate::entropy::{Entropy, EntropyError, random_bytes};

/// Milliseconds since 1970, big endian.
const TIMESTAMP_LENGTH: usize = 8;

/// A sealed session opens only in the same context.
#[derive(Debug, Clone, Copy)]
pub enum SessionContext {
    /// A collection of an office at its desk.
    Collection { collection_id: CollectionId, office_id: PartyId },
    /// The receipt of a photo at its studio.
    Receipt { photo_id: PhotoId, studio_id: PartyId },
}

impl KeyFile {
    /// Encrypts a code until `ends_at`; the text fits a cookie (RFC 6265, section 4.1.1).
    ///
    /// # Errors
    /// [`EntropyError`] when there is no randomness for the nonce.
    pub fn seal_session(
        &self,
        code: &RetrievalCode,
        context: SessionContext,
        ends_at: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<String, EntropyError> {
        let nonce: [u8; NONCE_LEN] = random_bytes(entropy)?;
        let cipher = self.session_cipher().ok_or(EntropyError)?;
        let mut session = Zeroizing::new(Vec::with_capacity(96));
        session.extend_from_slice(&nonce);
        session.extend_from_slice(&ends_at.unix_milliseconds().to_be_bytes());
        session.extend_from_slice(Zeroizing::new(code.reveal()).as_bytes());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = cipher
            .seal_in_place_separate_tag(nonce, Aad::from(associated_data(context)), &mut session[NONCE_LEN..])
            .map_err(|_| EntropyError)?;
        session.extend_from_slice(tag.as_ref());
        Ok(URL_SAFE_NO_PAD.encode(session.as_slice()))
    }

    /// The code of a session; `None` if another gateway sealed it, it is for another office or collection, or it has ended.
    pub fn open_session(&self, sealed_session: &str, context: SessionContext, now: Timestamp) -> Option<RetrievalCode> {
        let mut session = Zeroizing::new(URL_SAFE_NO_PAD.decode(sealed_session).ok()?);
        let nonce = Nonce::try_assume_unique_for_key(session.get(..NONCE_LEN)?).ok()?;
        let sealed = session.get_mut(NONCE_LEN..)?;
        let opened = self.session_cipher()?.open_in_place(nonce, Aad::from(associated_data(context)), sealed).ok()?;
        let (ends_at, code) = opened.split_first_chunk::<TIMESTAMP_LENGTH>()?;
        if Timestamp::from_unix_milliseconds(i64::from_be_bytes(*ends_at)) <= now {
            return None;
        }
        RetrievalCode::parse(std::str::from_utf8(code).ok()?).ok()
    }

    fn session_cipher(&self) -> Option<LessSafeKey> {
        let mut key = [0; 32];
        hkdf(self.pepper.as_bytes(), &[], "lichtbild/ticket/v1", &mut key);
        let cipher = UnboundKey::new(&AES_256_GCM, &key).ok().map(LessSafeKey::new);
        key.zeroize();
        cipher
    }
}

fn associated_data(context: SessionContext) -> Vec<u8> {
    match context {
        SessionContext::Collection { collection_id, office_id } => {
            length_prefixed(&[collection_id.as_bytes(), office_id.as_bytes()])
        }
        SessionContext::Receipt { photo_id, studio_id } => {
            length_prefixed(&[photo_id.as_bytes(), studio_id.as_bytes(), b"receipt"])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn context(seed: u64) -> SessionContext {
        let entropy = SeededEntropy::new(seed);
        collection(CollectionId::generate(NOW, &entropy).unwrap(), PartyId::generate(NOW, &entropy).unwrap())
    }

    fn collection(collection_id: CollectionId, office_id: PartyId) -> SessionContext {
        SessionContext::Collection { collection_id, office_id }
    }

    #[test]
    fn a_session_opens_for_its_office_and_collection_until_it_ends_and_nowhere_else() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let code = RetrievalCode::from_secret(&[7; 12]);
        let ends_at = NOW + Duration::from_secs(60);
        let session = keys.seal_session(&code, context(1), ends_at, &SeededEntropy::new(2)).unwrap();
        assert!(keys.open_session(&session, context(1), NOW).is_some_and(|opened| opened == code));
        assert!(keys.open_session(&session, context(1), ends_at).is_none(), "it has ended");
        let parts = |seed| match context(seed) {
            SessionContext::Collection { collection_id, office_id } => (collection_id, office_id),
            SessionContext::Receipt { .. } => unreachable!("the context of this test is a collection"),
        };
        let ((one, office), (other, other_office)) = (parts(1), parts(2));
        // A photo with the same number as the collection is another context.
        let photo_id: PhotoId = one.to_string().parse().unwrap();
        let elsewhere = [
            collection(one, other_office),
            collection(other, office),
            SessionContext::Receipt { photo_id, studio_id: office },
        ];
        for context in elsewhere {
            assert!(keys.open_session(&session, context, NOW).is_none());
        }
        let other_gateway = KeyFile::generate(NOW, &SeededEntropy::new(3)).unwrap();
        assert!(other_gateway.open_session(&session, context(1), NOW).is_none());
    }

    #[test]
    fn a_session_reveals_nothing_of_the_code_and_no_two_are_alike() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let code = RetrievalCode::from_secret(&[7; 12]);
        let entropy = SeededEntropy::new(2);
        let [first, second] = [(); 2].map(|()| keys.seal_session(&code, context(1), NOW, &entropy).unwrap());
        assert_ne!(first, second);
        let bytes = URL_SAFE_NO_PAD.decode(&first).unwrap();
        assert!(!bytes.windows(5).any(|window| code.reveal().as_bytes().windows(5).any(|part| part == window)));
    }

    #[test]
    fn a_damaged_session_does_not_open() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let code = RetrievalCode::from_secret(&[7; 12]);
        let session =
            keys.seal_session(&code, context(1), NOW + Duration::from_secs(60), &SeededEntropy::new(2)).unwrap();
        for length in 0..session.len() {
            assert!(keys.open_session(&session[..length], context(1), NOW).is_none(), "cut at {length}");
        }
        let bytes = URL_SAFE_NO_PAD.decode(&session).unwrap();
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 1;
            assert!(keys.open_session(&URL_SAFE_NO_PAD.encode(changed), context(1), NOW).is_none(), "{position}");
        }
    }
}
