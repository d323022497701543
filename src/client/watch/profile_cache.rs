//! Cache of the gateway's profile, with which photos are checked.

use std::io;
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};

use serde_json::Value;

use super::files::folder::WatchedFolder;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::client::gateway_client::GatewayClient;
use crate::json_object;
use crate::validation::gateway_profile::GatewayProfile;
use crate::validation::profile::Profile;

/// `None` as long as no profile is known.
#[derive(Debug, Default)]
pub struct ProfileCache(Mutex<Option<Arc<Profile>>>);

impl ProfileCache {
    /// The cached profile of the gateway, or else the profile of the command line.
    pub fn load(folder: &WatchedFolder, named: Option<Profile>) -> Self {
        // A cache file that cannot be parsed is fetched again.
        let stored = atomic_file::read_entry(&folder.profile_path()).ok().flatten();
        let stored = stored.and_then(|bytes| json_object::from_slice(&bytes).ok());
        let profile = stored.and_then(|shown: Value| GatewayProfile::read(&shown)).map(|shown| shown.profile);
        Self(Mutex::new(profile.or(named).map(Arc::new)))
    }

    pub fn current(&self) -> Option<Arc<Profile>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores the gateway's profile for the next start. `None` if it cannot be parsed or has not changed.
    ///
    /// # Errors
    /// The operating system's error if the file cannot be written. The new profile is in force all the same.
    pub fn update(&self, folder: &WatchedFolder, shown: &Value) -> (Option<GatewayProfile>, io::Result<()>) {
        let Some(read) = GatewayProfile::read(shown) else { return (None, Ok(())) };
        let mut present = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if present.as_deref() == Some(&read.profile) && folder.profile_path().exists() {
            return (None, Ok(()));
        }
        *present = Some(Arc::new(read.profile.clone()));
        let bytes = shown.to_string();
        let stored = atomic_file::replace_entry(&folder.profile_path(), bytes.as_bytes(), FileMode::WorldReadable);
        (Some(read), stored)
    }
}

/// Fetches the gateway's profile; `None` after any failure.
pub async fn fetch(connection: &GatewayClient) -> Option<Value> {
    let mut response = connection.get("/v1/profile").send().await.ok()?;
    if response.status().as_u16() != 200 {
        return None;
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY_BYTES {
            return None;
        }
    }
    json_object::from_slice(&body).ok()
}

/// Largest answer that is read; a profile has a few kilobytes.
const MAX_BODY_BYTES: usize = 256 * 1024;
