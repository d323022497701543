//! `device approve`

use std::io::{self, IsTerminal};

use clap::Args;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::{ask, eprint};
use crate::cli::gateway::output::print_json;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::flows::admin::administer::AdministrationError;
use crate::identity::certificate::{group_fingerprint, parse_fingerprint};
use crate::storage::enrolment_requests::ApprovalOutcome;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The device's identifier, from `device list`.
    device_id: DeviceId,
    /// Fingerprint that the device shows, as it was read out or sent: it is compared here in place of a question.
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "yes")]
    fingerprint: Option<String>,
    /// Do not ask: the fingerprints have been compared.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let administration = context.administration();
    let device_id = arguments.device_id;
    let nothing = || {
        CommandError::plain(format!(
            "device {device_id} has made no request that waits for approval: `lichtbild-gateway device list` shows which have"
        ))
    };
    let key = administration.requested_key(device_id).await?.ok_or_else(nothing)?;
    confirm_fingerprint(arguments, &key)?;
    let approved = administration.approve(device_id, &key).await?;
    context.close().await;
    match approved {
        ApprovalOutcome::NoSuchRequest => return Err(nothing()),
        ApprovalOutcome::KeyReused => return Err(AdministrationError::KeyReused.into()),
        ApprovalOutcome::Stored | ApprovalOutcome::AlreadyApproved => {}
    }
    if arguments.json {
        print_json(&serde_json::json!({
            "device_id": device_id,
            "fingerprint": group_fingerprint(&key),
            "changed": approved == ApprovalOutcome::Stored,
        }))?;
    } else if approved == ApprovalOutcome::Stored {
        eprint("Approved. The device fetches its certificate when it asks next, within a week from its request.");
    } else {
        eprint("Approved before; nothing changed. The device fetches its certificate when it asks next.");
    }
    Ok(())
}

/// The second pair of eyes: the fingerprint the device shows must be the one that is certified.
fn confirm_fingerprint(arguments: &Arguments, key: &Sha256Digest) -> Result<(), CommandError> {
    let shown = group_fingerprint(key);
    let differs = "not approved: another key asks under this device's name. Revoke it with `device revoke`, and find out how \
                   the code got into other hands";
    if let Some(text) = &arguments.fingerprint {
        let compared = parse_fingerprint(text)
            .ok_or_else(|| CommandError::plain("--fingerprint: 64 hexadecimal digits, as the device shows them"))?;
        return if compared == *key { Ok(()) } else { Err(CommandError::plain(differs)) };
    }
    if arguments.yes {
        return Ok(());
    }
    eprint(format_args!("The request's key: {shown}"));
    if !io::stdin().is_terminal() {
        return Err(CommandError::plain("compare it with what the device shows, then give --fingerprint or --yes"));
    }
    ask("Does the device show the same? [y/N] ");
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| CommandError::new("cannot read the answer: give --yes", error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes" | "j" | "J" | "ja") {
        Ok(())
    } else {
        Err(CommandError::plain(differs))
    }
}
