//! `studio release`

use clap::Args;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_json};
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::photo::quarantine::RevokedDevicePolicy;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    /// The studio's name or identifier.
    which: String,
    /// Only the photos of this revoked device.
    #[arg(long, value_name = "ID")]
    device: Option<DeviceId>,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let administration = context.administration();
    let studio = administration.find_party(Role::Studio, &arguments.which).await?;
    let released = administration.release_photos(&studio, arguments.device).await?;
    let policy = context.config.revocation.photos_of_revoked;
    context.close().await;
    if released.devices == 0 {
        return Err(CommandError::plain(format!(
            "{}, {} has no revoked device whose photos wait for a release: `lichtbild-gateway device list` shows all",
            studio.name, studio.place
        )));
    }
    if arguments.json {
        print_json(&serde_json::json!({ "devices": released.devices, "photos": released.photos }))?;
    } else {
        print(format!("{} photos of {} revoked devices can be collected.", released.photos, released.devices))?;
    }
    if policy == RevokedDevicePolicy::Keep {
        eprint("They could be before: photos_of_revoked is \"keep\". Noted in case that changes.");
    }
    Ok(())
}
