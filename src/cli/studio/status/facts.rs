//! Facts for the page of `status --html`: the local ones, and the states at the gateway if it can be reached.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::studio::advice::SelfTestLine;
use crate::client::config::StudioConfig;
use crate::client::deposited::journal::{DepositJournal, DepositNote};
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::deposited::requests::{DepositedQuery, list};
use crate::client::gateway_client::GatewayClient;
use crate::client::self_test::SelfTest;
use crate::client::watch::files::message_log::{LoggedMessage, MessageLog};
use crate::client::watch::files::overview::{DepositedPhoto, FolderOverview, deposited_today};
use crate::clock::Timestamp;
use crate::domain::id::PhotoId;

/// Largest number of photos whose states are fetched, with five requests at most.
const MAX_STATES: usize = 500;

/// Everything that the page shows.
pub(super) struct OverviewFacts<'a> {
    pub(super) now: Timestamp,
    pub(super) test: &'a SelfTest,
    pub(super) checks: &'a [SelfTestLine],
    /// Absolute; `None` if no folder is named.
    pub(super) folder: Option<PathBuf>,
    pub(super) overview: Option<io::Result<FolderOverview>>,
    pub(super) notes_error: Option<io::Error>,
    /// Newest first.
    pub(super) today: Vec<DepositedPhoto>,
    /// States of today's photos at the gateway; `None` if it could not be asked.
    pub(super) states: Option<HashMap<PhotoId, PhotoStatus>>,
    /// File names by the notes of this computer.
    pub(super) names: HashMap<PhotoId, String>,
    /// Oldest first.
    pub(super) messages: Vec<LoggedMessage>,
}

impl<'a> OverviewFacts<'a> {
    /// Reads the local facts, then asks the gateway for the states of today's photos if the self-test has reached it.
    pub(super) async fn gather(
        config_file: &Path,
        folder: Option<&Path>,
        test: &'a SelfTest,
        checks: &'a [SelfTestLine],
        now: Timestamp,
    ) -> Self {
        let config = test.configuration.as_ref().ok();
        let named = folder.or_else(|| config?.folder.as_deref());
        let folder = named.map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()));
        let (notes, notes_error) = match DepositJournal::beside(config_file).all(now) {
            Ok(notes) => (notes, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let today = deposited_today(folder.as_deref(), &notes, now);
        let is_reached = matches!(test.admission, Some(Ok(_)));
        let states = match config {
            Some(config) if is_reached => states(config, &today).await,
            _ => None,
        };
        Self {
            now,
            test,
            checks,
            overview: folder.as_deref().map(FolderOverview::read),
            folder,
            notes_error,
            today,
            states,
            names: notes.into_iter().map(|DepositNote { photo_id, name, .. }| (photo_id, name)).collect(),
            messages: MessageLog::read(config_file, now),
        }
    }

    /// The photos that an office refused in the last two weeks; `None` if the gateway could not be asked.
    pub(super) fn refused_at_office(&self) -> Option<&[PhotoStatus]> {
        self.test.refused.as_ref()?.as_deref().ok()
    }
}

async fn states(config: &StudioConfig, today: &[DepositedPhoto]) -> Option<HashMap<PhotoId, PhotoStatus>> {
    let Some(oldest) = today.iter().map(|photo| photo.photo_id).min() else { return Some(HashMap::new()) };
    let client = GatewayClient::from_config(config).ok()?;
    let query = DepositedQuery { state: None, limit: MAX_STATES, oldest: Some(oldest) };
    let photos = list(&client, &query, config.language).await.ok()?.photos;
    Some(photos.into_iter().map(|photo| (photo.photo_id, photo)).collect())
}
