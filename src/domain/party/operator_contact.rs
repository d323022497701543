//! Contact of the gateway's operator, as people in studios read it.

use std::sync::Arc;

use serde::Deserialize;

use crate::domain::display_text::is_displayable;

const MAX_CHARACTERS: usize = 200;

/// Text such as a telephone number and hours; empty if the operator names none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct OperatorContact(Arc<str>);

impl OperatorContact {
    /// The text; `None` if there is none.
    pub fn text(&self) -> Option<&str> {
        Some(&*self.0).filter(|text| !text.is_empty())
    }
}

impl TryFrom<String> for OperatorContact {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let text = written.trim();
        let length = text.chars().count();
        if length > MAX_CHARACTERS {
            return Err(format!("a contact has at most {MAX_CHARACTERS} characters, not {length}"));
        }
        match text.chars().find(|character| !is_displayable(*character)) {
            Some(hidden) => {
                Err(format!("a contact is one line of visible characters, without U+{:04X}", u32::from(hidden)))
            }
            None => Ok(Self(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(text: &str) -> Result<OperatorContact, String> {
        OperatorContact::try_from(text.to_owned())
    }

    #[test]
    fn a_contact_is_one_line_of_at_most_200_visible_characters() {
        assert_eq!(contact("").unwrap().text(), None);
        assert_eq!(contact(" Tel. 0211 123, Mo–Fr 8–16 Uhr ").unwrap().text(), Some("Tel. 0211 123, Mo–Fr 8–16 Uhr"));
        assert!(contact(&"ä".repeat(200)).is_ok());
        for (text, reason) in [("ä".repeat(201), "not 201"), ("a\nb".into(), "U+000A"), ("a\u{202e}b".into(), "U+202E")]
        {
            assert!(contact(&text).unwrap_err().contains(reason), "{text:?}");
        }
    }
}
