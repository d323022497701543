//! Answers of the reference to requests of studios.

use lichtbild::domain::digest::Sha256Digest;
use serde_json::{Value, json};

use super::reference::{
    ExpectedAnswer, HEIGHT, ModelCode, ModelPhase, ModelPhoto, ModelState, PLACE, RETENTION, STUDIOS, WIDTH,
};
use super::requests::{ModelOutcome, refused, storage_unavailable};
use crate::support::router_client::photo as photo_bytes;

/// The `Content-Digest` of a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentDigest {
    Missing,
    Right,
    Wrong,
}

/// The file of a deposit.
pub fn sent_bytes(picture: Option<u32>) -> Vec<u8> {
    picture.map_or_else(|| b"no photo".to_vec(), photo_bytes)
}

impl ModelState {
    /// `picture` is `None` for a file that is no photo.
    pub fn deposit(&mut self, device: usize, key: u32, picture: Option<u32>, digest: SentDigest) -> ModelOutcome {
        self.authenticate(device)?;
        if digest == SentDigest::Wrong {
            let received = Sha256Digest::of(&sent_bytes(picture));
            return Err(refused("digest-mismatch", [("/received", json!(received))]));
        }
        let same_key = |photo: &ModelPhoto| (photo.code.device, photo.code.key) == (device, key);
        let earlier = self.data.photos.iter().position(same_key);
        if let Some(earlier) = earlier {
            if Some(self.data.photos[earlier].code.picture) != picture {
                return Err(refused("idempotency-key-reused", []));
            }
            let receipt = self.receipt(earlier);
            return Ok(ExpectedAnswer { outcome: "repeated", is_replayed: true, is_read_only: true, ..receipt });
        }
        if self.is_alarmed() {
            return Err(storage_unavailable());
        }
        let Some(picture) = picture else {
            self.record("photo.refused_by_judge");
            return Err(ExpectedAnswer { is_read_only: false, ..refused("photo-refused", []) });
        };
        let code = ModelCode { device, key, picture };
        if !self.issued.contains(&code) {
            self.issued.push(code);
        }
        self.data.photos.push(ModelPhoto {
            code,
            phase: ModelPhase::Available,
            was_kept: false,
            deposited_at: self.now,
            expires_at: self.now + RETENTION,
            ended_at: None,
            refusal: None,
            latest: None,
            quarantined_since: None,
            is_unrecorded: false,
            is_lapse_unrecorded: false,
        });
        self.record("photo.deposited");
        Ok(ExpectedAnswer { outcome: "deposited", ..self.receipt(self.data.photos.len() - 1) })
    }

    fn receipt(&self, number: usize) -> ExpectedAnswer {
        let photo = &self.data.photos[number];
        let file = photo_bytes(photo.code.picture);
        let members = vec![
            ("/state", json!(photo.phase.name())),
            ("/expires_at", json!(photo.expires_at)),
            ("/sha256", json!(Sha256Digest::of(&file))),
            ("/bytes", json!(file.len())),
            ("/width", json!(WIDTH)),
            ("/height", json!(HEIGHT)),
            ("/studio/name", json!(STUDIOS[self.party_of(photo.code.device)])),
            ("/studio/place", json!(PLACE)),
        ];
        let code = Some(photo.code);
        ExpectedAnswer { status: 201, members, photo: Some(number), code, ..ExpectedAnswer::default() }
    }

    fn own_photo(&self, studio: usize, code: ModelCode) -> Result<usize, ExpectedAnswer> {
        let own = self.find(code).filter(|_| self.party_of(code.device) == studio);
        own.ok_or_else(|| refused("photo-unknown", []))
    }

    /// The answer to a request for the state of a photo.
    pub fn look_at(&self, device: usize, code: ModelCode) -> ModelOutcome {
        let studio = self.authenticate(device)?;
        let number = self.own_photo(studio, code)?;
        Ok(ExpectedAnswer { outcome: "shown", is_read_only: true, ..self.shown(number) })
    }

    fn shown(&self, number: usize) -> ExpectedAnswer {
        let photo = &self.data.photos[number];
        let refusal = photo.refusal.map_or(("/refusal", Value::Null), |reason| ("/refusal/reason", json!(reason)));
        let members = vec![
            ("/state", json!(photo.phase.name())),
            ("/deposited_at", json!(photo.deposited_at)),
            ("/expires_at", json!(photo.expires_at)),
            ("/settled_at", json!(photo.ended_at)),
            refusal,
            ("/bytes", json!(photo_bytes(photo.code.picture).len())),
            ("/width", json!(WIDTH)),
            ("/height", json!(HEIGHT)),
        ];
        ExpectedAnswer { status: 200, members, photo: Some(number), ..ExpectedAnswer::default() }
    }

    pub fn withdraw(&mut self, device: usize, code: ModelCode) -> ModelOutcome {
        let studio = self.authenticate(device)?;
        if self.is_alarmed() {
            return Err(storage_unavailable());
        }
        let number = self.own_photo(studio, code)?;
        let photo = &self.data.photos[number];
        match photo.phase {
            ModelPhase::Leased => {
                let until = self.data.collections[photo.latest.unwrap()].ends_at();
                return Err(refused("photo-leased", [("/lease_until", json!(until))]));
            }
            ModelPhase::Kept => {
                return Err(refused("photo-kept", [("/kept_until", json!(photo.expires_at))]));
            }
            ModelPhase::Used | ModelPhase::Refused | ModelPhase::Expired => {
                return Err(self.gone_for_studio(number));
            }
            ModelPhase::Withdrawn => {}
            ModelPhase::Available => {
                let photo = &mut self.data.photos[number];
                (photo.phase, photo.ended_at) = (ModelPhase::Withdrawn, Some(self.now));
                photo.is_lapse_unrecorded = false;
                self.record("photo.withdrawn");
                return Ok(ExpectedAnswer { outcome: "withdrawn", ..self.shown(number) });
            }
        }
        Ok(ExpectedAnswer { outcome: "repeated", is_read_only: true, ..self.shown(number) })
    }

    /// The refusal for a photo that is erased, to a studio, which is not told which office collected it.
    fn gone_for_studio(&self, number: usize) -> ExpectedAnswer {
        let mut refusal = self.gone(number);
        refusal.members.retain(|(pointer, _)| *pointer != "/office/name");
        refusal.members.push(("/office", Value::Null));
        refusal
    }
}
