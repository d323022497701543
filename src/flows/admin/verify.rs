//! Integrity check of a database: every envelope, every collection, every row of the audit log. It is read-only and blocks no other use.

pub use super::table_comparison::VerificationInputs;
use super::table_comparison::compare;
use crate::domain::digest::Sha256Digest;
use crate::domain::log::chain::{ChainError, ChainLink, ChainRow, ChainVerifier};
use crate::domain::log::integrity::{IntegrityFault, IntegrityReport, check_collection, check_lease};
use crate::domain::photo::PhotoState;
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::sealing::KeyFile;
use crate::sealing::envelope::is_plausible_envelope;
use crate::storage::maintenance::UnerasedPhoto;
use crate::storage::{SqlStore, StoreError};

/// Verifies a database page by page; [`reconciliation`](crate::domain::log::reconciliation) explains the memory that this needs.
///
/// Only the citizen's code can open an envelope, but the digest beside it shows that its bytes are unchanged, and the audit log
/// authenticates the digest with a key of the key file.
pub async fn verify(store: &SqlStore, keys: Option<&KeyFile>) -> Result<IntegrityReport, StoreError> {
    verify_with(store, VerificationInputs { keys, ..VerificationInputs::default() }).await
}

/// Verifies a database with more evidence than the key file.
pub async fn verify_with(store: &SqlStore, proofs: VerificationInputs<'_>) -> Result<IntegrityReport, StoreError> {
    let keys = proofs.keys;
    let mut report = IntegrityReport::empty(keys.is_some());
    if let (Some(keys), Some(bound)) = (keys, store.bound_key_file().await?)
        && keys.fingerprint() != bound
    {
        report.add(IntegrityFault::KeyFile, "notes/key_file");
    }
    for error in store.file_integrity_errors().await? {
        report.add(IntegrityFault::File, error);
    }
    for error in store.schema_differences().await? {
        report.add(IntegrityFault::SchemaChanged, error);
    }
    check_photos(store, keys, &mut report).await?;
    check_orphaned_envelopes(store, &mut report).await?;
    check_collections(store, &mut report).await?;
    compare(store, proofs, &mut report).await?;
    Ok(report)
}

async fn check_photos(
    store: &SqlStore,
    keys: Option<&KeyFile>,
    report: &mut IntegrityReport,
) -> Result<(), StoreError> {
    report.erased = store.erased_photos().await?;
    let mut after = None;
    loop {
        let page = store.unerased_photos(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.photo.record.photo_id);
        let has_key = |epoch| keys.is_none_or(|keys| keys.epoch(epoch).is_some());
        for photo in &page {
            report.photos += 1;
            check_photo(photo, report);
            if !has_key(photo.photo.record.epoch) {
                report.add(IntegrityFault::EpochKeyMissing, photo.photo.record.photo_id);
            }
        }
    }
}

fn check_photo(photo: &UnerasedPhoto, report: &mut IntegrityReport) {
    let record = &photo.photo.record;
    if let Some(fault) = check_lease(record, photo.latest_id, photo.photo.latest.as_ref()) {
        report.add(fault, record.photo_id);
    }
    let Some(stored) = &photo.envelope else { return report.add(IntegrityFault::EnvelopeMissing, record.photo_id) };
    let envelope = stored.sealed.envelope();
    if !is_plausible_envelope(envelope, record.facts.bytes) {
        report.add(IntegrityFault::EnvelopeMalformed, record.photo_id);
    }
    match stored.sha256 {
        None => report.pictures_without_digest += 1,
        Some(digest) if digest == Sha256Digest::of(envelope) => report.pictures_proven += 1,
        Some(_) => report.add(IntegrityFault::EnvelopeChanged, record.photo_id),
    }
}

async fn check_orphaned_envelopes(store: &SqlStore, report: &mut IntegrityReport) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.envelope_owners(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.photo_id);
        for owner in page.iter().filter(|owner| owner.state.is_none_or(PhotoState::is_erased)) {
            report.add(IntegrityFault::EnvelopeLeftBehind, owner.photo_id);
        }
    }
}

async fn check_collections(store: &SqlStore, report: &mut IntegrityReport) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = store.all_collections(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.collection_id);
        for collection in &page {
            report.collections += 1;
            if let Some(fault) = check_collection(collection.collection_id, collection.is_open, collection.photo) {
                report.add(fault, collection.collection_id);
            }
        }
    }
}

/// Result of [`verify_log`].
pub struct VerifiedLog {
    pub last: ChainLink,
    /// The first break of the chain.
    pub error: Option<ChainError>,
}

/// Verifies the chain of the audit log after the row `begin`, and calls `visit` with each row, also with those after an error.
pub async fn verify_log(
    store: &SqlStore,
    begin: ChainLink,
    mut visit: impl FnMut(&ChainRow),
) -> Result<VerifiedLog, StoreError> {
    let (mut chain, mut log) = (ChainVerifier::starting_after(begin, []), VerifiedLog { last: begin, error: None });
    loop {
        let page = store.log_rows(log.last.sequence, LOG_PAGE_ROWS).await?;
        if page.is_empty() {
            return Ok(log);
        }
        for row in &page {
            log.error = log.error.or_else(|| chain.verify_row(row).err());
            log.last = row.link();
            visit(row);
        }
    }
}
