//! Compares every table with the audit log, at one moment of the store.
//!
//! ```text
//! checkpoints -> log (chain, digests, replay) -> every row of every table -> rows that are missing -> anchors, counts
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use strum::VariantArray;

use crate::clock::Timestamp;
use crate::domain::log::chain::{ChainLink, ChainVerifier};
use crate::domain::log::checkpoint::Checkpoint;
use crate::domain::log::integrity::{IntegrityFault, IntegrityReport};
use crate::domain::log::reconciliation::partition::PhotoPartition;
use crate::domain::log::reconciliation::row::{AuditedValue, StoredRow};
use crate::domain::log::reconciliation::table::AuditedTable;
use crate::domain::log::reconciliation::{LogAnchor, Reconciler};
use crate::domain::party::invitation::{InvitationLookupId, InvitationState};
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::identity::signing::checkpoint_key::CheckpointVerifier;
use crate::sealing::KeyFile;
use crate::storage::maintenance::StoredCheckpoint;
use crate::storage::{Snapshot, SqlStore, StoreError};

/// Evidence that a database is compared with.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerificationInputs<'a> {
    /// For epoch keys, sealed proof keys and row digests.
    pub keys: Option<&'a KeyFile>,
    /// Public key of the checkpoints.
    pub checkpoints: Option<&'a CheckpointVerifier>,
    /// Rows at the end of the log that a restore replayed and did not yet record.
    pub replayed_rows: u64,
    /// The log cannot have been shortened later than now.
    pub now: Option<Timestamp>,
}

/// Longer than any sweep takes.
const LONGEST_SWEEP: Duration = Duration::from_hours(1);

/// Photos that are compared at once, with their collections: at 700 bytes for the two, 1.4 GB.
const PHOTOS_PER_PASS: u64 = 2_000_000;

/// Adds the differences, and the number of compared rows, to a report in which the photos are counted already.
pub(super) async fn compare(
    store: &SqlStore,
    proofs: VerificationInputs<'_>,
    report: &mut IntegrityReport,
) -> Result<(), StoreError> {
    let mut snapshot = store.snapshot().await?;
    let begin = snapshot.log_anchor().await?;
    let checkpoints = valid_checkpoints(&mut snapshot, proofs, report).await?;
    for share in PhotoPartition::split(report.photos + report.erased, PHOTOS_PER_PASS) {
        let mut evidence = Reconciler::new(begin, proofs.keys.map(KeyFile::row_key), share);
        let chain = ChainVerifier::starting_after(begin, checkpoints.values().map(|(link, _)| *link));
        compare_log(&mut snapshot, chain, share, &mut evidence, report).await?;
        evidence.mark_replayed(i64::try_from(proofs.replayed_rows).unwrap_or(i64::MAX));
        compare_tables(&mut snapshot, proofs.keys, share, &mut evidence, report).await?;
        evidence.finish(report);
        if share.is_first() {
            for (link, moved_at) in snapshot.log_anchors().await? {
                let checkpoint = checkpoints.get(&link.sequence).copied();
                let anchor = LogAnchor { link, moved_at, checkpoint, is_last: link == begin };
                evidence.compare_anchor(&anchor, proofs.now, report);
            }
        }
    }
    Ok(())
}

/// Compares every row of every table; for shares after the first only photos and their rows in other tables.
async fn compare_tables(
    snapshot: &mut Snapshot,
    keys: Option<&KeyFile>,
    share: PhotoPartition,
    evidence: &mut Reconciler,
    report: &mut IntegrityReport,
) -> Result<(), StoreError> {
    let swept_at = snapshot.last_swept_at().await?;
    let mut counts = BTreeMap::new();
    for &table in AuditedTable::VARIANTS {
        if !share.is_first() && !table.is_of_photos() {
            continue;
        }
        compare_rows(snapshot, table, evidence, report, |row, report| match table {
            AuditedTable::Photos => {
                let state = row.value("state").as_text().unwrap_or_default();
                *counts.entry(state.to_owned()).or_insert(0_i64) += 1;
            }
            AuditedTable::Invitations => check_proof_key(row, keys, swept_at, report),
            _ => {}
        })
        .await?;
    }
    if share.is_first() {
        compare_photo_counts(counts, &snapshot.photo_counts().await?, report);
    }
    Ok(())
}

/// Verifies the chain and replays the log from its beginning to its present end.
async fn compare_log(
    snapshot: &mut Snapshot,
    mut chain: ChainVerifier,
    share: PhotoPartition,
    evidence: &mut Reconciler,
    report: &mut IntegrityReport,
) -> Result<(), StoreError> {
    let mut last = chain.last();
    let mut error = None;
    loop {
        let page = snapshot.log_rows(last.sequence, LOG_PAGE_ROWS).await?;
        for row in &page {
            error = error.or_else(|| chain.verify_row(row).err());
            last = row.link();
            evidence.apply_log_row(row, report);
        }
        if page.is_empty() {
            break;
        }
    }
    if !share.is_first() {
        return Ok(());
    }
    (report.log_rows, report.log_head) = (last.sequence, last.sha256);
    let error = error.or_else(|| chain.finish().err());
    error.iter().for_each(|error| report.add(IntegrityFault::LogBroken, error));
    Ok(())
}

/// Valid checkpoints by their count, with the time of the signature. A valid checkpoint has a good signature, if the public key is known,
/// and its row agrees with its document.
async fn valid_checkpoints(
    snapshot: &mut Snapshot,
    proofs: VerificationInputs<'_>,
    report: &mut IntegrityReport,
) -> Result<BTreeMap<i64, (ChainLink, Timestamp)>, StoreError> {
    let (mut good, mut after) = (BTreeMap::new(), i64::MIN);
    loop {
        let page = snapshot.checkpoints(after).await?;
        let Some(last) = page.last() else { return Ok(good) };
        after = last.link.sequence;
        for stored in &page {
            report.checkpoints += 1;
            if is_signed(stored, proofs) {
                good.insert(stored.link.sequence, (stored.link, stored.at));
            } else {
                report.add(IntegrityFault::CheckpointDiffers, format!("checkpoints/{}", stored.link.sequence));
            }
        }
    }
}

fn is_signed(stored: &StoredCheckpoint, proofs: VerificationInputs<'_>) -> bool {
    let read = match proofs.checkpoints {
        Some(verifier) => verifier.verify(&stored.signed).ok(),
        None => Checkpoint::parse(&stored.signed.document).ok(),
    };
    read.is_some_and(|read| read.link() == stored.link && read.time == stored.at)
}

async fn compare_rows(
    snapshot: &mut Snapshot,
    table: AuditedTable,
    evidence: &mut Reconciler,
    report: &mut IntegrityReport,
    mut visit: impl FnMut(&StoredRow, &mut IntegrityReport),
) -> Result<(), StoreError> {
    let mut after = Vec::new();
    loop {
        let page = snapshot.rows(table, &after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.values.iter().take(table.key_columns()).cloned().collect();
        for row in &page {
            evidence.compare(row, report);
            visit(row, report);
        }
    }
}

/// A proof key exists as long as its invitation can be used, and can be decrypted with the key file. Later the sweep erases it.
fn check_proof_key(row: &StoredRow, keys: Option<&KeyFile>, swept_at: Option<Timestamp>, report: &mut IntegrityReport) {
    let is_over = [InvitationState::Exhausted, InvitationState::Withdrawn]
        .iter()
        .any(|state| row.value("state").as_text() == Some(state.name()));
    let is_good = match (row.value("sealed_proof_key"), row.value("lookup_id")) {
        (AuditedValue::Bytes(sealed), AuditedValue::Bytes(lookup)) => {
            let lookup = <[u8; 32]>::try_from(lookup.as_slice()).map(InvitationLookupId::from_bytes);
            !is_over
                && lookup.is_ok_and(|lookup| keys.is_none_or(|keys| keys.open_proof_key(sealed, &lookup).is_some()))
        }
        _ => {
            let ends_at = row.value("expires_at").as_number();
            // A sweep is recorded at its end.
            let swept_by = swept_at.map(|at| (at + LONGEST_SWEEP).unix_milliseconds());
            is_over || swept_by.zip(ends_at).is_some_and(|(swept_by, ends_at)| ends_at <= swept_by)
        }
    };
    if !is_good {
        report.add(IntegrityFault::ProofKeyDiffers, row.id);
    }
}

/// The database maintains the counts with each change of a photo.
fn compare_photo_counts(mut counts: BTreeMap<String, i64>, stored: &[(String, i64)], report: &mut IntegrityReport) {
    for (state, photos) in stored {
        if counts.remove(state).unwrap_or_default() != *photos {
            report.add(IntegrityFault::CountDiffers, format!("photo_counts: {state}"));
        }
    }
    for state in counts.keys() {
        report.add(IntegrityFault::CountDiffers, format!("photo_counts: {state}"));
    }
}
