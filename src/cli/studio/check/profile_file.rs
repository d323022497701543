//! A gateway's own rules from a file: the profile that its `profile_file` names, or what `GET /v1/profile` answered.

use std::io;
use std::path::{Path, PathBuf};

use crate::validation::gateway_profile::GatewayProfile;
use crate::validation::profile::{Profile, ProfileError};

/// A file does not contain a profile.
#[derive(Debug)]
pub struct ProfileFileError {
    /// Path of the file.
    pub file: PathBuf,
    /// Cause.
    pub kind: ProfileFileErrorKind,
}

/// Reason why a file does not contain a profile.
#[derive(Debug)]
pub enum ProfileFileErrorKind {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is no profile; the error names line and key.
    InvalidProfile(ProfileError),
    /// It begins like JSON and is none; the error names the line.
    InvalidJson(serde_json::Error),
    /// It is JSON, but no answer of a gateway about its profile.
    NotAProfileResponse,
}

/// Reads either of the two. JSON begins with a brace, and no TOML does.
///
/// # Errors
/// [`ProfileFileError`]: the file cannot be read, or is neither.
pub(super) fn read(file: &Path) -> Result<GatewayProfile, ProfileFileError> {
    let failed = |kind| ProfileFileError { file: file.to_owned(), kind };
    let text = std::fs::read_to_string(file).map_err(|source| failed(ProfileFileErrorKind::Unreadable(source)))?;
    if text.trim_start().starts_with('{') {
        let shown = serde_json::from_str(&text).map_err(|source| failed(ProfileFileErrorKind::InvalidJson(source)))?;
        return GatewayProfile::read(&shown).ok_or_else(|| failed(ProfileFileErrorKind::NotAProfileResponse));
    }
    // Named as the gateway names it, and just as strict: a misspelt rule would silently not be judged.
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy());
    let profile =
        Profile::parse(&name, &text).map_err(|source| failed(ProfileFileErrorKind::InvalidProfile(source)))?;
    Ok(GatewayProfile { profile, unsupported_tables: Vec::new() })
}
