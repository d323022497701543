//! The layout of every page: its head, its content and its script.

use axum::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::response::set_privacy_headers;
use crate::domain::digest::Sha256Digest;
use crate::domain::display_text::escaped_lines;
use crate::texts::language::Language;
use crate::texts::text;

/// The style is part of the page, so that one response is the complete page.
const STYLE: &str = concat!(include_str!("style.css"), include_str!("studio.css"));

/// The content of one page.
pub(in crate::pages) struct PageContent {
    /// Title of the window, also in the browser's history, so it must not name a photo or a code.
    pub(in crate::pages) title: String,
    /// Type of the problem that the page shows.
    pub(in crate::pages) problem: Option<&'static str>,
    /// Markup between head and foot.
    pub(in crate::pages) main: Markup,
}

/// The parts of the layout that a set of pages, such as the desk, has in common.
pub(in crate::pages) struct PageLayout<'a> {
    pub(in crate::pages) language: Language,
    /// The party that sees the pages, if it is known.
    pub(in crate::pages) party: Option<PartyLabel<'a>>,
    pub(in crate::pages) sections: &'a [Section<'a>],
    /// The path of the page, which the navigation marks.
    pub(in crate::pages) current_path: Option<&'a str>,
    pub(in crate::pages) language_switch: Option<Markup>,
    /// Links in the head of the document, such as the same page in another language.
    pub(in crate::pages) head_links: Option<Markup>,
    /// A short text next to the party.
    pub(in crate::pages) head_note: Option<Markup>,
    /// A line above the content of every page.
    pub(in crate::pages) banner: Option<Markup>,
    pub(in crate::pages) script: &'a PageScript,
}

/// Name and place of a studio or an office in the head of a page.
pub(in crate::pages) struct PartyLabel<'a> {
    pub(in crate::pages) name: &'a str,
    pub(in crate::pages) place: &'a str,
}

/// An entry of the navigation.
pub(in crate::pages) struct Section<'a> {
    pub(in crate::pages) path: &'a str,
    pub(in crate::pages) name: String,
}

/// A script inside the pages, with the content security policy that allows only this script.
pub(in crate::pages) struct PageScript {
    text: &'static str,
    policy: HeaderValue,
}

impl PageScript {
    /// For pages without a script.
    pub(in crate::pages) fn none() -> Self {
        Self { text: "", policy: policy("'none'", "") }
    }

    /// Allows only this script, the style of all pages, pictures inside the page, and forms to the gateway itself.
    pub(in crate::pages) fn new(text: &'static str) -> Self {
        Self { text, policy: policy(&format!("'sha256-{}'", hash(text)), "") }
    }

    /// Allows the script also to send requests to the listener of the page, and to show pictures of files that the user chose.
    pub(in crate::pages) fn with_requests(text: &'static str) -> Self {
        Self { text, policy: policy(&format!("'sha256-{}'", hash(text)), " blob:; connect-src 'self'") }
    }
}

/// `more` continues the sources of pictures.
fn policy(script_source: &str, more: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; img-src data:{more}; style-src 'sha256-{}'; script-src {script_source}; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
        hash(STYLE)
    );
    // The policy is visible ASCII, so this cannot fail.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

fn hash(text: &str) -> String {
    STANDARD.encode(Sha256Digest::of(text.as_bytes()).as_bytes())
}

/// The response with a page.
pub(in crate::pages) fn page_response(status: StatusCode, page: &PageContent, layout: &PageLayout<'_>) -> Response {
    // Older names, codes and notes may contain invisible characters. HTML reads `\u` as text everywhere.
    let document = document(page, layout).into_string();
    let mut response = (status, escaped_lines(&document).into_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(layout.language.tag()));
    headers.insert(CONTENT_SECURITY_POLICY, layout.script.policy.clone());
    set_privacy_headers(headers);
    response
}

fn document(page: &PageContent, layout: &PageLayout<'_>) -> Markup {
    let language = layout.language;
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " – Lichtbild" }
                // Without this the browser requests an icon.
                link rel="icon" href="data:,";
                @if let Some(links) = &layout.head_links { (links) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (text!(language, "page-skip")) }
                (head(layout))
                main #main tabindex="-1" data-problem=[page.problem] {
                    @if let Some(banner) = &layout.banner { (banner) }
                    (page.main)
                }
                @if !layout.script.text.is_empty() { script { (PreEscaped(layout.script.text)) } }
            }
        }
    }
}

fn head(layout: &PageLayout<'_>) -> Markup {
    html! {
        header.top {
            div.inner {
                p.name { "Lichtbild" @if let Some(party) = &layout.party { " " span.office { bdi { (party.name) ", " (party.place) } } }
                    @if let Some(note) = &layout.head_note { " " (note) } }
                @if !layout.sections.is_empty() {
                    nav aria-label=(text!(layout.language, "page-sections")) {
                        @for Section { path, name } in layout.sections {
                            a href=(path) aria-current=[(layout.current_path == Some(path)).then_some("page")] { (name) }
                        }
                    }
                }
                @if let Some(switch) = &layout.language_switch { (switch) }
            }
        }
    }
}
