//! The frame of every page, and the headers that keep it to itself.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
};
use axum::http::header::{SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::domain::digest::Sha256Digest;
use crate::domain::language::Language;
use crate::pages::desk::ROOT;
use crate::pages::desk::clerk::Clerk;

static CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Inside the page, so that it is complete with one answer.
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Nothing but this page's own style and script, pictures it carries itself, and forms to where it came from.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| STANDARD.encode(Sha256Digest::of(text.as_bytes()).as_bytes());
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    // Base64 and the words above are visible ASCII.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});

/// What differs from page to page.
pub(crate) struct DeskPage<'a> {
    /// Names the page in the window and in the history: never what is on it.
    pub(crate) title: &'a str,
    /// The failure it tells of, by its kind.
    pub(crate) problem: Option<&'static str>,
    /// What is between head and foot.
    pub(crate) main: Markup,
}

/// A page as an answer.
pub(crate) fn page_response(
    status: StatusCode,
    page: &DeskPage<'_>,
    language: Language,
    clerk: Option<&Clerk>,
) -> Response {
    let mut response = (status, document(page, language, clerk).into_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    set_privacy_headers(headers);
    response
}

/// To another page, after something was done.
pub(crate) fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(ROOT)));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    set_privacy_headers(headers);
    response
}

/// That there is something, without it.
pub(crate) fn no_content() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_privacy_headers(response.headers_mut());
    response
}

/// For whatever the desk answers: no cache keeps it, no other page shows it or learns of it.
pub(crate) fn set_privacy_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (&CACHE_CONTROL, "no-store"),
        (&REFERRER_POLICY, "no-referrer"),
        (&X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (&X_FRAME_OPTIONS, "DENY"),
        (&CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (&CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn document(page: &DeskPage<'_>, language: Language, clerk: Option<&Clerk>) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) " – Lichtbild" }
                // Or else the browser asks for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { (language.pick("Zum Inhalt", "Skip to content")) }
                (head(language, clerk))
                main #main tabindex="-1" data-problem=[page.problem] { (page.main) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
}

fn head(language: Language, clerk: Option<&Clerk>) -> Markup {
    let here = |path: &str| clerk.is_some_and(|clerk| clerk.path == path).then_some("page");
    html! {
        header.top {
            div.inner {
                p.name { "Lichtbild" @if let Some(clerk) = clerk { span.office { bdi { (clerk.office.party.name) ", " (clerk.office.party.place) } } } }
                nav aria-label=(language.pick("Bereiche", "Sections")) {
                    @for (path, name) in [
                        (ROOT, language.pick("Code eingeben", "Enter code")),
                        ("/desk/today", language.pick("Heute", "Today")),
                        ("/desk/self-test", language.pick("Selbsttest", "Self-test")),
                    ] {
                        a href=(path) aria-current=[here(path)] { (name) }
                    }
                }
                @if let Some(clerk) = clerk { (language_switch(clerk)) }
            }
        }
    }
}

fn language_switch(clerk: &Clerk) -> Markup {
    let (tag, name) = clerk.language.pick(("en", "English"), ("de", "Deutsch"));
    html! {
        form #language method="post" action="/desk/language" {
            (csrf_field(clerk))
            input type="hidden" name="back" value=(clerk.path);
            button.plain type="submit" name="language" value=(tag) lang=(tag) { (name) }
        }
    }
}

/// What every form carries.
pub(crate) fn csrf_field(clerk: &Clerk) -> Markup {
    html! { input type="hidden" name="csrf" value=(clerk.csrf_token); }
}

/// What went wrong, on top of a page: read out at once, and where the keyboard goes first.
pub(crate) fn error_summary(title: &str, words: &Markup) -> Markup {
    html! {
        div.error-summary role="alert" tabindex="-1" autofocus {
            h2 { (title) }
            (words)
        }
    }
}
