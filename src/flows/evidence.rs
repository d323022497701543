//! Compares every table with the transfer log, at one moment of the store.
//!
//! ```text
//! checkpoints -> log (chain, digests, replay) -> every row of every table -> rows that are missing -> anchors, counts
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use super::walk::PAGE;
use crate::clock::Timestamp;
use crate::domain::chain::{ChainWalk, Link};
use crate::domain::checkpoint::Checkpoint;
use crate::domain::evidence::row::{StoredRow, Value};
use crate::domain::evidence::share::Share;
use crate::domain::evidence::table::Table;
use crate::domain::evidence::{Anchor, Evidence};
use crate::domain::invitation::{InvitationLookup, InvitationState};
use crate::domain::soundness::{Fault, Findings};
use crate::identity::checkpoint_key::CheckpointVerifier;
use crate::sealing::KeyFile;
use crate::storage::inspection::StoredCheckpoint;
use crate::storage::{Snapshot, SqlStore, StoreError};

/// The proofs that a store is held against.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proofs<'a> {
    /// The key file: epoch keys, sealed proof keys, digests of rows.
    pub keys: Option<&'a KeyFile>,
    /// The public key that checkpoints are signed with.
    pub checkpoints: Option<&'a CheckpointVerifier>,
    /// The number of rows at the end of the log that a restore has just carried out and not yet noted.
    pub replayed_rows: u64,
    /// The present moment: the log cannot have been shortened later.
    pub now: Option<Timestamp>,
}

/// Longer than any sweep takes.
const LONGEST_SWEEP: Duration = Duration::from_hours(1);

/// Photos that are compared at once, with their collections: at 700 bytes for the two, 1.4 GB.
const PHOTOS: u64 = 2_000_000;

/// Adds what differs, and how much could be compared. The photos were counted before.
pub(super) async fn compare(store: &SqlStore, proofs: Proofs<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    let mut snapshot = store.snapshot().await?;
    let begin = snapshot.log_anchor().await?;
    let checkpoints = checkpoints(&mut snapshot, proofs, findings).await?;
    for share in Share::of_size(findings.photos + findings.erased, PHOTOS) {
        let mut evidence = Evidence::new(begin, proofs.keys.map(KeyFile::row_key), share);
        let walk = ChainWalk::behind(begin, checkpoints.values().map(|(link, _)| *link));
        log(&mut snapshot, walk, share, &mut evidence, findings).await?;
        evidence.replayed(i64::try_from(proofs.replayed_rows).unwrap_or(i64::MAX));
        tables(&mut snapshot, proofs.keys, share, &mut evidence, findings).await?;
        evidence.finish(findings);
        if share.is_first() {
            for (link, moved_at) in snapshot.log_anchors().await? {
                let checkpoint = checkpoints.get(&link.sequence).copied();
                let anchor = Anchor { link, moved_at, checkpoint, is_last: link == begin };
                evidence.compare_anchor(&anchor, proofs.now, findings);
            }
        }
    }
    Ok(())
}

/// Every row of every table; photos and collections alone for a share that is not the first.
async fn tables(
    snapshot: &mut Snapshot,
    keys: Option<&KeyFile>,
    share: Share,
    evidence: &mut Evidence,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let swept_at = snapshot.last_swept_at().await?;
    let mut counts = BTreeMap::new();
    for table in Table::ALL {
        if !share.is_first() && !matches!(table, Table::Photos | Table::Collections) {
            continue;
        }
        rows(snapshot, table, evidence, findings, |row, findings| match table {
            Table::Photos => {
                let state = row.value("state").text().unwrap_or_default();
                *counts.entry(state.to_owned()).or_insert(0_i64) += 1;
            }
            Table::Invitations => proof_key(row, keys, swept_at, findings),
            _ => {}
        })
        .await?;
    }
    if share.is_first() {
        counted(counts, &snapshot.photo_counts().await?, findings);
    }
    Ok(())
}

/// The log from its beginning to its end at this moment.
async fn log(
    snapshot: &mut Snapshot,
    mut walk: ChainWalk,
    share: Share,
    evidence: &mut Evidence,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut last = walk.last();
    let mut fault = None;
    loop {
        let page = snapshot.log_rows(last.sequence, PAGE).await?;
        for row in &page {
            fault = fault.or_else(|| walk.step(row).err());
            last = row.link();
            evidence.add(row, findings);
        }
        if page.is_empty() {
            break;
        }
    }
    if !share.is_first() {
        return Ok(());
    }
    (findings.log_rows, findings.log_head) = (last.sequence, last.sha256);
    let fault = fault.or_else(|| walk.end().err());
    fault.iter().for_each(|fault| findings.add(Fault::LogBroken, fault));
    Ok(())
}

/// The checkpoints whose rows agree with their texts, and those with their signatures, by count, with the moment of the signature.
async fn checkpoints(
    snapshot: &mut Snapshot,
    proofs: Proofs<'_>,
    findings: &mut Findings,
) -> Result<BTreeMap<i64, (Link, Timestamp)>, StoreError> {
    let (mut good, mut after) = (BTreeMap::new(), i64::MIN);
    loop {
        let page = snapshot.checkpoints(after).await?;
        let Some(last) = page.last() else { return Ok(good) };
        after = last.link.sequence;
        for stored in &page {
            findings.checkpoints += 1;
            if is_signed(stored, proofs) {
                good.insert(stored.link.sequence, (stored.link, stored.at));
            } else {
                findings.add(Fault::CheckpointDiffers, format!("checkpoints/{}", stored.link.sequence));
            }
        }
    }
}

fn is_signed(stored: &StoredCheckpoint, proofs: Proofs<'_>) -> bool {
    let read = match proofs.checkpoints {
        Some(verifier) => verifier.verify(&stored.signed).ok(),
        None => Checkpoint::parse(&stored.signed.document).ok(),
    };
    read.is_some_and(|read| read.link() == stored.link && read.time == stored.at)
}

async fn rows(
    snapshot: &mut Snapshot,
    table: Table,
    evidence: &mut Evidence,
    findings: &mut Findings,
    mut also: impl FnMut(&StoredRow, &mut Findings),
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = snapshot.rows(table, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.values.first().cloned();
        for row in &page {
            evidence.compare(row, findings);
            also(row, findings);
        }
    }
}

/// A proof key is there as long as its invitation can be answered, and opens with the key file. The sweeper erases it afterwards.
fn proof_key(row: &StoredRow, keys: Option<&KeyFile>, swept_at: Option<Timestamp>, findings: &mut Findings) {
    let is_over = [InvitationState::Exhausted, InvitationState::Withdrawn]
        .iter()
        .any(|state| row.value("state").text() == Some(state.name()));
    let is_good = match (row.value("sealed_proof_key"), row.value("lookup_id")) {
        (Value::Bytes(sealed), Value::Bytes(lookup)) => {
            let lookup = <[u8; 32]>::try_from(lookup.as_slice()).map(InvitationLookup::from_bytes);
            !is_over
                && lookup.is_ok_and(|lookup| keys.is_none_or(|keys| keys.open_proof_key(sealed, &lookup).is_some()))
        }
        _ => {
            let ends_at = row.value("expires_at").number();
            // A sweep is noted when it is completed.
            let swept_by = swept_at.map(|at| (at + LONGEST_SWEEP).unix_milliseconds());
            is_over || swept_by.zip(ends_at).is_some_and(|(swept_by, ends_at)| ends_at <= swept_by)
        }
    };
    if !is_good {
        findings.add(Fault::ProofKeyDiffers, row.id);
    }
}

/// The database counts photos along as they change.
fn counted(mut counts: BTreeMap<String, i64>, stored: &[(String, i64)], findings: &mut Findings) {
    for (state, photos) in stored {
        if counts.remove(state).unwrap_or_default() != *photos {
            findings.add(Fault::CountDiffers, format!("photo_counts: {state}"));
        }
    }
    for state in counts.keys() {
        findings.add(Fault::CountDiffers, format!("photo_counts: {state}"));
    }
}
