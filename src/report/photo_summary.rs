//! A photo in one line: for tables in a terminal and on a page.

use crate::domain::check::Check;
use crate::domain::check::finding::{Severity, Verdict, has_remarks};
use crate::domain::check::terms::localised;
use crate::texts::language::Language;
use crate::validation::CheckOutcome;

/// One photo.
#[derive(Debug, Clone, PartialEq)]
pub struct PhotoSummary {
    /// The file, as the reader named it.
    pub file: String,
    /// Result of the check.
    pub result: ShownResult,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    /// Distance of the pupils in pixels.
    pub inter_eye_distance_px: Option<f64>,
    /// Angle of the line through the pupils in degrees.
    pub roll_degrees: Option<f64>,
    /// Checks for which it was refused.
    pub refusals: Vec<Check>,
    /// Checks that gave advice.
    pub advice: Vec<Check>,
}

impl PhotoSummary {
    /// A photo that was judged.
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

    /// Lists the checks for which it was refused, and in parentheses those that gave advice.
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

/// Result for a file as it is shown to people, in one colour each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownResult {
    /// Accepted, and nothing to be said.
    Accepted,
    /// Accepted, with advice.
    AcceptedWithRemarks,
    Refused,
    /// The file could not be read.
    Unreadable,
}

impl ShownResult {
    /// The order in which they are counted.
    const ALL: [Self; 4] = [Self::Accepted, Self::AcceptedWithRemarks, Self::Refused, Self::Unreadable];

    /// The result of a photo check.
    pub fn of(outcome: &CheckOutcome) -> Self {
        match outcome.verdict {
            Verdict::Refused => Self::Refused,
            Verdict::Accepted if has_remarks(outcome.verdict, &outcome.findings) => Self::AcceptedWithRemarks,
            Verdict::Accepted => Self::Accepted,
        }
    }

    /// The result in a few words.
    pub fn text(self, language: Language) -> &'static str {
        match self {
            Self::Accepted => language.pick("angenommen", "accepted"),
            Self::AcceptedWithRemarks => language.pick("angenommen mit Hinweisen", "accepted with remarks"),
            Self::Refused => language.pick("abgelehnt", "refused"),
            Self::Unreadable => language.pick("nicht lesbar", "unreadable"),
        }
    }

    /// Name of its class in the style sheet of the report.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithRemarks => "remarks",
            Self::Refused | Self::Unreadable => "refused",
        }
    }
}

/// Counts the photos by result: `3 Fotos: 2 angenommen, 1 abgelehnt.`
pub fn totals_text(rows: &[PhotoSummary], language: Language) -> String {
    let count = |result| rows.iter().filter(|row| row.result == result).count();
    let photos = match rows.len() {
        1 => language.pick("1 Foto", "1 photo").to_owned(),
        many => language.pick(format!("{many} Fotos"), format!("{many} photos")),
    };
    let parts: Vec<String> = ShownResult::ALL
        .into_iter()
        // Results besides the two verdicts are told where there are any.
        .filter(|result| matches!(result, ShownResult::Accepted | ShownResult::Refused) || count(*result) > 0)
        .map(|result| format!("{} {}", count(result), result.text(language)))
        .collect();
    format!("{photos}: {}.", parts.join(", "))
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
