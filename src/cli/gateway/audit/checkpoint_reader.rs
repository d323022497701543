//! Checkpoints as they lie in files, and the key they are verified with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::gateway::command_error::{CommandError, FailureCode};
use crate::domain::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::flows::maintenance::chain_verifier::LOG_PAGE_ROWS;
use crate::identity::signing::checkpoint_key::{CheckpointVerifier, VerifyCheckpointError};
use crate::storage::SqlStore;

/// Reads a public key in PEM.
pub(in crate::cli::gateway) fn read_verifier(file: &Path) -> Result<CheckpointVerifier, CommandError> {
    let text = fs::read_to_string(file).map_err(|error| {
        CommandError::new(
            format!("cannot read {}: give the gateway's audit.pub with --public-key", file.display()),
            error,
        )
    })?;
    CheckpointVerifier::from_pem(&text).ok_or_else(|| {
        CommandError::plain(format!(
            "{}: not a public key on P-256 in PEM: give the gateway's audit.pub",
            file.display()
        ))
    })
}

/// Reads checkpoints, each a file or all in a folder, and believes those whose signature is good. One that is not ends it: somebody
/// wants something to be believed.
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

/// Reads the checkpoints in the database, as far as the folder has none. Every signature has to be good there, too.
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
                .map_err(|error| untrusted_checkpoint("a checkpoint in the database", &error))?;
            if checkpoint.count <= after {
                return Err(CommandError::plain("a checkpoint in the database is not in its place")
                    .with_code(FailureCode::IntegrityViolation));
            }
            checkpoints.push(checkpoint);
        }
    }
}

fn check_same_log(mut checkpoints: Vec<Checkpoint>) -> Result<Vec<Checkpoint>, CommandError> {
    checkpoints.sort_by_key(|checkpoint: &Checkpoint| checkpoint.count);
    if let Some(other) = checkpoints.iter().find(|other| other.log != checkpoints[0].log) {
        return Err(CommandError::plain(format!(
            "the checkpoints of {} and {} rows are of different logs: give those of one gateway",
            checkpoints[0].count, other.count
        ))
        .with_code(FailureCode::IntegrityViolation));
    }
    Ok(checkpoints)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| CommandError::new(format!("cannot read {}: check its path", path.display()), error);
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
        fs::read(file).map_err(|error| {
            let what = format!("cannot read {}: a checkpoint is a .json file with its .sig beside it", file.display());
            CommandError::new(what, error)
        })
    };
    let signed = SignedCheckpoint { document: read(file)?, signature: read(&file.with_extension("sig"))? };
    verifier.verify(&signed).map_err(|error| untrusted_checkpoint(&file.display().to_string(), &error))
}

fn untrusted_checkpoint(place: &str, error: &VerifyCheckpointError) -> CommandError {
    let advice = match error {
        VerifyCheckpointError::OtherKey { .. } => "give that key with --public-key, if it is the gateway's",
        VerifyCheckpointError::Signature | VerifyCheckpointError::Document(_) => {
            "find out who changed it, and compare with what auditors have fetched"
        }
    };
    CommandError::plain(format!("{place}: {error}")).with_advice(advice).with_code(FailureCode::IntegrityViolation)
}
