//! Rows of the log that an attacker with the database but without the key file has forged.

use lichtbild::clock::Timestamp;
use lichtbild::domain::log::integrity::{IntegrityFault, IntegrityReport};
use lichtbild::domain::log::{AuditEntry, AuditEvent};
use lichtbild::flows::admin::verify::verify;
use lichtbild::sealing::KeyFile;
use lichtbild::storage::{RowKeys, SqlStore};
use serde_json::{Value, json};

use crate::support::test_gateway::{DAY, START, TestGateway};

/// A gateway some days after its first row with a digest, and a store like its own without the key.
struct LogForger {
    gateway: TestGateway,
    suspended: String,
}

impl LogForger {
    async fn new() -> Self {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        studio.deposit_numbered(1).await;
        gateway.advance(2 * DAY);
        gateway.set_suspended(&studio.party, true).await;
        Self { suspended: studio.party.party_id.to_string(), gateway }
    }

    fn resumed(&self, at: Timestamp, details: Value) -> AuditEntry {
        let subject = Some(self.suspended.clone());
        AuditEntry { at, actor: "administrator".into(), event: AuditEvent::PartyResumed, subject, details }
    }

    /// Appends a chained row to the log.
    async fn append(&self, keys: RowKeys, entry: AuditEntry) {
        let store: SqlStore = self.gateway.store.clone().with_row_keys(keys);
        store.append_audit(entry).await.unwrap();
        self.gateway.database.execute("UPDATE parties SET suspended = FALSE").await.unwrap();
    }

    async fn report(&self) -> IntegrityReport {
        verify(&self.gateway.store, Some(&self.gateway.gateway.keys())).await.unwrap()
    }
}

#[tokio::test]
async fn a_row_without_a_digest_is_found_whenever_it_claims_to_be_written() {
    for at in [START + 3 * DAY, START] {
        let forger = LogForger::new().await;
        assert!(forger.report().await.is_ok());
        forger.append(RowKeys::None, forger.resumed(at, json!({}))).await;
        let report = forger.report().await;
        assert_eq!(report.faults.get(&IntegrityFault::LogDigestInvalid), Some(&1), "{report:#?}");
    }
}

#[tokio::test]
async fn digests_of_another_key_and_digests_that_were_used_before_are_found() {
    let forger = LogForger::new().await;
    let other = KeyFile::generate(START, &lichtbild::entropy::SeededEntropy::new(7)).unwrap();
    forger.append(RowKeys::new(other.row_key()), forger.resumed(START + 3 * DAY, json!({}))).await;
    assert_eq!(forger.report().await.faults.get(&IntegrityFault::LogDigestInvalid), Some(&1));

    let forger = LogForger::new().await;
    let added = forger.gateway.database.texts("SELECT details FROM audit WHERE event = 'party.added'").await.remove(0);
    let rows = serde_json::from_str::<Value>(&added).unwrap()["rows"].clone();
    forger.append(RowKeys::None, forger.resumed(START + 3 * DAY, json!({ "rows": rows }))).await;
    let report = forger.report().await;
    assert_eq!(report.faults.get(&IntegrityFault::LogDigestInvalid), Some(&1), "{report:#?}");
}

#[tokio::test]
async fn without_the_key_file_nothing_is_changed() {
    let forger = LogForger::new().await;
    let store = forger.gateway.store.clone().with_row_keys(RowKeys::Missing("keys.toml cannot be read".into()));
    let before = forger.gateway.database.contents().await;
    let refused = store.append_audit(forger.resumed(START, json!({}))).await.unwrap_err();
    assert!(refused.to_string().contains("keys.toml cannot be read"), "{refused}");
    assert_eq!(forger.gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_row_that_brings_back_what_is_erased_is_not_believed() {
    // On the day of an upgrade, older nodes may still write rows without digests, and old photos have none.
    let gateway = TestGateway::with(|setup| setup.digests = false).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    let photo = studio.deposit_numbered(1).await;
    let collection = office.collect_and_settle(&photo.code, &json!({ "outcome": "used" })).await;
    let keys = gateway.gateway.keys();
    let upgraded = gateway.store.clone().with_row_keys(RowKeys::new(keys.row_key()));
    let entry = |event, subject: &str, details| AuditEntry {
        at: START,
        actor: "gateway".into(),
        event,
        subject: Some(subject.into()),
        details,
    };
    upgraded.append_audit(entry(AuditEvent::ClockConfirmed, "", json!({}))).await.unwrap();
    let details = json!({ "photo_id": photo.photo_id, "state": "available", "lease_until": START });
    gateway.store.append_audit(entry(AuditEvent::CollectionLapsed, &collection, details)).await.unwrap();
    gateway.database.execute("UPDATE collections SET state = 'lapsed'").await.unwrap();
    let report = verify(&gateway.store, Some(&keys)).await.unwrap();
    assert!(report.log_rows_of_older_nodes == 1 && !report.faults.contains_key(&IntegrityFault::LogDigestInvalid));
    let available =
        "UPDATE photos SET state = 'available', settled_at = NULL, lookup_id = tombstone_id, tombstone_id = NULL";
    gateway.database.execute(available).await.unwrap();
    let report = verify(&gateway.store, Some(&keys)).await.unwrap();
    assert!(report.examples.iter().any(|example| example.subject.contains("state: the log says used")), "{report:#?}");
}
