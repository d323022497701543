//! A finding with its sentence, in the reader's language.

use serde::{Deserialize, Serialize};

use crate::domain::check::Check;
use crate::domain::finding::{Finding, Severity};
use crate::domain::language::Language;

/// One finding as other programs see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingBody {
    /// The rule's stable name.
    pub check: Check,
    /// `refuse` or `advise`.
    pub severity: Severity,
    /// What was measured, with its unit.
    pub measured: String,
    /// What is asked for, with its unit.
    pub limit: String,
    /// What is wrong, for the photographer.
    pub message: String,
    /// What to do about it; empty from gateways that are older.
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
            message: finding.check.message(language).to_owned(),
            hint: finding.check.hint(language).to_owned(),
        }
    }

    /// All of `findings` in `language`.
    pub fn all<'a>(findings: impl IntoIterator<Item = &'a Finding>, language: Language) -> Vec<Self> {
        findings.into_iter().map(|finding| Self::new(finding, language)).collect()
    }
}
