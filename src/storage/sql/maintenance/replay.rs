//! Replay of an export of the audit log on a restored database: it repeats the changes after the backup.

use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{CollectionId, DeviceId, PartyId, PhotoId};
use crate::domain::log::chain::{ChainRow, ChainVerifier};
use crate::domain::log::log_replay::{CollectionOutcome, LogReplay, PhotoOutcome};
use crate::domain::photo::PhotoState;
use crate::domain::photo::collection::CollectionState;
use crate::storage::error::StoreError;
use crate::storage::maintenance::{ChangedPhoto, ReplaySummary};
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::sql_store::SqlStore;
use crate::storage::sql::engine::values::params;
use crate::storage::sql::log::audit_log;
use crate::storage::sql::photo::{collection_devices, photos};
use std::time::Duration;

impl SqlStore {
    /// Adds the rows of the audit log that follow the last row of the database, and repeats what they report: erasures,
    /// leases, hand-overs, revocations and suspensions. Skips rows that the database has already.
    /// [`StoreError::Damaged`] if the rows do not continue the log of the database; then nothing has changed.
    pub async fn replay(&self, rows: &[ChainRow], settle_within: Duration) -> Result<ReplaySummary, StoreError> {
        let mut transaction = self.write().await?;
        let (replayed, _) = apply_rows(&mut transaction, rows, settle_within).await?;
        transaction.commit().await?;
        Ok(replayed)
    }

    /// Counts the changes of [`SqlStore::replay`] and lists the photos that it would change, without changing anything.
    pub async fn preview_replay(
        &self,
        rows: &[ChainRow],
        settle_within: Duration,
    ) -> Result<(ReplaySummary, Vec<ChangedPhoto>), StoreError> {
        // The transaction is never committed.
        apply_rows(&mut self.write().await?, rows, settle_within).await
    }
}

async fn apply_rows(
    transaction: &mut WriteTransaction,
    rows: &[ChainRow],
    settle_within: Duration,
) -> Result<(ReplaySummary, Vec<ChangedPhoto>), StoreError> {
    let end = audit_log::head(transaction).await?;
    let mut verifier = ChainVerifier::starting_after(end, []);
    let (mut log_replay, mut replayed, mut changed) = (LogReplay::default(), ReplaySummary::default(), Vec::new());
    for row in rows {
        if row.sequence < end.sequence || row.link() == end {
            continue;
        }
        verifier.verify_row(row).map_err(|error| StoreError::Damaged(error.to_string()))?;
        insert(transaction, row).await?;
        log_replay.apply(row);
        replayed.rows += 1;
        replayed.until = Some(row.at);
    }
    for (collection_id, outcome) in &log_replay.collections {
        upsert_collection(transaction, *collection_id, outcome, settle_within).await?;
    }
    for (key, outcome) in &log_replay.collection_devices {
        collection_devices::replay(transaction, *key, outcome).await?;
    }
    for (photo_id, outcome) in &log_replay.photos {
        changed.extend(apply_to_photo(transaction, *photo_id, outcome).await?);
    }
    let mut settled: Vec<_> = log_replay.collections.iter().collect();
    settled.sort_by_key(|(_, outcome)| outcome.settled_at);
    for (collection_id, outcome) in settled {
        emit_event(transaction, *collection_id, outcome).await?;
    }
    replayed.erased = changed.iter().filter(|photo| photo.erased_at.is_some()).count() as u64;
    replayed.moved = changed.len() as u64 - replayed.erased;
    for (device_id, at) in &log_replay.revoked {
        replayed.revoked += transaction
            .query("UPDATE devices SET revoked_at = $1 WHERE device_id = $2 AND revoked_at IS NULL")
            .bind(params![at, device_id])
            .execute()
            .await?;
    }
    for (party_id, suspended) in &log_replay.suspended {
        let parties = transaction
            .query("UPDATE parties SET suspended = $1 WHERE party_id = $2 AND suspended <> $1")
            .bind(params![suspended, party_id])
            .execute()
            .await?;
        *(if *suspended { &mut replayed.suspended } else { &mut replayed.resumed }) += parties;
    }
    replayed.lost = log_replay.deposited;
    Ok((replayed, changed))
}

/// Tells the studio again of a settlement since the backup, also if the collection could not be restored: the
/// database does not tell which settlements it has heard of.
async fn emit_event(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    outcome: &CollectionOutcome,
) -> Result<(), StoreError> {
    let kind = match outcome.state {
        CollectionState::Used => EventKind::PhotoUsed,
        CollectionState::Kept => EventKind::PhotoKept,
        CollectionState::Refused => EventKind::PhotoRefused,
        CollectionState::Leased | CollectionState::Released | CollectionState::Lapsed => return Ok(()),
    };
    let (Some(at), Some(photo)) = (outcome.settled_at, photos::find_on(transaction, outcome.photo_id).await?) else {
        return Ok(());
    };
    let record = photo.record;
    transaction.emit(NewEvent {
        photo_id: Some(record.photo_id),
        collection_id: Some(collection_id),
        due: (kind == EventKind::PhotoKept).then_some(record.expires_at),
        ..NewEvent::new(kind, at, record.studio_id)
    });
    Ok(())
}

async fn insert(transaction: &mut WriteTransaction, row: &ChainRow) -> Result<(), StoreError> {
    transaction
        .query(
            "INSERT INTO audit (sequence, at, actor, event, subject, details, prev, sha256)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(params![row.sequence, row.at, row.actor, row.event, row.subject, row.details, row.prev, row.sha256])
        .execute()
        .await?;
    Ok(())
}

/// The log does not contain the deadline of a settlement or the end of a kept photo's retention. They are set to the
/// configured time after the hand-over and to the end of the photo. The office that received the photo stays the only
/// one that can get it.
async fn upsert_collection(
    transaction: &mut WriteTransaction,
    collection_id: CollectionId,
    outcome: &CollectionOutcome,
    settle_within: Duration,
) -> Result<(), StoreError> {
    let Some(photo) = photos::find_on(transaction, outcome.photo_id).await? else { return Ok(()) };
    let settle_due = outcome.handed_over_at.map(|at| at + settle_within);
    let kept_until = (outcome.state == CollectionState::Kept).then_some(photo.record.expires_at);
    let changed = transaction
        .query(
            "UPDATE collections SET state = $1, settled_at = $2, handed_over_at = coalesce(handed_over_at, $3),
             settle_due = coalesce(settle_due, $4), kept_until = coalesce($5, kept_until) WHERE collection_id = $6",
        )
        .bind(params![outcome.state, outcome.settled_at, outcome.handed_over_at, settle_due, kept_until, collection_id])
        .execute()
        .await?;
    let (Some(office_id), Some(device_id), Some(leased_at)) = (outcome.office_id, outcome.device_id, outcome.leased_at)
    else {
        return Ok(());
    };
    if changed > 0 || !has_office_and_device(transaction, office_id, device_id).await? {
        return Ok(());
    }
    transaction
        .query(
            "INSERT INTO collections (collection_id, photo_id, office_id, device_id, state, leased_at, lease_until,
                                      handed_over_at, settle_due, settled_at, kept_until)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)",
        )
        .bind(params![
            collection_id,
            outcome.photo_id,
            office_id,
            device_id,
            outcome.state,
            leased_at,
            outcome.handed_over_at,
            settle_due,
            outcome.settled_at,
            kept_until
        ])
        .execute()
        .await?;
    transaction
        .query("UPDATE photos SET collection_id = $1 WHERE photo_id = $2")
        .bind(params![collection_id, outcome.photo_id])
        .execute()
        .await?;
    Ok(())
}

/// Offices and devices that were added after the backup do not exist.
async fn has_office_and_device(
    transaction: &mut WriteTransaction,
    office_id: PartyId,
    device_id: DeviceId,
) -> Result<bool, StoreError> {
    let both = "SELECT 1 FROM parties p JOIN devices d ON d.device_id = $2 WHERE p.party_id = $1";
    Ok(transaction.query(both).bind(params![office_id, device_id]).fetch_optional().await?.is_some())
}

/// Returns the photo if it is changed: it may be erased already or not exist.
async fn apply_to_photo(
    connection: &mut StoreConnection,
    photo_id: PhotoId,
    outcome: &PhotoOutcome,
) -> Result<Option<ChangedPhoto>, StoreError> {
    let Some(photo) = photos::find_on(connection, photo_id).await? else { return Ok(None) };
    if photo.record.state.is_erased() {
        return Ok(None);
    }
    let state = match outcome {
        PhotoOutcome::Erased { state, at, reason } => {
            if let Some(reason) = reason {
                let noted = "UPDATE photos SET refusal_reason = $1 WHERE photo_id = $2";
                connection.query(noted).bind(params![reason, photo_id]).execute().await?;
            }
            photos::erase(connection, photo_id, *state, *at).await?;
            return Ok(Some(ChangedPhoto { photo_id, state: *state, erased_at: Some(*at) }));
        }
        PhotoOutcome::Leased if photo.latest.is_some_and(|latest| latest.state == CollectionState::Leased) => {
            PhotoState::Leased
        }
        PhotoOutcome::Kept => PhotoState::Kept,
        PhotoOutcome::Leased | PhotoOutcome::Returned if photo.record.kept => PhotoState::Kept,
        PhotoOutcome::Leased | PhotoOutcome::Returned => PhotoState::Available,
    };
    connection
        .query("UPDATE photos SET state = $1, kept = kept OR $1 = 'kept' WHERE photo_id = $2")
        .bind(params![state, photo_id])
        .execute()
        .await?;
    Ok(Some(ChangedPhoto { photo_id, state, erased_at: None }))
}
