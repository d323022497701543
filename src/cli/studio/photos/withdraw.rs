//! `lichtbild-studio withdraw CODE|RECEIPT|NUMBER`

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::list;
use crate::atomic_file::rotated_name;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::{self, Failure};
use crate::cli::studio::config_option::StudioConfigOption;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, fail, print, print_json};
use crate::cli::studio::runtime::GatewayAccess;
use crate::cli::studio::typed_line::read_typed_line;
use crate::client::deposited::journal::DepositJournal;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::deposited::requests;
use crate::client::deposited::requests::DepositedQuery;
use crate::client::enrolment::gateway_request::GatewayError;
use crate::client::gateway_client::GatewayClient;
use crate::client::photo::photo_file::PhotoFile;
use crate::client::photo::stored_receipt::{SUFFIX, StoredReceipt};
use crate::client::response::problem_type;
use crate::clock::{Clock, SystemClock};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::display_text::escaped;
use crate::domain::id::PhotoId;
use crate::domain::local_time;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;
use crate::texts::text;

/// In characters ([`PhotoId::short`]).
const SHORT_NUMBER_LENGTH: usize = 6;
/// Number of photos, the newest first, among which a short number is searched.
const MAX_SEARCHED: usize = 5000;

/// Withdraw a photo that no office has leased: the gateway erases it, and its code is no longer valid
///
/// The code itself is not sent: the receipts on this computer tell the photo. The exit code is 11 if there is nothing to withdraw, because
/// an office has leased, used or refused the photo or it has expired.
#[derive(Args)]
pub struct Arguments {
    /// The retrieval code (- reads it from the standard input), a stored receipt, a photo with its receipt beside it, or the photo number
    #[arg(value_name = "CODE|RECEIPT|NUMBER")]
    photo: String,
    #[command(flatten)]
    config: StudioConfigOption,
    /// Print one line of JSON: the gateway's object of the photo, its problem, or a `message` for other errors
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

/// Withdraws the photo, and prints the result.
pub fn run(arguments: &Arguments) -> Result<Exit, Exit> {
    let config = arguments.config.file(arguments.lang);
    let access = GatewayAccess::open(&config, arguments.lang)?;
    let language = access.language;
    let journal = DepositJournal::beside(&config);
    let withdrawn = find(arguments, &journal, &access).and_then(|photo_id| {
        let withdrawn = access.runtime.block_on(withdraw(&access.client, photo_id, language));
        withdrawn.map_err(|error| NotWithdrawn::new(about_error(&error, photo_id, language), &error))
    });
    match withdrawn {
        Ok((photo, already)) => {
            // Without this mark the next push of the photo asks the gateway once more.
            let _ = journal.mark_ended(photo.photo_id);
            let file = list::files(&journal, language).remove(&photo.photo_id);
            match arguments.json {
                true => print_json(&photo.body, language)?,
                false => print(about_withdrawn(&photo, already, file.as_deref(), language), language)?,
            }
            Ok(Exit::Done)
        }
        Err(NotWithdrawn { failure, problem }) => {
            if arguments.json {
                print_json(&problem.unwrap_or_else(|| json!({ "message": failure.message })), language)?;
            }
            Err(fail(failure))
        }
    }
}

/// The command failed. The photo is still at the gateway, if it was there.
struct NotWithdrawn {
    failure: Failure,
    /// Problem of the gateway, if that refused the request.
    problem: Option<Value>,
}

impl NotWithdrawn {
    fn new(failure: Failure, error: &GatewayError) -> Self {
        let problem = match error {
            GatewayError::Refused(problem) => serde_json::to_value(problem).ok(),
            _ => None,
        };
        Self { failure, problem }
    }
}

impl From<Failure> for NotWithdrawn {
    fn from(failure: Failure) -> Self {
        Self { failure, problem: None }
    }
}

/// Withdraws the photo. The flag is true if it was withdrawn before.
async fn withdraw(
    client: &GatewayClient,
    photo_id: PhotoId,
    language: Language,
) -> Result<(PhotoStatus, bool), GatewayError> {
    let before = requests::show(client, photo_id, language).await?;
    if let Some(photo) = before.filter(|photo| photo.state() == Some(PhotoState::Withdrawn)) {
        return Ok((photo, true));
    }
    requests::withdraw(client, photo_id, language).await.map(|photo| (photo, false))
}

/// Finds the photo that the user means. Neither a code nor a value derived from one is sent.
fn find(arguments: &Arguments, journal: &DepositJournal, access: &GatewayAccess) -> Result<PhotoId, NotWithdrawn> {
    let language = access.language;
    let mut given = arguments.photo.trim().to_owned();
    if given == "-" {
        given = read_typed_line().map(|line| line.trim().to_owned()).map_err(|error| {
            Failure::new(Exit::Usage, text!(language, "studio-input-unreadable", cause = error.to_string()))
        })?;
    } else {
        let path = Path::new(&given);
        if path.exists() {
            return photo_of_file(path, language);
        }
    }
    if let Ok(photo_id) = given.parse() {
        return Ok(photo_id);
    }
    if given.len() == SHORT_NUMBER_LENGTH && given.chars().all(|character| character.is_ascii_hexdigit()) {
        return photo_of_short_number(&given.to_ascii_lowercase(), access);
    }
    let code = RetrievalCode::parse(&given).map_err(|error| {
        let cause = advice::code_error_in_words(&error, language);
        Failure::new(Exit::Usage, text!(language, "studio-withdraw-not-a-code", cause = cause))
    })?;
    photo_of_code(&code, journal, language)
}

/// Finds the one photo of the studio with this short number, which its receipt shows.
fn photo_of_short_number(number: &str, access: &GatewayAccess) -> Result<PhotoId, NotWithdrawn> {
    let language = access.language;
    let query = DepositedQuery { state: None, limit: MAX_SEARCHED, oldest: None };
    let photos = access
        .runtime
        .block_on(requests::list(&access.client, &query, language))
        .map_err(|error| NotWithdrawn::new(advice::about_gateway_error(&error, language), &error))?;
    let found: Vec<_> = photos.photos.iter().map(|photo| photo.photo_id).filter(|id| id.short() == number).collect();
    match found.as_slice() {
        [photo_id] => Ok(*photo_id),
        [] => {
            let message = about_unknown_number(number, language);
            // The same problem as the gateway's answer to an unknown whole number.
            let title = text!(language, "studio-photo-unknown");
            let problem = json!({ "type": "photo-unknown", "title": title, "status": 404, "detail": message });
            let failure = Failure::new(Exit::NothingToWithdraw, message);
            Err(NotWithdrawn { failure, problem: Some(problem) })
        }
        several => {
            let numbers = several.iter().map(PhotoId::to_string).collect::<Vec<_>>().join("\n  ");
            let message = text!(language, "studio-withdraw-ambiguous", number = number, numbers = numbers);
            Err(Failure::new(Exit::Usage, message).into())
        }
    }
}

fn about_unknown_number(number: impl Display, language: Language) -> String {
    text!(language, "studio-withdraw-unknown-number", number = number.to_string())
}

/// Finds the photo of a stored receipt, or of a photo with its receipt beside it. Cameras reuse file names: a receipt for other bytes
/// belongs to another person.
fn photo_of_file(path: &Path, language: Language) -> Result<PhotoId, NotWithdrawn> {
    let not_found = |id: &str| Failure::new(Exit::Setup, text!(language, id, path = shown_path(path))).into();
    let read = |path: &Path| StoredReceipt::read(path).ok().flatten();
    if let Some(stored) = read(path) {
        return Ok(stored.body.photo_id);
    }
    // The file's name does not identify the photo: another photo of the same name may have been deposited since.
    if path.extension().is_some_and(|extension| ["pdf", "txt"].iter().any(|printed| extension == *printed)) {
        return Err(not_found("studio-withdraw-printed-receipt"));
    }
    let Ok(photo) = PhotoFile::read(path) else { return Err(not_found("studio-withdraw-no-receipt")) };
    let beside = photo.sidecar_path(SUFFIX);
    let rotated = (1..).map(|number| rotated_name(&beside, number)).take_while(|path| path.exists());
    let in_sent = path.with_extension("receipt.json");
    let candidates = [beside.clone(), in_sent].into_iter().chain(rotated);
    let found: Vec<_> = candidates.filter_map(|candidate| read(&candidate)).collect();
    match found.iter().find(|stored| stored.body.sha256 == photo.sha256) {
        Some(stored) => Ok(stored.body.photo_id),
        None if found.is_empty() => Err(not_found("studio-withdraw-no-receipt")),
        None => Err(not_found("studio-withdraw-other-receipt")),
    }
}

fn photo_of_code(code: &RetrievalCode, journal: &DepositJournal, language: Language) -> Result<PhotoId, NotWithdrawn> {
    let noted = journal.with_code(code, SystemClock.now()).unwrap_or_else(|error| {
        eprint(text!(language, "studio-notes-unreadable", cause = error.to_string()));
        None
    });
    if let Some(note) = noted {
        return Ok(note.photo_id);
    }
    for path in receipts_here() {
        if let Ok(Some(stored)) = StoredReceipt::read(&path)
            && stored.has_code(code)
        {
            return Ok(stored.body.photo_id);
        }
    }
    Err(Failure::new(Exit::Setup, text!(language, "studio-withdraw-unknown-code")).into())
}

/// Receipts of the working folder, for deposits without a note.
fn receipts_here() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains(SUFFIX)).collect()
}

fn about_withdrawn(photo: &PhotoStatus, already: bool, file: Option<&str>, language: Language) -> String {
    let number = photo.photo_id.short();
    let file = file.map(|file| format!(" ({})", escaped(file))).unwrap_or_default();
    if already {
        let at = photo.settled_at.map(|at| local_time::time_in_sentence(at, SystemClock.now(), language));
        return text!(language, "studio-withdrawn-before", at = at.unwrap_or_default(), number = number, file = file);
    }
    text!(language, "studio-withdrawn", number = number, file = file)
}

fn about_error(error: &GatewayError, photo_id: PhotoId, language: Language) -> Failure {
    let GatewayError::Refused(problem) = error else { return advice::about_gateway_error(error, language) };
    let time = |field: &str| {
        let at = problem.extensions.get(field).and_then(|value| serde_json::from_value(value.clone()).ok());
        at.map(|at| local_time::time_in_sentence(at, SystemClock.now(), language)).unwrap_or_default()
    };
    let state = problem.extensions.get("outcome").and_then(|state| serde_json::from_value(state.clone()).ok());
    let message = match (problem_type(problem), state) {
        ("photo-unknown", _) => about_unknown_number(photo_id, language),
        ("photo-leased", _) => text!(language, "studio-withdraw-leased", until = time("lease_until")),
        ("photo-kept", _) => text!(language, "studio-withdraw-kept"),
        ("photo-expired", _) => text!(language, "studio-withdraw-expired", at = time("expired_at")),
        ("photo-settled", state) => match state {
            Some(PhotoState::Used) => text!(language, "studio-withdraw-used", at = time("settled_at")),
            Some(PhotoState::Refused) => text!(language, "studio-withdraw-refused", at = time("settled_at")),
            _ => text!(language, "studio-withdraw-expired", at = time("settled_at")),
        },
        _ => return advice::about_gateway_error(error, language),
    };
    Failure::new(Exit::NothingToWithdraw, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::problem::ProblemBody;

    #[test]
    fn a_photo_whose_time_is_over_leaves_nothing_to_withdraw() {
        let problem = serde_json::json!({
            "type": "photo-expired", "title": "", "status": 410, "detail": "", "expired_at": "2026-11-22T09:30:00.000Z"
        });
        let problem: ProblemBody = serde_json::from_value(problem).unwrap();
        let photo_id = "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e".parse().unwrap();
        let Failure { exit, message } = about_error(&GatewayError::Refused(problem), photo_id, Language::English);
        assert!(exit == Exit::NothingToWithdraw && message.contains("22 Nov 2026 at 10:30"), "{message}");
    }
}
