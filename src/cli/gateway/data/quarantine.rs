//! `quarantine list`, `quarantine release`, `quarantine hold`

use clap::{Args, Subcommand};

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::id::PhotoId;
use crate::flows::admin::quarantine::release_quarantined;
use crate::flows::admin::rollback;
use crate::sealing::KeyFile;
use crate::storage::maintenance::QuarantineCounts;

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    /// List the photos that are held back since a restore or a roll-back.
    List(ListArguments),
    /// Let photos be collected again that are held back since a restore or a roll-back.
    Release(ReleaseArguments),
    /// Hold back every photo that is there, after the database was put back by other means than `restore`.
    Hold(HoldArguments),
}

#[derive(Args)]
pub(in crate::cli::gateway) struct ListArguments {
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct ReleaseArguments {
    /// The photos.
    #[arg(value_name = "PHOTO_ID", required_unless_present = "all", conflicts_with = "all")]
    photos: Vec<PhotoId>,
    /// Every photo: to be said only if nothing was handed out, withdrawn or settled after the backup was taken.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct HoldArguments {
    /// The moment up to which the database knows what happened (2026-11-22T09:30:00Z); now, unless said.
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    file: ConfigOption,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(in crate::cli::gateway) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(arguments) => list(&arguments).await,
        Command::Release(arguments) => release(&arguments).await,
        Command::Hold(arguments) => hold(&arguments).await,
    }
}

async fn list(arguments: &ListArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let (mut quarantined, mut after) = (Vec::new(), None);
    loop {
        let page = context.store().quarantined_photos(after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.photo_id);
        quarantined.extend(page);
    }
    context.close().await;
    if arguments.json {
        return print_json(&serde_json::json!(quarantined));
    }
    for photo in &quarantined {
        print(format!(
            "{}  {:<9}  deposited {:<18}  expires {:<18}  {}",
            photo.photo_id,
            photo.state,
            local_time(photo.deposited_at),
            local_time(photo.expires_at),
            photo.studio
        ))?;
    }
    if quarantined.is_empty() {
        eprint("None: no photo is held back since a restore.");
    }
    Ok(())
}

async fn release(arguments: &ReleaseArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.file).await?;
    let mut released = 0;
    let chosen = arguments.photos.iter().copied().map(Some);
    for photo in chosen.chain(arguments.all.then_some(None)) {
        released += release_quarantined(context.store(), &SystemClock, photo).await?;
    }
    context.close().await;
    if released == 0 {
        return Err(CommandError::plain(
            "none of them is held back since a restore: `lichtbild-gateway quarantine list` shows all",
        ));
    }
    if arguments.json {
        return print_json(&serde_json::json!({ "photos": released }));
    }
    print(format!("{released} photos can be collected again."))
}

async fn hold(arguments: &HoldArguments) -> Result<(), CommandError> {
    let context = AdminContext::open_ignoring_rollback(&arguments.file).await?;
    let as_of = arguments.as_of.unwrap_or_else(|| SystemClock.now());
    let differences = context.store().schema_differences().await?;
    let keys = context.key_file()?;
    let known = context.watermark_files().read(&keys).known;
    let counts = rollback::quarantine(context.store(), &SystemClock, &keys, &known, as_of, 0).await?;
    update_watermarks(&context, &keys).await?;
    context.close().await;
    if !differences.is_empty() {
        eprint(
            "The database's schema is not as this program makes it, and what it did not make may undo this. Start no gateway on it \
             before `lichtbild-gateway verify` finds nothing of the kind:",
        );
        differences.iter().for_each(|difference| eprint(format_args!("  {difference}")));
    }
    if arguments.json {
        return print_json(&serde_json::json!({ "photos": counts.photos, "invitations": counts.invitations }));
    }
    print_quarantine(counts)
}

/// Tells people of a hold, and of the next step.
pub(super) fn print_quarantine(counts: QuarantineCounts) -> Result<(), CommandError> {
    print(format!("{} photos are held back, {} invitations ended.", counts.photos, counts.invitations))?;
    eprint("Next: `quarantine list` shows them, `quarantine release` frees those that were not used since.");
    Ok(())
}

/// Has the watermarks of this machine follow a database that an administrator has just accepted.
pub(super) async fn update_watermarks(context: &AdminContext, keys: &KeyFile) -> Result<(), CommandError> {
    let files = context.watermark_files();
    let position = context.compare(keys).await?.position;
    let folder = &context.config.audit.checkpoints;
    let aside = files.archive_superseded_checkpoints(&position.generation, true).map_err(|error| {
        let shown = folder.display();
        let done = "the database is in use again, but checkpoints of rows that it does not have are still in";
        CommandError::new(format!("{done} {shown}: the gateway moves them when it starts"), error)
    })?;
    if aside > 0 {
        let folder = folder.join(format!("superseded-{}", position.generation.number));
        eprint(format_args!(
            "{aside} checkpoints of rows that this database does not have are in {} now.",
            folder.display()
        ));
    }
    files.write(&position, keys, &SystemClock).map_err(|error| {
        CommandError::plain(format!("{error}: run this as the gateway's user; the gateway itself goes on without it"))
    })
}

fn parse_moment(text: &str) -> Result<Timestamp, String> {
    let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    read.map_err(|_| "give a moment such as 2026-11-22T09:30:00Z".to_owned())
}
