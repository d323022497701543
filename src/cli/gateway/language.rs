//! The language of this process: that of `--lang` or of the environment variable `LICHTBILD_LANG`.

use std::sync::OnceLock;

use crate::texts::language::Language;

pub(super) const VARIABLE: &str = "LICHTBILD_LANG";

static REQUESTED: OnceLock<Option<Language>> = OnceLock::new();

/// Sets the language, once, before the first message; `None` if none was asked for.
pub(super) fn set_language(requested: Option<Language>) {
    let _ = REQUESTED.set(requested);
}

fn requested() -> Option<Language> {
    REQUESTED.get().copied().flatten()
}

/// Language of results and messages: English unless another one was asked for.
pub(super) fn language() -> Language {
    requested().unwrap_or(Language::English)
}

/// Language of letters, reports and certificate names: German unless another one was asked for.
pub(super) fn document_language() -> Language {
    requested().unwrap_or(Language::German)
}

/// The text `id` in the language of this process, with everything that can be displayed as a value:
/// `phrase!("gateway-cannot-read", file = file.display())`. A count that selects a plural form must stay a number and goes through
/// [`text!`](crate::text) instead.
macro_rules! phrase {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text!($crate::cli::gateway::language::language(), $id $(, $name = ($value).to_string())*)
    };
}
pub(super) use phrase;
