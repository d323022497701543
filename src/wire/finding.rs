//! A finding with its sentence, in the reader's language.

use serde::{Deserialize, Serialize};

use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, Severity};
use crate::domain::language::Language;

/// One finding as other programs see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingBody {
    /// The rule's stable name.
    pub check: Check,
    /// `refuse` or `advise`.
    pub severity: Severity,
    /// Measured value with its unit.
    pub measured: String,
    /// Limit with its unit.
    pub limit: String,
    /// Description of the fault for the photographer.
    pub message: String,
    /// Instruction for correcting it; empty from gateways that are older.
    #[serde(default)]
    pub hint: String,
}

impl FindingBody {
    /// `finding` in `language`.
    pub fn new(finding: &Finding, language: Language) -> Self {
        Self {
            check: finding.check,
            severity: finding.severity,
            measured: finding.measured.clone(),
            limit: finding.limit.clone(),
            message: finding.message(language).to_owned(),
            hint: hint(finding, language),
        }
    }

    /// All of `findings` in `language`.
    pub fn all<'a>(findings: impl IntoIterator<Item = &'a Finding>, language: Language) -> Vec<Self> {
        findings.into_iter().map(|finding| Self::new(finding, language)).collect()
    }
}

/// Instruction for correcting the fault; on a refusal also how to declare that the rule does not fit this person. Advice stops nobody,
/// and there are often several of it: they would all say the same.
fn hint(finding: &Finding, language: Language) -> String {
    let hint = finding.hint(language);
    match (finding.severity, finding.check.declaration_hint(language)) {
        (Severity::Refuse, Some(declaration)) => format!("{hint} {declaration}"),
        (Severity::Refuse, None) | (Severity::Advise, _) => hint.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::detail::FindingDetail;

    #[test]
    fn the_sentences_follow_the_case_and_the_fields_do_not() {
        let plain = Finding::refuse(Check::Colour, "1 (Y)", "3 (YCbCr)");
        let grey = plain.clone().with_detail(Some(FindingDetail::Grey));
        for language in [Language::German, Language::English] {
            let (plain, grey) = (FindingBody::new(&plain, language), FindingBody::new(&grey, language));
            assert!(grey.hint != plain.hint && !grey.hint.contains("sRGB"), "{}", grey.hint);
            let fields = |body: &FindingBody| serde_json::to_value(body).unwrap().as_object().unwrap().len();
            assert_eq!((fields(&plain), fields(&grey)), (6, 6));
        }
    }

    #[test]
    fn hints_of_refusals_say_how_to_declare_an_exception_and_those_of_advice_do_not() {
        for language in [Language::German, Language::English] {
            let hint = |finding| FindingBody::new(&finding, language).hint;
            let (refused, advised) =
                (hint(Finding::refuse(Check::Roll, "9°", "5°")), hint(Finding::advise(Check::Roll, "6°", "5°")));
            assert!(refused.starts_with(&format!("{advised} ")) && refused.contains("--exception"), "{refused}");
            assert_eq!(advised, Check::Roll.hint(language));
            let two_faces = hint(Finding::refuse(Check::FaceCount, "2", "1"));
            assert_eq!(two_faces, Check::FaceCount.hint(language));
        }
    }
}
