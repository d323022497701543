//! `lichtbild-studio watch DIR`

mod arguments;
mod output;
mod receipt_writer;
mod signals;
mod systemd_unit;

use std::sync::Arc;
use std::time::Duration;

use super::advice;
use super::exit::Exit;
use super::output::eprint;
use super::receipt_text::on_one_line;
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
use crate::validation::profile::Profile;
pub use arguments::Arguments;
use output::ConsoleOutput;
use receipt_writer::LocalizedReceiptWriter;

/// Watches until it is told to stop, or with `--once` until nothing is left to do.
pub fn run(arguments: &Arguments) -> Exit {
    let requested_language = arguments.lang;
    let setup_error = |language: Language, message: String| {
        eprint(message);
        eprint(advice::after_setup_error(language));
        Exit::Setup
    };
    if arguments.print_systemd_unit {
        return systemd_unit::print_unit(arguments, requested_language.unwrap_or_default());
    }
    let config = match StudioConfig::load(&arguments.config) {
        Ok(config) => config,
        Err(error) => {
            let language = requested_language.unwrap_or_default();
            return setup_error(language, advice::about_config(&error, language));
        }
    };
    let language = requested_language.unwrap_or(config.language);
    let (renewal, connection) = match CertificateRenewer::load(&arguments.config) {
        Ok(both) => both,
        Err(error) => return setup_error(language, advice::about_renewal(&error, language).1),
    };
    let folder = match WatchedFolder::open(&arguments.dir) {
        Ok(folder) => folder,
        Err(error) => return report_folder_error(&error, language),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprint(advice::about_unexpected(&error, language));
            return Exit::Unexpected;
        }
    };
    runtime.block_on(watch(arguments, folder, renewal, connection, language))
}

async fn watch(
    arguments: &Arguments,
    folder: WatchedFolder,
    renewer: CertificateRenewer,
    connection: GatewayClient,
    language: Language,
) -> Exit {
    let output = Arc::new(ConsoleOutput::new(language, Arc::new(SystemClock)));
    let watch_settings = WatchSettings {
        folder,
        client: connection,
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
        journal: Some(DepositJournal::beside(&arguments.config)),
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
    let (watch, stop) = match Watch::new(watch_settings, options).and_then(|watch| Ok((watch, signals::stop()?))) {
        Ok(both) => both,
        Err(error) => {
            eprint(advice::about_unexpected(&error, language));
            return Exit::Unexpected;
        }
    };
    let condition = match arguments.once {
        true => StopCondition::QueueEmpty { give_up_after: seconds(arguments.give_up_after) },
        false => StopCondition::Signal,
    };
    let summary = watch.run(condition, stop).await;
    output.end();
    match condition {
        StopCondition::Signal => Exit::Done,
        StopCondition::QueueEmpty { .. } => exit_status(&summary),
    }
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

fn report_folder_error(error: &WatchedFolderError, language: Language) -> Exit {
    match error {
        WatchedFolderError::AlreadyWatched { path } => {
            eprint(language.pick(
                format!(
                    "{} wird schon überwacht. Das andere Fenster weiterlaufen lassen oder zuerst beenden.",
                    on_one_line(path)
                ),
                format!(
                    "{} is being watched already. Leave the other watch running or end it first.",
                    on_one_line(path)
                ),
            ));
            Exit::AlreadyWatched
        }
        WatchedFolderError::Unusable { path, source } => {
            eprint(language.pick(
                format!(
                    "{} lässt sich nicht überwachen ({source}). Einen vorhandenen, beschreibbaren Ordner angeben.",
                    on_one_line(path)
                ),
                format!(
                    "{} cannot be watched ({source}). Name a folder that exists and can be written.",
                    on_one_line(path)
                ),
            ));
            Exit::Setup
        }
    }
}
