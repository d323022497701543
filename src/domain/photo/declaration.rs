//! Declarations about the person in the photo: a child, or an exception from the checks of the face.
//!
//! The studio sends the declaration with the photo. Health and religion are special categories of personal data (GDPR, article 9), so
//! only the studio and the office that has the citizen's code know the [`Declaration`]. The gateway seals it with the photo, and its
//! `Debug` shows nothing, so no log can contain it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::check::finding;
use crate::domain::check::finding::Finding;

/// Statement of a studio about the person in the photo. JSON contains only values other than the defaults.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Declaration {
    #[serde(default, skip_serializing_if = "Subject::is_ordinary")]
    pub subject: Subject,
    #[serde(default, skip_serializing_if = "Exception::is_ordinary")]
    pub exception: Exception,
}

impl Declaration {
    /// True for the default: ten years or older, no exception.
    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declaration(..)")
    }
}

/// Metadata that are sealed with the photo: the declaration and all findings about the face.
///
/// A finding far outside a limit that is only advice, or with a limit for children, would reveal the declaration. All findings about
/// the face are therefore sealed, so that the unencrypted columns are the same with and without a declaration.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SealedMetadata {
    #[serde(flatten)]
    pub declaration: Declaration,
    /// Advice about the face.
    #[serde(default, deserialize_with = "finding::stored", skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl fmt::Debug for SealedMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedMetadata(..)")
    }
}

/// Age group as declared by the studio: `adult` (ten years or older), `under10` or `under6`, with the limits of the photo specimen chart
/// (Fotomustertafel).
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[schema(as = PhotoSubject)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Subject {
    /// Ten years or older.
    #[default]
    Adult,
    /// Under ten: size and position of the face may differ.
    Under10,
    /// Under six: pose and expression may differ, too.
    Under6,
}

impl Subject {
    /// Parses `under6`, `under10` or `adult`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    /// The name in JSON and in the header of a deposit.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

/// Reason for which this person cannot meet a rule about the face. The clerk decides on such a photo.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
    utoipa::ToSchema,
)]
#[schema(as = PhotoException)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Exception {
    #[default]
    None,
    /// An illness or a disability.
    Medical,
    /// Such as a head covering.
    Religious,
}

impl Exception {
    /// Parses `medical` or `religious`; `none` cannot be declared.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|exception| *exception != Self::None)
    }

    /// Names that a studio can declare.
    pub const fn declarable() -> &'static [&'static str] {
        // `none` is the first.
        <Self as strum::VariantNames>::VARIANTS.split_at(1).1
    }

    /// The name in JSON and in the header of a deposit.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantNames;

    use super::*;

    #[test]
    fn only_the_named_values_are_read() {
        assert_eq!(Subject::parse("adult"), Some(Subject::Adult));
        assert_eq!(Subject::parse("under10"), Some(Subject::Under10));
        assert_eq!(Subject::parse("under6"), Some(Subject::Under6));
        assert_eq!(Exception::parse("medical"), Some(Exception::Medical));
        assert_eq!(Exception::parse("religious"), Some(Exception::Religious));
        assert!(Subject::VARIANTS.iter().all(|name| Subject::parse(name).is_some()));
        assert!(Exception::declarable().iter().all(|name| Exception::parse(name).is_some()));
        for other in ["", "none", "Under6", " medical", "under 6", "under10, under6", "undeclared"] {
            assert_eq!((Subject::parse(other), Exception::parse(other)), (None, None), "{other}");
        }
    }

    #[test]
    fn json_has_no_members_for_the_defaults() {
        let json = |subject, exception| {
            let declaration = Declaration { subject, exception };
            let json = serde_json::to_value(declaration).unwrap();
            assert!(serde_json::from_value::<Declaration>(json.clone()).unwrap() == declaration);
            assert_eq!(declaration.is_ordinary(), json == serde_json::json!({}));
            json.to_string()
        };
        assert_eq!(json(Subject::Adult, Exception::None), "{}");
        assert_eq!(json(Subject::Under10, Exception::None), r#"{"subject":"under10"}"#);
        assert_eq!(json(Subject::Under6, Exception::Medical), r#"{"exception":"medical","subject":"under6"}"#);
        assert_eq!(json(Subject::Adult, Exception::Religious), r#"{"exception":"religious"}"#);
    }

    #[test]
    fn debug_output_holds_no_declaration() {
        let declaration = Declaration { subject: Subject::Under6, exception: Exception::Religious };
        let findings = vec![Finding::advise(crate::domain::check::Check::Roll, "40.0°", "<= 8°")];
        let text = format!("{declaration:?} {:?}", SealedMetadata { declaration, findings });
        assert_eq!(text, "Declaration(..) SealedMetadata(..)");
    }
}
