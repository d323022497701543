//! `studio release`

use clap::Args;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::{language, phrase};
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::photo::quarantine::RevokedDevicePolicy;
use crate::texts::text;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    which: String,
    #[arg(long, value_name = "ID")]
    device: Option<DeviceId>,
    #[command(flatten)]
    common: CommonOptions,
}

pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let administration = context.administration();
    let studio = administration.find_party(Role::Studio, &arguments.which).await?;
    let released = administration.release_photos(&studio, arguments.device).await?;
    let policy = context.config.revocation.photos_of_revoked;
    context.close().await;
    if released.devices == 0 {
        return Err(CommandError::plain(phrase!(
            "gateway-release-nothing",
            name = format!("{}, {}", studio.name, studio.place)
        )));
    }
    if arguments.common.json {
        print_json(&serde_json::json!({ "devices": released.devices, "photos": released.photos }))?;
    } else {
        print(text!(language(), "gateway-released", photos = released.photos, devices = released.devices))?;
    }
    if policy == RevokedDevicePolicy::Keep {
        eprint(phrase!("gateway-released-anyway"));
    }
    Ok(())
}
