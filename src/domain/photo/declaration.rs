//! Declarations about the person in the photo: a child, or an exception from the rules about the face.
//!
//! The studio declares it with the photo. A reason of health or religion is a special category of personal data (GDPR,
//! article 9), so a [`Declaration`] is known to the studio that makes it and to the office that collects with the citizen's code.
//! In between it lies under the seal, and its `Debug` tells nothing: no log can.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::check::finding;
use crate::domain::check::finding::Finding;

/// Statement of a studio about the person in the photo. JSON contains only values that differ from the defaults.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The age group.
    #[serde(default, skip_serializing_if = "Subject::is_ordinary")]
    pub subject: Subject,
    /// Reason for which the rules about the face cannot be insisted on.
    #[serde(default, skip_serializing_if = "Exception::is_ordinary")]
    pub exception: Exception,
}

impl Declaration {
    /// Reports whether it has the default values: ten years or older, no exception.
    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Declaration(..)")
    }
}

/// Metadata that are sealed together with the photo: the declaration, and every finding about the face.
///
/// Not only those that the declaration softened: advice far outside a limit, or a limit for children, would tell of the
/// declaration as plainly as the word. With all of them under the seal, what lies in the clear is the same with and without one.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SealedMetadata {
    /// Declaration of the studio.
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

/// The age group, as the studio says. The German sample sheet for passport photos (Fotomustertafel) has these two limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Ten years or older.
    #[default]
    Adult,
    /// Under ten: the face may be smaller and sit elsewhere.
    Under10,
    /// Under six: pose and expression are relaxed as well.
    Under6,
}

impl Subject {
    /// Reads `under6`, `under10` or `adult`, which goes without saying as well.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Adult, Self::Under10, Self::Under6].into_iter().find(|subject| subject.name() == text)
    }

    /// The name in JSON and in the header of a deposit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Adult => "adult",
            Self::Under10 => "under10",
            Self::Under6 => "under6",
        }
    }

    /// Reports whether it is the default.
    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

/// Reason for which this person cannot be photographed as the rules ask; the clerk decides then, no program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// No reason given.
    #[default]
    None,
    /// An illness or a disability.
    Medical,
    /// A head covering, for instance.
    Religious,
}

impl Exception {
    /// Reads `medical` or `religious`; nothing else is an exception.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Medical, Self::Religious].into_iter().find(|exception| exception.name() == text)
    }

    /// The name in JSON and in the header of a deposit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Medical => "medical",
            Self::Religious => "religious",
        }
    }

    /// Reports whether it is the default.
    pub fn is_ordinary(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_values_are_read() {
        assert_eq!(Subject::parse("adult"), Some(Subject::Adult));
        assert_eq!(Subject::parse("under10"), Some(Subject::Under10));
        assert_eq!(Subject::parse("under6"), Some(Subject::Under6));
        assert_eq!(Exception::parse("medical"), Some(Exception::Medical));
        assert_eq!(Exception::parse("religious"), Some(Exception::Religious));
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
