//! The report at the end of a restore.

use super::super::backup::manifest::KeptFile;
use super::super::failure::Failure;
use super::super::output::give;
use super::arguments::Arguments;
use super::trust::Trusted;
use crate::clock::Timestamp;
use crate::domain::soundness::Findings;
use crate::storage::inspection::{ChangedPhoto, Replayed, Restored};

/// The result of a restore.
pub(super) struct Made {
    /// The moment up to which the gateway knows what happened.
    pub(super) knows_until: Timestamp,
    pub(super) replayed: Replayed,
    pub(super) changed: Vec<ChangedPhoto>,
    pub(super) findings: Findings,
    pub(super) restored: Restored,
}

pub(super) fn report(
    arguments: &Arguments,
    trusted: &Trusted,
    missing: &[&KeptFile],
    made: &Made,
) -> Result<(), Failure> {
    let dir = arguments.dir.display();
    let Made { knows_until, replayed, changed, findings, restored } = made;
    if arguments.json {
        give(serde_json::json!({
            "gateway": arguments.dir,
            "knows_until": knows_until,
            "audit_key": trusted.key_as_json(),
            "replayed": replayed,
            "changed_photos": changed,
            "photos_held_back": restored.photos,
            "invitations_ended": restored.invitations,
            "missing": missing,
            "findings": findings,
        }))?;
    } else {
        give(format!("A gateway as of {knows_until} stands in {dir}."))?;
        if replayed.rows > 0 {
            give(format!("  made up for        {} rows of the log", replayed.rows))?;
            give(format!("    photos erased    {}", replayed.erased))?;
            give(format!("    devices revoked  {}", replayed.revoked))?;
            give(format!("    photos lost      {} (deposited since the backup)", replayed.lost))?;
        }
        give(format!("  photos held back   {}", restored.photos))?;
        give(format!("  invitations ended  {}", restored.invitations))?;
        give(format!("  transfer log       {} rows, the last one {}", findings.log_rows, findings.log_head))?;
        for kept in missing {
            give(format!("  missing            {} ({})", kept.file.display(), kept.key))?;
        }
    }
    tell_what_to_do(missing, *knows_until);
    eprintln!("Next: cd {dir} && lichtbild-gateway verify && lichtbild-gateway serve");
    Ok(())
}

fn tell_what_to_do(missing: &[&KeptFile], knows_until: Timestamp) {
    let needed = missing.iter().any(|kept| kept.key == "key_file" || kept.key == "certificates.server_key");
    eprintln!("What happened after {knows_until} is not known to it. Before it serves:");
    if needed {
        eprintln!("- Put the missing keys in their places (mode 0600): without the key file nothing opens.");
    }
    eprintln!("- Make sure that the old gateway never starts again: two of them would each hand out the same photo.");
    eprintln!(
        "- Revoke again whom you revoked since, suspend again whom you suspended: `device revoke`, `studio suspend`."
    );
    eprintln!(
        "- Devices that enrolled since the backup are unknown: invite them again. Receipts given out since lead to nothing."
    );
    eprintln!("- Give the folder to the user that the gateway runs as (chown -R).");
    eprintln!(
        "- Photos are held back, for they may have been used since: `quarantine list` shows them, `quarantine release` frees those \
         that were not (docs/operation.md, \"After a restore\")."
    );
}
