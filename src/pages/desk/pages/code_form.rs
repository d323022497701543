//! The one field in which codes are entered.

use maud::{Markup, html};

use crate::domain::language::Language;
use crate::pages::desk::ROOT;
use crate::pages::desk::clerk::Clerk;
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
                    "Vom Beleg scannen oder eintippen: 20 Zeichen in vier Gruppen. Groß oder klein, mit oder ohne Striche.",
                    "Scan it from the receipt or type it: 20 characters in four groups. Upper or lower case, with or without hyphens.",
                ))
            }
            p.field-error id="code-error" hidden[form.error.is_none()] { (form.error.unwrap_or("")) }
            div.code-row {
                input #code.invalid[form.error.is_some()] name="code" type="text" value=(form.typed) maxlength="120"
                    autocomplete="off" autocapitalize="characters" spellcheck="false" autofocus[form.takes_focus]
                    aria-describedby="code-hint code-error" aria-invalid=[form.error.map(|_| "true")];
                button.primary type="submit" { (language.pick("Foto abrufen", "Get photo")) }
            }
        }
        (typo_texts(language))
    }
}

/// Texts that the script shows for a typo before anything is sent.
fn typo_texts(language: Language) -> Markup {
    html! {
        template #typo
            data-title=(language.pick("Der Code enthält einen Tippfehler", "The code is mistyped"))
            data-empty=(language.pick("Bitte den Code vom Beleg scannen oder eintippen.", "Scan the code from the receipt, or type it."))
            data-group=(language.pick(
                "Gruppe {group} hat {count} Zeichen statt 5. Bitte mit dem Beleg vergleichen.",
                "Group {group} has {count} characters instead of 5. Compare it with the receipt.",
            ))
            data-length=(language.pick(
                "Ein Code hat 20 Zeichen, hier sind es {count}. Bitte mit dem Beleg vergleichen.",
                "A code has 20 characters, these are {count}. Compare it with the receipt.",
            ))
            data-character=(language.pick(
                "In Gruppe {group} steht ein Zeichen, das in keinem Code vorkommt. Bitte mit dem Beleg vergleichen.",
                "Group {group} has a character that no code contains. Compare it with the receipt.",
            ))
            data-check=(language.pick(
                "Ein Zeichen stimmt nicht, oder zwei sind vertauscht. Bitte mit dem Beleg vergleichen.",
                "A character is wrong, or two are swapped. Compare it with the receipt.",
            ))
            data-layout=(language.pick(
                "Y und Z sind vertauscht: Der Scanner ist auf eine andere Tastatur eingestellt. Der Selbsttest zeigt, was zu tun ist.",
                "Y and Z are swapped: the scanner is set to another keyboard. The self-test shows what to do.",
            ))
            data-say=(language.pick("Das können Sie jetzt sagen", "What you can say now"))
            data-citizen=(language.pick(
                "Der Code stimmt so noch nicht, ich gebe ihn noch einmal ein. Mit Ihrem Foto ist alles in Ordnung.",
                "The code is not right yet, I will enter it again. Nothing is wrong with your photo.",
            )) {}
    }
}
