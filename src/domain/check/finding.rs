//! Findings of the photo checks: one for each rule that was not met.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::checks::Check;
use super::detail::FindingDetail;
use crate::domain::language::Language;

/// Effect of a finding: it stops the photo or travels with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The photo cannot be deposited.
    Refuse,
    /// The photo can be deposited; the studio and the clerk see the advice.
    Advise,
}

/// Result of the judge in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Can be deposited.
    Accepted,
    /// Cannot be deposited.
    Refused,
}

/// One rule that was not met: what was measured and what the limit is, both with their units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub check: Check,
    /// Effect of the finding: refusal or advice.
    pub severity: Severity,
    /// Measured value with its unit: `1200 x 1600 px`.
    pub measured: String,
    /// Limit of the profile with its unit: `1244 x 1600 px`.
    pub limit: String,
    /// The case of the rule, where its sentences are others than the rule's.
    #[serde(default, deserialize_with = "known_detail", skip_serializing_if = "Option::is_none")]
    pub detail: Option<FindingDetail>,
}

/// Reads findings that a newer version may have stored, while a fleet is upgraded node by node or after a return to the version before:
/// a finding of a rule that this version does not know is left out, so that the photo can still be collected.
///
/// # Errors
/// Anything else that is no finding.
pub(crate) fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Finding>, D::Error> {
    let is_known = |stored: &Value| {
        let rule = stored.get("check").filter(|check| check.is_string());
        rule.is_none_or(|rule| Check::deserialize(rule).is_ok())
    };
    let stored = Vec::<Value>::deserialize(deserializer)?.into_iter().filter(is_known);
    stored.map(|stored| Finding::deserialize(stored).map_err(D::Error::custom)).collect()
}

/// Reads a case; one of a newer version is none, so that the rule's own sentences stand in.
fn known_detail<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FindingDetail>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.and_then(|name| FindingDetail::deserialize(Value::String(name)).ok()))
}

impl Finding {
    /// A finding that stops the photo.
    pub fn refuse(check: Check, measured: impl Into<String>, limit: impl Into<String>) -> Self {
        Self { check, severity: Severity::Refuse, measured: measured.into(), limit: limit.into(), detail: None }
    }

    /// A finding that travels with the photo.
    pub fn advise(check: Check, measured: impl Into<String>, limit: impl Into<String>) -> Self {
        Self { check, severity: Severity::Advise, measured: measured.into(), limit: limit.into(), detail: None }
    }

    /// Reads a stored list of findings, without those of rules that only a newer version knows.
    ///
    /// # Errors
    /// The text is anything else.
    pub fn parse_stored(text: &str) -> serde_json::Result<Vec<Self>> {
        let mut text = serde_json::Deserializer::from_str(text);
        let findings = stored(&mut text)?;
        text.end().map(|()| findings)
    }

    /// The same finding as a case of its rule.
    pub fn with_detail(self, detail: Option<FindingDetail>) -> Self {
        Self { detail, ..self }
    }

    /// Says in one sentence or two, for the photographer, that the rule was not met.
    pub fn message(&self, language: Language) -> &'static str {
        self.detail.map_or_else(|| self.check.message(language), |detail| detail.sentences(language).message)
    }

    /// Tells the photographer a remedy.
    pub fn hint(&self, language: Language) -> &'static str {
        self.detail.map_or_else(|| self.check.hint(language), |detail| detail.sentences(language).hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_stored_without_a_case_are_read_and_written_as_ever() {
        let stored = r#"{"check":"colour","severity":"refuse","measured":"1 (Y)","limit":"3 (YCbCr)"}"#;
        let finding = Finding::refuse(Check::Colour, "1 (Y)", "3 (YCbCr)");
        assert_eq!(serde_json::from_str::<Finding>(stored).unwrap(), finding);
        assert_eq!(serde_json::to_string(&finding).unwrap(), stored);
    }

    #[test]
    fn findings_of_a_newer_version_are_skipped_and_damage_is_an_error() {
        let of = |check: &str, detail: &str| {
            format!(r#"{{"check":"{check}","severity":"advise","measured":"1","limit":"2","detail":"{detail}"}}"#)
        };
        let several =
            format!("[{},{},{}]", of("roll", "of_next_year"), of("of_next_year", "grey"), of("colour", "grey"));
        let expected = [
            Finding::advise(Check::Roll, "1", "2"),
            Finding::advise(Check::Colour, "1", "2").with_detail(Some(FindingDetail::Grey)),
        ];
        assert_eq!(Finding::parse_stored(&several).unwrap(), expected);
        for damaged in ["{}", "[{}]", "[1]", r#"[{"check":7}]"#, r#"[{"check":"roll"}]"#, "[", "", "[]x"] {
            assert!(Finding::parse_stored(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn a_case_is_kept_and_has_its_own_sentences() {
        for detail in FindingDetail::ALL {
            let plain = Finding::advise(detail.check(), "a", "b");
            let finding = plain.clone().with_detail(Some(detail));
            let json = serde_json::to_string(&finding).unwrap();
            assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), finding);
            for language in [Language::German, Language::English] {
                assert_ne!(finding.message(language), plain.message(language));
                assert_ne!(finding.hint(language), plain.hint(language));
                assert_eq!(plain.message(language), plain.check.message(language));
            }
        }
    }
}
