//! Refusals: `application/problem+json` after RFC 9457.

use serde::{Deserialize, Serialize};

/// The media type of a refusal.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A refusal as other programs see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProblemBody {
    /// The stable name, a relative URI reference such as `photo-refused`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same in words, in the reader's language.
    pub title: String,
    /// The HTTP status code, repeated.
    pub status: u16,
    /// Cause of this refusal, and what to do about it.
    pub detail: String,
    /// Members that the kind adds: `findings`, `settled_at`, `limit_bytes` and the like.
    #[serde(flatten)]
    pub extensions: serde_json::Map<String, serde_json::Value>,
}
