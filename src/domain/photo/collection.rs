//! Collections: the reservation of one photo by one office, from the lease to the settlement.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::EnumProperty;

use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, PartyId, PhotoId};
use crate::texts::language::Language;

/// State of a collection: `leased` (the office has reserved or received the photo), `used`, `kept` (used, and kept for a second
/// document), `refused`, `released` (given back), or `lapsed` (the lease ended before a hand-over).
//
// The name in snake case is stable: it appears in JSON, SQL and metrics.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CollectionState {
    /// The office has reserved or received the photo.
    Leased,
    Used,
    /// Used, and kept for a second document.
    Kept,
    Refused,
    /// Given back.
    Released,
    /// The lease ended before a hand-over.
    Lapsed,
}

impl CollectionState {
    /// The name in JSON, SQL and metrics.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Outcome with which an office ends a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettlementOutcome {
    /// Used for a document: the photo is erased.
    Used,
    /// Used, and kept with the same code until the end of this day (UTC) for a second document.
    Kept { until: Date },
    /// Not fit for a document: the photo is erased, and the studio learns the reason.
    Refused(Refusal),
    /// Given back: any office with the code can collect the photo.
    Released,
}

impl SettlementOutcome {
    /// The state of a collection with this outcome.
    pub const fn state(&self) -> CollectionState {
        match self {
            Self::Used => CollectionState::Used,
            Self::Kept { .. } => CollectionState::Kept,
            Self::Refused(_) => CollectionState::Refused,
            Self::Released => CollectionState::Released,
        }
    }
}

/// Reason for which a clerk refused a photo, with an optional note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refusal {
    pub reason: RefusalReason,
    /// Note for the studio, up to 500 characters, without the name of the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rule of the photo specimen chart (Fotomustertafel) that a refused photo breaks; `other` should have a note.
//
// The order is that in which clerks look at a photo. The name in snake case is stable: it appears in JSON and SQL. Properties: the reason
// in German and English for clerks and photographers, and another text for the desk if the clerk must add something.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumProperty,
    strum::IntoStaticStr,
    strum::VariantArray,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefusalReason {
    #[strum(props(de = "Zeigt eine andere Person", en = "Shows another person"))]
    WrongPerson,
    #[strum(props(de = "Zu alt oder nicht ähnlich genug", en = "Too old or poor likeness"))]
    Likeness,
    #[strum(props(de = "Augen geschlossen oder verdeckt", en = "Eyes closed or covered"))]
    EyesClosed,
    #[strum(props(de = "Blick nicht in die Kamera", en = "Not looking into the camera"))]
    Gaze,
    #[strum(props(de = "Brille verdeckt die Augen oder spiegelt", en = "Glasses hide the eyes or reflect"))]
    Glasses,
    #[strum(props(de = "Mund offen oder Ausdruck nicht neutral", en = "Mouth open or expression not neutral"))]
    Expression,
    #[strum(props(de = "Kopf gedreht oder geneigt", en = "Head turned or tilted"))]
    Pose,
    #[strum(props(de = "Kopf zu groß, zu klein oder nicht mittig", en = "Head too large, too small or not centred"))]
    HeadPosition,
    #[strum(props(
        de = "Kopfbedeckung ohne religiösen oder medizinischen Grund",
        en = "Head covered without a religious or medical reason"
    ))]
    HeadCovering,
    #[strum(props(de = "Andere Person oder Gegenstand im Bild", en = "Another person or an object in the photo"))]
    Obstruction,
    #[strum(props(de = "Hintergrund nicht einfarbig oder zu dunkel", en = "Background not plain or too dark"))]
    Background,
    #[strum(props(de = "Schatten, Glanz, zu hell oder zu dunkel", en = "Shadows, glare, too bright or too dark"))]
    Lighting,
    #[strum(props(de = "Unscharf, grob oder stark komprimiert", en = "Blurred, grainy or heavily compressed"))]
    Sharpness,
    #[strum(props(de = "Sichtbar bearbeitet oder nicht naturgetreu", en = "Visibly retouched or not true to life"))]
    Retouched,
    #[strum(props(
        de = "Etwas anderes",
        en = "Another reason",
        de_desk = "Etwas anderes (bitte unten beschreiben)",
        en_desk = "Another reason (describe it below)"
    ))]
    Other,
}

impl RefusalReason {
    /// The name in JSON, SQL and forms.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The reason in words, for clerks and photographers.
    pub fn in_words(self, language: Language) -> &'static str {
        self.get_str(language.tag()).unwrap_or(self.name())
    }

    /// The reason in words, as the desk offers it.
    pub fn desk_label(self, language: Language) -> &'static str {
        self.get_str(language.pick("de_desk", "en_desk")).unwrap_or(self.in_words(language))
    }
}

/// A collection's row.
#[derive(Debug, Clone)]
pub struct CollectionRecord {
    pub collection_id: CollectionId,
    pub photo_id: PhotoId,
    pub office_id: PartyId,
    pub state: CollectionState,
    pub leased_at: Timestamp,
    /// End of the time for fetching the photo.
    pub lease_until: Timestamp,
    /// Time of the first hand-over; from then on no other office gets the photo.
    pub handed_over_at: Option<Timestamp>,
    /// Time after which a handed-over photo counts as used.
    pub settle_due: Option<Timestamp>,
    /// Time of the settlement or of the lapse.
    pub settled_at: Option<Timestamp>,
    /// Only for kept photos: time from which the code is invalid.
    pub kept_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_refusal_reason_has_words_in_both_languages_and_its_name_is_the_one_in_json() {
        for reason in RefusalReason::VARIANTS {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
            for language in [Language::German, Language::English] {
                let words = reason.in_words(language);
                assert!(
                    words != reason.name() && reason.desk_label(language).starts_with(words),
                    "{reason:?}: {words}"
                );
            }
        }
    }
}
