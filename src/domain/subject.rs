//! Who is in the photo, as far as rules make a difference, and for whom the rules of the face cannot be insisted on.

use serde::{Deserialize, Serialize};

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
    /// Reads `under6` or `under10`; nothing else is a subject, an adult is what goes without saying.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "under10" => Some(Self::Under10),
            "under6" => Some(Self::Under6),
            _ => None,
        }
    }
}

/// Why this person cannot be photographed as the rules ask; the clerk decides then, no program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exception {
    /// No reason given.
    #[default]
    None,
    /// Nobody was asked: there may be one.
    Undeclared,
    /// An illness or a disability.
    Medical,
    /// A head covering, for instance.
    Religious,
}

impl Exception {
    /// Reads `medical` or `religious`; nothing else is an exception.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "medical" => Some(Self::Medical),
            "religious" => Some(Self::Religious),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_values_are_read() {
        assert_eq!(Subject::parse("under10"), Some(Subject::Under10));
        assert_eq!(Subject::parse("under6"), Some(Subject::Under6));
        assert_eq!(Exception::parse("medical"), Some(Exception::Medical));
        assert_eq!(Exception::parse("religious"), Some(Exception::Religious));
        for other in ["", "adult", "none", "Under6", " medical", "under 6"] {
            assert_eq!((Subject::parse(other), Exception::parse(other)), (None, None), "{other}");
        }
    }
}
