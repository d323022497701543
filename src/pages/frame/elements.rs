//! Elements that several pages contain.

use maud::{Markup, html};

/// A hidden field with the token without which a posted form is refused; part of every form.
pub(in crate::pages) fn csrf_field(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// The error at the top of a page: screen readers read it at once, and it takes the focus.
pub(in crate::pages) fn error_summary(title: &str, content: &Markup) -> Markup {
    html! {
        div.error-summary role="alert" tabindex="-1" autofocus {
            h2 { (title) }
            (content)
        }
    }
}
