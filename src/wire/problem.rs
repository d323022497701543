//! Problems: `application/problem+json` (RFC 9457), and explanations of their types.

use serde::{Deserialize, Serialize};

/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem, for other programs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemBody {
    /// Stable name, a relative URI reference such as `photo-refused`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in the reader's language.
    pub title: String,
    /// HTTP status code.
    pub status: u16,
    /// Cause and remedy.
    pub detail: String,
    /// Members of the kind, such as `findings`, `settled_at` or `limit_bytes`.
    #[serde(flatten)]
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

/// Explanation of a problem type, the same for every caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemHelpBody {
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status code.
    pub status: u16,
    pub repeat: RepeatAdvice,
    pub title: String,
    /// Reason why the gateway answers with this problem.
    pub cause: String,
    /// Instructions for the developer of the client, and the conditions under which the same request can succeed.
    pub remedy: String,
}

/// Advice on repeating the refused request as it is. There will be no other values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum RepeatAdvice {
    /// The program repeats it by itself, after the seconds in `Retry-After` and with growing waits.
    Now,
    /// A user can repeat it later, after the seconds in `Retry-After` or when another person has acted.
    Later,
    /// The same request gets the same answer, unless something else happens first that the remedy names.
    Never,
}

/// Explanations of all problem types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemHelpListBody {
    pub problems: Vec<ProblemHelpBody>,
}
