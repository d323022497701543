//! The desk's parts of the layout: navigation, language switch, script.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::ROOT;
use super::clerk::Clerk;
use crate::domain::party::credential::Credential;
use crate::pages::frame::caller_layout::{PageCaller, caller_layout};
use crate::pages::frame::certificate_end::end_warning;
use crate::pages::frame::page::{self, PageContent, PageScript, Section};
use crate::pages::frame::response;
use crate::texts::language::Language;
use crate::texts::text;

/// Path of the page that renews the certificate.
pub(super) const RENEWAL: &str = "/desk/renewal";

/// The key guard comes first, because it must handle each key before the rest of the script.
static SCRIPT: LazyLock<PageScript> = LazyLock::new(|| {
    PageScript::new(concat!(
        include_str!("key_guard.js"),
        include_str!("../frame/code_reading.js"),
        include_str!("script.js"),
        include_str!("../frame/self_test.js")
    ))
});

impl Clerk {
    /// A page for this clerk.
    pub(super) fn page(&self, status: StatusCode, page: &PageContent) -> Response {
        self.page_with_script(status, page, &SCRIPT)
    }

    /// A page for this clerk whose script differs from that of the other pages.
    pub(super) fn page_with_script(&self, status: StatusCode, page: &PageContent, script: &PageScript) -> Response {
        response_with_script(status, page, self.language, Some(self), script)
    }
}

/// A page of the desk; `clerk` is `None` if the caller is unknown.
pub(super) fn page_response(
    status: StatusCode,
    page: &PageContent,
    language: Language,
    clerk: Option<&Clerk>,
) -> Response {
    response_with_script(status, page, language, clerk, &SCRIPT)
}

fn response_with_script(
    status: StatusCode,
    page: &PageContent,
    language: Language,
    clerk: Option<&Clerk>,
    script: &PageScript,
) -> Response {
    let sections = [
        Section { path: ROOT, name: text!(language, "desk-enter-code") },
        Section { path: "/desk/today", name: text!(language, "desk-today") },
        Section { path: "/desk/self-test", name: text!(language, "desk-self-test") },
    ];
    let caller = clerk.map(|clerk| PageCaller {
        caller: &clerk.office,
        now: clerk.now,
        path: &clerk.path,
        csrf_token: &clerk.csrf_token,
        banner: expiry_warning(clerk),
    });
    page::page_response(status, page, &caller_layout(language, ROOT, &sections, caller, script))
}

/// A redirect to a page of the desk, or to its first page if `path` is not allowed in a header.
pub(super) fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    response::see_other(path, ROOT, cookies)
}

fn expiry_warning(clerk: &Clerk) -> Option<Markup> {
    let language = clerk.language;
    let begin = text!(language, "desk-expiry-notice.before");
    let remedy = match clerk.office.credential {
        Credential::Own { .. } => html! { ". " a href=(RENEWAL) { (text!(language, "desk-expiry-notice.renew")) } },
        Credential::External { .. } => html! { (text!(language, "desk-expiry-notice.after")) },
    };
    end_warning(clerk.office.certificate_expires_at, clerk.now, language, (&begin, &remedy))
}
