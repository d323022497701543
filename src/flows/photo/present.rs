//! Hands a photo over to a clerk's browser, with the measurements that help to look at it.

use std::sync::Arc;

use super::hand_over::{HandOverError, HandedOver, hand_over};
use super::queries;
use super::upload_permit::PhotoMemory;
use crate::domain::check::finding::{Finding, MadeAt};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::CollectionId;
use crate::domain::party::Party;
use crate::domain::photo::PhotoRecord;
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::authenticate::OfficeCaller;
use crate::flows::gateway::Gateway;
use crate::sealing::envelope::OpenedPhoto;
use crate::storage::requests::FetchPurpose;
use crate::validation::Measurements;
use crate::validation::close_check::check_photo_closely;

/// A photo on a clerk's screen.
pub struct PresentedPhoto {
    pub collection: CollectionRecord,
    pub photo: PhotoRecord,
    pub opened: Arc<OpenedPhoto>,
    /// Must be kept until the bytes are out of memory.
    pub memory: PhotoMemory,
    /// Of the face, for guide lines; only the photo's size when the photo check could not run.
    pub measurements: Measurements,
    /// Findings that a deposit does not check.
    pub desk_findings: Vec<Finding>,
    pub studio: Option<Party>,
}

/// Hands the photo of a collection over to a clerk.
pub async fn present(
    gateway: &Gateway,
    office: &OfficeCaller,
    collection_id: CollectionId,
    code: &RetrievalCode,
) -> Result<PresentedPhoto, HandOverError> {
    let HandedOver { photo, opened, memory } =
        hand_over(gateway, office, collection_id, code, FetchPurpose::HandOver).await?;
    let collection = queries::collection(gateway, office, collection_id).await?;
    let collection = collection.ok_or(HandOverError::UnknownCollection)?;
    let studio = gateway.store.party(photo.studio_id).await?;
    let opened = Arc::new(opened);
    let (measurements, desk_findings) = look_closely(gateway, office, &photo, &opened).await;
    Ok(PresentedPhoto { collection, photo, opened, memory, measurements, desk_findings, studio })
}

/// Guide lines are only a help: when the workers are busy, the clerk gets the photo without them.
async fn look_closely(
    gateway: &Gateway,
    office: &OfficeCaller,
    photo: &PhotoRecord,
    opened: &Arc<OpenedPhoto>,
) -> (Measurements, Vec<Finding>) {
    let (opened, profile, now) = (Arc::clone(opened), Arc::clone(&gateway.profile), gateway.now());
    let work = move || {
        let declaration = opened.sealed_metadata.declaration;
        let outcome = check_photo_closely(&opened.bytes, &profile, declaration, now, MadeAt::Desk);
        let of_desk = outcome.findings.into_iter().filter(|finding| finding.made_at.is_some());
        (outcome.measurements, of_desk.collect())
    };
    let size = Measurements {
        bytes: photo.facts.bytes,
        width: Some(photo.facts.width),
        height: Some(photo.facts.height),
        ..Measurements::default()
    };
    gateway.workers.run(office.party.party_id, office.device_id, work).await.unwrap_or((size, Vec::new()))
}
