//! `--log-since`: what an export of the audit log tells is shown, and carried out once somebody has agreed. Rows are chained
//! without a key: that they are the gateway's own shows against its signed checkpoints.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::Path;
use std::time::Duration;

use super::arguments::{LogReplayArguments, UncoveredRowsPolicy};
use super::signature_check::VerifiedBackup;
use crate::cli::gateway::audit::checkpoint_reader::read_checkpoints;
use crate::cli::gateway::command_error::{CommandError, FailureCode};
use crate::cli::gateway::message::{ask, eprint};
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::domain::log::chain::{ChainErrorKind, ChainLink, ChainRow, ChainVerifier};
use crate::domain::log::checkpoint::Checkpoint;
use crate::storage::maintenance::{ChangedPhoto, ReplaySummary};
use crate::storage::{SqlStore, StoreError};

/// Shows what the export tells, asks, and carries it out.
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
            return Err(CommandError::plain(
                "nothing was carried out, and nothing is left behind: look at what the export tells, then again with --yes",
            ));
        }
    }
    Ok((store.replay(&rows, settle_within).await.map_err(does_not_follow)?, photos))
}

fn read_export(file: &Path) -> Result<Vec<ChainRow>, CommandError> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| CommandError::new(format!("cannot read {shown}: check its path"), error))?;
    let rows: Result<Vec<ChainRow>, _> = text.lines().map(serde_json::from_str).collect();
    rows.map_err(|error| {
        CommandError::new(
            format!("{shown} is no export of the audit log: make one with `lichtbild-gateway audit export`"),
            error,
        )
    })
}

/// The rows that are to be carried out: those that follow on the backup's and that checkpoints cover.
async fn covered_rows(
    store: &SqlStore,
    mut rows: Vec<ChainRow>,
    arguments: &LogReplayArguments,
    file: &Path,
    trusted: &VerifiedBackup,
) -> Result<Vec<ChainRow>, CommandError> {
    let shown = file.display();
    let end = store.log_head().await?;
    let checkpoints = checkpoints(arguments, trusted)?;
    check_backup_checkpoint(store, end, &checkpoints).await?;
    rows.retain(|row| row.sequence >= end.sequence && row.link() != end);
    let mut verifier = ChainVerifier::starting_after(end, checkpoints.iter().map(Checkpoint::link));
    for row in &rows {
        verifier.verify_row(row).map_err(|error| match error.kind {
            ChainErrorKind::Rewritten { .. } => CommandError::plain(format!(
                "{shown} is not what the gateway wrote: {error}; get the export from elsewhere"
            )),
            _ => not_contiguous(file, &error.to_string()),
        })?;
    }
    let range = verifier.finish().map_err(|error| {
        CommandError::plain(format!(
            "{shown} ends too early: {error}; get an export that goes on to there, from an auditor, say"
        ))
    })?;
    let uncovered = range.last.sequence - range.last_checkpointed;
    if uncovered == 0 {
        return Ok(rows);
    }
    let beyond = format!("rows {} to {} of {shown}", range.last_checkpointed + 1, range.last.sequence);
    match arguments.uncovered {
        UncoveredRowsPolicy::Apply => {
            eprint(format_args!("No checkpoint covers {beyond}: they are carried out all the same."))
        }
        UncoveredRowsPolicy::Skip => {
            eprint(format_args!("No checkpoint covers {beyond}: they are left out."));
            rows.retain(|row| row.sequence <= range.last_checkpointed);
        }
        UncoveredRowsPolicy::Refuse => {
            return Err(CommandError::plain(format!(
                "no signed checkpoint covers {beyond}: anybody could have written them; give the gateway's or an auditor's folder of \
                 checkpoints with --checkpoints, leave these rows out with --uncovered leave-out, or, if you know in whose hands the \
                 file has been, carry them out with --uncovered carry-out"
            )));
        }
    }
    Ok(rows)
}

fn checkpoints(arguments: &LogReplayArguments, trusted: &VerifiedBackup) -> Result<Vec<Checkpoint>, CommandError> {
    let Some(folder) = &arguments.checkpoints else { return Ok(Vec::new()) };
    let Some(verifier) = &trusted.verifier else {
        return Err(CommandError::plain(
            "checkpoints cannot be verified without a public key: give audit.pub with --audit-key",
        ));
    };
    let of_same_gateway = "give the checkpoints of the gateway that made the backup, as an auditor has them";
    let checkpoints = read_checkpoints(std::slice::from_ref(folder), verifier)
        .map_err(|failure| failure.with_advice(of_same_gateway).with_code(FailureCode::Failed))?;
    match (checkpoints.first(), trusted.manifest.log) {
        (Some(checkpoint), Some(log)) if checkpoint.log != log => Err(CommandError::plain(format!(
            "the checkpoints in {} are of another audit log than the backup: give those of the same gateway",
            folder.display()
        ))),
        _ => Ok(checkpoints),
    }
}

/// The newest checkpoint that the backup's own log has reached must know it; the older ones are in its chain.
async fn check_backup_checkpoint(
    store: &SqlStore,
    end: ChainLink,
    checkpoints: &[Checkpoint],
) -> Result<(), CommandError> {
    let Some(newest) = checkpoints.iter().rfind(|checkpoint| checkpoint.count <= end.sequence) else { return Ok(()) };
    let row = store.log_rows(newest.count - 1, 1).await?;
    match row.first().filter(|row| row.sequence == newest.count) {
        Some(row) if row.link() != newest.link() => Err(CommandError::plain(format!(
            "the checkpoint of {} rows knows another row {} than the backup has: the backup's log was written anew, or it is another \
             gateway's",
            newest.count, newest.count
        ))),
        _ => Ok(()),
    }
}

fn not_contiguous(file: &Path, what: &str) -> CommandError {
    CommandError::plain(format!(
        "{} does not go on where the backup ends ({what}): export from the day of the backup on, and from the same gateway",
        file.display()
    ))
}

fn print_plan(plan: &ReplaySummary, photos: &[ChangedPhoto]) -> Result<(), CommandError> {
    let until = plan.until.map_or_else(String::new, |until| format!(", the last one of {}", local_time(until)));
    print(format!("The export tells of {} rows since the backup{until}. To be carried out:", plan.rows))?;
    for photo in photos {
        match photo.erased_at {
            Some(at) => print(format!("  erase     {}  {:<9}  {}", photo.photo_id, photo.state, local_time(at)))?,
            None => print(format!("  move      {}  {}", photo.photo_id, photo.state))?,
        }
    }
    print(format!("  photos erased      {}", plan.erased))?;
    print(format!("  photos moved       {}", plan.moved))?;
    print(format!("  devices revoked    {}", plan.revoked))?;
    print(format!("  parties suspended  {}", plan.suspended))?;
    print(format!("  parties resumed    {}", plan.resumed))
}

/// Asks at the terminal. Ctrl-C is a no, so that nothing is left behind.
async fn ask_confirmation() -> bool {
    ask("Erased photos cannot be brought back. Carry this out? Type yes: ");
    let (answered, answer) = tokio::sync::oneshot::channel();
    // Not a task of the runtime, which would wait for it at the end.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().lock().read_line(&mut line);
        let _ = answered.send(read.is_ok() && line.trim() == "yes");
    });
    tokio::select! {
        answer = answer => answer.unwrap_or(false),
        _ = tokio::signal::ctrl_c() => false,
    }
}
