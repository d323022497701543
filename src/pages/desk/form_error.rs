//! An error in one field of a form, shown at the field and in the summary at the top of the page.

use maud::{Markup, html};
use strum::IntoStaticStr;

use crate::pages::frame::elements::error_summary;
use crate::texts::language::Language;
use crate::texts::text;

/// Field of the form for using or refusing a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum FormField {
    /// The question about a second document.
    Question,
    /// The last day of a kept photo.
    Until,
    /// The link that saves the file.
    File,
    /// The box that confirms that the photo was seen or saved earlier.
    Confirmed,
    Reasons,
    Note,
}

impl FormField {
    fn id(self) -> &'static str {
        self.into()
    }
}

/// Error in a form that was filled in.
#[derive(Debug, Clone)]
pub(super) struct FormError {
    pub(super) field: FormField,
    pub(super) text: String,
}

impl FormError {
    pub(super) fn new(field: FormField, text: impl Into<String>) -> Self {
        Self { field, text: text.into() }
    }

    /// The summary at the top of the page.
    pub(super) fn summary(&self, language: Language) -> Markup {
        let title = text!(language, "desk-form-incomplete");
        error_summary(&title, &html! { p { a href={ "#" (self.field.id()) } { (self.text) } } })
    }
}

/// Error of a form at one of its fields, if it is there.
pub(super) struct FieldError<'a>(Option<&'a FormError>);

impl<'a> FieldError<'a> {
    /// The form's error, if it belongs to `field`.
    pub(super) fn at(field: FormField, error: Option<&'a FormError>) -> Self {
        Self(error.filter(|error| error.field == field))
    }

    /// The text at the field.
    pub(super) fn text(&self) -> Markup {
        html! { @if let Some(FormError { field, text }) = self.0 { p.field-error id={ (field.id()) "-error" } { (text) } } }
    }

    /// Value of `aria-describedby`: the error, then the hint of the field.
    pub(super) fn described_by(&self, hint: Option<&str>) -> Option<String> {
        let error = self.0.map(|error| format!("{}-error", error.field.id()));
        let names: Vec<_> = error.as_deref().into_iter().chain(hint).collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.0.map(|_| "true")
    }
}
