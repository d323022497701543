//! The store over both databases, each with two nodes; and faults that only a server has.

skip_in!(quick, postgres: "starts PostgreSQL, and tries both stores");

mod commit_reply_cutter;
mod contract;
mod event_faults;
mod events;
mod failover;
mod new_refusals;
mod node_coordination;
mod opening;
mod outage;
mod photo_counts;
mod query_plans;
mod session_settings;
mod source_statements;
mod upgrade;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lichtbild::domain::code::lookup::LookupId;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::domain::party::credential::Credential;
use lichtbild::domain::party::{Device, DeviceScope, Party, Role};
use lichtbild::domain::photo::quarantine::RevokedDevicePolicy;
use lichtbild::domain::photo::{PhotoFacts, PhotoRecord, PhotoState};
use lichtbild::entropy::SeededEntropy;
use lichtbild::storage::requests::{
    CertificateRecord, CodeAttempt, DepositOutcome, LeaseRequest, NewPhoto, WrongCodeLimits,
};
use lichtbild::storage::{DatabaseLocation, SqlStore};
use lichtbild::validation::Profile;

use crate::support::postgres::{TestDatabase, location};
use crate::support::raw_database::RawDatabase;
use crate::support::router_client::photo;
use crate::support::test_gateway::{DAY, MINUTE, SMALL_PROFILE_TOML, START};
use crate::support::test_sealer::TestSealer;

/// Two nodes over one database.
pub struct TwoNodeStore {
    pub nodes: [SqlStore; 2],
    pub database: RawDatabase,
    pub location: DatabaseLocation,
    pub url: String,
    entropy: SeededEntropy,
    made: AtomicU32,
    sealer: TestSealer,
    /// Dropped with the store.
    _place: Box<dyn Send + Sync>,
}

impl TwoNodeStore {
    /// A store over a file and one over a server.
    pub async fn both() -> [Self; 2] {
        [Self::over_file().await, Self::over_server().await]
    }

    async fn over_file() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lichtbild.sqlite");
        let location = DatabaseLocation::File(file.clone());
        let nodes = [SqlStore::create(&location).await.unwrap(), SqlStore::open(&location).await.unwrap()];
        Self::new(nodes, RawDatabase::open(&file).await, location, Box::new(folder))
    }

    pub async fn over_server() -> Self {
        let database = TestDatabase::new().await;
        Self::at(&database.url.clone(), Box::new(database)).await
    }

    pub async fn at(url: &str, place: Box<dyn Send + Sync>) -> Self {
        let location = location(url);
        let nodes = [SqlStore::open(&location).await.unwrap(), SqlStore::open(&location).await.unwrap()];
        Self::new(nodes, RawDatabase::connect(url).await, location, place)
    }

    fn new(
        nodes: [SqlStore; 2],
        database: RawDatabase,
        location: DatabaseLocation,
        place: Box<dyn Send + Sync>,
    ) -> Self {
        let url = location.to_config_value().to_string();
        let (entropy, made) = (SeededEntropy::new(11), AtomicU32::new(0));
        let sealer = TestSealer::of(photo(1), &Profile::parse("small", SMALL_PROFILE_TOML).unwrap(), START);
        Self { nodes, database, location, url, entropy, made, sealer, _place: place }
    }

    pub fn is_over_server(&self) -> bool {
        matches!(self.location, DatabaseLocation::Server(_))
    }

    fn next(&self) -> u32 {
        self.made.fetch_add(1, Ordering::SeqCst)
    }

    /// 32 unique bytes.
    pub fn bytes(&self) -> [u8; 32] {
        *Sha256Digest::of(&self.next().to_be_bytes()).as_bytes()
    }

    /// Adds a party with a device and its certificate.
    pub async fn device(&self, role: Role) -> (Party, DeviceId, Credential) {
        let party = Party {
            party_id: PartyId::generate(START, &self.entropy).unwrap(),
            role,
            name: format!("Haus {}", self.next()),
            place: "Düsseldorf".into(),
            suspended: false,
            created_at: START,
        };
        self.nodes[0].add_party(&party, audit_entry(AuditEvent::PartyAdded)).await.unwrap();
        let device = Device {
            device_id: DeviceId::generate(START, &self.entropy).unwrap(),
            party_id: party.party_id,
            label: String::new(),
            scope: DeviceScope::Photos,
            kind: None,
            created_at: START,
            revoked_at: None,
            certificate_expires_at: None,
        };
        let sha256 = Sha256Digest::from_bytes(self.bytes());
        let certificate =
            CertificateRecord { sha256, serial: vec![1], not_before: START, not_after: START + 60 * DAY, key: None };
        self.nodes[0].add_device(&device, &certificate, audit_entry(AuditEvent::DeviceAdded)).await.unwrap();
        (party, device.device_id, Credential::Own { sha256 })
    }

    pub fn photo(&self, studio: &Party, device_id: DeviceId, lookup_id: LookupId, request_id: [u8; 32]) -> NewPhoto {
        let facts = PhotoFacts { width: 35, height: 45, bytes: 100, profile: "small".into(), findings: Vec::new() };
        let record = PhotoRecord {
            photo_id: PhotoId::generate(START, &self.entropy).unwrap(),
            studio_id: studio.party_id,
            device_id,
            epoch: 24_322,
            state: PhotoState::Available,
            kept: false,
            facts,
            deposited_at: START,
            expires_at: START + 180 * DAY,
            settled_at: None,
            refusal: None,
        };
        NewPhoto { record, request_id, lookup_id, sealed: self.sealer.seal() }
    }

    /// Deposits a photo and returns it with its lookup id.
    pub async fn deposited(&self, studio: &Party, device_id: DeviceId) -> (PhotoId, LookupId) {
        let lookup_id = LookupId::from_bytes(self.bytes());
        let photo = self.photo(studio, device_id, lookup_id, self.bytes());
        let photo_id = photo.record.photo_id;
        let deposited = self.nodes[0].deposit(photo, audit_entry(AuditEvent::PhotoDeposited)).await.unwrap();
        assert!(matches!(deposited, DepositOutcome::Stored), "{deposited:?}");
        (photo_id, lookup_id)
    }

    pub fn lease(&self, photo_id: PhotoId, office: &Party, device_id: DeviceId) -> LeaseRequest {
        LeaseRequest {
            photo_id,
            office_id: office.party_id,
            device_id,
            collection_id: CollectionId::generate(START, &self.entropy).unwrap(),
            lease: 15 * MINUTE,
            photos_of_revoked: RevokedDevicePolicy::Quarantine,
            now: START,
        }
    }
}

pub fn audit_entry(event: AuditEvent) -> AuditEntry {
    AuditEntry { at: START, actor: "administrator".into(), event, subject: None, details: serde_json::json!({}) }
}

pub fn code_attempt(office: &Party, device_id: DeviceId, lookup_id: LookupId, limits: WrongCodeLimits) -> CodeAttempt {
    CodeAttempt {
        lookup_id,
        office_id: office.party_id,
        device_id,
        now: START,
        limits,
        photos_of_revoked: RevokedDevicePolicy::Keep,
    }
}

pub fn guess_limits(per_device: u32, over_all: u32) -> WrongCodeLimits {
    WrongCodeLimits { per_device, alarm_in_total: over_all, window: Duration::from_secs(900) }
}
