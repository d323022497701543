//! `--log-since`: what an export of the transfer log tells is shown, and carried out once somebody has agreed. Rows are chained
//! without a key: that they are the gateway's own shows against its signed checkpoints.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::Path;
use std::time::Duration;

use super::super::evidence::read_checkpoints;
use super::super::failure::{Code, Failure};
use super::super::output::give;
use super::arguments::{LogSince, Uncovered};
use super::trust::Trusted;
use crate::domain::chain::{ChainRow, ChainWalk, Link, Wrong};
use crate::domain::checkpoint::Checkpoint;
use crate::storage::inspection::{ChangedPhoto, Replayed};
use crate::storage::{SqlStore, StoreError, TransferLog};

/// Shows what the export tells, asks, and carries it out.
pub(super) async fn make_up(
    store: &SqlStore,
    arguments: &LogSince,
    trusted: &Trusted,
    settle_within: Duration,
    as_json: bool,
) -> Result<(Replayed, Vec<ChangedPhoto>), Failure> {
    let Some(file) = &arguments.log_since else { return Ok((Replayed::default(), Vec::new())) };
    let rows = covered(store, read_export(file)?, arguments, file, trusted).await?;
    let does_not_follow = |error: StoreError| match error {
        StoreError::Damaged(what) => not_behind(file, &what),
        error => error.into(),
    };
    let (plan, photos) = store.preview_replay(&rows, settle_within).await.map_err(does_not_follow)?;
    if !as_json {
        tell(&plan, &photos)?;
    }
    if !arguments.yes {
        if as_json {
            give(serde_json::json!({ "carried_out": false, "would_replay": plan, "photos": photos }))?;
        }
        if as_json || !io::stdin().is_terminal() || !agreed().await {
            return Err(Failure::plain(
                "nothing was carried out, and nothing is left behind: look at what the export tells, then again with --yes",
            ));
        }
    }
    Ok((store.replay(&rows, settle_within).await.map_err(does_not_follow)?, photos))
}

fn read_export(file: &Path) -> Result<Vec<ChainRow>, Failure> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("cannot read {shown}: check its path"), error))?;
    let rows: Result<Vec<ChainRow>, _> = text.lines().map(serde_json::from_str).collect();
    rows.map_err(|error| {
        Failure::new(
            format!("{shown} is no export of the transfer log: make one with `lichtbild-gateway audit export`"),
            error,
        )
    })
}

/// The rows that are to be carried out: those that follow on the backup's and that checkpoints cover.
async fn covered(
    store: &SqlStore,
    mut rows: Vec<ChainRow>,
    arguments: &LogSince,
    file: &Path,
    trusted: &Trusted,
) -> Result<Vec<ChainRow>, Failure> {
    let shown = file.display();
    let end = store.log_head().await?;
    let checkpoints = checkpoints(arguments, trusted)?;
    meets_backup(store, end, &checkpoints).await?;
    rows.retain(|row| row.sequence >= end.sequence && row.link() != end);
    let mut walk = ChainWalk::behind(end, checkpoints.iter().map(Checkpoint::link));
    for row in &rows {
        walk.step(row).map_err(|fault| match fault.wrong {
            Wrong::Rewritten { .. } => {
                Failure::plain(format!("{shown} is not what the gateway wrote: {fault}; get the export from elsewhere"))
            }
            _ => not_behind(file, &fault.to_string()),
        })?;
    }
    let walked = walk.end().map_err(|fault| {
        Failure::plain(format!(
            "{shown} ends too early: {fault}; get an export that goes on to there, from an auditor, say"
        ))
    })?;
    let uncovered = walked.last.sequence - walked.vouched;
    if uncovered == 0 {
        return Ok(rows);
    }
    let beyond = format!("rows {} to {} of {shown}", walked.vouched + 1, walked.last.sequence);
    match arguments.uncovered {
        Uncovered::CarryOut => eprintln!("No checkpoint covers {beyond}: they are carried out all the same."),
        Uncovered::LeaveOut => {
            eprintln!("No checkpoint covers {beyond}: they are left out.");
            rows.retain(|row| row.sequence <= walked.vouched);
        }
        Uncovered::Refuse => {
            return Err(Failure::plain(format!(
                "no signed checkpoint covers {beyond}: anybody could have written them; give the gateway's or an auditor's folder of \
                 checkpoints with --checkpoints, leave these rows out with --uncovered leave-out, or, if you know in whose hands the \
                 file has been, carry them out with --uncovered carry-out"
            )));
        }
    }
    Ok(rows)
}

fn checkpoints(arguments: &LogSince, trusted: &Trusted) -> Result<Vec<Checkpoint>, Failure> {
    let Some(folder) = &arguments.checkpoints else { return Ok(Vec::new()) };
    let Some(verifier) = &trusted.verifier else {
        return Err(Failure::plain(
            "checkpoints cannot be verified without a public key: give audit.pub with --audit-key",
        ));
    };
    let of_same_gateway = "give the checkpoints of the gateway that made the backup, as an auditor has them";
    let checkpoints = read_checkpoints(std::slice::from_ref(folder), verifier)
        .map_err(|failure| failure.with_advice(of_same_gateway).with_code(Code::Failed))?;
    match (checkpoints.first(), trusted.manifest.log) {
        (Some(checkpoint), Some(log)) if checkpoint.log != log => Err(Failure::plain(format!(
            "the checkpoints in {} are of another transfer log than the backup: give those of the same gateway",
            folder.display()
        ))),
        _ => Ok(checkpoints),
    }
}

/// The newest checkpoint that the backup's own log has reached must know it; the older ones are in its chain.
async fn meets_backup(store: &SqlStore, end: Link, checkpoints: &[Checkpoint]) -> Result<(), Failure> {
    let Some(newest) = checkpoints.iter().rfind(|checkpoint| checkpoint.count <= end.sequence) else { return Ok(()) };
    let row = store.log_rows(newest.count - 1, 1).await?;
    match row.first().filter(|row| row.sequence == newest.count) {
        Some(row) if row.link() != newest.link() => Err(Failure::plain(format!(
            "the checkpoint of {} rows knows another row {} than the backup has: the backup's log was written anew, or it is another \
             gateway's",
            newest.count, newest.count
        ))),
        _ => Ok(()),
    }
}

fn not_behind(file: &Path, what: &str) -> Failure {
    Failure::plain(format!(
        "{} does not go on where the backup ends ({what}): export from the day of the backup on, and from the same gateway",
        file.display()
    ))
}

fn tell(plan: &Replayed, photos: &[ChangedPhoto]) -> Result<(), Failure> {
    let until = plan.until.map_or_else(String::new, |until| format!(", the last one of {until}"));
    give(format!("The export tells of {} rows since the backup{until}. To be carried out:", plan.rows))?;
    for photo in photos {
        match photo.erased_at {
            Some(at) => give(format!("  erase     {}  {:<9}  {at}", photo.photo_id, photo.state))?,
            None => give(format!("  move      {}  {}", photo.photo_id, photo.state))?,
        }
    }
    give(format!("  photos erased      {}", plan.erased))?;
    give(format!("  photos moved       {}", plan.moved))?;
    give(format!("  devices revoked    {}", plan.revoked))?;
    give(format!("  parties suspended  {}", plan.suspended))?;
    give(format!("  parties resumed    {}", plan.resumed))
}

/// Asks at the terminal. Ctrl-C is a no, so that nothing is left behind.
async fn agreed() -> bool {
    eprint!("Erased photos cannot be brought back. Carry this out? Type yes: ");
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
