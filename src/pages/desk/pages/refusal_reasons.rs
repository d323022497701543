//! The rules of the photo specimen chart (Fotomustertafel), as a clerk names them.

use crate::domain::photo::collection::RefusalReason;
use crate::texts::language::Language;

/// All of them, in the order in which one looks at a photo.
pub(super) const REASONS: [RefusalReason; 15] = [
    RefusalReason::WrongPerson,
    RefusalReason::Likeness,
    RefusalReason::EyesClosed,
    RefusalReason::Gaze,
    RefusalReason::Glasses,
    RefusalReason::Expression,
    RefusalReason::Pose,
    RefusalReason::HeadPosition,
    RefusalReason::HeadCovering,
    RefusalReason::Obstruction,
    RefusalReason::Background,
    RefusalReason::Lighting,
    RefusalReason::Sharpness,
    RefusalReason::Retouched,
    RefusalReason::Other,
];

/// The rule in words.
pub(super) const fn labels(reason: RefusalReason) -> [&'static str; 2] {
    match reason {
        RefusalReason::Other => ["Etwas anderes (bitte unten beschreiben)", "Something else (describe it below)"],
        reason => reason.words(),
    }
}

/// The rule in the reader's language.
pub(super) fn label(reason: RefusalReason, language: Language) -> &'static str {
    let [german, english] = labels(reason);
    language.pick(german, english)
}

/// The name in forms and in JSON.
pub(super) fn form_value(reason: RefusalReason) -> String {
    serde_json::to_value(reason).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}
