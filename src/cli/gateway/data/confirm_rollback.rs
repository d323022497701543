//! `confirm-rollback`

use clap::Args;

use super::quarantine::{print_quarantine, update_watermarks};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::SystemClock;
use crate::flows::admin::rollback;

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

/// Takes a database into use that went back in time. Running gateways follow within a second.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open_ignoring_rollback(&arguments.file).await?;
    let keys = context.key_file()?;
    let known = context.watermark_files().read(&keys).known;
    let compared = rollback::compare(context.store(), &keys, &known).await?;
    let Some(rollback) = compared.rollback else {
        context.close().await;
        return Err(CommandError::plain(
            "the database is where the marks of this machine say it was: there is nothing to confirm. If it was put back all the \
             same, `lichtbild-gateway quarantine hold --as-of MOMENT` holds its photos back",
        ));
    };
    let (as_of, counts) = rollback::confirm(context.store(), &SystemClock, &keys, &known, &compared).await?;
    update_watermarks(&context, &keys).await?;
    context.close().await;
    if arguments.json {
        return print_json(&serde_json::json!({
            "found": rollback.to_string(),
            "as_of": as_of,
            "photos": counts.photos,
            "invitations": counts.invitations,
        }));
    }
    print(format!("Confirmed although {rollback}."))?;
    print(format!("The database knows what happened until {}.", local_time(as_of)))?;
    print_quarantine(counts)?;
    eprint("Revoke again whom you revoked since, suspend again whom you suspended: `device revoke`, `studio suspend`.");
    Ok(())
}
