//! Seals a photo for tests that store one; the store accepts sealed photos only.

use lichtbild::clock::Timestamp;
use lichtbild::domain::code::retrieval_code::RetrievalCode;
use lichtbild::domain::id::{PartyId, PhotoId};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::domain::photo::{JudgedPhoto, SealContext, SealedPhoto, UploadBytes};
use lichtbild::entropy::SeededEntropy;
use lichtbild::sealing::KeyFile;
use lichtbild::validation::{Judgement, Profile, judge};

pub struct TestSealer {
    photo: JudgedPhoto,
    keys: KeyFile,
    context: SealContext,
    entropy: SeededEntropy,
}

impl TestSealer {
    pub fn of(bytes: Vec<u8>, profile: &Profile, now: Timestamp) -> Self {
        let entropy = SeededEntropy::new(41);
        let keys = KeyFile::generate(now, &entropy).unwrap();
        let context = SealContext {
            photo_id: PhotoId::generate(now, &entropy).unwrap(),
            studio_id: PartyId::generate(now, &entropy).unwrap(),
            epoch: keys.epoch_at(now).unwrap().number,
        };
        let Judgement::Accepted(photo) = judge(UploadBytes::new(bytes), profile, Declaration::default(), now) else {
            panic!("the photo is sound");
        };
        Self { photo, keys, context, entropy }
    }

    pub fn seal(&self) -> SealedPhoto {
        let code = self.keys.code_keys(&RetrievalCode::from_secret(&[9; 12]));
        self.keys.seal(&self.photo, &code, self.context, &self.entropy).unwrap()
    }
}
