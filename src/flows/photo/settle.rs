//! Settling: the office says what became of the photo, and what must go is gone in the same moment.

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

/// The longest note a clerk can leave, in characters.
pub const NOTE_MAX_CHARACTERS: usize = 500;

/// Answer to a settlement; a repeat gets the same answer.
#[derive(Debug)]
pub struct SettlementReceipt {
    /// The collection as it stands now.
    pub collection: CollectionRecord,
    /// State in which the collection ended.
    pub outcome: CollectionState,
    /// Time of the settlement.
    pub settled_at: Timestamp,
}

/// Settles a collection of this office.
///
/// # Errors
/// [`SettleError`]; nothing changed then.
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

/// A note is shown in the studio, on terminals too.
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
#[derive(Debug)]
pub enum SettleError {
    /// The device was cut off in the meantime.
    CutOff(CutOff),
    /// This office has no such collection.
    UnknownCollection,
    /// A photo cannot be kept until this day.
    DateOutOfRange {
        /// The first day that could be.
        earliest: Date,
        /// The last day that could be.
        latest: Date,
    },
    /// The note is too long.
    NoteTooLong {
        /// In characters.
        length: usize,
    },
    /// The note holds what no note may hold.
    Note(NoteError),
    /// It was settled in another way before.
    AlreadySettled {
        /// State of the collection after that settlement.
        state: CollectionState,
        /// Time of that settlement.
        at: Timestamp,
    },
    /// The lease ran out before anything was handed over.
    Lapsed {
        /// End of the lease.
        at: Timestamp,
    },
    /// Another device of the office entered the code, and this one has not shown it.
    CodeRequired,
    /// The store cannot be asked.
    Store(StoreError),
}

impl From<StoreError> for SettleError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
