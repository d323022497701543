//! The report at the end of a restore.

use super::super::backup::manifest::BackedUpFile;
use super::arguments::Arguments;
use super::signature_check::VerifiedBackup;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::{eprint, eprint_lines};
use crate::cli::gateway::output::{local_time, print, print_indented, print_json, shown};
use crate::cli::shown_path::{path_argument, shown_path};
use crate::clock::Timestamp;
use crate::domain::log::integrity::IntegrityReport;
use crate::storage::maintenance::{ChangedPhoto, QuarantineCounts, ReplaySummary};

pub(super) struct RestoreSummary {
    /// Time up to which the gateway knows what happened.
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
    let dir = shown_path(&arguments.dir);
    let RestoreSummary { knows_until, replayed, changed, report, restored } = summary;
    if arguments.output.json {
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
        print(phrase!("gateway-restored", time = local_time(*knows_until), dir = dir))?;
        if replayed.rows > 0 {
            let made_up = phrase!(
                "gateway-restored-replay",
                rows = replayed.rows,
                erased = replayed.erased,
                revoked = replayed.revoked,
                lost = replayed.lost
            );
            print_indented(&made_up)?;
        }
        print_indented(&phrase!(
            "gateway-restored-counts",
            photos = restored.photos,
            invitations = restored.invitations,
            rows = report.log_rows,
            head = report.log_head
        ))?;
        for file in missing {
            let file = format!("{} ({})", file.file.display(), file.key);
            print_indented(&phrase!("gateway-restored-missing", file = shown(file)))?;
        }
    }
    print_next_steps(missing, *knows_until);
    eprint(phrase!("gateway-restored-next", dir = path_argument(&arguments.dir)));
    Ok(())
}

fn print_next_steps(missing: &[&BackedUpFile], knows_until: Timestamp) {
    let needed = missing.iter().any(|file| file.key == "key_file" || file.key == "certificates.server_key");
    eprint(phrase!("gateway-restored-unknown", time = local_time(knows_until)));
    if needed {
        eprint(phrase!("gateway-restored-keys"));
    }
    eprint_lines(phrase!("gateway-restored-steps"));
}
