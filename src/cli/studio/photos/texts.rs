//! States and refusals of deposited photos in words.

use crate::cli::studio::receipt_text::last_day;
use crate::client::deposited::photo_status::{OfficeRefusal, PhotoStatus};
use crate::domain::display_text::escaped;
use crate::domain::local_time;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;

/// The state with its day: the last one of a photo that waits, or the one on which it ended.
pub fn state(photo: &PhotoStatus, language: Language) -> String {
    let until = last_day(photo.expires_at, language);
    let ended = photo.settled_at.map(|at| local_time::day(at, language));
    let on = |word: &str| match &ended {
        Some(day) => language.pick(format!("{word} am {day}"), format!("{word} on {day}")),
        None => word.to_owned(),
    };
    match photo.state() {
        Some(PhotoState::Available) => language.pick(
            format!("wartet auf das Amt, gültig bis {until}"),
            format!("waits for the office, valid until {until}"),
        ),
        Some(PhotoState::Leased) => language.pick("wird im Amt bearbeitet", "at the office now").to_owned(),
        Some(PhotoState::Kept) => language.pick(
            format!("verwendet und für ein zweites Dokument aufbewahrt, bis {until}"),
            format!("used, and kept for a second document until {until}"),
        ),
        Some(PhotoState::Used) => on(language.pick("verwendet", "used")),
        Some(PhotoState::Refused) => on(language.pick("im Amt abgelehnt", "refused at the office")),
        Some(PhotoState::Withdrawn) => on(language.pick("zurückgezogen", "withdrawn")),
        Some(PhotoState::Expired) => on(language.pick("abgelaufen", "expired")),
        None => escaped(photo.state_name()).into_owned(),
    }
}

/// Reason and note of a refusal, each on a line.
pub fn refusal_lines(refusal: &OfficeRefusal, language: Language) -> Vec<String> {
    let reason = escaped(refusal.reason_in_words(language));
    let mut lines = vec![language.pick(format!("Grund: {reason}"), format!("Reason: {reason}"))];
    if let Some(note) = refusal.note.as_deref().filter(|note| !note.trim().is_empty()) {
        let note = escaped(note.trim());
        lines.push(language.pick(format!("Notiz des Amts: {note}"), format!("The office's note: {note}")));
    }
    lines
}
