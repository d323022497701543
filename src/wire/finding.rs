//! A finding with its texts in the reader's language.

use serde::{Deserialize, Serialize};

use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, MadeAt, Severity, known_or_none};
use crate::domain::check::quantity::Unit;
use crate::texts::language::Language;

/// A difference between the photo and a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FindingBody {
    pub check: Check,
    pub severity: Severity,
    /// Measured value with its unit, in the language of the answer.
    pub measured: String,
    /// Limit of the rule with its unit, in the language of the answer.
    pub limit: String,
    /// Description of the fault for the photographer.
    pub message: String,
    /// Remedy, for the photographer.
    #[serde(default)]
    #[schema(required = true)]
    pub hint: String,
    /// The number in `measured`; absent if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_value: Option<f64>,
    #[serde(default, deserialize_with = "known_or_none", skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// Program that made the finding; absent for findings of the gateway.
    #[serde(default, deserialize_with = "known_or_none", skip_serializing_if = "Option::is_none")]
    pub made_at: Option<MadeAt>,
}

impl FindingBody {
    pub fn new(finding: &Finding, language: Language) -> Self {
        Self {
            check: finding.check,
            severity: finding.severity,
            measured: finding.measured_text(language),
            limit: finding.limit_text(language),
            message: finding.message(language),
            hint: finding.hint(language),
            measured_value: finding.measured_value,
            unit: finding.unit,
            made_at: finding.made_at,
        }
    }

    /// All findings. Only the first refusal that a declaration may lift explains how to declare it.
    pub fn all<'a>(findings: impl IntoIterator<Item = &'a Finding>, language: Language) -> Vec<Self> {
        let mut is_explained = false;
        let with_declaration = |finding: &Finding| {
            let mut body = Self::new(finding, language);
            let declaration = declaration_hint(finding, language).filter(|_| !is_explained);
            if let Some(declaration) = declaration {
                is_explained = true;
                body.hint = format!("{} {declaration}", body.hint);
            }
            body
        };
        findings.into_iter().map(with_declaration).collect()
    }
}

/// Instruction for declaring that a check does not fit this person; `None` for advice, with which the photo is accepted anyway.
pub fn declaration_hint(finding: &Finding, language: Language) -> Option<String> {
    finding.check.declaration_hint(language).filter(|_| finding.severity == Severity::Refuse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::FindingDetail;
    use crate::domain::check::quantity::Quantity;

    #[test]
    fn the_sentences_follow_the_case_and_the_fields_do_not() {
        let plain = Finding::refuse(Check::Colour, "shades of grey", "colour");
        let grey = plain.clone().with_detail(Some(FindingDetail::Grey));
        for language in [Language::German, Language::English] {
            let (plain, grey) = (FindingBody::new(&plain, language), FindingBody::new(&grey, language));
            assert!(grey.hint != plain.hint && !grey.hint.contains("sRGB"), "{}", grey.hint);
            let fields = |body: &FindingBody| serde_json::to_value(body).unwrap().as_object().unwrap().len();
            assert_eq!((fields(&plain), fields(&grey)), (6, 6));
        }
    }

    #[test]
    fn the_first_refusal_says_how_to_declare_an_exception_and_no_other_finding_does() {
        for language in [Language::German, Language::English] {
            let findings = [
                Finding::advise(Check::Yaw, "6°", "5°"),
                Finding::refuse(Check::FaceCount, "2", "1"),
                Finding::refuse(Check::Roll, "9°", "5°"),
                Finding::refuse(Check::EyesCutOff, "1 px", ">= 2 px"),
            ];
            let hints: Vec<String> = FindingBody::all(&findings, language).into_iter().map(|body| body.hint).collect();
            let plain: Vec<String> = findings.iter().map(|finding| finding.hint(language)).collect();
            assert_eq!([&hints[0], &hints[1], &hints[3]], [&plain[0], &plain[1], &plain[3]]);
            assert!(hints[2].starts_with(&format!("{} ", plain[2])) && hints[2].contains("--exception"), "{hints:?}");
        }
    }

    #[test]
    fn numbers_are_given_apart_from_their_text() {
        let finding = Finding::refuse(Check::Roll, Quantity::tenths(9.44, Unit::Degrees), "<= 8°");
        let german = serde_json::to_value(FindingBody::new(&finding, Language::German)).unwrap();
        let english = serde_json::to_value(FindingBody::new(&finding, Language::English)).unwrap();
        assert_eq!((&german["measured"], &english["measured"]), (&"9,4°".into(), &"9.4°".into()));
        for body in [german, english] {
            assert_eq!((&body["measured_value"], &body["unit"]), (&9.4.into(), &"°".into()));
            assert!(body.get("made_at").is_none());
        }
        let at_desk = Finding { made_at: Some(MadeAt::Desk), ..finding };
        assert_eq!(serde_json::to_value(FindingBody::new(&at_desk, Language::English)).unwrap()["made_at"], "desk");
    }
}
