//! `quarantine list`, `quarantine release`, `quarantine hold`

use clap::{Args, Subcommand};

use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::CommonOptions;
use crate::cli::gateway::language::{language, phrase};
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{local_time, print, print_json};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::flows::admin::quarantine::release_quarantined;
use crate::flows::admin::rollback;
use crate::sealing::KeyFile;
use crate::storage::maintenance::QuarantineCounts;
use crate::texts::text;

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    List(CommonOptions),
    Release(ReleaseArguments),
    Hold(HoldArguments),
}

#[derive(Args)]
pub(in crate::cli::gateway) struct ReleaseArguments {
    #[arg(value_name = "PHOTO_ID", required_unless_present = "all", conflicts_with = "all")]
    photos: Vec<PhotoId>,
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    common: CommonOptions,
}

#[derive(Args)]
pub(in crate::cli::gateway) struct HoldArguments {
    #[arg(long, value_name = "MOMENT", value_parser = parse_moment)]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    common: CommonOptions,
}

pub(in crate::cli::gateway) async fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(common) => list(&common).await,
        Command::Release(arguments) => release(&arguments).await,
        Command::Hold(arguments) => hold(&arguments).await,
    }
}

async fn list(common: &CommonOptions) -> Result<(), CommandError> {
    let context = AdminContext::open(&common.file).await?;
    let (mut quarantined, mut after) = (Vec::new(), None);
    loop {
        let page = context.store().quarantined_photos(after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.photo_id);
        quarantined.extend(page);
    }
    context.close().await;
    if common.json {
        return print_json(&serde_json::json!(quarantined));
    }
    for photo in &quarantined {
        let [deposited, end] = [photo.deposited_at, photo.expires_at].map(|at| format!("{:<18}", local_time(at)));
        let times = phrase!("gateway-quarantine-times", deposited = deposited, end = end);
        print(format!("{}  {}  {times}  {}", photo.photo_id, photo_state(photo.state), photo.studio))?;
    }
    if quarantined.is_empty() {
        eprint(phrase!("gateway-quarantine-none"));
    }
    Ok(())
}

/// The state of a photo in a column of a list.
pub(super) fn photo_state(state: PhotoState) -> String {
    let width = language().pick(13, 9);
    format!("{:<width$}", text!(language(), format!("gateway-photo-{state}")))
}

async fn release(arguments: &ReleaseArguments) -> Result<(), CommandError> {
    let context = AdminContext::open(&arguments.common.file).await?;
    let mut released = 0;
    let chosen = arguments.photos.iter().copied().map(Some);
    for photo in chosen.chain(arguments.all.then_some(None)) {
        released += release_quarantined(context.store(), &SystemClock, photo).await?;
    }
    context.close().await;
    if released == 0 {
        return Err(CommandError::plain(phrase!("gateway-quarantine-release-none")));
    }
    if arguments.common.json {
        return print_json(&serde_json::json!({ "photos": released }));
    }
    print(text!(language(), "gateway-quarantine-released", photos = released))
}

async fn hold(arguments: &HoldArguments) -> Result<(), CommandError> {
    let context = AdminContext::open_ignoring_rollback(&arguments.common.file).await?;
    let as_of = arguments.as_of.unwrap_or_else(|| SystemClock.now());
    let differences = context.store().schema_differences().await?;
    let keys = context.key_file()?;
    let known = context.watermark_files().read(&keys).known;
    let counts = rollback::quarantine(context.store(), &SystemClock, &keys, &known, as_of, 0).await?;
    update_watermarks(&context, &keys).await?;
    context.close().await;
    if !differences.is_empty() {
        eprint(phrase!("gateway-quarantine-schema"));
        differences.iter().for_each(|difference| eprint(format_args!("  {difference}")));
    }
    if arguments.common.json {
        return print_json(&serde_json::json!({ "photos": counts.photos, "invitations": counts.invitations }));
    }
    print_quarantine(counts)
}

/// Prints how many photos a command holds back, and the next step.
pub(super) fn print_quarantine(counts: QuarantineCounts) -> Result<(), CommandError> {
    print(text!(language(), "gateway-quarantine-held", photos = counts.photos, invitations = counts.invitations))?;
    eprint(phrase!("gateway-quarantine-next"));
    Ok(())
}

/// Updates the watermarks of this machine for a database that an administrator has just accepted.
pub(super) async fn update_watermarks(context: &AdminContext, keys: &KeyFile) -> Result<(), CommandError> {
    let files = context.watermark_files();
    let position = context.compare(keys).await?.position;
    let folder = &context.config.audit.checkpoints;
    let aside = files.archive_superseded_checkpoints(&position.generation, true).map_err(|error| {
        CommandError::new(phrase!("gateway-quarantine-checkpoints-left", folder = folder.display()), error)
    })?;
    if aside > 0 {
        let folder = folder.join(format!("superseded-{}", position.generation.number));
        eprint(text!(
            language(),
            "gateway-quarantine-checkpoints-moved",
            number = aside,
            folder = folder.display().to_string()
        ));
    }
    files
        .write(&position, keys, &SystemClock)
        .map_err(|error| CommandError::plain(phrase!("gateway-quarantine-watermarks", error = error)))
}

fn parse_moment(text: &str) -> Result<Timestamp, String> {
    let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
    read.map_err(|_| phrase!("gateway-quarantine-moment"))
}
