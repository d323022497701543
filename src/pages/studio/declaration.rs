//! The studio's declaration about the person: its fields in a form, and their values.

use maud::{Markup, html};
use strum::VariantNames;

use super::form::UploadForm;
use crate::api::Problem;
use crate::domain::photo::declaration::{Declaration, Exception, Subject};
use crate::texts::language::Language;
use crate::texts::text;

/// The declaration of a posted form; a missing field declares nothing.
///
/// # Errors
/// [`Problem::PhotoSubjectUnknown`], [`Problem::PhotoExceptionUnknown`].
pub(super) fn declared(form: &UploadForm) -> Result<Declaration, Problem> {
    let subject = match form.field("subject") {
        None => Subject::default(),
        Some(text) => Subject::parse(text).ok_or(Problem::PhotoSubjectUnknown { allowed: Subject::VARIANTS })?,
    };
    let exception = match form.field("exception") {
        None | Some("none") => Exception::None,
        Some(text) => {
            Exception::parse(text).ok_or(Problem::PhotoExceptionUnknown { allowed: Exception::declarable() })?
        }
    };
    Ok(Declaration { subject, exception })
}

/// Two lists to choose from. `id` makes the ids of the fields unique on the page.
pub(super) fn declaration_fields(id: &str, chosen: Declaration, language: Language) -> Markup {
    html! {
        div.declaration {
            (choice(&format!("{id}-subject"), "subject", &text!(language, "studio-page-subject"), Subject::VARIANTS, chosen.subject.name(), language))
            (choice(&format!("{id}-exception"), "exception", &text!(language, "studio-page-exception"), Exception::VARIANTS, chosen.exception.name(), language))
        }
    }
}

/// The same values as hidden fields.
pub(super) fn hidden_declaration(chosen: Declaration) -> Markup {
    html! {
        input type="hidden" name="subject" value=(chosen.subject.name());
        input type="hidden" name="exception" value=(chosen.exception.name());
    }
}

fn choice(id: &str, name: &str, label: &str, values: &[&str], chosen: &str, language: Language) -> Markup {
    html! {
        div {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for value in values {
                    option value=(value) selected[*value == chosen] { (text!(language, format!("studio-page-{name}-{value}"))) }
                }
            }
        }
    }
}
