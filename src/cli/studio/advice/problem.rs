//! Messages about a request that the gateway refused, in the words of its response.

use serde_json::Value;

use crate::cli::studio::receipt_text::{ShownFinding, findings_for_people};
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::wire::problem::ProblemBody;

/// The gateway's words and its findings, which this version may not know.
pub fn about_problem(problem: &ProblemBody, language: Language) -> String {
    // The detail would only repeat the number of the findings that follow.
    let (title, detail) = (escaped(&problem.title), escaped(&problem.detail));
    let mut text = match problem.kind.as_str() {
        "photo-refused" => format!("{title}:"),
        _ => format!("{title} - {detail}"),
    };
    let findings = problem.extensions.get("findings").and_then(Value::as_array).into_iter().flatten();
    let findings = findings_for_people(findings.map(shown), language);
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&findings);
    }
    text
}

fn shown(finding: &Value) -> ShownFinding<'_> {
    let part = |name: &str| finding.get(name).and_then(Value::as_str);
    ShownFinding {
        severity: finding.get("severity").and_then(|severity| serde_json::from_value(severity.clone()).ok()),
        message: part("message").unwrap_or("?"),
        measured: part("measured").unwrap_or("?"),
        limit: part("limit").unwrap_or("?"),
        hint: part("hint").unwrap_or(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_hostile_gateway_neither_turn_the_line_round_nor_add_lines() {
        let hostile = "a\u{202e}b\u{2028}c\nOK  d\u{1b}[2J\u{200b}";
        let findings = serde_json::json!([{ "message": hostile, "measured": hostile, "limit": hostile }]);
        let problem = |kind: &str| ProblemBody {
            kind: kind.into(),
            title: hostile.into(),
            status: 422,
            detail: hostile.into(),
            extensions: serde_json::Map::from_iter([("findings".to_owned(), findings.clone())]),
        };
        let shown = "a\\u{202e}b\\u{2028}c\\u{a}OK  d\\u{1b}[2J\\u{200b}";
        for language in [Language::German, Language::English] {
            let refused = about_problem(&problem("photo-refused"), language);
            assert!(
                refused.starts_with(&format!("{shown}:\n  - {shown} (")) && refused.lines().count() == 2,
                "{refused}"
            );
            let other = about_problem(&problem("from-the-future"), language);
            assert!(other.starts_with(&format!("{shown} - {shown}\n  - {shown} (")), "{other}");
        }
    }
}
