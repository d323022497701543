//! `lichtbild-studio withdraw CODE|RECEIPT|NUMBER`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::list;
use crate::atomic_file::rotated_name;
use crate::cli::studio::advice;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::output::{eprint, print, print_json};
use crate::cli::studio::receipt_text::on_one_line;
use crate::cli::studio::runtime::GatewayAccess;
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

/// Characters of a photo's number as people see it ([`PhotoId::short`]).
const SHORT_NUMBER_LENGTH: usize = 6;
/// Photos that a short number is looked for among, the newest first.
const MAX_SEARCHED: usize = 5000;

/// Withdraw a photo that no office holds: the gateway erases it, and its code ends
///
/// The code itself is not sent: the photo is found by the receipts that are stored on this computer. Ends with 11 when there is
/// nothing to withdraw, because an office holds, used or refused the photo or its time is over.
#[derive(Args)]
pub struct Arguments {
    /// The citizen's code (- reads it from the standard input), a stored receipt, a photo with its receipt beside it, or the
    /// photo's number
    #[arg(value_name = "CODE|RECEIPT|NUMBER")]
    photo: String,
    /// Gateway address, certificate and key of this computer
    #[arg(long, value_name = "FILE", env = "LICHTBILD_STUDIO_CONFIG", default_value = "studio.toml")]
    config: PathBuf,
    /// Print one line of JSON: the photo as the gateway tells it, the problem, or a `message` if there is no problem of the gateway
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of messages [default: the configuration's, or de]
    #[arg(long)]
    lang: Option<Language>,
}

/// Withdraws and says how it went.
pub fn run(arguments: &Arguments) -> Exit {
    let access = match GatewayAccess::open(&arguments.config, arguments.lang) {
        Ok(access) => access,
        Err(exit) => return exit,
    };
    let language = access.language;
    let journal = DepositJournal::beside(&arguments.config);
    let withdrawn = find(arguments, &journal, &access).and_then(|photo_id| {
        let withdrawn = access.runtime.block_on(withdraw(&access.client, photo_id, language));
        withdrawn.map_err(|error| {
            let (exit, message) = about_error(&error, photo_id, language);
            Failure { exit, message, problem: problem_of(&error) }
        })
    });
    match withdrawn {
        Ok((photo, already)) => {
            // A note that does not say it costs one question more.
            let _ = journal.mark_ended(photo.photo_id);
            let file = list::files(&journal, language).remove(&photo.photo_id);
            let shown = match arguments.json {
                true => print_json(&photo.body, language),
                false => print(about_withdrawn(&photo, already, file.as_deref(), language), language),
            };
            shown.err().unwrap_or(Exit::Done)
        }
        Err(Failure { exit, message, problem }) => {
            if arguments.json {
                let line = problem.unwrap_or_else(|| json!({ "message": message }));
                if let Err(exit) = print_json(&line, language) {
                    return exit;
                }
            }
            eprint(message);
            exit
        }
    }
}

/// Nothing was withdrawn.
struct Failure {
    exit: Exit,
    message: String,
    /// The gateway's problem.
    problem: Option<Value>,
}

impl Failure {
    /// A failure that is not the gateway's.
    fn here(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), problem: None }
    }
}

fn problem_of(error: &GatewayError) -> Option<Value> {
    let GatewayError::Refused(problem) = error else { return None };
    serde_json::to_value(problem).ok()
}

/// Withdraws, and tells if it was withdrawn before.
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

/// The photo that is meant. A code is not sent, nor anything derived from one.
fn find(arguments: &Arguments, journal: &DepositJournal, access: &GatewayAccess) -> Result<PhotoId, Failure> {
    let language = access.language;
    let mut given = arguments.photo.trim().to_owned();
    if given == "-" {
        given.clear();
        if let Err(error) = std::io::stdin().read_line(&mut given) {
            return Err(Failure::here(Exit::Unexpected, advice::about_unexpected(&error, language)));
        }
        given.truncate(given.trim_end().len());
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
        let message = language.pick(
            format!("Das ist weder eine Datei noch eine Foto-Nr., und als Abrufcode: {cause} Es wurde nichts gesendet; die Eingabe mit der Quittung vergleichen."),
            format!("This is no file and no photo number, and as a code: {cause} Nothing was sent; compare it with the receipt."),
        );
        Failure::here(Exit::Usage, message)
    })?;
    photo_of_code(&code, journal, language)
}

/// The one photo of the studio whose number ends in this way, as the receipt shows it.
fn photo_of_short_number(number: &str, access: &GatewayAccess) -> Result<PhotoId, Failure> {
    let language = access.language;
    let query = DepositedQuery { state: None, limit: MAX_SEARCHED, oldest: None };
    let photos = access.runtime.block_on(requests::list(&access.client, &query, language)).map_err(|error| {
        let (exit, message) = advice::about_gateway_error(&error, language);
        Failure { exit, message, problem: problem_of(&error) }
    })?;
    let found: Vec<_> = photos.photos.iter().map(|photo| photo.photo_id).filter(|id| id.short() == number).collect();
    match found.as_slice() {
        [photo_id] => Ok(*photo_id),
        [] => {
            let message = about_unknown_number(number, language);
            // As the gateway answers for a whole number.
            let title = language.pick("Foto unbekannt", "Unknown photo");
            let problem = json!({ "type": "photo-unknown", "title": title, "status": 404, "detail": message });
            Err(Failure { exit: Exit::NothingToWithdraw, message, problem: Some(problem) })
        }
        several => {
            let numbers = several.iter().map(PhotoId::to_string).collect::<Vec<_>>().join("\n  ");
            let message = language.pick(
                format!("Auf {number} enden mehrere Foto-Nummern; es wurde nichts zurückgezogen. Die ganze Nummer angeben:\n  {numbers}"),
                format!("Several photo numbers end in {number}; nothing was withdrawn. Give the whole number:\n  {numbers}"),
            );
            Err(Failure::here(Exit::Usage, message))
        }
    }
}

fn about_unknown_number(number: impl std::fmt::Display, language: Language) -> String {
    language.pick(
        format!("Das Gateway kennt von diesem Studio kein Foto mit der Nr. {number}. Sie mit der Quittung vergleichen; `lichtbild-studio photos` listet alle auf."),
        format!("The gateway knows no photo no. {number} of this studio. Compare it with the receipt; `lichtbild-studio photos` lists them all."),
    )
}

/// The photo of a stored receipt, or of a photo whose receipt lies beside it. Cameras use names again: a receipt
/// for other bytes is another person's.
fn photo_of_file(path: &Path, language: Language) -> Result<PhotoId, Failure> {
    let read = |path: &Path| StoredReceipt::read(path).ok().flatten();
    if let Some(stored) = read(path) {
        return Ok(stored.body.photo_id);
    }
    // Its name does not say whose it is: another photo of the same name may have been deposited since.
    if path.extension().is_some_and(|extension| ["pdf", "txt"].iter().any(|printed| extension == *printed)) {
        return Err(printed_receipt(path, language));
    }
    let Ok(photo) = PhotoFile::read(path) else { return Err(no_receipt(path, language)) };
    let beside = photo.sidecar_path(SUFFIX);
    let rotated = (1..).map(|number| rotated_name(&beside, number)).take_while(|path| path.exists());
    let in_sent = path.with_extension("receipt.json");
    let candidates = [beside.clone(), in_sent].into_iter().chain(rotated);
    let found: Vec<_> = candidates.filter_map(|candidate| read(&candidate)).collect();
    match found.iter().find(|stored| stored.body.sha256 == photo.sha256) {
        Some(stored) => Ok(stored.body.photo_id),
        None if found.is_empty() => Err(no_receipt(path, language)),
        None => Err(receipt_of_other_photo(path, language)),
    }
}

fn no_receipt(path: &Path, language: Language) -> Failure {
    let path = on_one_line(path);
    let message = language.pick(
        format!("{path} ist keine gespeicherte Quittung, und daneben liegt keine. Es wurde nichts gesendet. Den Abrufcode oder die Foto-Nr. von der Quittung angeben."),
        format!("{path} is no stored receipt, and there is none beside it. Nothing was sent. Give the code or the photo's number from the receipt."),
    );
    Failure::here(Exit::Setup, message)
}

fn printed_receipt(path: &Path, language: Language) -> Failure {
    let path = on_one_line(path);
    let message = language.pick(
        format!("{path} ist eine gedruckte Quittung, die das Programm nicht liest. Es wurde nichts zurückgezogen. Den Abrufcode oder die Foto-Nr. angeben, die darauf stehen."),
        format!("{path} is a printed receipt, which the program does not read. Nothing was withdrawn. Give the code or the photo's number that is on it."),
    );
    Failure::here(Exit::Setup, message)
}

fn receipt_of_other_photo(path: &Path, language: Language) -> Failure {
    let path = on_one_line(path);
    let message = language.pick(
        format!("Die Quittung neben {path} gehört zu einem anderen Foto, das vorher so hieß. Es wurde nichts zurückgezogen. Den Abrufcode oder die Foto-Nr. von der Quittung der Person angeben, deren Foto gemeint ist."),
        format!("The receipt beside {path} belongs to another photo that had this name before. Nothing was withdrawn. Give the code or the photo's number from the receipt of the person whose photo is meant."),
    );
    Failure::here(Exit::Setup, message)
}

fn photo_of_code(code: &RetrievalCode, journal: &DepositJournal, language: Language) -> Result<PhotoId, Failure> {
    let noted = journal.with_code(code, SystemClock.now()).unwrap_or_else(|error| {
        eprint(advice::about_unreadable_notes(&error, language));
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
    let message = language.pick(
        "Auf diesem Rechner ist keine Quittung mit diesem Abrufcode gespeichert; das Gateway kennt Abrufcodes nicht, und es wurde nichts gesendet. \
         Stattdessen die Foto-Nr. angeben: sie steht unten auf der Quittung, und `lichtbild-studio photos` listet sie auf.",
        "No receipt with this code is stored on this computer; the gateway does not know codes, and nothing was sent. Give the photo's number \
         instead: it is at the foot of the receipt, and `lichtbild-studio photos` lists it.",
    );
    Err(Failure::here(Exit::Setup, message))
}

/// Receipts of the working folder, for deposits that were not noted.
fn receipts_here() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(".").into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains(SUFFIX)).collect()
}

fn about_withdrawn(photo: &PhotoStatus, already: bool, file: Option<&str>, language: Language) -> String {
    let number = photo.photo_id.short();
    let file = file.map(|file| format!(" ({})", escaped(file))).unwrap_or_default();
    if already {
        let at = photo.settled_at.map(|at| local_time::time_in_sentence(at, SystemClock.now(), language));
        let at = at.unwrap_or_default();
        return language.pick(
            format!("Schon zurückgezogen {at}: Foto-Nr. {number}{file}. Es ist nichts mehr zu tun."),
            format!("Withdrawn already {at}: photo no. {number}{file}. Nothing is left to do."),
        );
    }
    language.pick(
        format!("Zurückgezogen: Foto-Nr. {number}{file}. Das Bild ist beim Gateway gelöscht, der Abrufcode gilt nicht mehr; die Quittung vernichten."),
        format!("Withdrawn: photo no. {number}{file}. The picture is erased at the gateway and its code no longer works; destroy the receipt."),
    )
}

fn about_error(error: &GatewayError, photo_id: PhotoId, language: Language) -> (Exit, String) {
    let GatewayError::Refused(problem) = error else { return advice::about_gateway_error(error, language) };
    let time = |field: &str| {
        let at = problem.extensions.get(field).and_then(|value| serde_json::from_value(value.clone()).ok());
        at.map(|at| local_time::time_in_sentence(at, SystemClock.now(), language)).unwrap_or_default()
    };
    let state = problem.extensions.get("outcome").and_then(|state| serde_json::from_value(state.clone()).ok());
    let message = match (problem_type(problem), state) {
        ("photo-unknown", _) => about_unknown_number(photo_id, language),
        ("photo-leased", _) => {
            let until = time("lease_until");
            language.pick(
                format!("Ein Amt bearbeitet das Lichtbild gerade, es wurde nicht zurückgezogen. Die Frist des Amts endet spätestens {until}; danach noch einmal versuchen oder das Amt anrufen."),
                format!("An office holds the photo now, and it was not withdrawn. The office's time ends {until} at the latest; try again after that or call the office."),
            )
        }
        ("photo-kept", _) => language.pick(
            "Ein Amt hat das Lichtbild schon verwendet und bewahrt es auf Wunsch der Person für ein zweites Dokument auf; zurückziehen lässt es sich nicht mehr.".to_owned(),
            "An office has used the photo already and keeps it at the person's wish for a second document; it can no longer be withdrawn.".to_owned(),
        ),
        ("photo-expired", _) => {
            let at = time("expired_at");
            language.pick(
                format!("Die Frist des Lichtbilds ist {at} abgelaufen; es ist gelöscht, und es gibt nichts zurückzuziehen."),
                format!("The photo's time was over {at}; it is erased, and there is nothing to withdraw."),
            )
        }
        ("photo-settled", state) => {
            let at = time("settled_at");
            match state {
                Some(PhotoState::Used) => language.pick(
                    format!("Ein Amt hat das Lichtbild {at} verwendet; es ist gelöscht, und es gibt nichts zurückzuziehen."),
                    format!("An office used the photo {at}; it is erased, and there is nothing to withdraw."),
                ),
                Some(PhotoState::Refused) => language.pick(
                    format!("Ein Amt hat das Lichtbild {at} abgelehnt; es ist gelöscht. Den Grund zeigt `lichtbild-studio photos --refused`."),
                    format!("An office refused the photo {at}; it is erased. `lichtbild-studio photos --refused` shows the reason."),
                ),
                _ => language.pick(
                    format!("Die Frist des Lichtbilds ist {at} abgelaufen; es ist gelöscht, und es gibt nichts zurückzuziehen."),
                    format!("The photo's time was over {at}; it is erased, and there is nothing to withdraw."),
                ),
            }
        }
        _ => return advice::about_gateway_error(error, language),
    };
    (Exit::NothingToWithdraw, message)
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
        let (exit, message) = about_error(&GatewayError::Refused(problem), photo_id, Language::English);
        assert!(exit == Exit::NothingToWithdraw && message.contains("22 Nov 2026 at 10:30"), "{message}");
    }
}
