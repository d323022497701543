//! `confirm-clock`

use clap::Args;

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock};

#[derive(Args)]
pub(in crate::cli::gateway) struct Arguments {
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    pub(in crate::cli::gateway) json: bool,
}

/// Lets a gateway erase again after a rest of more than a month, which looks like a wrong clock from inside.
pub(in crate::cli::gateway) async fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let last = context.administration().confirm_clock().await?;
    context.close().await;
    let now = SystemClock.now();
    if arguments.json {
        print_json(&serde_json::json!({ "now": now, "last_swept_at": last }))?;
    } else {
        print(format!("now         {}", local_time(now)))?;
        if let Some(last) = last {
            print(format!("last sweep  {}", local_time(last)))?;
        }
    }
    eprint("Confirmed: within a minute the gateway erases what this time demands.");
    Ok(())
}
