//! `lichtbild-studio check PHOTO…`: the gateway's judge, in the shop and without a line.

mod in_order;
mod listing;
mod own_rules;
mod page;
mod table;

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use hyper::body::Bytes;
use serde::Serialize;

use super::exit::Exit;
use super::{LanguageArgument, advice, declaration, give, receipt, tell};
use crate::client::photo_file::{PhotoFile, PhotoFileError};
use crate::clock::{Clock, SystemClock};
use crate::domain::digest::Sha256Digest;
use crate::domain::finding::Verdict;
use crate::domain::language::Language;
use crate::domain::subject::Declaration;
use crate::report::row::{Row, verdict_text};
use crate::report::section::Shown;
use crate::validation::judge::{Examination, examine};
use crate::validation::profile::Profile;
use crate::wire::finding::FindingBody;
use crate::wire::measurements::MeasurementsBody;
use listing::Listing;
use page::Page;

pub use listing::FolderTrouble;
pub use own_rules::{OwnRulesError, OwnRulesFault};
pub use page::PageError;

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
    json: bool,
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
    findings: Vec<FindingBody>,
    measurements: MeasurementsBody,
}

/// How results are told on stdout.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// A line of JSON for each photo.
    Json,
    /// All that is known of the one photo.
    AtLength,
    /// A line for each photo, once all are judged.
    Table,
}

/// A photo and what the judge said. The bytes are kept only where they are wanted later.
struct Judged {
    examination: Examination,
    sha256: Sha256Digest,
    bytes: Option<Bytes>,
}

/// Judges every photo, a few in memory at a time; a file that cannot be read does not hold up the others.
pub fn run(arguments: &Arguments) -> Exit {
    let language = Language::from(arguments.lang);
    match rules(arguments, language).and_then(|profile| check(arguments, &profile, language)) {
        Ok(exit) | Err(exit) => exit,
    }
}

/// What to judge by; where that is not known, nothing is judged.
fn rules(arguments: &Arguments, language: Language) -> Result<Profile, Exit> {
    if let Some(file) = &arguments.profile_file {
        let rules = own_rules::read(file).map_err(|error| {
            tell(receipt::printable(&advice::about_own_rules(&error, language)));
            Exit::Setup
        })?;
        if !rules.left_to_gateway.is_empty() {
            tell(receipt::printable(&advice::about_rules_left(&rules.left_to_gateway, language)));
        }
        return Ok(rules.profile);
    }
    Profile::builtin(&arguments.profile).ok_or_else(|| {
        tell(language.pick(
            "Dieses Profil lässt sich nicht lesen. Mit --profile ein anderes wählen.",
            "This profile cannot be read. Choose another one with --profile.",
        ));
        Exit::Unexpected
    })
}

fn check(arguments: &Arguments, profile: &Profile, language: Language) -> Result<Exit, Exit> {
    let declaration = arguments.declaration.declared().unwrap_or_default();
    let Listing { photos, has_folders, troubles, others } = Listing::of(&arguments.photos);
    for trouble in &troubles {
        tell(advice::about_folder(trouble, language));
    }
    if others > 0 {
        tell(advice::about_others(others, language));
    }
    let telling = match (arguments.json, has_folders || photos.len() > 1) {
        (true, _) => Telling::Json,
        (false, true) => Telling::Table,
        (false, false) => Telling::AtLength,
    };
    let begun = arguments.html.as_deref().map(Page::begin).transpose();
    let mut page = begun.map_err(|error| page_failed(&error, language))?;
    let mut rows = Vec::new();
    in_order::for_each(
        &photos,
        |path| judge(path, profile, declaration, page_is_wanted(arguments)),
        |path, judged| {
            let file = path.display().to_string();
            let Judged { examination, sha256, bytes } = match judged {
                Ok(judged) => judged,
                Err(error) => {
                    tell(receipt::printable(&advice::about_photo(&error, language)));
                    rows.push(Row::unread(file));
                    return Ok(());
                }
            };
            rows.push(Row::judged(file.clone(), &examination));
            if let (Some(page), Some(bytes)) = (&mut page, &bytes) {
                let shown = Shown { file: &file, bytes, sha256, examination: &examination, profile };
                page.add(&shown, rows.len(), language).map_err(|error| page_failed(&error, language))?;
            }
            match telling {
                Telling::Json => give_json(&file, &examination, language),
                Telling::AtLength => give_at_length(&file, &examination, language),
                Telling::Table => Ok(()),
            }
        },
    )?;
    if telling == Telling::Table && !rows.is_empty() {
        give(table::table(&rows, language), language)?;
    }
    if let Some(page) = page {
        let judged_at = receipt::moment(SystemClock.now(), language);
        let path = page.finish(&rows, profile, &judged_at, language).map_err(|error| page_failed(&error, language))?;
        tell(language.pick(
            format!("Zum Ansehen im Browser öffnen: {}", path.display()),
            format!("Open in a browser to look at: {}", path.display()),
        ));
    }
    Ok(how_it_ended(&rows, !troubles.is_empty(), language))
}

/// The one place where a photo is judged.
fn judge(path: &Path, profile: &Profile, declaration: Declaration, keep: bool) -> Result<Judged, PhotoFileError> {
    let photo = PhotoFile::read(path)?;
    let examination = examine(&photo.bytes, profile, declaration, SystemClock.now());
    Ok(Judged { examination, sha256: photo.sha256, bytes: keep.then_some(photo.bytes) })
}

fn page_is_wanted(arguments: &Arguments) -> bool {
    arguments.html.is_some()
}

fn page_failed(error: &PageError, language: Language) -> Exit {
    tell(advice::about_page(error, language));
    Exit::Setup
}

fn how_it_ended(rows: &[Row], folder_trouble: bool, language: Language) -> Exit {
    let refused = rows.iter().any(|row| row.verdict == Some(Verdict::Refused));
    if refused {
        tell(language.pick(
            "Abgelehnte Fotos berichtigen oder neu aufnehmen und noch einmal prüfen.",
            "Correct the refused photos or take new ones, and check them again.",
        ));
    }
    match (folder_trouble || rows.iter().any(|row| row.verdict.is_none()), refused) {
        (true, _) => Exit::Setup,
        (false, true) => Exit::PhotoRefused,
        (false, false) => Exit::Done,
    }
}

fn give_json(file: &str, examination: &Examination, language: Language) -> Result<(), Exit> {
    let line = CheckedLine {
        file,
        verdict: examination.verdict,
        findings: FindingBody::all(&examination.findings, language),
        measurements: (&examination.measurements).into(),
    };
    let line = serde_json::to_string(&line).map_err(|error| {
        tell(advice::about_unexpected(&error, language));
        Exit::Unexpected
    })?;
    give(line, language)
}

fn give_at_length(file: &str, examination: &Examination, language: Language) -> Result<(), Exit> {
    let mut text = format!("{file}: {}", verdict_text(Some(examination.verdict), language));
    let findings = FindingBody::all(&examination.findings, language);
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&receipt::findings_for_people(&findings, language));
    }
    give(receipt::printable(&text), language)
}
