//! `lichtbild-studio setup`

mod dialog;
mod enrolment;
mod hot_folder;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::advice::{Failure, about_config, about_self_test, about_unexpected, setup_command};
use super::autostart::{
    self, WatchCommand, about_autostart_error, about_installed_autostart, about_removal_failure, about_start_failure,
};
use super::config_option::StudioConfigOption;
use super::exit::Exit;
use super::output::{eprint, fail};
use super::runtime::runtime;
use super::status::{exit_of, print_lines};
use crate::cli::shown_path::shown_path;
use crate::client::config::{StudioConfig, StudioConfigError};
use crate::client::enrolment::device_folder::PKCS12_FILE;
use crate::client::self_test::self_test;
use crate::client::watch::files::folder::is_watched;
use crate::clock::SystemClock;
use crate::domain::party::Role;
use crate::texts::language::Language;
use crate::texts::text;
use dialog::Dialog;
use enrolment::enrol_by_dialog;
use hot_folder::choose_hot_folder;

/// Connect this computer step by step: enrol it, make the watched folder, start `watch` at logon, test everything
///
/// Asks for the gateway's address and the code from the invitation letter. Steps that are done already are skipped, so that the command
/// continues after an interruption and repairs what is missing.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: StudioConfigOption,
    /// Watched folder, instead of a question for it
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Do not start `watch`, neither now nor at logon
    #[arg(long)]
    no_autostart: bool,
    /// End `watch`, do not start it at logon any more, and do nothing else
    #[arg(long, conflicts_with_all = ["no_autostart", "folder"])]
    remove_autostart: bool,
    /// Wait for the enter key at the end, so that the window stays open
    #[arg(long, hide = true)]
    pause: bool,
    /// Language of messages and of the configuration [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

/// Number of times that the folder's lock is asked for after a start.
const WATCH_POLLS: u32 = 30;
const WATCH_POLL_PAUSE: Duration = Duration::from_millis(100);

/// Does the steps, and prints the result of the test.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    // A task that is started at logon has another current folder.
    let config = std::path::absolute(&config).unwrap_or(config);
    let known = StudioConfig::load(&config).map(|known| known.in_language(arguments.lang));
    let language = known.as_ref().map_or(arguments.lang.unwrap_or_default(), |known| known.language);
    let mut dialog = Dialog { language };
    let ended = match arguments.remove_autostart {
        true => remove_autostart(language),
        false => set_up(arguments, &config, known, &mut dialog).map_err(|Failure { exit, message }| {
            let interrupted = text!(language, "studio-setup-interrupted", again = setup_command(language));
            Failure::new(exit, format!("\n{message}\n{interrupted}"))
        }),
    };
    let ended = ended.map_err(fail);
    if arguments.pause {
        dialog.wait_for_enter();
    }
    ended
}

fn remove_autostart(language: Language) -> Result<Exit, Failure> {
    let removed = autostart::remove().map_err(|error| about_removal_failure(&error, language))?;
    let told = if removed { "studio-autostart-removed" } else { "studio-autostart-none" };
    eprint(text!(language, told));
    Ok(Exit::Done)
}

fn set_up(
    arguments: &Arguments,
    config_file: &Path,
    known: Result<StudioConfig, StudioConfigError>,
    dialog: &mut Dialog,
) -> Result<Exit, Failure> {
    let language = dialog.language;
    eprint(text!(language, "studio-setup-welcome"));
    let is_kept = match &known {
        Ok(known) => dialog.keeps_enrolment(known)?,
        Err(error) if error.is_missing() => false,
        Err(error) => return Err(about_config(error, language)),
    };
    let is_office = match is_kept {
        true => config_file.with_file_name(PKCS12_FILE).exists(),
        false => enrol_by_dialog(config_file, known.is_ok(), dialog)?.role == Role::Office,
    };
    if is_office {
        eprint(text!(language, "studio-setup-office"));
        return Ok(Exit::Done);
    }
    let config = StudioConfig::load(config_file).map_err(|error| about_config(&error, language))?;
    let folder = choose_hot_folder(arguments.folder.as_deref(), config_file, &config, dialog)?;
    let started = if arguments.no_autostart { Ok(()) } else { start_at_logon(config_file, &folder, language) };
    eprint(format!("\n{}", text!(language, "studio-setup-test")));
    let test = runtime(language)?.block_on(self_test(config_file, arguments.lang, &SystemClock));
    let lines = about_self_test(&test, language);
    if let Err(exit) = print_lines(&lines, language) {
        return Ok(exit);
    }
    let tested = exit_of(&lines);
    let next = match (tested, &started) {
        (Exit::Done | Exit::Attention, Ok(())) => "studio-setup-done",
        _ => "studio-setup-unfinished",
    };
    let (folder, again) = (shown_path(&folder), setup_command(language));
    let overview = overview_command(language);
    eprint(format!(
        "\n{}",
        text!(
            language,
            next,
            folder = folder,
            again = again,
            overview = overview,
            new = text!(language, "studio-setup-new")
        )
    ));
    // A fault of the test is worse than a watch that has to be started by hand.
    Ok(started.map_or_else(|exit| if tested == Exit::Done { exit } else { tested }, |()| tested))
}

/// The command `status --html` as the user starts it.
fn overview_command(language: Language) -> String {
    text!(language, if cfg!(windows) { "studio-overview-in-start-menu" } else { "studio-overview-in-terminal" })
}

/// Sets up the start at logon and starts `watch` now. A failure is told; photos can be deposited without it.
fn start_at_logon(config_file: &Path, folder: &Path, language: Language) -> Result<(), Exit> {
    let watch = WatchCommand::of_this_program(config_file, None, Vec::new())
        .map_err(|error| fail(about_unexpected(&error, language)))?;
    let installed = autostart::install(&watch).map_err(|error| fail(about_autostart_error(&error, language)))?;
    eprint(about_installed_autostart(&installed, language));
    autostart::start(&watch, &installed).map_err(|error| fail(about_start_failure(&error, language)))?;
    // The system's program reports success before the watch runs.
    if !(0..WATCH_POLLS).any(|_| {
        thread::sleep(WATCH_POLL_PAUSE);
        is_watched(folder).unwrap_or(false)
    }) {
        eprint(text!(language, "studio-setup-watch-not-seen", overview = overview_command(language)));
    }
    Ok(())
}
