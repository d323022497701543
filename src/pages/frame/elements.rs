//! Elements that several pages contain.

use maud::{Markup, html};

/// A hidden field with the CSRF token that every form needs.
pub(in crate::pages) fn csrf_field(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// The error at the top of a page. It takes the focus, so that screen readers read it at once.
pub(in crate::pages) fn error_summary(title: &str, content: &Markup) -> Markup {
    html! {
        div.error-summary role="alert" tabindex="-1" autofocus {
            h2 { (title) }
            (content)
        }
    }
}
