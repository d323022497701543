//! Laying a photo before a clerk: the picture is handed over, with everything that helps to look at it.

use std::sync::Arc;

use super::hand_over::{HandOverError, HandedOver, hand_over};
use super::queries;
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::CollectionId;
use crate::domain::party::Party;
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::authenticate::OfficeCaller;
use crate::flows::gateway::Gateway;
use crate::sealing::envelope::OpenedPhoto;
use crate::storage::requests::FetchPurpose;
use crate::validation::{Measurements, check_photo};

/// A photo on a clerk's screen.
pub struct PresentedPhoto {
    /// The lease.
    pub collection: CollectionRecord,
    /// The photo's row.
    pub photo: PhotoRecord,
    /// The picture and what was sealed with it.
    pub opened: Arc<OpenedPhoto>,
    /// Measurements of the face, for guides; only the size of the photo when the photo check could not run.
    pub measurements: Measurements,
    /// Studio that deposited the photo.
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
) -> Result<PresentedPhoto, HandOverError> {
    let HandedOver { photo, opened } = hand_over(gateway, office, collection_id, code, FetchPurpose::HandOver).await?;
    let collection = queries::collection(gateway, office, collection_id).await?;
    let collection = collection.ok_or(HandOverError::UnknownCollection)?;
    let studio = gateway.store.party(photo.studio_id).await?;
    let opened = Arc::new(opened);
    let measurements = measure(gateway, office, &photo, &opened).await;
    Ok(PresentedPhoto { collection, photo, opened, measurements, studio })
}

/// Guide lines are a help and no judgement: who has many to judge keeps no clerk waiting for them.
async fn measure(
    gateway: &Gateway,
    office: &OfficeCaller,
    photo: &PhotoRecord,
    opened: &Arc<OpenedPhoto>,
) -> Measurements {
    let (opened, profile, now) = (Arc::clone(opened), Arc::clone(&gateway.profile), gateway.now());
    let work = move || check_photo(&opened.bytes, &profile, opened.sealed_metadata.declaration, now).measurements;
    let size = Measurements {
        bytes: photo.facts.bytes,
        width: Some(photo.facts.width),
        height: Some(photo.facts.height),
        ..Measurements::default()
    };
    gateway.workers.run(office.device_id, work).await.unwrap_or(size)
}
