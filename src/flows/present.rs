//! Laying a photo before a clerk: the picture is handed over, with everything that helps to look at it.

use super::Gateway;
use super::authenticate::OfficeCaller;
use super::hand_over::{HandOverError, HandedOver, hand_over};
use super::review;
use crate::domain::code::RetrievalCode;
use crate::domain::collection::CollectionRecord;
use crate::domain::id::CollectionId;
use crate::domain::party::Party;
use crate::domain::photo::PhotoRecord;
use crate::sealing::frame::OpenedPhoto;
use crate::storage::steps::FetchPurpose;

/// A photo on a clerk's screen.
pub struct Presented {
    /// The lease.
    pub collection: CollectionRecord,
    /// The photo's row.
    pub photo: PhotoRecord,
    /// The picture and what was sealed with it.
    pub opened: OpenedPhoto,
    /// Who took it.
    pub studio: Option<Party>,
}

/// Hands the picture of a collection over, to be looked at.
///
/// # Errors
/// [`HandOverError`]; nothing is handed over then.
pub async fn present(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    code: &RetrievalCode,
) -> Result<Presented, HandOverError> {
    let HandedOver { photo, opened } = hand_over(gateway, office, collection_id, code, FetchPurpose::HandOver).await?;
    let collection = review::collection(gateway, office, collection_id).await?;
    let collection = collection.ok_or(HandOverError::UnknownCollection)?;
    let studio = gateway.store.party(photo.studio_id).await?;
    Ok(Presented { collection, photo, opened, studio })
}
