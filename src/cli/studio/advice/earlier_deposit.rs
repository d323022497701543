//! Messages about an earlier deposit of the photo that is pushed.

use super::connection::about_transient_error;
use super::deposit::about_deposit;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::moment;
use crate::client::deposited::duplicates::EarlierDeposit;
use crate::client::photo::deposit::ClientDepositError;
use crate::clock::Timestamp;
use crate::domain::display_text::escaped;
use crate::domain::id::PhotoId;
use crate::domain::local_time;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;

/// Tells that a photo has a code already. Its receipt is shown too, if it is still stored.
pub fn about_earlier_deposit(earlier: &EarlierDeposit, language: Language) -> String {
    let (name, at) = (escaped(&earlier.note.name), moment(earlier.note.deposited_at, language));
    let number = earlier.note.photo_id.short();
    match &earlier.stored {
        Some(_) => language.pick(
            format!(
                "Dieses Foto hat schon einen Abrufcode: dieselbe Datei wurde am {at} als {name} eingeliefert. Es wurde nichts noch einmal gesendet; dieser \
                 Abrufcode gilt. Mit --again entsteht ein zweiter."
            ),
            format!(
                "This photo has a code already: the same file was deposited on {at} as {name}. Nothing was sent again, and this code is valid. --again \
                 gives a second one."
            ),
        ),
        None => language.pick(
            format!(
                "Dieses Foto hat schon einen Abrufcode: dieselbe Datei wurde am {at} als {name} eingeliefert (Foto-Nr. {number}). Er steht auf der \
                 Quittung, die hier nicht mehr gespeichert ist. Es wurde nichts gesendet. Ist die Quittung verloren: zuerst `lichtbild-studio withdraw \
                 {number}`, dann mit --again neu einliefern."
            ),
            format!(
                "This photo has a code already: the same file was deposited on {at} as {name} (photo no. {number}). The code is on the receipt, which is \
                 no longer stored here. Nothing was sent. If the receipt is lost, first `lichtbild-studio withdraw {number}`, then deposit anew with \
                 --again."
            ),
        ),
    }
}

/// An earlier deposit of the photo whose code leads nowhere.
#[derive(Debug, Clone, Copy)]
pub struct EndedDeposit {
    pub photo_id: PhotoId,
    /// State of the photo; `None` if the gateway does not know it.
    pub state: Option<PhotoState>,
    /// Time of its end, if the gateway tells it.
    pub settled_at: Option<Timestamp>,
}

/// Tells that the code of an earlier deposit leads nowhere, and that the photo is deposited anew or, after its use, that it is not.
pub fn about_ended_deposit(ended: &EndedDeposit, language: Language) -> String {
    let number = ended.photo_id.short();
    let on = ended.settled_at.map(|at| local_time::day(at, language));
    let on = on.map(|day| language.pick(format!(" am {day}"), format!(" on {day}"))).unwrap_or_default();
    let end = match ended.state {
        Some(PhotoState::Used) => {
            return language.pick(
                format!(
                    "Ein Amt hat dieses Foto{on} verwendet (Foto-Nr. {number}); sein Abrufcode gilt nicht mehr. Es wurde nichts gesendet. Wird es noch \
                     einmal gebraucht, etwa für ein zweites Dokument: mit --again neu einliefern."
                ),
                format!(
                    "An office used this photo{on} (photo no. {number}); its code no longer works. Nothing was sent. If it is needed once more, as for a \
                     second document, deposit it anew with --again."
                ),
            );
        }
        Some(PhotoState::Withdrawn) => language.pick(format!("wurde{on} zurückgezogen"), format!("was withdrawn{on}")),
        Some(PhotoState::Refused) => {
            language.pick(format!("wurde{on} im Amt abgelehnt"), format!("was refused at the office{on}"))
        }
        Some(_) => language.pick(format!("ist{on} abgelaufen"), format!("expired{on}")),
        None => language.pick("ist diesem Gateway nicht bekannt".to_owned(), "is unknown to this gateway".to_owned()),
    };
    language.pick(
        format!(
            "Die frühere Einlieferung dieses Fotos (Foto-Nr. {number}) {end}; ihr Abrufcode gilt nicht. Das Foto wird neu eingeliefert und bekommt einen \
             neuen Abrufcode. Eine Quittung mit dem alten vernichten."
        ),
        format!(
            "The earlier deposit of this photo (photo no. {number}) {end}; its code does not work. The photo is deposited anew and gets a new code. \
             Destroy a receipt with the old one."
        ),
    )
}

/// Explains why it is not known what became of an earlier deposit, and gives the exit code.
pub fn about_unchecked_deposit(error: &ClientDepositError, language: Language) -> (Exit, String) {
    let ClientDepositError::GaveUp { tries, last_error, .. } = error else { return about_deposit(error, language) };
    let cause = about_transient_error(last_error, language);
    let message = language.pick(
        format!(
            "{cause} Nach {tries} Versuchen aufgegeben. Dieses Foto wurde schon einmal eingeliefert; ob sein Abrufcode noch gilt, ließ sich nicht prüfen, \
             und es wurde nichts gesendet. Später denselben Befehl noch einmal ausführen."
        ),
        format!(
            "{cause} Gave up after {tries} tries. This photo was deposited before; it could not be checked if its code still works, and nothing was \
             sent. Run the same command again later."
        ),
    );
    (Exit::GaveUp, message)
}

/// Heading of a stored receipt of which the gateway has not told the state.
pub fn unchecked_receipt_heading(language: Language) -> &'static str {
    language.pick(
        "NICHT GEPRÜFT: gespeicherte Quittung. Das Gateway hat nicht geantwortet; der Abrufcode kann ungültig geworden sein.",
        "NOT CHECKED: stored receipt. The gateway did not answer; the code may no longer work.",
    )
}
