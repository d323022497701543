//! Messages about an earlier deposit of the photo that is pushed.

use super::connection::about_transient_error;
use super::deposit::about_deposit;
use super::failure::Failure;
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
use crate::texts::text;

/// Tells that a photo has a code already. Its receipt is shown too, if it is still stored.
pub fn about_earlier_deposit(earlier: &EarlierDeposit, language: Language) -> String {
    let (name, at) = (escaped(&earlier.note.name), moment(earlier.note.deposited_at, language));
    match &earlier.stored {
        Some(_) => text!(language, "studio-earlier-with-receipt", name = name, at = at),
        None => {
            let number = earlier.note.photo_id.short();
            text!(language, "studio-earlier-without-receipt", name = name, at = at, number = number)
        }
    }
}

/// An earlier deposit of the photo whose code is no longer valid.
#[derive(Debug, Clone, Copy)]
pub struct EndedDeposit {
    pub photo_id: PhotoId,
    /// `None` if the gateway does not know the photo.
    pub state: Option<PhotoState>,
    /// `None` if the gateway does not tell it.
    pub settled_at: Option<Timestamp>,
}

/// Tells that the code of an earlier deposit is no longer valid, and that the photo is deposited anew or, after its use, that it is not.
pub fn about_ended_deposit(ended: &EndedDeposit, language: Language) -> String {
    let number = ended.photo_id.short();
    let day = ended.settled_at.map(|at| local_time::day(at, language));
    let on = day.map(|day| text!(language, "studio-on-day", day = day)).unwrap_or_default();
    let end = match ended.state {
        Some(PhotoState::Used) => return text!(language, "studio-earlier-used", on = on, number = number),
        Some(PhotoState::Withdrawn) => text!(language, "studio-earlier-withdrawn", on = on),
        Some(PhotoState::Refused) => text!(language, "studio-earlier-refused", on = on),
        Some(_) => text!(language, "studio-earlier-expired", on = on),
        None => text!(language, "studio-earlier-unknown"),
    };
    text!(language, "studio-earlier-ended", number = number, end = end)
}

/// Explains why the state of an earlier deposit is not known.
pub fn about_unchecked_deposit(error: &ClientDepositError, language: Language) -> Failure {
    let ClientDepositError::GaveUp { tries, last_error, .. } = error else { return about_deposit(error, language) };
    let cause = about_transient_error(last_error, language);
    Failure::new(Exit::GaveUp, text!(language, "studio-earlier-unchecked", cause = cause, tries = tries))
}
