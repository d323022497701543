//! `lichtbild-studio status`

mod browser;
mod facts;
mod page;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::advice::{CheckState, SelfTestLine, about_gateway_error, about_self_test};
use super::check::html_report::{HtmlReportError, is_own_page};
use super::check::messages::about_html_report;
use super::config_option::{StudioConfigOption, is_found_without_option};
use super::exit::Exit;
use super::output::{eprint, fail, print, print_json};
use super::photos::list;
use super::runtime::runtime;
use crate::atomic_file;
use crate::atomic_file::FileMode;
use crate::cli::shown_path::shown_path;
use crate::client::config_location::folder_of;
use crate::client::deposited::journal::DepositJournal;
use crate::client::self_test::{SelfTest, self_test};
use crate::clock::{Clock, SystemClock, Timestamp};
use crate::domain::id::{DeviceId, PhotoId};
use crate::texts::language::Language;
use crate::texts::text;
use facts::OverviewFacts;

/// Name of the page in the folder of the configuration.
const PAGE_FILE: &str = "status.html";

/// Check whether this computer can deposit photos, and show what to do if it cannot
///
/// Checks the configuration, key, certificate, connection and both clocks, and sends a test photo to be checked, which is not stored. Also
/// lists the photos that an office refused in the last two weeks.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    config: StudioConfigOption,
    /// Print one line of JSON
    #[arg(long, conflicts_with = "html")]
    pub(crate) json: bool,
    /// Write the state of this computer and of the watched folder as an HTML page instead: today's photos with links to their receipts,
    /// refusals, waiting photos and the last messages of `watch`. The page contains no codes [default: status.html beside the configuration,
    /// which is then opened in the browser]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    html: Option<Option<PathBuf>>,
    /// With --html FILE: open the page in the browser
    #[arg(long, requires = "html", conflicts_with = "no_open")]
    open: bool,
    /// With --html: do not open the page in the browser
    #[arg(long, requires = "html")]
    no_open: bool,
    /// With --html: watched folder [default: the configuration's]
    #[arg(long, value_name = "DIR", requires = "html")]
    folder: Option<PathBuf>,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

#[derive(Serialize)]
struct StatusLine<'a> {
    can_deposit: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    studio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<DeviceId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_expires_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_due_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_milliseconds: Option<i64>,
    checks: &'a [SelfTestLine],
    /// Photos that an office refused in the last two weeks; absent if the request failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Vec<Value>>,
}

/// Tests every aspect, and prints the results.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    let runtime = runtime(arguments.lang.unwrap_or_default()).map_err(fail)?;
    let test = runtime.block_on(self_test(&config, arguments.lang, &SystemClock));
    let configured = test.configuration.as_ref().ok().map(|config| config.language);
    let language = arguments.lang.or(configured).unwrap_or_default();
    let lines = about_self_test(&test, language);
    if let Some(file) = &arguments.html {
        let now = SystemClock.now();
        let folder = arguments.folder.as_deref();
        let gathering = OverviewFacts::gather(&config, folder, &test, &lines, now);
        let text = page::page(&runtime.block_on(gathering), language);
        show_page(arguments, &config, file.as_deref(), &text, language)?;
    } else {
        let files = list::files(&DepositJournal::beside(&config), language);
        if arguments.json {
            print_json(&to_json(&test, &lines, &files), language)?;
        } else {
            print_lines(&lines, language)?;
            print_refused(&test, &files, language)?;
        }
    }
    Ok(exit_of(&lines))
}

/// Prints the results, a line for each aspect.
pub(super) fn print_lines(lines: &[SelfTestLine], language: Language) -> Result<(), Exit> {
    lines.iter().try_for_each(|line| print(for_people(line, language), language))
}

/// Exit code for the results.
pub(super) fn exit_of(lines: &[SelfTestLine]) -> Exit {
    // The first fault is the cause of the others; an aspect that only needs attention never hides a fault.
    let fault = lines.iter().find(|line| line.state == CheckState::Fault);
    let attention = lines.iter().find(|line| line.state == CheckState::Attention);
    fault.or(attention).map_or(Exit::Done, |line| line.exit)
}

/// Writes the page and prints its path. The page is opened if no file is named; a failure of that does not change the exit code.
fn show_page(
    arguments: &Arguments,
    config: &Path,
    file: Option<&Path>,
    text: &str,
    language: Language,
) -> Result<(), Exit> {
    if file.is_none() && is_found_without_option(config) {
        // Before the enrolment the folder is missing, and the page says what to do. A failure is that of the page.
        let _ = atomic_file::make_folder(&folder_of(config), FileMode::OwnerOnly);
    }
    let path = file.map_or_else(|| config.with_file_name(PAGE_FILE), Path::to_owned);
    write_page(&path, text).map_err(|error| fail(about_html_report(&error, language)))?;
    let path = std::path::absolute(&path).unwrap_or(path);
    print(text!(language, "studio-overview-written", path = shown_path(&path)), language)?;
    if !arguments.no_open
        && (file.is_none() || arguments.open)
        && let Err(error) = browser::open(&path)
    {
        let cause = error.to_string();
        eprint(text!(language, "studio-overview-not-opened", cause = cause, path = shown_path(&path)));
    }
    Ok(())
}

/// Only the owner may read the page, because it contains names of photos.
fn write_page(path: &Path, text: &str) -> Result<(), HtmlReportError> {
    let unwritable = |source| HtmlReportError::Unwritable { path: path.to_owned(), source };
    match is_own_page(path, page::FILE_SIGNATURE)? {
        true => atomic_file::replace_entry(path, text.as_bytes(), FileMode::OwnerOnly).map_err(unwritable),
        false => match atomic_file::write_new(path, text.as_bytes(), FileMode::OwnerOnly) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(HtmlReportError::NotAReport { path: path.to_owned() })
            }
            written => written.map_err(unwritable),
        },
    }
}

/// Prints the refused photos, if there are any. A gateway that does not tell them does not change the exit code.
fn print_refused(test: &SelfTest, files: &HashMap<PhotoId, String>, language: Language) -> Result<(), Exit> {
    match &test.refused {
        Some(Ok(refused)) if !refused.is_empty() => {
            let heading = text!(language, "studio-refused-at-office");
            print(format!("\n{heading}\n{}", list::table(refused, files, language)), language)
        }
        Some(Err(error)) => {
            let cause = about_gateway_error(error, language).message;
            eprint(text!(language, "studio-refusals-unknown", cause = cause));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn to_json<'a>(test: &SelfTest, lines: &'a [SelfTestLine], files: &HashMap<PhotoId, String>) -> StatusLine<'a> {
    let me = test.admission.as_ref().and_then(|admission| admission.as_ref().ok());
    let device = test.credentials.as_ref().and_then(|credentials| credentials.as_ref().ok());
    StatusLine {
        can_deposit: matches!(test.deposit, Some(Ok(()))),
        studio: me.map(|me| format!("{}, {}", me.studio.name, me.studio.place)),
        device_id: me.map(|me| me.device_id),
        certificate_expires_at: device.map(|device| device.certificate.not_after),
        renewal_due_at: device.map(|device| device.renewal_due),
        clock_ahead_milliseconds: test.clock_ahead_milliseconds,
        checks: lines,
        refused: match &test.refused {
            Some(Ok(refused)) => Some(refused.iter().map(|photo| list::with_file(photo, files)).collect()),
            _ => None,
        },
    }
}

fn for_people(line: &SelfTestLine, language: Language) -> String {
    let (state, aspect) = (line.state.name(language), line.aspect.name(language));
    let mut text = format!("{state:<9}  {aspect:<13}  {}", line.text);
    if let Some(advice) = &line.advice {
        text.push_str(&format!("\n{:26}-> {advice}", ""));
    }
    text
}
