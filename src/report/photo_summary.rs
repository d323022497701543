//! A checked photo as one row of a table, in a terminal or on the report.

use strum::{IntoStaticStr, VariantArray};

use crate::domain::check::Check;
use crate::domain::check::finding::{Severity, Verdict, has_remarks};
use crate::domain::check::terms::localised;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::CheckOutcome;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoSummary {
    /// Name of the file as the user gave it.
    pub file: String,
    pub result: ShownResult,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    pub inter_eye_distance_px: Option<f64>,
    pub roll_degrees: Option<f64>,
    /// Checks that refused the photo.
    pub refusals: Vec<Check>,
    pub advice: Vec<Check>,
}

impl PhotoSummary {
    /// A photo that was checked.
    pub fn new(file: String, outcome: &CheckOutcome) -> Self {
        let of = |severity: Severity| {
            let mut checks: Vec<Check> = Vec::new();
            for finding in outcome.findings.iter().filter(|finding| finding.severity == severity) {
                if !checks.contains(&finding.check) {
                    checks.push(finding.check);
                }
            }
            checks
        };
        let measured = &outcome.measurements;
        Self {
            file,
            result: ShownResult::of(outcome),
            size: measured.width.zip(measured.height),
            inter_eye_distance_px: measured.face.inter_eye_distance_px,
            roll_degrees: measured.face.roll_degrees,
            refusals: of(Severity::Refuse),
            advice: of(Severity::Advise),
        }
    }

    /// A file that could not be read.
    pub fn unreadable(file: String) -> Self {
        Self {
            file,
            result: ShownResult::Unreadable,
            size: None,
            inter_eye_distance_px: None,
            roll_degrees: None,
            refusals: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Labels of the checks that refused the photo, and in parentheses of those that gave advice.
    pub fn findings(&self, language: Language) -> String {
        let labels = |checks: &[Check]| checks.iter().map(|check| check.label(language)).collect::<Vec<_>>().join(", ");
        match (self.refusals.is_empty(), self.advice.is_empty()) {
            (_, true) => labels(&self.refusals),
            (true, false) => format!("({})", labels(&self.advice)),
            (false, false) => format!("{} ({})", labels(&self.refusals), labels(&self.advice)),
        }
    }

    /// The size as `1244 x 1600`, or `-`.
    pub fn size_text(&self) -> String {
        self.size.map_or_else(|| "-".to_owned(), |(width, height)| format!("{width} x {height}"))
    }

    /// The distance of the pupils as `318 px`, or `-`.
    pub fn eyes_text(&self) -> String {
        self.inter_eye_distance_px.map_or_else(|| "-".to_owned(), |pixels| format!("{pixels:.0} px"))
    }

    /// The angle as `3.2°`, or `-`.
    pub fn roll_text(&self, language: Language) -> String {
        self.roll_degrees.map_or_else(|| "-".to_owned(), |degrees| localised(&format!("{degrees:.1}°"), language))
    }
}

/// Result for a file as it is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ShownResult {
    Accepted,
    /// Accepted, with advice.
    #[strum(serialize = "remarks")]
    AcceptedWithRemarks,
    Refused,
    /// The file could not be read.
    Unreadable,
}

impl ShownResult {
    /// The result of a photo check.
    pub fn of(outcome: &CheckOutcome) -> Self {
        match outcome.verdict {
            Verdict::Refused => Self::Refused,
            Verdict::Accepted if has_remarks(outcome.verdict, &outcome.findings) => Self::AcceptedWithRemarks,
            Verdict::Accepted => Self::Accepted,
        }
    }

    /// The result in a few words.
    pub fn text(self, language: Language) -> String {
        text!(language, format!("paper-result-{}", <&str>::from(self)))
    }

    /// Name of its class in the style sheet of the report.
    pub(super) fn class(self) -> &'static str {
        if self == Self::Unreadable { Self::Refused.into() } else { self.into() }
    }
}

/// Counts the photos by result: `3 Fotos: 2 angenommen, 1 abgelehnt.`
pub fn totals_text(rows: &[PhotoSummary], language: Language) -> String {
    let count = |result| rows.iter().filter(|row| row.result == result).count();
    // Zero is only written for the two verdicts.
    let is_shown = |result| matches!(result, ShownResult::Accepted | ShownResult::Refused) || count(result) > 0;
    let results = ShownResult::VARIANTS.iter().copied().filter(|result| is_shown(*result));
    let parts: Vec<String> = results.map(|result| format!("{} {}", count(result), result.text(language))).collect();
    format!("{}: {}.", text!(language, "paper-photo-count", count = rows.len()), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::finding::Finding;
    use crate::validation::Measurements;

    #[test]
    fn refusals_come_first_and_each_rule_once() {
        let findings = vec![
            Finding::refuse(Check::Structure, "a", ""),
            Finding::refuse(Check::Structure, "b", ""),
            Finding::advise(Check::Density, "", ""),
        ];
        let outcome = CheckOutcome { verdict: Verdict::Refused, findings, measurements: Measurements::default() };
        let row = PhotoSummary::new("x.jpg".into(), &outcome);
        assert_eq!(row.findings(Language::English), "File structure (Print resolution)");
        assert_eq!(row.findings(Language::German), "Dateiaufbau (Druckauflösung)");
        assert_eq!(
            (row.size_text(), row.eyes_text(), row.roll_text(Language::German)),
            ("-".into(), "-".into(), "-".into())
        );
        assert_eq!(
            totals_text(&[row.clone(), PhotoSummary::unreadable("y".into())], Language::English),
            "2 photos: 0 accepted, 1 refused, 1 unreadable."
        );
        assert_eq!(totals_text(&[row], Language::German), "1 Foto: 0 angenommen, 1 abgelehnt.");
    }

    #[test]
    fn every_result_has_a_text_and_a_class() {
        for result in ShownResult::VARIANTS {
            assert!(!result.text(Language::German).is_empty() && !result.text(Language::English).is_empty());
        }
        assert_eq!(ShownResult::Unreadable.class(), "refused");
    }

    #[test]
    fn an_accepted_photo_with_advice_is_a_result_of_its_own() {
        let row = |findings: Vec<Finding>| {
            let outcome = CheckOutcome { verdict: Verdict::Accepted, findings, measurements: Measurements::default() };
            PhotoSummary::new("x.jpg".into(), &outcome)
        };
        let rows = [row(vec![]), row(vec![Finding::advise(Check::Density, "", "")])];
        assert_eq!(rows.each_ref().map(|row| row.result), [ShownResult::Accepted, ShownResult::AcceptedWithRemarks]);
        assert_eq!(
            totals_text(&rows, Language::German),
            "2 Fotos: 1 angenommen, 1 angenommen mit Hinweisen, 0 abgelehnt."
        );
    }
}
