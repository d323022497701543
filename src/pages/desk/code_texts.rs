//! Texts about a code that was mistyped or scanned wrongly, for the script of the page, which shows some of them before anything is sent.

use maud::{Markup, html};

use crate::domain::code::retrieval_code::CodeError;
use crate::texts::language::Language;
use crate::texts::text;

/// True if the scanner or the keyboard may be the cause, so that the self-test helps.
pub(in crate::pages::desk) fn is_for_self_test(error: CodeError) -> bool {
    matches!(error, CodeError::Foreign(_) | CodeError::Keyboard(_) | CodeError::SwappedLayout)
}

/// Texts for the script, with placeholders for the values that it finds.
pub(in crate::pages::desk) fn script_texts(language: Language) -> Markup {
    let (group, count, character) = ("{group}", "{count}", "{character}");
    html! {
        template #typo
            data-title=(text!(language, "problem-code-malformed.desk-title"))
            data-title-empty=(text!(language, "problem-code-malformed-empty.desk-title"))
            data-title-layout=(text!(language, "problem-code-malformed-swapped-layout.desk-title"))
            data-empty=(text!(language, "problem-code-malformed-empty.desk"))
            data-group=(text!(language, "problem-code-malformed-group-length.desk", group = group, symbols = count))
            data-length=(text!(language, "problem-code-malformed-length.desk", symbols = count))
            data-character=(text!(language, "problem-code-malformed-character.desk", group = group, character = character))
            data-foreign=(text!(language, "problem-code-malformed-misplaced-character.desk", character = character))
            data-check=(text!(language, "problem-code-malformed-check-symbol.desk"))
            data-layout=(text!(language, "problem-code-malformed-swapped-layout.desk"))
            data-self-test=(text!(language, "desk-to-self-test"))
            data-say=(text!(language, "desk-say-now"))
            data-citizen=(text!(language, "problem-code-malformed-check-symbol.say"))
            data-citizen-layout=(text!(language, "problem-code-malformed-swapped-layout.say")) {}
    }
}
