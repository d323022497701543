//! What the judge says of a photo: one finding for each rule that was not met.

use serde::{Deserialize, Serialize};

use super::check::Check;

/// Whether a finding stops the photo or travels with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The photo cannot be deposited.
    Refuse,
    /// The photo can be deposited; the studio and the clerk see the advice.
    Advise,
}

/// What the judge says in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Can be deposited.
    Accepted,
    /// Cannot be deposited.
    Refused,
}

/// One rule that was not met: what was measured and what the limit is, both with their units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub check: Check,
    /// Whether it stops the photo.
    pub severity: Severity,
    /// What was measured, with its unit: `1200 x 1600 px`.
    pub measured: String,
    /// What the profile asks for, with its unit: `1244 x 1600 px`.
    pub limit: String,
}

impl Finding {
    /// A finding that stops the photo.
    pub fn refuse(check: Check, measured: impl Into<String>, limit: impl Into<String>) -> Self {
        Self { check, severity: Severity::Refuse, measured: measured.into(), limit: limit.into() }
    }

    /// A finding that travels with the photo.
    pub fn advise(check: Check, measured: impl Into<String>, limit: impl Into<String>) -> Self {
        Self { check, severity: Severity::Advise, measured: measured.into(), limit: limit.into() }
    }
}
