//! Handing the picture to the office that holds it, as often as it asks while its lease runs.

use std::time::Duration;

use super::Gateway;
use super::authenticate::OfficeCaller;
use super::collect::{CollectError, attempt, open};
use crate::clock::Timestamp;
use crate::domain::code::RetrievalCode;
use crate::domain::id::CollectionId;
use crate::sealing::frame::OpenedPhoto;
use crate::storage::StoreError;
use crate::storage::contract::{Fetch, FetchPurpose, FetchRequest};

/// Opens the photo of a collection. With [`FetchPurpose::HandOver`] it is on record, before this returns, that this office has
/// the picture: no other office will get it, even if the machine dies with the first byte on the wire.
///
/// # Errors
/// [`HandOverError`]; nothing is handed over then.
pub async fn hand_over(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    code: &RetrievalCode,
    purpose: FetchPurpose,
) -> Result<OpenedPhoto, HandOverError> {
    let keys = gateway.keys().code_keys(code);
    let request = FetchRequest {
        collection_id,
        attempt: attempt(gateway, office, &keys),
        settle_within: gateway.rules.settle_within,
        purpose,
    };
    let photo = match gateway.store.fetch(&request).await? {
        Fetch::Ready(photo) => *photo,
        Fetch::Blocked { until } => return Err(HandOverError::TooManyCodes { wait: gateway.now().until(until) }),
        Fetch::NoSuchCollection => return Err(HandOverError::UnknownCollection),
        Fetch::WrongCode => return Err(HandOverError::WrongCode),
        Fetch::LeaseOver { at } => return Err(HandOverError::LeaseOver { at }),
        Fetch::Over { at } => return Err(HandOverError::Over { at }),
    };
    open(gateway, &photo, keys).await.map_err(HandOverError::Open)
}

/// Why the picture was not handed over.
#[derive(Debug)]
pub enum HandOverError {
    /// Too many wrong codes.
    TooManyCodes {
        /// How long until the next one is looked at.
        wait: Duration,
    },
    /// This office has no such collection.
    UnknownCollection,
    /// The code is another photo's, or nobody's.
    WrongCode,
    /// The lease ran out; entering the code again makes a new one.
    LeaseOver {
        /// When.
        at: Timestamp,
    },
    /// The collection has been settled or given back.
    Over {
        /// When.
        at: Timestamp,
    },
    /// The picture could not be opened.
    Open(CollectError),
    /// The store cannot be asked.
    Store(StoreError),
}

impl From<StoreError> for HandOverError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
