//! The report at the end of a restore.

use super::super::backup::manifest::BackedUpFile;
use super::arguments::Arguments;
use super::signature_check::VerifiedBackup;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::Timestamp;
use crate::domain::log::integrity::IntegrityReport;
use crate::storage::maintenance::{ChangedPhoto, QuarantineCounts, ReplaySummary};

/// The result of a restore.
pub(super) struct RestoreSummary {
    /// The moment up to which the gateway knows what happened.
    pub(super) knows_until: Timestamp,
    pub(super) replayed: ReplaySummary,
    pub(super) changed: Vec<ChangedPhoto>,
    pub(super) report: IntegrityReport,
    pub(super) restored: QuarantineCounts,
}

pub(super) fn print_report(
    arguments: &Arguments,
    trusted: &VerifiedBackup,
    missing: &[&BackedUpFile],
    summary: &RestoreSummary,
) -> Result<(), CommandError> {
    let dir = arguments.dir.display();
    let RestoreSummary { knows_until, replayed, changed, report, restored } = summary;
    if arguments.json {
        print_json(&serde_json::json!({
            "gateway": arguments.dir,
            "knows_until": knows_until,
            "audit_key": trusted.key_as_json(),
            "replayed": replayed,
            "changed_photos": changed,
            "photos_held_back": restored.photos,
            "invitations_ended": restored.invitations,
            "missing": missing,
            "findings": report,
        }))?;
    } else {
        print(format!("A gateway as of {} stands in {dir}.", local_time(*knows_until)))?;
        if replayed.rows > 0 {
            print(format!("  made up for        {} rows of the log", replayed.rows))?;
            print(format!("    photos erased    {}", replayed.erased))?;
            print(format!("    devices revoked  {}", replayed.revoked))?;
            print(format!("    photos lost      {} (deposited since the backup)", replayed.lost))?;
        }
        print(format!("  photos held back   {}", restored.photos))?;
        print(format!("  invitations ended  {}", restored.invitations))?;
        print(format!("  audit log          {} rows, the last one {}", report.log_rows, report.log_head))?;
        for file in missing {
            print(format!("  missing            {} ({})", file.file.display(), file.key))?;
        }
    }
    print_next_steps(missing, *knows_until);
    eprint(format_args!("Next: cd {dir} && lichtbild-gateway verify && lichtbild-gateway serve"));
    Ok(())
}

fn print_next_steps(missing: &[&BackedUpFile], knows_until: Timestamp) {
    let needed = missing.iter().any(|file| file.key == "key_file" || file.key == "certificates.server_key");
    eprint(format_args!("What happened after {} is not known to it. Before it serves:", local_time(knows_until)));
    if needed {
        eprint("- Put the missing keys in their places (mode 0600): without the key file nothing opens.");
    }
    eprint("- Make sure that the old gateway never starts again: two of them would each hand out the same photo.");
    eprint(
        "- Revoke again whom you revoked since, suspend again whom you suspended: `device revoke`, `studio suspend`.",
    );
    eprint(
        "- Devices that enrolled since the backup are unknown: invite them again. Receipts given out since lead to nothing.",
    );
    eprint("- Give the folder to the user that the gateway runs as (chown -R).");
    eprint(
        "- Photos are held back, for they may have been used since: `quarantine list` shows them, `quarantine release` frees those \
         that were not (docs/operation.md, \"After a restore\").",
    );
}
