//! Writer of the audit log. It works in the transaction of the change, and adds digests of the changed rows. The rows
//! are read back before the commit, so that a digest covers the stored values, whichever statement wrote them.

use super::row_mapping;
use crate::domain::log::AuditEntry;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::reconciliation::row::{AuditedValue, RowId, StoredRow};
use crate::domain::log::reconciliation::row_digest::{RowDigest, RowDigestKey};
use crate::storage::error::StoreError;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;

impl SqlStore {
    /// Adds a row about a refused request.
    pub async fn append_audit(&self, audit: AuditEntry) -> Result<(), StoreError> {
        self.with_retry(|| async {
            let mut transaction = self.write().await?;
            transaction.append(audit.clone());
            transaction.commit().await
        })
        .await
    }
}

/// Appends rows to the chain behind `end`. With a key, each row gets a digest of itself and of the changed rows that it
/// reports. The caller holds the lock of the log.
pub(in crate::storage::sql) async fn append_rows(
    transaction: &mut WriteTransaction,
    end: ChainLink,
    log: Vec<AuditEntry>,
    digests: Vec<(usize, String, RowDigest)>,
    key: Option<&RowDigestKey>,
) -> Result<ChainLink, StoreError> {
    let ChainLink { mut sequence, sha256: mut previous } = end;
    for (index, mut entry) in log.into_iter().enumerate() {
        sequence += 1;
        if let Some(key) = key {
            let own = digests.iter().filter(|(entry_index, ..)| *entry_index == index);
            key.add_digests(&mut entry, sequence, &previous, own.map(|(_, name, digest)| (name.clone(), *digest)));
        }
        let digest = entry.chained_digest(sequence, &previous);
        transaction
            .query(
                "INSERT INTO audit (sequence, at, actor, event, subject, details, prev, sha256)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(params![
                sequence,
                entry.at,
                entry.actor,
                entry.event.name(),
                entry.subject,
                entry.details.to_string(),
                previous,
                digest
            ])
            .execute()
            .await?;
        previous = digest;
    }
    Ok(ChainLink { sequence, sha256: previous })
}

/// Digests of the changed rows with their names and the index of the audit entry that reports them. Rows that the same
/// transaction has deleted have no digest.
pub(in crate::storage::sql) async fn row_digests(
    connection: &mut StoreConnection,
    changed: &[(usize, RowId)],
    key: &RowDigestKey,
) -> Result<Vec<(usize, String, RowDigest)>, StoreError> {
    let mut digests = Vec::with_capacity(changed.len());
    for (number, (index, id)) in changed.iter().enumerate() {
        if changed[number + 1..].iter().any(|(_, later)| later == id) {
            continue;
        }
        if let Some(values) = read_row(connection, id).await? {
            digests.push((*index, id.to_string(), key.digest_row(&StoredRow { id: *id, values })));
        }
    }
    Ok(digests)
}

/// Reads a row with all of its columns.
async fn read_row(connection: &mut StoreConnection, id: &RowId) -> Result<Option<Vec<AuditedValue>>, StoreError> {
    let statement = match id {
        RowId::Party(party_id) => connection
            .query("SELECT party_id, role, name, place, suspended, created_at FROM parties WHERE party_id = $1")
            .bind(params![party_id]),
        RowId::Device(device_id) => connection
            .query(
                "SELECT device_id, party_id, label, created_at, revoked_at, photos_released_at, duty, kind
                     FROM devices WHERE device_id = $1",
            )
            .bind(params![device_id]),
        RowId::Certificate(sha256) => connection
            .query(
                "SELECT sha256, device_id, serial, not_before, not_after, number, first_used_at, foreign_authority,
                            spki_sha256
                     FROM certificates WHERE sha256 = $1",
            )
            .bind(params![sha256]),
        RowId::BoundKey(sha256) => connection
            .query("SELECT spki_sha256, device_id, bound_at FROM bound_keys WHERE spki_sha256 = $1")
            .bind(params![sha256]),
        RowId::Invitation(device_id, number) => connection
            .query(
                "SELECT lookup_id, device_id, number, state, sealed_proof_key, created_at, expires_at, wrong_tries,
                            spki_sha256, requested_at, approved_at, spent_at
                     FROM invitations WHERE device_id = $1 AND number = $2",
            )
            .bind(params![device_id, number]),
        RowId::Photo(photo_id) => connection
            .query(
                "SELECT p.photo_id, p.studio_id, p.device_id, p.epoch, p.state, p.kept, p.request_id, p.lookup_id,
                            p.tombstone_id, p.width, p.height, p.bytes, p.profile, p.findings, p.deposited_at,
                            p.expires_at, p.settled_at, p.refusal_reason, p.refusal_note, p.collection_id,
                            p.held_back_since, f.sha256 AS frame_sha256
                     FROM photos p LEFT JOIN frames f ON f.photo_id = p.photo_id WHERE p.photo_id = $1",
            )
            .bind(params![photo_id]),
        RowId::Collection(collection_id) => connection
            .query(
                "SELECT collection_id, photo_id, office_id, device_id, state, leased_at, lease_until, handed_over_at,
                            settle_due, settled_at, kept_until
                     FROM collections WHERE collection_id = $1",
            )
            .bind(params![collection_id]),
        RowId::CollectionDevice(collection_id, device_id) => connection
            .query(
                "SELECT t.collection_id, t.device_id, c.photo_id, t.code_shown_at, t.handed_over_at, t.hand_overs,
                            t.hand_over_logged_at
                     FROM collection_devices t LEFT JOIN collections c ON c.collection_id = t.collection_id
                     WHERE t.collection_id = $1 AND t.device_id = $2",
            )
            .bind(params![collection_id, device_id]),
    };
    statement.fetch_optional_as(|row| row_mapping::column_values(row, id.table())).await
}
