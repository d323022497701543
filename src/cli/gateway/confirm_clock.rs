//! `confirm-clock`

use clap::Args;

use super::ConfigFile;
use super::failure::Failure;
use super::output::give;
use super::setting::Setting;
use crate::clock::{Clock, SystemClock};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Lets a gateway erase again after a rest of more than a month, which looks like a wrong clock from inside.
pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let setting = Setting::open(&arguments.file).await?;
    let last = setting.administration().confirm_clock().await?;
    setting.close().await;
    let now = SystemClock.now();
    if arguments.json {
        give(serde_json::json!({ "now": now, "last_swept_at": last }))?;
    } else {
        give(format!("now         {now}"))?;
        if let Some(last) = last {
            give(format!("last sweep  {last}"))?;
        }
    }
    eprintln!("Confirmed: within a minute the gateway erases what this time demands.");
    Ok(())
}
