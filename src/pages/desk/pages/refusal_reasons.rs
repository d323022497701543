//! The rules of the photo specimen chart (Fotomustertafel), as a clerk names them.

use crate::domain::language::Language;
use crate::domain::photo::collection::RefusalReason;

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
        RefusalReason::EyesClosed => ["Augen geschlossen oder verdeckt", "Eyes closed or hidden"],
        RefusalReason::Gaze => ["Blick nicht in die Kamera", "Does not look into the camera"],
        RefusalReason::Expression => ["Mund offen oder Ausdruck nicht neutral", "Mouth open or expression not neutral"],
        RefusalReason::Pose => ["Kopf gedreht oder geneigt", "Head turned or tilted"],
        RefusalReason::HeadPosition => {
            ["Kopf zu groß, zu klein oder nicht mittig", "Head too large, too small or not centred"]
        }
        RefusalReason::Glasses => ["Brille verdeckt die Augen oder spiegelt", "Glasses hide the eyes or reflect"],
        RefusalReason::HeadCovering => [
            "Kopfbedeckung ohne religiösen oder medizinischen Grund",
            "Head covered without a religious or medical reason",
        ],
        RefusalReason::Background => ["Hintergrund nicht einfarbig oder zu dunkel", "Background not plain or too dark"],
        RefusalReason::Lighting => ["Schatten, Glanz, zu hell oder zu dunkel", "Shadows, glare, too light or too dark"],
        RefusalReason::Sharpness => ["Unscharf, grob oder stark komprimiert", "Blurred, coarse or heavily compressed"],
        RefusalReason::Retouched => {
            ["Sichtbar bearbeitet oder nicht naturgetreu", "Visibly retouched or not true to nature"]
        }
        RefusalReason::Obstruction => {
            ["Andere Person oder Gegenstand im Bild", "Another person or an object in the picture"]
        }
        RefusalReason::Likeness => ["Zu alt oder nicht ähnlich genug", "Too old or not alike enough"],
        RefusalReason::WrongPerson => ["Zeigt eine andere Person", "Shows somebody else"],
        RefusalReason::Other => ["Etwas anderes (bitte unten schreiben)", "Something else (write it below)"],
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
