//! `restored list`, `restored release`, `restored hold`

use clap::{Args, Subcommand};

use super::ConfigFile;
use super::failure::Failure;
use super::output::give;
use super::setting::Setting;
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::id::PhotoId;
use crate::flows::restore::{release_restored, restore};

#[derive(Subcommand)]
pub(super) enum Command {
    /// List the photos that are held back since a restore.
    List(ListArguments),
    /// Let photos be collected again that are held back since a restore.
    Release(ReleaseArguments),
    /// Hold back every photo that is there, after a server's database was put back by other means than `restore`.
    Hold(HoldArguments),
}

#[derive(Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct ReleaseArguments {
    /// The photos.
    #[arg(value_name = "PHOTO_ID", required_unless_present = "all", conflicts_with = "all")]
    photos: Vec<PhotoId>,
    /// Every photo: to be said only if nothing was handed out, withdrawn or settled after the backup was taken.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct HoldArguments {
    /// When the backup was taken (2026-11-22T09:30:00Z); now, unless said.
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    file: ConfigFile,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::List(arguments) => list(&arguments).await,
        Command::Release(arguments) => release(&arguments).await,
        Command::Hold(arguments) => hold(&arguments).await,
    }
}

async fn list(arguments: &ListArguments) -> Result<(), Failure> {
    let setting = Setting::open(&arguments.file).await?;
    let (mut held, mut after) = (Vec::new(), None);
    loop {
        let page = setting.store().held_photos(after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.photo_id);
        held.extend(page);
    }
    setting.close().await;
    if arguments.json {
        return give(serde_json::json!(held));
    }
    for photo in &held {
        give(format!(
            "{}  {:<9}  deposited {}  expires {}  {}",
            photo.photo_id, photo.state, photo.deposited_at, photo.expires_at, photo.studio
        ))?;
    }
    if held.is_empty() {
        eprintln!("None: no photo is held back since a restore.");
    }
    Ok(())
}

async fn release(arguments: &ReleaseArguments) -> Result<(), Failure> {
    let setting = Setting::open(&arguments.file).await?;
    let mut released = 0;
    let chosen = arguments.photos.iter().copied().map(Some);
    for photo in chosen.chain(arguments.all.then_some(None)) {
        released += release_restored(setting.store(), &SystemClock, photo).await?;
    }
    setting.close().await;
    if released == 0 {
        return Err(Failure::plain(
            "none of them is held back since a restore: `lichtbild-gateway restored list` shows all",
        ));
    }
    if arguments.json {
        return give(serde_json::json!({ "photos": released }));
    }
    give(format!("{released} photos can be collected again."))
}

async fn hold(arguments: &HoldArguments) -> Result<(), Failure> {
    let setting = Setting::open(&arguments.file).await?;
    let as_of = arguments.as_of.unwrap_or_else(|| SystemClock.now());
    let held = restore(setting.store(), &SystemClock, as_of, 0).await?;
    setting.close().await;
    if arguments.json {
        return give(serde_json::json!({ "photos": held.photos, "invitations": held.invitations }));
    }
    give(format!("{} photos are held back, {} invitations ended.", held.photos, held.invitations))?;
    eprintln!("Next: `restored list` shows them, `restored release` frees those that were not used since.");
    Ok(())
}

fn parse_moment(text: &str) -> Result<Timestamp, String> {
    let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    read.map_err(|_| "give a moment such as 2026-11-22T09:30:00Z".to_owned())
}
