//! Elements that several pages contain.

use maud::{Markup, html};

use crate::texts::language::Language;
use crate::texts::text;

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

/// Address and name of a page.
pub(in crate::pages) type PageLink = (String, String);

/// The links below a problem: to try again if that can help, to the first page, and to the page before.
pub(in crate::pages) fn ways_on(
    retry: Option<PageLink>,
    (start, start_name): PageLink,
    back: Option<PageLink>,
) -> Markup {
    html! {
        p.finish {
            @match retry {
                Some((href, name)) => {
                    a.button.primary #retry href=(href) { (name) }
                    a #next href=(start) { (start_name) }
                }
                None => { a.button.primary #next href=(start) { (start_name) } }
            }
            @if let Some((href, name)) = back { a #back href=(href) { (name) } }
        }
    }
}

/// The operator's own words about how to reach the people who help studios.
pub(in crate::pages) fn contact_line(contact: &str, language: Language) -> Markup {
    html! { p #contact { (text!(language, "studio-computer-contact")) " " strong { bdi { (contact) } } } }
}

/// A sign before a result, with its meaning in words for screen readers. `weight` is `good`, `advice` or `fault`.
pub(in crate::pages) fn mark(sign: &str, weight: &str, language: Language) -> Markup {
    let label = text!(language, format!("page-mark-{weight}"));
    html! { span.mark data-weight=(weight) { span aria-hidden="true" { (sign) } span.visually-hidden { (label) " " } } " " }
}

/// Link to the same page in the other language, for pages that take the language from their query.
pub(in crate::pages) fn language_links(language: Language) -> Markup {
    let (tag, name) = language.pick(("en", "English"), ("de", "Deutsch"));
    html! { a #language href={ "?lang=" (tag) } hreflang=(tag) lang=(tag) { (name) } }
}

/// The same in the head of the document, for all languages.
pub(in crate::pages) fn alternate_links() -> Markup {
    html! {
        @for language in [Language::German, Language::English] {
            link rel="alternate" hreflang=(language.tag()) href={ "?lang=" (language.tag()) };
        }
    }
}
