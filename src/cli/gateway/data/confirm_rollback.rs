//! `confirm-rollback`

use super::quarantine::{print_quarantine, update_watermarks};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::cli::gateway::rollback_text::rollback_text;
use crate::clock::SystemClock;
use crate::flows::admin::rollback;

/// Accepts a database that was rolled back. Running gateways follow within a second.
pub(in crate::cli::gateway) async fn run(common: &CommonOptions) -> Result<(), CommandError> {
    let context = AdminContext::open_ignoring_rollback(&common.file).await?;
    let keys = context.key_file()?;
    let known = context.watermark_files().read(&keys).known;
    let compared = rollback::compare(context.store(), &keys, &known).await?;
    let Some(rollback) = compared.rollback else {
        context.close().await;
        return Err(CommandError::plain(phrase!("gateway-rollback-none")));
    };
    let (as_of, counts) = rollback::confirm(context.store(), &SystemClock, &keys, &known, &compared).await?;
    update_watermarks(&context, &keys).await?;
    context.close().await;
    if common.json {
        return print_json(&serde_json::json!({
            "found": rollback.to_string(),
            "as_of": as_of,
            "photos": counts.photos,
            "invitations": counts.invitations,
        }));
    }
    print(phrase!("gateway-rollback-confirmed", rollback = rollback_text(rollback)))?;
    print(phrase!("gateway-rollback-as-of", time = local_time(as_of)))?;
    print_quarantine(counts)?;
    eprint(phrase!("gateway-revoke-again"));
    Ok(())
}
