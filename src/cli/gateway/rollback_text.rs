//! Words about a database that went back in time.

use crate::cli::gateway::language::phrase;
use crate::domain::log::watermark::RollbackError;

/// The sign of the rollback, in the language of this process.
pub(super) fn rollback_text(rollback: RollbackError) -> String {
    match rollback {
        RollbackError::Behind { known, found } => phrase!("gateway-rollback-behind", known = known, found = found),
        RollbackError::Diverged { sequence } => phrase!("gateway-rollback-diverged", row = sequence),
        RollbackError::OlderGeneration { known, found } => {
            phrase!("gateway-rollback-generation", known = known, found = found)
        }
        RollbackError::OlderTimeline { known, found } => {
            phrase!("gateway-rollback-timeline", known = known, found = found)
        }
        RollbackError::ForgedGeneration { number } => phrase!("gateway-rollback-forged", number = number),
        RollbackError::FileReplaced => phrase!("gateway-rollback-replaced"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_texts_are_those_of_the_log() {
        for rollback in [
            RollbackError::Behind { known: 7, found: 5 },
            RollbackError::Diverged { sequence: 3 },
            RollbackError::OlderGeneration { known: 2, found: 1 },
            RollbackError::OlderTimeline { known: 4, found: 3 },
            RollbackError::ForgedGeneration { number: 1 },
            RollbackError::FileReplaced,
        ] {
            assert_eq!(rollback_text(rollback), rollback.to_string());
            let warning = phrase!("gateway-rolled-back", rollback = rollback_text(rollback));
            let expected = format!("warning: the database went back in time; {}", rollback.advice());
            assert!(rollback == RollbackError::FileReplaced || warning == expected, "{warning}");
        }
    }
}
