//! `deposit     transport -> authenticate -> judge -> seal -> store -> receipt`

use std::sync::Arc;

use super::upload_permit::UploadPermit;
use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, Severity};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId, PhotoId};
use crate::domain::log::AuditEvent;
use crate::domain::photo::availability::visible_state;
use crate::domain::photo::declaration::{Declaration, SealedMetadata};
use crate::domain::photo::idempotency::{IdempotencyKey, KeyOwner};
use crate::domain::photo::{JudgedPhoto, PhotoRecord, PhotoState, UploadBytes};
use crate::failpoint;
use crate::flows::authenticate::StudioCaller;
use crate::flows::gateway::Gateway;
use crate::limits::row_pace::note_left_out;
use crate::limits::worker_pool::{Worker, WorkerError};
use crate::sealing::CodeKeys;
use crate::sealing::envelope::SealError;
use crate::storage::StoreError;
use crate::storage::requests::{CutOff, DepositOutcome, NewPhoto, PreviousDeposit};
use crate::validation::judge::{Judgement, judge};

/// A deposit request.
pub struct DepositRequest {
    pub key: IdempotencyKey,
    /// The studio, or the device that deposits.
    pub owner: KeyOwner,
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes as the studio sent it.
    pub announced: Option<Sha256Digest>,
    /// Not part of a deposit's identity: a repeat with another declaration gets the receipt of the first deposit, with the first
    /// declaration.
    pub declaration: Declaration,
}

/// Receipt of a deposit.
#[derive(Debug)]
pub struct Receipt {
    /// The gateway does not store it.
    pub code: RetrievalCode,
    pub record: PhotoRecord,
    /// The state now, which a repeat finds changed.
    pub state: PhotoState,
    /// Of the photo's bytes.
    pub sha256: Sha256Digest,
    /// Empty once the photo is erased.
    pub sealed_metadata: SealedMetadata,
    /// True for a repeat of an earlier deposit.
    pub replayed: bool,
}

/// Checks, seals and stores a photo. The photo is durable when this returns `Ok`; nothing of it is stored after an error.
pub async fn deposit(
    gateway: &Gateway,
    studio: &StudioCaller,
    _admitted: UploadPermit,
    request: DepositRequest,
) -> Result<Receipt, DepositError> {
    let upload =
        gateway.workers.run(studio.party.party_id, studio.device_id, move || UploadBytes::new(request.bytes)).await?;
    compare_digests(request.announced, upload.sha256())?;
    failpoint::reached("deposit.received");

    let keys = gateway.keys();
    let sha256 = upload.sha256();
    let code = keys.issue_code(request.owner, &request.key, sha256);
    let code_keys = keys.code_keys(&code);
    let request_id = keys.request_id(request.owner, &request.key);

    let _guard = gateway.in_flight.begin(request_id).ok_or(DepositError::InProgress)?;
    if let Some(previous) = gateway.store.find_deposit(&request_id).await? {
        return replay(gateway, previous, code, code_keys, sha256).await;
    }
    // One worker for check and seal: a checked photo must not be refused because the queue is full.
    let worker = gateway.workers.worker(studio.party.party_id, studio.device_id).await?;
    let (photo, worker) = check_upload(gateway, studio, worker, upload, request.declaration).await?;
    failpoint::reached("deposit.judged");
    let sealed_metadata = photo.sealed_metadata().clone();
    let new_photo = seal(gateway, studio, worker, photo, code_keys, request_id).await?;
    failpoint::reached("deposit.sealed");
    let record = new_photo.photo.record.clone();
    match gateway.store.deposit(new_photo.photo, new_photo.audit).await? {
        DepositOutcome::Stored => {
            Ok(Receipt { code, state: record.state, record, sha256, sealed_metadata, replayed: false })
        }
        DepositOutcome::CutOff(cut_off) => Err(DepositError::CutOff(cut_off)),
        DepositOutcome::Repeated(previous) => {
            let code_keys = gateway.keys().code_keys(&code);
            replay(gateway, *previous, code, code_keys, sha256).await
        }
    }
}

fn compare_digests(announced: Option<Sha256Digest>, received: Sha256Digest) -> Result<(), DepositError> {
    match announced {
        Some(announced) if announced != received => Err(DepositError::DigestMismatch { announced, received }),
        _ => Ok(()),
    }
}

/// Repeats the receipt of the first deposit with the same code and the current state. The sealed metadata can be read again
/// because the code is derived from the request.
async fn replay(
    gateway: &Gateway,
    previous: PreviousDeposit,
    code: RetrievalCode,
    code_keys: CodeKeys,
    sha256: Sha256Digest,
) -> Result<Receipt, DepositError> {
    // The code is derived from key and photo, so another photo has another lookup id.
    if previous.tombstone_id != code_keys.lookup_id().tombstone() {
        return Err(DepositError::KeyReused);
    }
    let PreviousDeposit { photo, .. } = previous;
    let state = visible_state(&photo.record, photo.latest.as_ref(), gateway.now());
    let sealed_metadata = open_metadata(gateway, &photo.record, code_keys).await?;
    Ok(Receipt { code, state, record: photo.record, sha256, sealed_metadata, replayed: true })
}

async fn open_metadata(
    gateway: &Gateway,
    photo: &PhotoRecord,
    code_keys: CodeKeys,
) -> Result<SealedMetadata, DepositError> {
    let Some(sealed) = gateway.store.sealed_photo(photo.photo_id).await? else { return Ok(SealedMetadata::default()) };
    let (keys, context) = (gateway.keys(), photo.seal_context());
    match gateway.workers.run(photo.studio_id, photo.device_id, move || keys.open(sealed, &code_keys, context)).await? {
        Ok(opened) => Ok(opened.sealed_metadata),
        // The citizen still gets the code: the office learns from it that the photo is damaged.
        Err(error) => {
            tracing::error!(%error, "cannot open the envelope of a stored photo: run `lichtbild-gateway verify`");
            Ok(SealedMetadata::default())
        }
    }
}

async fn check_upload(
    gateway: &Gateway,
    studio: &StudioCaller,
    worker: PhotoWorker,
    upload: UploadBytes,
    declaration: Declaration,
) -> Result<(JudgedPhoto, PhotoWorker), DepositError> {
    let (profile, now) = (Arc::clone(&gateway.profile), gateway.now());
    let (judgement, worker) = worker.run(move || judge(upload, &profile, declaration, now)).await?;
    match judgement {
        Judgement::Accepted(photo) => Ok((photo, worker)),
        Judgement::Refused { findings, .. } => {
            drop(worker);
            let refusing = findings.iter().filter(|finding| finding.severity == Severity::Refuse);
            let checks: Vec<Check> = refusing.map(|finding| finding.check).collect();
            // Without the size: a refused and then an accepted file of the same size would reveal the declaration.
            if let Some(left_out) = gateway.photo_refusal_rows.admit(studio.device_id, now) {
                let mut details = serde_json::json!({ "studio_id": studio.party.party_id, "checks": checks });
                note_left_out(&mut details, left_out);
                let audit = gateway.audit(studio.device_id, AuditEvent::PhotoRefusedByJudge, None, details);
                gateway.store.append_audit(audit).await?;
            }
            Err(DepositError::Refused { findings })
        }
    }
}

type PhotoWorker = Worker<PartyId, DeviceId>;

struct SealedDeposit {
    photo: NewPhoto,
    audit: crate::domain::log::AuditEntry,
}

async fn seal(
    gateway: &Gateway,
    studio: &StudioCaller,
    worker: PhotoWorker,
    photo: JudgedPhoto,
    code_keys: CodeKeys,
    request_id: [u8; 32],
) -> Result<SealedDeposit, DepositError> {
    let now = gateway.now();
    let keys = gateway.keys();
    let photo_id = PhotoId::generate(now, gateway.entropy.as_ref()).map_err(|_| SealError::Entropy)?;
    let record = PhotoRecord {
        photo_id,
        studio_id: studio.party.party_id,
        device_id: studio.device_id,
        epoch: keys.epoch_at(now).ok_or(SealError::NoEpochKey)?.number,
        state: PhotoState::Available,
        kept: false,
        facts: photo.facts().clone(),
        deposited_at: now,
        expires_at: now + gateway.limits.retention,
        settled_at: None,
        refusal: None,
    };
    let lookup_id = code_keys.lookup_id();
    let context = record.seal_context();
    let entropy = Arc::clone(&gateway.entropy);
    let (sealed, _) = worker.run(move || keys.seal(&photo, &code_keys, context, entropy.as_ref())).await?;
    let details = serde_json::json!({ "studio_id": record.studio_id, "bytes": record.facts.bytes });
    let audit = gateway.audit(studio.device_id, AuditEvent::PhotoDeposited, Some(photo_id.to_string()), details);
    Ok(SealedDeposit { photo: NewPhoto { record, request_id, lookup_id, sealed: sealed? }, audit })
}

/// Reason why a deposit failed.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// The studio repeats the deposit, also after a panic.
    #[error("no worker for the photo")]
    Busy(#[from] WorkerError),
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("the studio announced another file")]
    DigestMismatch { announced: Sha256Digest, received: Sha256Digest },
    #[error("the same deposit is in progress")]
    InProgress,
    #[error("the idempotency key belongs to another photo")]
    KeyReused,
    #[error("the photo check refused the photo")]
    Refused { findings: Vec<Finding> },
    #[error("cannot seal the photo")]
    Seal(#[from] SealError),
    #[error("database error")]
    Store(#[from] StoreError),
}
