//! A gateway's profile from a file: its `profile_file`, or the answer of `GET /v1/profile`.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::text_encoding::decode_text;
use crate::validation::gateway_profile::GatewayProfile;
use crate::validation::profile::{Profile, ProfileError};

/// A file does not contain a profile.
#[derive(Debug)]
pub struct ProfileFileError {
    pub file: PathBuf,
    pub kind: ProfileFileErrorKind,
}

/// Reason why a file does not contain a profile.
#[derive(Debug)]
pub enum ProfileFileErrorKind {
    Unreadable(io::Error),
    /// The error names line and key.
    InvalidProfile(ProfileError),
    /// The file begins like JSON. The error names the line.
    InvalidJson(serde_json::Error),
    /// The file is JSON, but not the answer of `GET /v1/profile`.
    NotAProfileResponse,
}

/// Reads a profile from TOML, or from JSON, which begins with a brace.
///
/// # Errors
/// [`ProfileFileError`]: the file cannot be read or has neither format.
pub(super) fn read(file: &Path) -> Result<GatewayProfile, ProfileFileError> {
    let failed = |kind| ProfileFileError { file: file.to_owned(), kind };
    let unreadable = |source| failed(ProfileFileErrorKind::Unreadable(source));
    let bytes = std::fs::read(file).map_err(unreadable)?;
    let text = decode_text(&bytes).map_err(|error| unreadable(error.into()))?;
    if text.trim_start().starts_with('{') {
        let shown = serde_json::from_str(&text).map_err(|source| failed(ProfileFileErrorKind::InvalidJson(source)))?;
        return GatewayProfile::read(&shown).ok_or_else(|| failed(ProfileFileErrorKind::NotAProfileResponse));
    }
    // The profile gets the name that the gateway gives it, and is parsed as strictly: a misspelt rule would be ignored silently.
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy());
    let profile =
        Profile::parse(&name, &text).map_err(|source| failed(ProfileFileErrorKind::InvalidProfile(source)))?;
    Ok(GatewayProfile { profile, unsupported_tables: Vec::new() })
}
