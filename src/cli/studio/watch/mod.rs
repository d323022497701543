//! `lichtbild-studio watch [DIR]`

mod arguments;
pub(super) mod log;
mod output;
mod print_autostart;
mod receipt_writer;
mod signals;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::advice::{self, Failure};
use super::exit::Exit;
use super::output::fail;
use super::runtime::nothing_sent;
use crate::cli::shown_path::shown_path;
use crate::client::config::StudioConfig;
use crate::client::deposited::journal::DepositJournal;
use crate::client::enrolment::auto_renewal::CertificateRenewer;
use crate::client::gateway_client::GatewayClient;
use crate::client::timer::TokioTimer;
use crate::client::watch::client_provider::RenewingProvider;
use crate::client::watch::files::folder::{WatchedFolder, WatchedFolderError};
use crate::client::watch::files::stability::StabilityDelays;
use crate::client::watch::watch_loop::{StopCondition, Watch, WatchOptions, WatchSettings, WatchSummary};
use crate::clock::SystemClock;
use crate::entropy::OsEntropy;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::profile::Profile;
pub use arguments::Arguments;
use log::WatchLog;
use output::ConsoleOutput;
use receipt_writer::LocalizedReceiptWriter;

/// Watches until a signal stops it, or with `--once` until all photos are done. A failure is also written to the log, because a watch that
/// was started without a console has no other place for it.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config_file = arguments.config.file(arguments.lang);
    let is_printing = arguments.print_systemd_unit || arguments.print_task;
    if is_printing && arguments.dir.is_some() {
        return print_autostart::print_autostart(arguments, &config_file, arguments.lang.unwrap_or_default());
    }
    let config = StudioConfig::load(&config_file).map(|config| config.in_language(arguments.lang));
    let language = config.as_ref().map_or(arguments.lang.unwrap_or_default(), |config| config.language);
    let named = config.as_ref().ok().and_then(|config| config.folder.clone());
    let dir = arguments.dir.clone().or(named);
    let log = WatchLog::new(&config_file, dir.as_deref(), arguments.delete_sent_after);
    let dir = config.map_err(|error| nothing_sent(advice::about_config(&error, language), language)).and_then(|_| {
        let message = text!(language, "studio-watch-no-folder", config = shown_path(&config_file));
        dir.ok_or(Failure::new(Exit::Usage, message))
    });
    if is_printing {
        dir.map_err(fail)?;
        return print_autostart::print_autostart(arguments, &config_file, language);
    }
    dir.and_then(|dir| start_and_watch(arguments, &config_file, &dir, language, &log))
        .inspect_err(|failure| log.failed(failure))
        .map_err(fail)
}

fn start_and_watch(
    arguments: &Arguments,
    config_file: &Path,
    dir: &Path,
    language: Language,
    log: &Arc<WatchLog>,
) -> Result<Exit, Failure> {
    let (renewer, client) = CertificateRenewer::load(config_file)
        .map_err(|error| nothing_sent(advice::about_renewal(&error, language), language))?;
    let folder = WatchedFolder::open(dir).map_err(|error| about_watched_folder(&error, language))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| advice::about_unexpected(&error, language))?;
    log.started();
    let journal = DepositJournal::beside(config_file);
    let exit = runtime.block_on(watch(arguments, folder, journal, renewer, client, language, Arc::clone(log)))?;
    log.ended();
    Ok(exit)
}

async fn watch(
    arguments: &Arguments,
    folder: WatchedFolder,
    journal: DepositJournal,
    renewer: CertificateRenewer,
    client: GatewayClient,
    language: Language,
    log: Arc<WatchLog>,
) -> Result<Exit, Failure> {
    let output = Arc::new(ConsoleOutput::new(language, Arc::new(SystemClock), log));
    let watch_settings = WatchSettings {
        folder,
        client,
        client_provider: Arc::new(RenewingProvider {
            renewer: renewer.in_language(language),
            clock: Arc::new(SystemClock),
            observer: output.clone(),
        }),
        profile: arguments.profile.as_deref().and_then(Profile::builtin),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
        timer: Arc::new(TokioTimer::begin()),
        receipt_writer: Arc::new(LocalizedReceiptWriter {
            language,
            paper: arguments.paper,
            studio: arguments.studio.clone(),
        }),
        observer: output.clone(),
        language,
        declared: arguments.declaration.to_declaration(),
        journal: Some(journal),
    };
    let seconds = Duration::from_secs;
    let options = WatchOptions {
        stability: StabilityDelays {
            complete: seconds(arguments.settle),
            truncated: seconds(arguments.cut_after.max(arguments.settle)),
        },
        parallel: arguments.parallel,
        keep_sent: arguments.delete_sent_after,
    };
    let (watch, stop) = Watch::new(watch_settings, options)
        .and_then(|watch| Ok((watch, signals::stop()?)))
        .map_err(|error| advice::about_unexpected(&error, language))?;
    let condition = match arguments.once {
        true => StopCondition::QueueEmpty { give_up_after: seconds(arguments.give_up_after) },
        false => StopCondition::Signal,
    };
    let summary = watch.run(condition, stop).await;
    output.end();
    Ok(match condition {
        StopCondition::Signal => Exit::Done,
        StopCondition::QueueEmpty { .. } => exit_status(&summary),
    })
}

/// Chooses the exit code. Waiting photos take precedence over refused ones, because they require another run.
fn exit_status(summary: &WatchSummary) -> Exit {
    let waiting = summary.status.waiting + summary.status.in_progress + summary.status.arriving;
    match waiting {
        0 if summary.status.unusable > 0 || summary.is_storage_failing => Exit::Setup,
        1.. if summary.is_unauthorized => Exit::NotAllowed,
        1.. if summary.is_storage_failing || summary.status.gateway_down_since.is_none() => Exit::Setup,
        1.. => Exit::GaveUp,
        0 if summary.status.maybe_stored > 0 => Exit::MaybeDeposited,
        0 if summary.status.refused > 0 => Exit::PhotoRefused,
        0 => Exit::Done,
    }
}

fn about_watched_folder(error: &WatchedFolderError, language: Language) -> Failure {
    match error {
        WatchedFolderError::AlreadyWatched { path } => {
            Failure::new(Exit::AlreadyWatched, text!(language, "studio-already-watched", path = shown_path(path)))
        }
        WatchedFolderError::Unusable { path, source } => {
            let (path, cause) = (shown_path(path), source.to_string());
            Failure::new(Exit::Setup, text!(language, "studio-folder-unusable", path = path, cause = cause))
        }
    }
}
