//! States and refusals of deposited photos in words.

use crate::cli::studio::receipt_text::last_day;
use crate::client::deposited::photo_status::{OfficeRefusal, PhotoStatus};
use crate::domain::display_text::escaped;
use crate::domain::local_time;
use crate::domain::photo::PhotoState;
use crate::texts::language::Language;
use crate::texts::text;

/// The state with its day: the last one of a photo that waits, or the one on which it ended.
pub fn state(photo: &PhotoStatus, language: Language) -> String {
    let Some(state) = photo.state() else { return escaped(photo.state_name()).into_owned() };
    let words = state_in_words(state, &last_day(photo.expires_at, language), language);
    match photo.settled_at.filter(|_| state.is_erased()) {
        Some(at) => text!(language, "studio-state-on-day", state = words, day = local_time::day(at, language)),
        None => words,
    }
}

fn state_in_words(state: PhotoState, until: &str, language: Language) -> String {
    text!(language, format!("studio-state-{}", state.name()), until = until)
}

/// Reason and note of a refusal, one line each.
pub fn refusal_lines(refusal: &OfficeRefusal, language: Language) -> Vec<String> {
    let reason = escaped(refusal.reason_in_words(language));
    let mut lines = vec![text!(language, "studio-refusal-reason", reason = reason)];
    if let Some(note) = refusal.note.as_deref().filter(|note| !note.trim().is_empty()) {
        lines.push(text!(language, "studio-refusal-note", note = escaped(note.trim())));
    }
    lines
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_state_has_words() {
        for language in [Language::German, Language::English] {
            assert!(
                PhotoState::VARIANTS.iter().all(|state| !state_in_words(*state, "22.11.2026", language).is_empty())
            );
        }
    }
}
