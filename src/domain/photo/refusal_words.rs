//! Reasons for a refusal at the counter in words, for clerks and photographers.

use super::collection::RefusalReason;
use crate::texts::language::Language;

impl RefusalReason {
    /// The reason in German and in English.
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            Self::EyesClosed => ["Augen geschlossen oder verdeckt", "Eyes closed or hidden"],
            Self::Gaze => ["Blick nicht in die Kamera", "Does not look into the camera"],
            Self::Expression => ["Mund offen oder Ausdruck nicht neutral", "Mouth open or expression not neutral"],
            Self::Pose => ["Kopf gedreht oder geneigt", "Head turned or tilted"],
            Self::HeadPosition => {
                ["Kopf zu groß, zu klein oder nicht mittig", "Head too large, too small or not centred"]
            }
            Self::Glasses => ["Brille verdeckt die Augen oder spiegelt", "Glasses hide the eyes or reflect"],
            Self::HeadCovering => [
                "Kopfbedeckung ohne religiösen oder medizinischen Grund",
                "Head covered without a religious or medical reason",
            ],
            Self::Background => ["Hintergrund nicht einfarbig oder zu dunkel", "Background not plain or too dark"],
            Self::Lighting => ["Schatten, Glanz, zu hell oder zu dunkel", "Shadows, glare, too light or too dark"],
            Self::Sharpness => ["Unscharf, grob oder stark komprimiert", "Blurred, coarse or heavily compressed"],
            Self::Retouched => {
                ["Sichtbar bearbeitet oder nicht naturgetreu", "Visibly retouched or not true to nature"]
            }
            Self::Obstruction => {
                ["Andere Person oder Gegenstand im Bild", "Another person or an object in the picture"]
            }
            Self::Likeness => ["Zu alt oder nicht ähnlich genug", "Too old or not alike enough"],
            Self::WrongPerson => ["Zeigt eine andere Person", "Shows somebody else"],
            Self::Other => ["Etwas anderes", "Something else"],
        }
    }

    /// The reason in the reader's language.
    pub fn in_words(self, language: Language) -> &'static str {
        let [german, english] = self.words();
        language.pick(german, english)
    }
}
