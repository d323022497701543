//! Settles a collection: the office reports the outcome, and the photo is erased in the same transaction if it must be.

use jiff::civil::Date;

use crate::clock::Timestamp;
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::{CollectionRecord, CollectionState, Refusal, SettlementOutcome};
use crate::domain::photo::note::{NoteError, parse_note};
use crate::domain::photo::retention::kept_until;
use crate::domain::photo::settlement::SettlementDecision;
use crate::flows::authenticate::OfficeCaller;
use crate::flows::gateway::Gateway;
use crate::storage::StoreError;
use crate::storage::collection_requests::{SettleOutcome, SettleRequest};
use crate::storage::requests::CutOff;

/// The longest note of a clerk, in characters.
pub const NOTE_MAX_CHARACTERS: usize = 500;

/// Answer to a settlement; a repeat gets the same answer.
#[derive(Debug)]
pub struct SettlementReceipt {
    pub collection: CollectionRecord,
    pub outcome: CollectionState,
    pub settled_at: Timestamp,
}

/// Settles a collection of this office.
pub async fn settle(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    outcome: SettlementOutcome,
) -> Result<SettlementReceipt, SettleError> {
    let outcome = with_parsed_note(outcome)?;
    let now = gateway.now();
    let state = outcome.state();
    let request = SettleRequest {
        collection_id,
        office_id: office.party.party_id,
        device_id: office.device_id,
        kept_until: kept_until(&outcome),
        outcome,
        now,
    };
    let (decision, collection) = match gateway.store.settle(&request).await? {
        SettleOutcome::Decided { decision, collection } => (decision, collection),
        SettleOutcome::NoSuchCollection => return Err(SettleError::UnknownCollection),
        SettleOutcome::CutOff(cut_off) => return Err(SettleError::CutOff(cut_off)),
    };
    let settled_at = match decision {
        SettlementDecision::Allowed => now,
        SettlementDecision::Repeated { at } => at,
        SettlementDecision::AlreadySettled { state, at } => return Err(SettleError::AlreadySettled { state, at }),
        SettlementDecision::Lapsed { at } => return Err(SettleError::Lapsed { at }),
        SettlementDecision::CodeRequired => return Err(SettleError::CodeRequired),
        SettlementDecision::DateOutOfRange { earliest, latest } => {
            return Err(SettleError::DateOutOfRange { earliest, latest });
        }
    };
    Ok(SettlementReceipt { collection, outcome: state, settled_at })
}

/// Studios show notes on terminals, so a note must be displayable.
fn with_parsed_note(outcome: SettlementOutcome) -> Result<SettlementOutcome, SettleError> {
    let SettlementOutcome::Refused(Refusal { reason, note: Some(note) }) = outcome else { return Ok(outcome) };
    let note = parse_note(&note).map_err(SettleError::Note)?;
    let length = note.chars().count();
    if length > NOTE_MAX_CHARACTERS {
        return Err(SettleError::NoteTooLong { length });
    }
    Ok(SettlementOutcome::Refused(Refusal { reason, note: Some(note) }))
}

/// Reason why a collection was not settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    #[error("the device was cut off")]
    CutOff(CutOff),
    #[error("the office has no such collection")]
    UnknownCollection,
    #[error("a photo can be kept from {earliest} to {latest}")]
    DateOutOfRange { earliest: Date, latest: Date },
    #[error("the note has {length} characters, at most {NOTE_MAX_CHARACTERS} are allowed")]
    NoteTooLong { length: usize },
    #[error("the note is not displayable")]
    Note(NoteError),
    #[error("the collection was settled in another way")]
    AlreadySettled { state: CollectionState, at: Timestamp },
    #[error("the lease ended before the photo was handed over")]
    Lapsed { at: Timestamp },
    /// Another device of the office entered the code, and this one has not sent it.
    #[error("the device must send the code")]
    CodeRequired,
    #[error("database error")]
    Store(#[from] StoreError),
}
