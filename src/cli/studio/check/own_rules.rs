//! A gateway's own rules from a file: the profile that its `profile_file` names, or what `GET /v1/profile` answered.

use std::io;
use std::path::{Path, PathBuf};

use crate::validation::profile::{Profile, ProfileError};
use crate::validation::shown_profile::ShownProfile;

/// Why a file gives no rules to judge by.
#[derive(Debug)]
pub struct OwnRulesError {
    /// Which.
    pub file: PathBuf,
    /// What is wrong.
    pub fault: OwnRulesFault,
}

/// What is wrong with a file of rules.
#[derive(Debug)]
pub enum OwnRulesFault {
    /// It cannot be read.
    Unreadable(io::Error),
    /// It is no profile; the error names line and key.
    NoProfile(ProfileError),
    /// It begins like JSON and is none; the error names the line.
    NoJson(serde_json::Error),
    /// It is JSON, but no answer of a gateway about its profile.
    NoAnswer,
}

/// Reads either of the two. JSON begins with a brace, and no TOML does.
///
/// # Errors
/// [`OwnRulesError`]: the file cannot be read, or is neither.
pub(super) fn read(file: &Path) -> Result<ShownProfile, OwnRulesError> {
    let failed = |fault| OwnRulesError { file: file.to_owned(), fault };
    let text = std::fs::read_to_string(file).map_err(|source| failed(OwnRulesFault::Unreadable(source)))?;
    if text.trim_start().starts_with('{') {
        let shown = serde_json::from_str(&text).map_err(|source| failed(OwnRulesFault::NoJson(source)))?;
        return ShownProfile::read(&shown).ok_or_else(|| failed(OwnRulesFault::NoAnswer));
    }
    // Named as the gateway names it, and just as strict: a misspelt rule would silently not be judged.
    let name = file.file_stem().map_or_else(|| "own".into(), |stem| stem.to_string_lossy());
    let profile = Profile::parse(&name, &text).map_err(|source| failed(OwnRulesFault::NoProfile(source)))?;
    Ok(ShownProfile { profile, left_to_gateway: Vec::new() })
}
