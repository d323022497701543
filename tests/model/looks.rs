//! Comparison of everything that can be read: the lists of each party, and the encrypted pictures in the database.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use strum::VariantArray;

use super::comparison::Comparison;
use super::reference::{ModelEnd, ModelPhase, ModelState, STUDIOS};
use crate::support::router_client::{RouterClient, json_string};

impl Comparison {
    /// Compares the number of encrypted pictures in the database: an ended photo has none.
    pub async fn compare_frames(&self, state: &ModelState) {
        let stored = state.data.photos.iter().filter(|photo| photo.is_stored()).count();
        let frames = self.system.gateway().database.count("frames").await;
        assert_eq!(usize::try_from(frames), Ok(stored), "encrypted pictures in the database");
    }

    /// Compares what a device of each party is shown.
    pub async fn look(&self, state: &ModelState) {
        self.compare_frames(state).await;
        for party in 0..self.system.parties.len() {
            let mut own = state.data.devices.iter().enumerate().filter(|(_, device)| device.party == party);
            if let Some((device, _)) = own.find(|(_, device)| device.revoked_at.is_none()) {
                self.look_as(device, state).await;
            }
        }
    }

    pub async fn look_as(&self, device: usize, state: &ModelState) {
        let (client, party) = (self.system.client(device), state.party_of(device));
        let is_studio = party < STUDIOS.len();
        let list = if is_studio { client.photos("limit=200").await } else { client.collections("limit=200").await };
        if state.data.devices[device].revoked_at.is_some() {
            list.assert_problem(403, "device-revoked");
            return;
        }
        if state.data.suspended[party] {
            list.assert_problem(403, if is_studio { "studio-suspended" } else { "office-suspended" });
            return;
        }
        assert_eq!(list.status, 200, "{list:?}");
        assert!(list.json()["next_after"].is_null(), "the list is complete");
        if is_studio {
            self.compare_photos(party, state, &list.json());
            self.look_at_one_state(&client, party, state).await;
        } else {
            self.compare_collections(party, state, &list.json());
        }
    }

    /// Compares the list of the photos of one state, each time of another one.
    async fn look_at_one_state(&self, client: &RouterClient, studio: usize, state: &ModelState) {
        let phase = ModelPhase::VARIANTS[self.steps as usize % ModelPhase::VARIANTS.len()];
        let list = client.photos(&format!("limit=200&state={}", phase.name())).await;
        assert_eq!(list.status, 200, "{list:?}");
        let list = list.json();
        let told: BTreeSet<_> =
            list["photos"].as_array().unwrap().iter().map(|photo| json_string(&photo["photo_id"])).collect();
        let own = state.data.photos.iter().zip(&self.system.ids.photos);
        let own = own.filter(|(photo, _)| photo.phase == phase && state.party_of(photo.code.device) == studio);
        let expected: BTreeSet<_> = own.map(|(_, id)| id.clone()).collect();
        assert_eq!(told, expected, "the photos of studio {studio} that are {phase:?}");
    }

    fn compare_photos(&self, studio: usize, state: &ModelState, list: &Value) {
        let shown = |photo: &Value| {
            let of = |name: &str| photo.get(name).cloned().unwrap_or_default();
            (of("photo_id"), of("state"), of("expires_at"), of("settled_at"), photo["refusal"]["reason"].clone())
        };
        let mut told: Vec<_> = list["photos"].as_array().unwrap().iter().map(shown).collect();
        told.sort_by_key(|row| row.0.to_string());
        let own = state.data.photos.iter().zip(&self.system.ids.photos);
        let own = own.filter(|(photo, _)| state.party_of(photo.code.device) == studio);
        let mut expected: Vec<_> = own
            .map(|(photo, id)| {
                let (phase, refusal) = (json!(photo.phase.name()), json!(photo.refusal));
                (json!(id), phase, json!(photo.expires_at), json!(photo.ended_at), refusal)
            })
            .collect();
        expected.sort_by_key(|row| row.0.to_string());
        assert_eq!(told, expected, "the photos of studio {studio}");
    }

    fn compare_collections(&self, office: usize, state: &ModelState, list: &Value) {
        let shown = |row: &Value| {
            let of = |name: &str| row.get(name).cloned().unwrap_or_default();
            (of("collection_id"), of("photo_id"), of("state"), of("lease_until"), of("settle_due"), of("settled_at"))
        };
        let mut told: Vec<_> = list["collections"].as_array().unwrap().iter().map(shown).collect();
        told.sort_by_key(|row| row.0.to_string());
        let own = state.data.collections.iter().zip(&self.system.ids.collections);
        let mut expected: Vec<_> = own
            .filter(|(collection, _)| collection.office == office)
            .map(|(collection, id)| {
                let (name, at) = match &collection.end {
                    None => ("leased", Value::Null),
                    Some(ModelEnd::Lapsed) => ("lapsed", json!(collection.lease_until)),
                    Some(ModelEnd::Settled { decision, at, .. }) => (decision.name(), json!(at)),
                };
                let photo = &self.system.ids.photos[collection.photo];
                let (until, due) = (json!(collection.lease_until), json!(collection.settle_due));
                (json!(id), json!(photo), json!(name), until, due, at)
            })
            .collect();
        expected.sort_by_key(|row| row.0.to_string());
        assert_eq!(told, expected, "the collections of office {office}");
    }
}
