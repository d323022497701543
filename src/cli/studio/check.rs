//! `lichtbild-studio check PHOTO…`: the gateway's judge, in the shop and without a line.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::Serialize;
use serde_json::{Map, Value};

use super::exit::Exit;
use super::{LanguageArgument, advice, declaration, give, receipt, tell};
use crate::client::photo_file::PhotoFile;
use crate::clock::{Clock, SystemClock};
use crate::domain::finding::Verdict;
use crate::domain::language::Language;
use crate::validation::judge::{Examination, Measurements, examine};
use crate::validation::profile::Profile;
use crate::wire::finding::FindingBody;

/// Judge photos on this computer, by the rules of the gateway; nothing is sent
///
/// Ends with 6 when a file could not be read, else with 3 when a photo was refused.
#[derive(Args)]
pub struct Arguments {
    /// JPEG files
    #[arg(required = true)]
    photos: Vec<PathBuf>,
    /// The rules to judge by
    #[arg(long, default_value = "de-tr03121", value_parser = PossibleValuesParser::new(Profile::builtin_names()))]
    profile: String,
    #[command(flatten)]
    declaration: declaration::Arguments,
    /// Print one line of JSON for each photo
    #[arg(long)]
    json: bool,
    /// Language of messages and findings
    #[arg(long, default_value = "de")]
    lang: LanguageArgument,
}

#[derive(Serialize)]
struct CheckedLine {
    file: String,
    verdict: Verdict,
    findings: Vec<FindingBody>,
    measurements: Map<String, Value>,
}

/// Judges every photo, one in memory at a time; a file that cannot be read does not hold up the others.
pub fn run(arguments: &Arguments) -> Exit {
    let language = Language::from(arguments.lang);
    let Some(profile) = Profile::builtin(&arguments.profile) else {
        tell(language.pick(
            "Dieses Profil lässt sich nicht lesen. Mit --profile ein anderes wählen.",
            "This profile cannot be read. Choose another one with --profile.",
        ));
        return Exit::Unexpected;
    };
    let declaration = arguments.declaration.declared().unwrap_or_default();
    let (mut refused, mut unread) = (0_usize, 0_usize);
    for path in &arguments.photos {
        let photo = match PhotoFile::read(path) {
            Ok(photo) => photo,
            Err(error) => {
                unread += 1;
                tell(advice::about_photo(&error, language));
                continue;
            }
        };
        let examination = examine(&photo.bytes, &profile, declaration, SystemClock.now());
        refused += usize::from(examination.verdict == Verdict::Refused);
        if let Err(exit) = show(path, &examination, arguments.json, language) {
            return exit;
        }
    }
    if refused > 0 {
        tell(language.pick(
            "Abgelehnte Fotos berichtigen oder neu aufnehmen und noch einmal prüfen.",
            "Correct the refused photos or take new ones, and check them again.",
        ));
    }
    match (unread, refused) {
        (1.., _) => Exit::Setup,
        (0, 1..) => Exit::PhotoRefused,
        (0, 0) => Exit::Done,
    }
}

fn show(path: &Path, examination: &Examination, json: bool, language: Language) -> Result<(), Exit> {
    let findings = FindingBody::all(&examination.findings, language);
    let (verdict, file) = (examination.verdict, path.display().to_string());
    if json {
        let measurements = measured(&examination.measurements);
        let line = CheckedLine { file, verdict, findings, measurements };
        let line = serde_json::to_string(&line).map_err(|error| {
            tell(advice::about_unexpected(&error, language));
            Exit::Unexpected
        })?;
        return give(line, language);
    }
    let verdict = match verdict {
        Verdict::Accepted => language.pick("angenommen", "accepted"),
        Verdict::Refused => language.pick("abgelehnt", "refused"),
    };
    let mut text = format!("{file}: {verdict}");
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&receipt::findings_for_people(&findings, language));
    }
    give(receipt::printable(&text), language)
}

/// Only what was measured: a missing key says "unknown" more plainly than a null.
fn measured(measurements: &Measurements) -> Map<String, Value> {
    match serde_json::to_value(measurements) {
        Ok(Value::Object(all)) => all.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}
