//! `device approve`

use std::io::{self, IsTerminal};

use clap::Args;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::{ask, eprint};
use crate::cli::gateway::output::print_json;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::DeviceId;
use crate::flows::admin::administer::AdministrationError;
use crate::identity::certificate::{group_fingerprint, parse_fingerprint};
use crate::storage::enrolment_requests::ApprovalOutcome;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    device_id: DeviceId,
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "yes")]
    fingerprint: Option<String>,
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    common: CommonOptions,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let administration = context.administration();
    let device_id = arguments.device_id;
    let nothing = || CommandError::plain(phrase!("gateway-approve-no-request", device = device_id));
    let key = administration.requested_key(device_id).await?.ok_or_else(nothing)?;
    confirm_fingerprint(arguments, &key)?;
    let approved = administration.approve(device_id, &key).await?;
    context.close().await;
    match approved {
        ApprovalOutcome::NoSuchRequest => return Err(nothing()),
        ApprovalOutcome::KeyReused => return Err(AdministrationError::KeyReused.into()),
        ApprovalOutcome::Stored | ApprovalOutcome::AlreadyApproved => {}
    }
    if arguments.common.json {
        print_json(&serde_json::json!({
            "device_id": device_id,
            "fingerprint": group_fingerprint(&key),
            "changed": approved == ApprovalOutcome::Stored,
        }))?;
    } else if approved == ApprovalOutcome::Stored {
        eprint(phrase!("gateway-approved"));
    } else {
        eprint(phrase!("gateway-approved-before"));
    }
    Ok(())
}

/// The second pair of eyes: the fingerprint that the device shows must be the one of the key to certify.
fn confirm_fingerprint(arguments: &Arguments, key: &Sha256Digest) -> Result<(), CommandError> {
    let shown = group_fingerprint(key);
    let differs = || CommandError::plain(phrase!("gateway-approve-other-key"));
    if let Some(text) = &arguments.fingerprint {
        let compared =
            parse_fingerprint(text).ok_or_else(|| CommandError::plain(phrase!("gateway-approve-no-fingerprint")))?;
        return if compared == *key { Ok(()) } else { Err(differs()) };
    }
    if arguments.yes {
        return Ok(());
    }
    eprint(phrase!("gateway-approve-key", key = shown));
    if !io::stdin().is_terminal() {
        return Err(CommandError::plain(phrase!("gateway-approve-compare")));
    }
    ask(phrase!("gateway-approve-question"));
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| CommandError::new(phrase!("gateway-approve-no-answer"), error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes" | "j" | "J" | "ja") { Ok(()) } else { Err(differs()) }
}
