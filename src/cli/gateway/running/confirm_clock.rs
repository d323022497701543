//! `confirm-clock`

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock};

/// Lets a gateway erase again after a pause of more than a month, which it cannot tell from a wrong clock.
pub(in crate::cli::gateway) async fn run(common: &CommonOptions) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let last = context.administration().confirm_clock().await?;
    context.close().await;
    let now = SystemClock.now();
    if common.json {
        print_json(&serde_json::json!({ "now": now, "last_swept_at": last }))?;
    } else {
        print(phrase!("gateway-clock-now", time = local_time(now)))?;
        if let Some(last) = last {
            print(phrase!("gateway-clock-last-sweep", time = local_time(last)))?;
        }
    }
    eprint(phrase!("gateway-clock-confirmed"));
    Ok(())
}
