//! Warnings about rows that cannot be used. They are read again and again, so the log tells of each once in the life of the process.

use std::collections::HashSet;
use std::fmt::Display;
use std::sync::{Mutex, PoisonError};

/// More rows are forgotten, and told of again.
const MAX_ROWS: usize = 10_000;

static TOLD: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Reports whether nothing was told yet about this part of the row.
pub(super) fn is_first(part: &str, row: impl Display) -> bool {
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let told = told.get_or_insert_default();
    if told.len() >= MAX_ROWS {
        told.clear();
    }
    told.insert(format!("{part} {row}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_told_of_once_for_each_of_its_parts() {
        assert!(is_first("kind", "row 1") && is_first("reason", "row 1") && is_first("kind", "row 2"));
        assert!(!is_first("kind", "row 1") && !is_first("reason", "row 1"));
    }
}
