//! Data in application segments and comments of a file: a second portrait, previews, texts. Programs do not show them, but every
//! recipient of the file gets them.

use std::fmt::Display;

use super::rules::EmbeddedRule;
use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, Severity};

/// Maximum number of kinds named in one finding, largest first.
const MAX_NAMED: usize = 3;

/// Checks the sizes of embedded data per kind; gives at most one refusal and one advice.
pub(super) fn check<K: Display>(kinds: impl Iterator<Item = (K, usize)>, rule: &EmbeddedRule) -> Vec<Finding> {
    let mut kinds: Vec<(K, u64)> = kinds.map(|(kind, bytes)| (kind, bytes as u64)).collect();
    kinds.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let refuses = |bytes: u64| rule.refuse_above_bytes.is_some_and(|limit| bytes > limit);
    let (refused, others): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|(_, bytes)| refuses(*bytes));
    let advised: Vec<_> = others.into_iter().filter(|(_, bytes)| *bytes > rule.advise_above_bytes).collect();
    let of = |severity, kinds: &[(K, u64)], limit: Option<u64>| {
        let limit = limit.filter(|_| !kinds.is_empty())?;
        let (measured, limit) = (named(kinds), format!("<= {limit} bytes"));
        Some(match severity {
            Severity::Refuse => Finding::refuse(Check::EmbeddedData, measured, limit),
            Severity::Advise => Finding::advise(Check::EmbeddedData, measured, limit),
        })
    };
    let refusal = of(Severity::Refuse, &refused, rule.refuse_above_bytes);
    refusal.into_iter().chain(of(Severity::Advise, &advised, Some(rule.advise_above_bytes))).collect()
}

/// `APP2 MPF 88000 bytes, COM 50000 bytes`.
fn named(kinds: &[(impl Display, u64)]) -> String {
    let names = kinds.iter().take(MAX_NAMED).map(|(kind, bytes)| format!("{kind} {bytes} bytes"));
    let mut text = names.collect::<Vec<_>>().join(", ");
    if kinds.len() > MAX_NAMED {
        text.push_str(", …");
    }
    text
}
