//! Findings of the photo checks: one for each check that a photo failed.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::checks::{Check, FindingDetail};
use super::quantity::{MeasuredText, Unit};
use super::terms;
use crate::texts::language::Language;
use crate::texts::text;

/// Effect of a finding: `refuse` (the photo cannot be deposited) or `advise` (it can, and studio and clerk see the advice).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The photo cannot be deposited.
    Refuse,
    /// The photo can be deposited, and the studio and the clerk see the advice.
    Advise,
}

/// Result of the checks: `accepted`, possibly with advice, or `refused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    Refused,
}

/// Program other than the gateway that made a finding: the software of the `studio`, or the page of the `desk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MadeAt {
    Studio,
    /// The page that shows the photo.
    Desk,
}

/// True for an accepted photo with findings, which the studio and the clerk should read.
pub fn has_remarks(verdict: Verdict, findings: &[Finding]) -> bool {
    verdict == Verdict::Accepted && !findings.is_empty()
}

/// A check that the photo failed, with the measured value and the limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub check: Check,
    pub severity: Severity,
    /// With its unit: `1200 x 1600 px`.
    pub measured: String,
    /// Of the profile, with its unit: `1244 x 1600 px`.
    pub limit: String,
    /// Case of the check with texts of its own.
    #[serde(default, deserialize_with = "known_or_none", skip_serializing_if = "Option::is_none")]
    pub detail: Option<FindingDetail>,
    /// The number in `measured`; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_value: Option<f64>,
    #[serde(default, deserialize_with = "known_or_none", skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// `None` for findings of the gateway. Others are not stored.
    #[serde(skip)]
    pub made_at: Option<MadeAt>,
}

/// Reads stored findings without those of unknown checks. A newer version may have stored them, during a rolling upgrade or before a
/// downgrade, and the photo must remain collectable.
///
/// # Errors
/// Other values that are no findings.
pub(crate) fn stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Finding>, D::Error> {
    let is_known = |stored: &Value| {
        let rule = stored.get("check").filter(|check| check.is_string());
        rule.is_none_or(|rule| Check::deserialize(rule).is_ok())
    };
    let stored = Vec::<Value>::deserialize(deserializer)?.into_iter().filter(is_known);
    stored.map(|stored| Finding::deserialize(stored).map_err(D::Error::custom)).collect()
}

/// Reads a name. An unknown name of a newer version gives `None`, so that the finding can still be read.
pub(crate) fn known_or_none<'de, D: Deserializer<'de>, T: serde::de::DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    Ok(name.and_then(|name| T::deserialize(Value::String(name)).ok()))
}

impl Finding {
    pub fn refuse(check: Check, measured: impl Into<MeasuredText>, limit: impl Into<String>) -> Self {
        Self::new(check, Severity::Refuse, measured, limit)
    }

    pub fn advise(check: Check, measured: impl Into<MeasuredText>, limit: impl Into<String>) -> Self {
        Self::new(check, Severity::Advise, measured, limit)
    }

    pub fn new(check: Check, severity: Severity, measured: impl Into<MeasuredText>, limit: impl Into<String>) -> Self {
        let MeasuredText { text: measured, value: measured_value, unit } = measured.into();
        Self { check, severity, measured, limit: limit.into(), detail: None, measured_value, unit, made_at: None }
    }

    /// Reads a stored list of findings, without those of unknown checks of a newer version.
    ///
    /// # Errors
    /// The text is not a list of findings.
    pub fn parse_stored(text: &str) -> serde_json::Result<Vec<Self>> {
        let mut text = serde_json::Deserializer::from_str(text);
        let findings = stored(&mut text)?;
        text.end().map(|()| findings)
    }

    pub fn with_detail(self, detail: Option<FindingDetail>) -> Self {
        debug_assert!(
            detail.is_none_or(|detail| detail.check() == self.check),
            "{detail:?} is a case of another check"
        );
        Self { detail, ..self }
    }

    /// True if the finding is about the face and therefore sealed.
    pub fn is_about_face(&self) -> bool {
        self.check.is_about_face() || self.detail == Some(FindingDetail::TooBright)
    }

    /// Description of the fault for the photographer, in one sentence or two.
    pub fn message(&self, language: Language) -> String {
        match self.detail {
            Some(detail) => detail.message(language, &self.offset_text(language)),
            None => self.check.message(language),
        }
    }

    /// Remedy for the photographer.
    pub fn hint(&self, language: Language) -> String {
        self.detail.map_or_else(|| self.check.hint(language), |detail| detail.hint(language))
    }

    /// The measured value in the words of `language`.
    pub fn measured_text(&self, language: Language) -> String {
        let text = if self.check.quotes_file() { terms::phrase } else { terms::localised };
        text(&self.measured, language)
    }

    /// The limit in the words of `language`.
    pub fn limit_text(&self, language: Language) -> String {
        terms::localised(&self.limit, language)
    }

    /// Distance from the middle of the width. A percentage is measured from the left edge of the photo, pixels from its middle.
    fn offset_text(&self, language: Language) -> String {
        let value = self.measured_value.unwrap_or_default();
        match self.unit {
            Some(Unit::Percent) => {
                // The value has tenths, but a difference of floating-point numbers has more digits.
                let tenths = ((value - 50.0).abs() * 10.0).round() / 10.0;
                let percent = terms::localised(&tenths.to_string(), language);
                text!(language, "check-offset-percent", percent = percent)
            }
            Some(Unit::Pixels) => text!(language, "check-offset-pixels", pixels = value.abs().to_string()),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::domain::check::quantity::Quantity;

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
    fn the_offset_from_the_middle_is_part_of_the_message() {
        let of = |quantity: Quantity, language| {
            let finding = Finding::refuse(Check::HorizontalPosition, quantity, "45 - 55 %");
            finding.with_detail(Some(FindingDetail::FaceTooFarLeft)).message(language)
        };
        let share = Quantity::tenths(42.9, Unit::Percent);
        assert!(of(share, Language::German).contains("sitzt 7,1 % der Breite links"));
        assert!(of(share, Language::English).contains("is 7.1 % of the width left"));
        assert!(of(Quantity::whole(45.0, Unit::Pixels), Language::English).contains("45 pixels left"));
        for detail in FindingDetail::VARIANTS.iter().copied() {
            let told = Finding::advise(detail.check(), share, "").with_detail(Some(detail)).message(Language::English);
            assert!(!told.contains(['{', '}']), "{told}");
        }
    }

    #[test]
    fn a_case_is_kept_and_has_its_own_sentences() {
        for detail in FindingDetail::VARIANTS.iter().copied() {
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
