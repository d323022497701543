//! The form in which codes are entered.

use maud::{Markup, html};

use crate::pages::desk::ROOT;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::code_texts::script_texts;
use crate::pages::desk::scanner::scan_diagnosis::SCAN_MAX_CHARACTERS;
use crate::pages::frame::elements::csrf_field;
use crate::texts::text;

/// State of the form in which a code is entered.
pub(super) struct CodeForm<'a> {
    /// Entered text that has to be corrected.
    pub(super) typed: &'a str,
    pub(super) error: Option<&'a str>,
    /// True if the field has the keyboard focus when the page opens.
    pub(super) takes_focus: bool,
}

/// The form, with the texts that its script needs.
pub(super) fn code_form(form: &CodeForm<'_>, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    html! {
        form #enter method="post" action=(ROOT) autocomplete="off" novalidate {
            (csrf_field(&clerk.csrf_token))
            label for="code" { (text!(language, "desk-retrieval-code")) }
            p.hint id="code-hint" {
                (text!(language, "desk-code-hint"))
            }
            p.field-error id="code-error" hidden[form.error.is_none()] { (form.error.unwrap_or("")) }
            div.code-row {
                input #code.invalid[form.error.is_some()] name="code" type="text" value=(form.typed) maxlength=(SCAN_MAX_CHARACTERS)
                    autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus[form.takes_focus]
                    aria-describedby="code-hint code-error" aria-invalid=[form.error.map(|_| "true")];
                button.primary type="submit" { (text!(language, "desk-get-photo")) }
            }
        }
        (script_texts(language))
    }
}
