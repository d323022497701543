//! Checkpoints in files, and the key that they are verified with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::gateway::command_error::{CommandError, FailureCode, cannot_read};
use crate::cli::gateway::language::phrase;
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::identity::signing::checkpoint_key::{CheckpointVerifier, VerifyCheckpointError};
use crate::storage::SqlStore;

pub(in crate::cli::gateway) fn read_verifier(file: &Path) -> Result<CheckpointVerifier, CommandError> {
    let text = fs::read_to_string(file)
        .map_err(|error| CommandError::new(phrase!("gateway-checkpoint-no-key", file = file.display()), error))?;
    parse_verifier(file, &text)
}

/// Reads the text of a public key in PEM; `file` is named in the error.
pub(in crate::cli::gateway) fn parse_verifier(file: &Path, text: &str) -> Result<CheckpointVerifier, CommandError> {
    CheckpointVerifier::from_pem(text)
        .ok_or_else(|| CommandError::plain(phrase!("gateway-checkpoint-bad-key", file = file.display())))
}

/// Reads checkpoints, each a file or all in a folder. A bad signature is an error: the file may be forged.
pub(in crate::cli::gateway) fn read_checkpoints(
    paths: &[PathBuf],
    verifier: &CheckpointVerifier,
) -> Result<Vec<Checkpoint>, CommandError> {
    let mut checkpoints = Vec::new();
    for path in paths {
        for file in files(path)? {
            checkpoints.push(read_checkpoint(&file, verifier)?);
        }
    }
    check_same_log(checkpoints)
}

/// Reads the checkpoints in the database, in place of an empty folder. Every signature has to be good there, too.
pub(super) async fn stored_checkpoints(log: &SqlStore, public_key: &Path) -> Result<Vec<Checkpoint>, CommandError> {
    let mut checkpoints: Vec<Checkpoint> = Vec::new();
    let mut verifier = None;
    loop {
        let after = checkpoints.last().map_or(i64::MIN, |last| last.count);
        let page = log.checkpoints(after, LOG_PAGE_ROWS).await?;
        if page.is_empty() {
            return check_same_log(checkpoints);
        }
        let verifier = match &verifier {
            Some(verifier) => verifier,
            None => verifier.insert(read_verifier(public_key)?),
        };
        for signed in &page {
            let checkpoint = verifier
                .verify(signed)
                .map_err(|error| untrusted_checkpoint(phrase!("gateway-checkpoint-stored"), &error))?;
            if checkpoint.count <= after {
                return Err(CommandError::plain(phrase!("gateway-checkpoint-out-of-place"))
                    .with_code(FailureCode::IntegrityViolation));
            }
            checkpoints.push(checkpoint);
        }
    }
}

fn check_same_log(mut checkpoints: Vec<Checkpoint>) -> Result<Vec<Checkpoint>, CommandError> {
    checkpoints.sort_by_key(|checkpoint: &Checkpoint| checkpoint.count);
    if let Some(other) = checkpoints.iter().find(|other| other.log != checkpoints[0].log) {
        return Err(CommandError::plain(phrase!(
            "gateway-checkpoint-other-log",
            first = checkpoints[0].count,
            other = other.count
        ))
        .with_code(FailureCode::IntegrityViolation));
    }
    Ok(checkpoints)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = cannot_read(path);
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        if file.extension().is_some_and(|end| end == "json") {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}

fn read_checkpoint(file: &Path, verifier: &CheckpointVerifier) -> Result<Checkpoint, CommandError> {
    let read = |file: &Path| {
        fs::read(file)
            .map_err(|error| CommandError::new(phrase!("gateway-checkpoint-unreadable", file = file.display()), error))
    };
    let signed = SignedCheckpoint { document: read(file)?, signature: read(&file.with_extension("sig"))? };
    verifier.verify(&signed).map_err(|error| untrusted_checkpoint(file.display().to_string(), &error))
}

fn untrusted_checkpoint(place: String, error: &VerifyCheckpointError) -> CommandError {
    let advice = match error {
        VerifyCheckpointError::OtherKey { .. } => phrase!("gateway-checkpoint-give-key"),
        VerifyCheckpointError::Signature | VerifyCheckpointError::Document(_) => {
            phrase!("gateway-checkpoint-changed")
        }
    };
    let message = phrase!("gateway-checkpoint-untrusted", place = place, error = error);
    CommandError::plain(message).with_advice(advice).with_code(FailureCode::IntegrityViolation)
}
