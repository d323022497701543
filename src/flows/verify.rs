//! Looks a store through: every picture, every collection, every row of the transfer log. Nothing changes, and nobody waits.

pub use super::evidence::Proofs;
use super::evidence::compare;
use super::walk::PAGE;
use crate::domain::chain::{ChainFault, ChainRow, ChainWalk, Link};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::PhotoState;
use crate::domain::soundness::{Fault, Findings, collection_fault, lease_fault};
use crate::sealing::KeyFile;
use crate::sealing::frame::can_be_frame;
use crate::storage::inspection::LivingPhoto;
use crate::storage::{SqlStore, StoreError, TransferLog};

/// Looks a store through, page by page; the memory that takes is told in [`evidence`](crate::domain::evidence).
///
/// That a seal is whole cannot be told without the citizen's code; that its bytes are those that were stored can, by the digest
/// beside them, for which the transfer log vouches with a key of the key file.
///
/// # Errors
/// [`StoreError`] when the store cannot be read, or holds what this program never wrote.
pub async fn verify(store: &SqlStore, keys: Option<&KeyFile>) -> Result<Findings, StoreError> {
    verify_with(store, Proofs { keys, ..Proofs::default() }).await
}

/// The same, held against more than the key file.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with(store: &SqlStore, proofs: Proofs<'_>) -> Result<Findings, StoreError> {
    let keys = proofs.keys;
    let mut findings = Findings::none(keys.is_some());
    if let (Some(keys), Some(bound)) = (keys, store.bound_key_file().await?)
        && keys.fingerprint() != bound
    {
        findings.add(Fault::KeyFile, "notes/key_file");
    }
    for fault in store.faults_of_file().await? {
        findings.add(Fault::File, fault);
    }
    for fault in store.schema_faults().await? {
        findings.add(Fault::SchemaChanged, fault);
    }
    photos(store, keys, &mut findings).await?;
    pictures(store, &mut findings).await?;
    collections(store, &mut findings).await?;
    compare(store, proofs, &mut findings).await?;
    Ok(findings)
}

async fn photos(store: &SqlStore, keys: Option<&KeyFile>, findings: &mut Findings) -> Result<(), StoreError> {
    findings.erased = store.erased_photos().await?;
    let mut after = None;
    loop {
        let page = store.living_photos(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.photo.record.photo_id);
        let has_key = |epoch| keys.is_none_or(|keys| keys.epoch(epoch).is_some());
        for photo in &page {
            findings.photos += 1;
            weigh(photo, findings);
            if !has_key(photo.photo.record.epoch) {
                findings.add(Fault::EpochKeyMissing, photo.photo.record.photo_id);
            }
        }
    }
}

fn weigh(photo: &LivingPhoto, findings: &mut Findings) {
    let record = &photo.photo.record;
    if let Some(fault) = lease_fault(record, photo.latest_id, photo.photo.latest.as_ref()) {
        findings.add(fault, record.photo_id);
    }
    let Some(picture) = &photo.picture else { return findings.add(Fault::PictureMissing, record.photo_id) };
    let frame = picture.sealed.frame();
    if !can_be_frame(frame, record.facts.bytes) {
        findings.add(Fault::PictureMalformed, record.photo_id);
    }
    match picture.sha256 {
        None => findings.pictures_without_digest += 1,
        Some(stored) if stored == Sha256Digest::of(frame) => findings.pictures_proven += 1,
        Some(_) => findings.add(Fault::PictureChanged, record.photo_id),
    }
}

async fn pictures(store: &SqlStore, findings: &mut Findings) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.picture_owners(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.photo_id);
        for owner in page.iter().filter(|owner| owner.state.is_none_or(PhotoState::is_erased)) {
            findings.add(Fault::PictureLeftBehind, owner.photo_id);
        }
    }
}

async fn collections(store: &SqlStore, findings: &mut Findings) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.all_collections(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.collection_id);
        for collection in &page {
            findings.collections += 1;
            if let Some(fault) = collection_fault(collection.collection_id, collection.is_open, collection.photo) {
                findings.add(fault, collection.collection_id);
            }
        }
    }
}

/// The transfer log, walked to the end that it had.
pub struct WalkedLog {
    /// Its last row.
    pub last: Link,
    /// The first row at which the chain does not hold.
    pub fault: Option<ChainFault>,
}

/// Walks along the transfer log, and shows each row to `visit`, those behind a fault too. `begin` is what stands before the first row.
///
/// # Errors
/// [`StoreError`].
pub async fn walk_log(
    store: &SqlStore,
    begin: Link,
    mut visit: impl FnMut(&ChainRow),
) -> Result<WalkedLog, StoreError> {
    let (mut walk, mut log) = (ChainWalk::behind(begin, []), WalkedLog { last: begin, fault: None });
    loop {
        let page = store.log_rows(log.last.sequence, PAGE).await?;
        if page.is_empty() {
            return Ok(log);
        }
        for row in &page {
            log.fault = log.fault.or_else(|| walk.step(row).err());
            log.last = row.link();
            visit(row);
        }
    }
}
