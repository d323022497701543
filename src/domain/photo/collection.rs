//! A collection: one office's claim on one photo, from the lease to the settlement.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::EnumProperty;

use super::state::ParseStateError;
use crate::clock::Timestamp;
use crate::domain::id::{CollectionId, PartyId, PhotoId};
use crate::texts::language::Language;

/// The states of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CollectionState {
    /// The office holds the photo.
    Leased,
    /// Settled: taken into an application.
    Used,
    /// Settled: used, and kept for a second document.
    Kept,
    /// Settled: not fit for a passport.
    Refused,
    /// Given back.
    Released,
    /// The lease ran out before anything was handed over.
    Lapsed,
}

impl CollectionState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Leased, Self::Used, Self::Kept, Self::Refused, Self::Released, Self::Lapsed];

    /// The name in JSON, SQL and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leased => "leased",
            Self::Used => "used",
            Self::Kept => "kept",
            Self::Refused => "refused",
            Self::Released => "released",
            Self::Lapsed => "lapsed",
        }
    }
}

impl fmt::Display for CollectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CollectionState {
    type Err = ParseStateError;

    fn from_str(text: &str) -> Result<Self, ParseStateError> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or(ParseStateError)
    }
}

/// Outcome with which an office ends a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettlementOutcome {
    /// Taken into the application: the photo is erased.
    Used,
    /// Used, and kept with the same code until the end of this day (UTC) for a second document.
    Kept {
        /// The last day on which the code works.
        until: Date,
    },
    /// Not fit for a passport: the photo is erased and the studio learns why.
    Refused(Refusal),
    /// Given back: the photo can be collected again by anyone who has the code.
    Released,
}

impl SettlementOutcome {
    /// The state of the collection that ended this way.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The rule it breaks.
    pub reason: RefusalReason,
    /// Further note for the studio; never names the citizen. Up to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rule of the photo specimen chart (Fotomustertafel), in the order in which clerks look at a photo. The list is closed so that
/// studios can count. The name in snake case is stable: it appears in JSON and SQL.
///
/// Properties: the reason in German and English for clerks and photographers, and another text for the desk if the clerk must add
/// something.
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
    /// The office that holds or held the photo.
    pub office_id: PartyId,
    pub state: CollectionState,
    /// Time at which the code was entered.
    pub leased_at: Timestamp,
    /// Until when the photo can be fetched.
    pub lease_until: Timestamp,
    /// Time of the first hand-over of the bytes; from then on no other office gets them.
    pub handed_over_at: Option<Timestamp>,
    /// Time from which a collection with a hand-over is settled as used by itself.
    pub settle_due: Option<Timestamp>,
    /// Time at which it was settled, released or lapsed.
    pub settled_at: Option<Timestamp>,
    /// For kept: the moment from which the code no longer works.
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
