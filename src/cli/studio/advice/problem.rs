//! Messages about a request that the gateway refused, in the words of its response.

use serde_json::Value;

use crate::cli::studio::receipt_text::printable;
use crate::domain::language::Language;
use crate::wire::problem::ProblemBody;

/// The gateway's own words, then its findings. They are shown as they came, known to this version or not.
pub fn about_problem(problem: &ProblemBody, language: Language) -> String {
    // The findings that follow say it all; the detail would only count them.
    let mut text = match problem.kind.as_str() {
        "photo-refused" => format!("{}:", problem.title),
        _ => format!("{} - {}", problem.title, problem.detail),
    };
    let findings = problem.extensions.get("findings").and_then(Value::as_array).into_iter().flatten();
    for finding in findings {
        let part = |name| finding.get(name).and_then(Value::as_str).unwrap_or("?");
        let (message, measured, limit) = (part("message"), part("measured"), part("limit"));
        text.push_str(&language.pick(
            format!("\n  - {message} (gemessen: {measured}; verlangt: {limit})"),
            format!("\n  - {message} (measured: {measured}; asked for: {limit})"),
        ));
    }
    printable(&text)
}
