//! Refusals by offices: fetched together with the gateway's profile, reported once, and written as reports to `refused/`.

use std::path::Path;

use crate::client::deposited::journal::{DepositJournal, DepositNote};
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::deposited::requests::{DepositedQuery, list};
use crate::client::gateway_client::GatewayClient;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;

/// Largest number of refused photos that are fetched, with five requests at most. If a studio has more of them in half a year, the newest
/// ones are reported, and `lichtbild-studio photos` lists the others.
const MAX_LISTED: usize = 500;

/// A photo from the watched folder that an office refused, with the note of its deposit. When the report is on the disk, the note
/// is marked as reported.
pub(super) struct UntoldRefusal {
    pub(super) note: DepositNote,
    pub(super) photo: PhotoStatus,
}

/// Fetches refusals that were not reported yet. Sends no request if there are no notes. After a failure, the next call fetches them.
pub(super) async fn fetch(
    client: &GatewayClient,
    journal: &DepositJournal,
    folder: &Path,
    language: Language,
) -> Vec<UntoldRefusal> {
    let notes = journal.paths().unwrap_or_default();
    let Some(oldest) = notes.keys().min().copied() else { return Vec::new() };
    let query = DepositedQuery { state: Some(PhotoState::Refused), limit: MAX_LISTED, oldest: Some(oldest) };
    let Ok(refused) = list(client, &query, language).await else { return Vec::new() };
    let with_note = |photo: PhotoStatus| {
        let note = DepositJournal::read(notes.get(&photo.photo_id)?)?;
        let is_from_here = note.watched_folder.as_deref().is_some_and(|noted| is_same_folder(noted, folder));
        (is_from_here && !note.refusal_told && photo.refusal.is_some()).then_some(UntoldRefusal { note, photo })
    };
    refused.photos.into_iter().filter_map(with_note).collect()
}

/// The same folder may be named by another path.
fn is_same_folder(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
