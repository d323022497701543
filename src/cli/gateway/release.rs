//! `studio release`

use clap::Args;

use super::ConfigFile;
use super::failure::Failure;
use super::output::give;
use super::setting::Setting;
use crate::domain::id::DeviceId;
use crate::domain::party::Role;
use crate::domain::quarantine::PhotosOfRevoked;

#[derive(Args)]
pub(super) struct Arguments {
    /// The studio's name or identifier.
    which: String,
    /// Only the photos of this revoked device.
    #[arg(long, value_name = "ID")]
    device: Option<DeviceId>,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let setting = Setting::open(&arguments.file).await?;
    let administration = setting.administration();
    let studio = administration.find_party(Role::Studio, &arguments.which).await?;
    let released = administration.release_photos(&studio, arguments.device).await?;
    let policy = setting.config.revocation.photos_of_revoked;
    setting.close().await;
    if released.devices == 0 {
        return Err(Failure::plain(format!(
            "{}, {} has no revoked device whose photos wait for a release: `lichtbild-gateway device list` shows all",
            studio.name, studio.place
        )));
    }
    if arguments.json {
        give(serde_json::json!({ "devices": released.devices, "photos": released.photos }))?;
    } else {
        give(format!("{} photos of {} revoked devices can be collected.", released.photos, released.devices))?;
    }
    if policy == PhotosOfRevoked::Keep {
        eprintln!("They could be before: photos_of_revoked is \"keep\". Noted in case that changes.");
    }
    Ok(())
}
