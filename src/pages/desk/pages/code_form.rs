//! The one field in which codes are entered.

use maud::{Markup, html};

use crate::pages::desk::ROOT;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::code_texts::script_texts;
use crate::pages::desk::scanner::scan_diagnosis::SCAN_MAX_CHARACTERS;
use crate::pages::frame::elements::csrf_field;

/// State of the form in which a code is entered.
pub(super) struct CodeForm<'a> {
    /// Text that was entered and has to be corrected.
    pub(super) typed: &'a str,
    /// Error in that text, as the page shows it.
    pub(super) error: Option<&'a str>,
    /// True if the field has the keyboard focus when the page opens.
    pub(super) takes_focus: bool,
}

/// The form; the words that its script needs are in it, in the reader's language.
pub(super) fn code_form(form: &CodeForm<'_>, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    html! {
        form #enter method="post" action=(ROOT) autocomplete="off" novalidate {
            (csrf_field(&clerk.csrf_token))
            label for="code" { (language.pick("Abrufcode", "Retrieval code")) }
            p.hint id="code-hint" {
                (language.pick(
                    "Scannen Sie ihn vom Beleg, oder tippen Sie ihn ein: 20 Zeichen in vier Gruppen, groß oder klein, mit oder ohne Striche.",
                    "Scan it from the receipt, or type it: 20 characters in four groups, upper or lower case, with or without hyphens.",
                ))
            }
            p.field-error id="code-error" hidden[form.error.is_none()] { (form.error.unwrap_or("")) }
            div.code-row {
                input #code.invalid[form.error.is_some()] name="code" type="text" value=(form.typed) maxlength=(SCAN_MAX_CHARACTERS)
                    autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus[form.takes_focus]
                    aria-describedby="code-hint code-error" aria-invalid=[form.error.map(|_| "true")];
                button.primary type="submit" { (language.pick("Foto abrufen", "Get photo")) }
            }
        }
        (script_texts(language))
    }
}
