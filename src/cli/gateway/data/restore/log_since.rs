//! `--log-since`: shows the changes of an exported audit log and replays them after a confirmation. The chain of rows has no key: only
//! signed checkpoints prove that the gateway wrote them.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::Path;
use std::time::Duration;

use super::arguments::{LogReplayArguments, UncoveredRowsPolicy};
use super::signature_check::VerifiedBackup;
use crate::cli::gateway::audit::checkpoint_reader::read_checkpoints;
use crate::cli::gateway::command_error::{CommandError, FailureCode, cannot_read};
use crate::cli::gateway::data::quarantine::photo_state;
use crate::cli::gateway::language::{language, phrase};
use crate::cli::gateway::message::{ask, eprint};
use crate::cli::gateway::output::{local_time, print, print_indented, print_json};
use crate::domain::log::chain::{ChainErrorKind, ChainLink, ChainRow, ChainVerifier};
use crate::domain::log::checkpoint::Checkpoint;
use crate::storage::maintenance::{ChangedPhoto, ReplaySummary};
use crate::storage::{SqlStore, StoreError};
use crate::texts::text;

/// Shows the changes of the export, asks for a confirmation, and replays them.
pub(super) async fn replay_export(
    store: &SqlStore,
    arguments: &LogReplayArguments,
    trusted: &VerifiedBackup,
    settle_within: Duration,
    as_json: bool,
) -> Result<(ReplaySummary, Vec<ChangedPhoto>), CommandError> {
    let Some(file) = &arguments.log_since else { return Ok((ReplaySummary::default(), Vec::new())) };
    let rows = covered_rows(store, read_export(file)?, arguments, file, trusted).await?;
    let does_not_follow = |error: StoreError| match error {
        StoreError::Damaged(what) => not_contiguous(file, &what),
        error => error.into(),
    };
    let (plan, photos) = store.preview_replay(&rows, settle_within).await.map_err(does_not_follow)?;
    if !as_json {
        print_plan(&plan, &photos)?;
    }
    if !arguments.yes {
        if as_json {
            print_json(&serde_json::json!({ "carried_out": false, "would_replay": plan, "photos": photos }))?;
        }
        if as_json || !io::stdin().is_terminal() || !ask_confirmation().await {
            return Err(CommandError::plain(phrase!("gateway-replay-not-confirmed")));
        }
    }
    Ok((store.replay(&rows, settle_within).await.map_err(does_not_follow)?, photos))
}

fn read_export(file: &Path) -> Result<Vec<ChainRow>, CommandError> {
    let text = fs::read_to_string(file).map_err(cannot_read(file))?;
    let rows: Result<Vec<ChainRow>, _> = text.lines().map(serde_json::from_str).collect();
    rows.map_err(|error| CommandError::new(phrase!("gateway-replay-no-export", file = file.display()), error))
}

/// The rows to replay: those that follow the backup's log and that checkpoints cover.
async fn covered_rows(
    store: &SqlStore,
    mut rows: Vec<ChainRow>,
    arguments: &LogReplayArguments,
    file: &Path,
    trusted: &VerifiedBackup,
) -> Result<Vec<ChainRow>, CommandError> {
    let shown = file.display().to_string();
    let end = store.log_head().await?;
    let checkpoints = checkpoints(arguments, trusted)?;
    check_backup_checkpoint(store, end, &checkpoints).await?;
    rows.retain(|row| row.sequence >= end.sequence && row.link() != end);
    let mut verifier = ChainVerifier::starting_after(end, checkpoints.iter().map(Checkpoint::link));
    for row in &rows {
        verifier.verify_row(row).map_err(|error| match error.kind {
            ChainErrorKind::Rewritten { .. } => {
                CommandError::plain(phrase!("gateway-replay-forged", file = shown, error = error))
            }
            _ => not_contiguous(file, &error.to_string()),
        })?;
    }
    let range = verifier
        .finish()
        .map_err(|error| CommandError::plain(phrase!("gateway-replay-too-short", file = shown, error = error)))?;
    let uncovered = range.last.sequence - range.last_checkpointed;
    if uncovered == 0 {
        return Ok(rows);
    }
    let rows_beyond =
        phrase!("gateway-replay-rows", first = range.last_checkpointed + 1, last = range.last.sequence, file = shown);
    match arguments.uncovered {
        UncoveredRowsPolicy::Apply => eprint(phrase!("gateway-replay-uncovered", rows = rows_beyond)),
        UncoveredRowsPolicy::Skip => {
            eprint(phrase!("gateway-replay-left-out", rows = rows_beyond));
            rows.retain(|row| row.sequence <= range.last_checkpointed);
        }
        UncoveredRowsPolicy::Refuse => {
            return Err(CommandError::plain(phrase!("gateway-replay-refused", rows = rows_beyond)));
        }
    }
    Ok(rows)
}

fn checkpoints(arguments: &LogReplayArguments, trusted: &VerifiedBackup) -> Result<Vec<Checkpoint>, CommandError> {
    let Some(folder) = &arguments.checkpoints else { return Ok(Vec::new()) };
    let Some(verifier) = &trusted.verifier else {
        return Err(CommandError::plain(phrase!("gateway-replay-no-key")));
    };
    let of_same_gateway = phrase!("gateway-replay-same-gateway");
    let checkpoints = read_checkpoints(std::slice::from_ref(folder), verifier)
        .map_err(|failure| failure.with_advice(of_same_gateway).with_code(FailureCode::Failed))?;
    match (checkpoints.first(), trusted.manifest.log) {
        (Some(checkpoint), Some(log)) if checkpoint.log != log => {
            Err(CommandError::plain(phrase!("gateway-replay-other-log", folder = folder.display())))
        }
        _ => Ok(checkpoints),
    }
}

/// Checks the newest checkpoint that the backup's own log has reached; its chain covers the older ones.
async fn check_backup_checkpoint(
    store: &SqlStore,
    end: ChainLink,
    checkpoints: &[Checkpoint],
) -> Result<(), CommandError> {
    let Some(newest) = checkpoints.iter().rfind(|checkpoint| checkpoint.count <= end.sequence) else { return Ok(()) };
    let row = store.log_rows(newest.count - 1, 1).await?;
    match row.first().filter(|row| row.sequence == newest.count) {
        Some(row) if row.link() != newest.link() => {
            Err(CommandError::plain(phrase!("gateway-replay-rewritten", count = newest.count)))
        }
        _ => Ok(()),
    }
}

fn not_contiguous(file: &Path, what: &str) -> CommandError {
    CommandError::plain(phrase!("gateway-replay-gap", file = file.display(), cause = what))
}

fn print_plan(plan: &ReplaySummary, photos: &[ChangedPhoto]) -> Result<(), CommandError> {
    print(match plan.until {
        Some(until) => text!(language(), "gateway-replay-plan-until", rows = plan.rows, until = local_time(until)),
        None => text!(language(), "gateway-replay-plan", rows = plan.rows),
    })?;
    for photo in photos {
        let id = photo.photo_id.to_string();
        print_indented(&match photo.erased_at {
            Some(at) => {
                phrase!("gateway-replay-erase", photo = id, state = photo_state(photo.state), time = local_time(at))
            }
            None => phrase!("gateway-replay-move", photo = id, state = photo_state(photo.state).trim_end()),
        })?;
    }
    let counts = phrase!(
        "gateway-replay-counts",
        erased = plan.erased,
        moved = plan.moved,
        revoked = plan.revoked,
        suspended = plan.suspended,
        resumed = plan.resumed
    );
    print_indented(&counts)
}

/// Asks at the terminal. Ctrl-C means no, so that the new folder is removed.
async fn ask_confirmation() -> bool {
    ask(phrase!("gateway-replay-question"));
    let (answered, answer) = tokio::sync::oneshot::channel();
    // Not a task of the runtime, which would wait for it at its end.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = answered.send(read.is_ok() && matches!(line.trim(), "yes" | "ja"));
    });
    tokio::select! {
        answer = answer => answer.unwrap_or(false),
        _ = tokio::signal::ctrl_c() => false,
    }
}
