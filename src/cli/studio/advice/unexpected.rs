//! Messages about errors that should not happen.

use std::error::Error as StdError;

use crate::texts::language::Language;

/// Reports an error that should not happen.
pub fn about_unexpected(error: &dyn StdError, language: Language) -> String {
    language.pick(
        format!("Unerwarteter Fehler: {error}. Bitte denselben Befehl noch einmal ausführen und sonst die Betreuung des Gateways anrufen."),
        format!("Unexpected error: {error}. Run the same command again; if it stays, call the gateway's support."),
    )
}
