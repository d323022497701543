//! `confirm-clock`

use super::ConfigFile;
use super::failure::Failure;
use super::output::give;
use super::setting::Setting;
use crate::clock::{Clock, SystemClock};

/// Lets a gateway erase again after a rest of more than a month, which looks like a wrong clock from inside.
pub(super) async fn run(file: &ConfigFile) -> Result<(), Failure> {
    let setting = Setting::open(file).await?;
    let last = setting.administration().confirm_clock().await?;
    setting.close().await;
    give(format!("now         {}", SystemClock.now()))?;
    if let Some(last) = last {
        give(format!("last sweep  {last}"))?;
    }
    eprintln!("Confirmed: within a minute the gateway erases what this time demands.");
    Ok(())
}
