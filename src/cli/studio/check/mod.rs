//! `lichtbild-studio check PHOTO…`: photo checks of the gateway, run offline in the studio.

pub(super) mod html_report;
pub(super) mod messages;
mod ordered_parallel;
mod photo_list;
mod profile_file;
mod rewrite;
pub(super) mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use hyper::body::Bytes;
use serde::Serialize;

use super::advice::{self, Failure};
use super::declaration;
use super::exit::Exit;
use super::output::{eprint, fail, print};
use super::receipt_text::{findings_for_people, moment};
use crate::cli::shown_path::shown_path;
use crate::client::photo::photo_file::{PhotoFile, PhotoFileError};
use crate::clock::{Clock, SystemClock};
use crate::domain::check::finding::{MadeAt, Verdict, has_remarks};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::declaration::Declaration;
use crate::report::photo_section::ReportedPhoto;
use crate::report::photo_summary::{PhotoSummary, ShownResult};
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::CheckOutcome;
use crate::validation::close_check::check_photo_closely;
use crate::validation::profile::Profile;
use crate::wire::finding::FindingBody;
use crate::wire::measurements::MeasurementsBody;
use html_report::HtmlReport;
use photo_list::PhotoList;
use rewrite::{CopyOrigin, RewriteError};

/// Check photos on this computer against the gateway's profile; nothing is sent
///
/// Shows one photo in detail, several photos in a table. The exit code is 6 if a file could not be read, or else 3 if a photo was refused.
#[derive(Args)]
pub struct Arguments {
    /// JPEG files, or folders with such files. Patterns such as *.jpg are expanded
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// Profile to check against
    #[arg(long, default_value = "de-tr03121", value_parser = PossibleValuesParser::new(Profile::builtin_names()))]
    profile: String,
    /// A gateway's own profile: the file that its `profile_file` names (TOML), or its answer at /v1/profile (JSON)
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    profile_file: Option<PathBuf>,
    #[command(flatten)]
    declaration: declaration::Arguments,
    /// Print one line of JSON per photo; files that cannot be read have no line
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write an HTML page: all photos with guide lines and findings, in one file. Replaces only a file that this option has written
    /// before
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Rewrite photos that are refused as progressive, or for their separate scans, without loss as baseline JPEG NAME-baseline.jpg beside
    /// them, and check these files instead. The originals are not changed, and no file is replaced
    #[arg(long)]
    rewrite: bool,
    /// Language of messages and findings
    #[arg(long, default_value = "de")]
    lang: Language,
}

#[derive(Serialize)]
struct CheckedLine<'a> {
    file: &'a str,
    /// Photo of which the file is the baseline copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    original: Option<String>,
    verdict: Verdict,
    /// True for an accepted photo with advice.
    remarks: bool,
    findings: Vec<FindingBody>,
    measurements: MeasurementsBody,
}

/// Format of the results on stdout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OutputFormat {
    /// One line of JSON per photo.
    Json,
    /// All results of the only photo.
    Detailed,
    /// One line per photo, after all are checked.
    Table,
}

/// Result of one photo. The bytes are kept only for `--html`.
struct CheckedPhoto {
    /// The checked file: the photo or its baseline copy.
    path: PathBuf,
    outcome: CheckOutcome,
    sha256: Sha256Digest,
    bytes: Option<Bytes>,
    /// Result of `--rewrite`, if it was needed.
    rewriting: Option<Result<CopyOrigin, RewriteError>>,
}

/// Checks every photo, with a few of them in memory at a time. A file that cannot be read does not stop the check of the others.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let language = arguments.lang;
    check(arguments, &load_profile(arguments, language)?, language)
}

/// Loads the profile to check against; without one, no photo is checked.
fn load_profile(arguments: &Arguments, language: Language) -> Result<Profile, Exit> {
    if let Some(file) = &arguments.profile_file {
        let rules = profile_file::read(file).map_err(|error| fail(messages::about_profile_file(&error, language)))?;
        if !rules.unsupported_tables.is_empty() {
            eprint(text!(language, "studio-unknown-checks", unknown = rules.unsupported_tables.join(", ")));
        }
        return Ok(rules.profile);
    }
    let missing = || Failure::new(Exit::Unexpected, text!(language, "studio-profile-missing"));
    Profile::builtin(&arguments.profile).ok_or_else(|| fail(missing()))
}

fn check(arguments: &Arguments, profile: &Profile, language: Language) -> Result<Exit, Exit> {
    let declaration = arguments.declaration.to_declaration().unwrap_or_default();
    let PhotoList { photos, has_folders, folder_errors, other_image_count, other_files, unmatched, sub_folders } =
        PhotoList::collect(&arguments.photos);
    for pattern in &unmatched {
        eprint(text!(language, "studio-check-no-match", pattern = shown_path(pattern)));
    }
    for error in &folder_errors {
        eprint(messages::about_folder(error, language));
    }
    if other_image_count > 0 {
        eprint(text!(language, "studio-other-images", count = other_image_count));
    }
    if !other_files.is_empty() {
        eprint(text!(language, "studio-other-files", shown = advice::listed(&other_files)));
    }
    if !sub_folders.is_empty() {
        eprint(text!(language, "studio-sub-folders", shown = advice::listed(&sub_folders)));
    }
    let format = match (arguments.json, has_folders || photos.len() > 1) {
        (true, _) => OutputFormat::Json,
        (false, true) => OutputFormat::Table,
        (false, false) => OutputFormat::Detailed,
    };
    let html_error = |error| fail(messages::about_html_report(&error, language));
    let report = arguments.html.as_deref().map(HtmlReport::begin).transpose();
    let mut page = report.map_err(html_error)?;
    let mut rows = Vec::new();
    ordered_parallel::for_each(
        &photos,
        |path| check_photo_file(path, profile, declaration, arguments),
        |path, result| {
            let CheckedPhoto { path: judged, outcome, sha256, bytes, rewriting } = match result {
                Ok(result) => result,
                Err(error) => {
                    eprint(advice::about_photo(&error, language).message);
                    rows.push(PhotoSummary::unreadable(shown_path(path)));
                    return Ok(());
                }
            };
            if let Some(result) = &rewriting {
                eprint(messages::about_rewriting(path, &judged, result, language));
            }
            // A copy of an earlier run is in the same folder and is checked separately.
            if judged != *path && photos.contains(&judged) {
                return Ok(());
            }
            let file = judged.display().to_string();
            let shown_file = shown_path(&judged);
            rows.push(PhotoSummary::new(shown_file.clone(), &outcome));
            if let (Some(page), Some(bytes)) = (&mut page, &bytes) {
                let shown = ReportedPhoto { file: &shown_file, bytes, sha256, outcome: &outcome, profile };
                page.add(&shown, rows.len(), language).map_err(html_error)?;
            }
            match format {
                OutputFormat::Json => {
                    let original = (judged != *path).then(|| path.display().to_string());
                    print_json(&file, original, &outcome, language)
                }
                OutputFormat::Detailed => print_detailed(&file, &outcome, language),
                OutputFormat::Table => Ok(()),
            }
        },
    )?;
    if format == OutputFormat::Table && !rows.is_empty() {
        print(table::table(&rows, language), language)?;
    }
    if let Some(page) = page {
        let checked_at = moment(SystemClock.now(), language);
        let path = page.finish(&rows, profile, &checked_at, language).map_err(html_error)?;
        eprint(text!(language, "studio-html-written", path = shown_path(&path)));
    }
    Ok(exit_status(&rows, !folder_errors.is_empty() || !unmatched.is_empty(), language))
}

/// Checks a photo, or with `--rewrite` its baseline copy.
fn check_photo_file(
    path: &Path,
    profile: &Profile,
    declaration: Declaration,
    arguments: &Arguments,
) -> Result<CheckedPhoto, PhotoFileError> {
    let judge = |photo: PhotoFile, rewriting| {
        let outcome = check_photo_closely(&photo.bytes, profile, declaration, SystemClock.now(), MadeAt::Studio);
        let wants_bytes = arguments.html.is_some();
        let PhotoFile { path, bytes, sha256 } = photo;
        CheckedPhoto { path, outcome, sha256, bytes: wants_bytes.then_some(bytes), rewriting }
    };
    let photo = PhotoFile::read(path)?;
    let checked = judge(photo.clone(), None);
    if !arguments.rewrite || !rewrite::is_refused_for_coding(&checked.outcome) {
        return Ok(checked);
    }
    Ok(match rewrite::write_baseline_copy(&photo) {
        Ok(copy) => judge(copy.file, Some(Ok(copy.origin))),
        Err(error) => CheckedPhoto { rewriting: Some(Err(error)), ..checked },
    })
}

fn exit_status(rows: &[PhotoSummary], has_missing_photos: bool, language: Language) -> Exit {
    let refused = rows.iter().any(|row| row.result == ShownResult::Refused);
    if refused {
        eprint(text!(language, "studio-check-again"));
    }
    match (has_missing_photos || rows.iter().any(|row| row.result == ShownResult::Unreadable), refused) {
        (true, _) => Exit::Setup,
        (false, true) => Exit::PhotoRefused,
        (false, false) => Exit::Done,
    }
}

fn print_json(file: &str, original: Option<String>, outcome: &CheckOutcome, language: Language) -> Result<(), Exit> {
    let line = CheckedLine {
        file,
        original,
        verdict: outcome.verdict,
        remarks: has_remarks(outcome.verdict, &outcome.findings),
        findings: FindingBody::all(&outcome.findings, language),
        measurements: (&outcome.measurements).into(),
    };
    super::output::print_json(&line, language)
}

fn print_detailed(file: &str, outcome: &CheckOutcome, language: Language) -> Result<(), Exit> {
    let mut text = format!("{}: {}", shown_path(file), ShownResult::of(outcome).text(language));
    let findings = FindingBody::all(&outcome.findings, language);
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&findings_for_people(&findings, language));
    }
    print(text, language)
}
