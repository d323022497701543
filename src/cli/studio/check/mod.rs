//! `lichtbild-studio check PHOTO…`: photo checks of the gateway, run offline in the studio.

mod html_report;
mod messages;
mod ordered_parallel;
mod photo_list;
mod profile_file;
mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use hyper::body::Bytes;
use serde::Serialize;

use super::exit::Exit;
use super::options::LanguageArgument;
use super::output::{eprint, print};
use super::{advice, declaration, receipt_text};
use crate::client::photo::photo_file::{PhotoFile, PhotoFileError};
use crate::clock::{Clock, SystemClock};
use crate::domain::check::finding::{MadeAt, Verdict, has_remarks};
use crate::domain::digest::Sha256Digest;
use crate::domain::language::Language;
use crate::domain::photo::declaration::Declaration;
use crate::report::photo_section::ReportedPhoto;
use crate::report::photo_summary::{PhotoSummary, ShownResult};
use crate::validation::profile::Profile;
use crate::validation::{CheckOutcome, check_photo_closely};
use crate::wire::finding::FindingBody;
use crate::wire::measurements::MeasurementsBody;
use html_report::{HtmlReport, HtmlReportError};
use photo_list::PhotoList;

/// Judge photos on this computer, by the rules of the gateway; nothing is sent
///
/// One photo is told of at length, several in a table. Ends with 6 when a file could not be read, else with 3 when a photo was
/// refused.
#[derive(Args)]
pub struct Arguments {
    /// JPEG files, or folders with such files
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// The rules to judge by
    #[arg(long, default_value = "de-tr03121", value_parser = PossibleValuesParser::new(Profile::builtin_names()))]
    profile: String,
    /// Rules of a gateway's own instead: the file that its `profile_file` names (TOML), or what it answers at /v1/profile (JSON)
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    profile_file: Option<PathBuf>,
    #[command(flatten)]
    declaration: declaration::Arguments,
    /// Print one line of JSON for each photo; files that cannot be read give no line
    #[arg(long)]
    pub(crate) json: bool,
    /// Write a page to look at as well: each photo with guide lines and findings, in one file. Replaces a page that was written
    /// by this option before, and no other file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Language of messages and findings
    #[arg(long, default_value = "de")]
    lang: LanguageArgument,
}

#[derive(Serialize)]
struct CheckedLine<'a> {
    file: &'a str,
    verdict: Verdict,
    /// True for an accepted photo with advice.
    remarks: bool,
    findings: Vec<FindingBody>,
    measurements: MeasurementsBody,
}

/// Format of the results on stdout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutputFormat {
    /// A line of JSON for each photo.
    Json,
    /// All that is known of the one photo.
    Detailed,
    /// A line for each photo, once all are judged.
    Table,
}

/// A photo and what the judge said. The bytes are kept only where they are wanted later.
struct CheckedPhoto {
    outcome: CheckOutcome,
    sha256: Sha256Digest,
    bytes: Option<Bytes>,
}

/// Judges every photo, a few in memory at a time; a file that cannot be read does not hold up the others.
pub fn run(arguments: &Arguments) -> Exit {
    let language = Language::from(arguments.lang);
    match load_profile(arguments, language).and_then(|profile| check(arguments, &profile, language)) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// Loads the profile to check against; without one, no photo is checked.
fn load_profile(arguments: &Arguments, language: Language) -> Result<Profile, Exit> {
    if let Some(file) = &arguments.profile_file {
        let rules = profile_file::read(file).map_err(|error| {
            eprint(receipt_text::printable(&messages::about_profile_file(&error, language)));
            Exit::Setup
        })?;
        if !rules.unsupported_tables.is_empty() {
            eprint(receipt_text::printable(&messages::about_unknown_checks(&rules.unsupported_tables, language)));
        }
        return Ok(rules.profile);
    }
    Profile::builtin(&arguments.profile).ok_or_else(|| {
        eprint(language.pick(
            "Dieses Profil lässt sich nicht lesen. Mit --profile ein anderes wählen.",
            "This profile cannot be read. Choose another one with --profile.",
        ));
        Exit::Unexpected
    })
}

fn check(arguments: &Arguments, profile: &Profile, language: Language) -> Result<Exit, Exit> {
    let declaration = arguments.declaration.to_declaration().unwrap_or_default();
    let PhotoList { photos, has_folders, folder_errors, other_image_count } = PhotoList::collect(&arguments.photos);
    for error in &folder_errors {
        eprint(messages::about_folder(error, language));
    }
    if other_image_count > 0 {
        eprint(messages::about_other_images(other_image_count, language));
    }
    let format = match (arguments.json, has_folders || photos.len() > 1) {
        (true, _) => OutputFormat::Json,
        (false, true) => OutputFormat::Table,
        (false, false) => OutputFormat::Detailed,
    };
    let report = arguments.html.as_deref().map(HtmlReport::begin).transpose();
    let mut page = report.map_err(|error| report_html_error(&error, language))?;
    let mut rows = Vec::new();
    ordered_parallel::for_each(
        &photos,
        |path| check_photo_file(path, profile, declaration, wants_html_report(arguments)),
        |path, result| {
            let file = path.display().to_string();
            let CheckedPhoto { outcome, sha256, bytes } = match result {
                Ok(result) => result,
                Err(error) => {
                    eprint(receipt_text::printable(&advice::about_photo(&error, language)));
                    rows.push(PhotoSummary::unreadable(file));
                    return Ok(());
                }
            };
            rows.push(PhotoSummary::new(file.clone(), &outcome));
            if let (Some(page), Some(bytes)) = (&mut page, &bytes) {
                let shown = ReportedPhoto { file: &file, bytes, sha256, outcome: &outcome, profile };
                page.add(&shown, rows.len(), language).map_err(|error| report_html_error(&error, language))?;
            }
            match format {
                OutputFormat::Json => print_json(&file, &outcome, language),
                OutputFormat::Detailed => print_detailed(&file, &outcome, language),
                OutputFormat::Table => Ok(()),
            }
        },
    )?;
    if format == OutputFormat::Table && !rows.is_empty() {
        print(table::table(&rows, language), language)?;
    }
    if let Some(page) = page {
        let checked_at = receipt_text::moment(SystemClock.now(), language);
        let path =
            page.finish(&rows, profile, &checked_at, language).map_err(|error| report_html_error(&error, language))?;
        eprint(language.pick(
            format!("Zum Ansehen im Browser öffnen: {}", path.display()),
            format!("Open in a browser to look at: {}", path.display()),
        ));
    }
    Ok(exit_status(&rows, !folder_errors.is_empty(), language))
}

/// The one place where a photo is judged.
fn check_photo_file(
    path: &Path,
    profile: &Profile,
    declaration: Declaration,
    keep: bool,
) -> Result<CheckedPhoto, PhotoFileError> {
    let photo = PhotoFile::read(path)?;
    let outcome = check_photo_closely(&photo.bytes, profile, declaration, SystemClock.now(), MadeAt::Studio);
    Ok(CheckedPhoto { outcome, sha256: photo.sha256, bytes: keep.then_some(photo.bytes) })
}

fn wants_html_report(arguments: &Arguments) -> bool {
    arguments.html.is_some()
}

fn report_html_error(error: &HtmlReportError, language: Language) -> Exit {
    eprint(messages::about_html_report(error, language));
    Exit::Setup
}

fn exit_status(rows: &[PhotoSummary], has_folder_errors: bool, language: Language) -> Exit {
    let refused = rows.iter().any(|row| row.result == ShownResult::Refused);
    if refused {
        eprint(language.pick(
            "Abgelehnte Fotos berichtigen oder neu aufnehmen und noch einmal prüfen.",
            "Correct the refused photos or take new ones, and check them again.",
        ));
    }
    match (has_folder_errors || rows.iter().any(|row| row.result == ShownResult::Unreadable), refused) {
        (true, _) => Exit::Setup,
        (false, true) => Exit::PhotoRefused,
        (false, false) => Exit::Done,
    }
}

fn print_json(file: &str, outcome: &CheckOutcome, language: Language) -> Result<(), Exit> {
    let line = CheckedLine {
        file,
        verdict: outcome.verdict,
        remarks: has_remarks(outcome.verdict, &outcome.findings),
        findings: FindingBody::all(&outcome.findings, language),
        measurements: (&outcome.measurements).into(),
    };
    let line = serde_json::to_string(&line).map_err(|error| {
        eprint(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })?;
    print(line, language)
}

fn print_detailed(file: &str, outcome: &CheckOutcome, language: Language) -> Result<(), Exit> {
    let mut text = format!("{file}: {}", ShownResult::of(outcome).text(language));
    let findings = FindingBody::all(&outcome.findings, language);
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&receipt_text::findings_for_people(&findings, language));
    }
    print(receipt_text::printable(&text), language)
}
