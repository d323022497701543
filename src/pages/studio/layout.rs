//! The studio pages' parts of the layout: navigation, language switch, script.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::ROOT;
use super::photographer::Photographer;
use crate::flows::photo::new_refusals::MOST_COUNTED;
use crate::pages::frame::caller_layout::{PageCaller, caller_layout};
use crate::pages::frame::certificate_end::end_warning;
use crate::pages::frame::page::{self, PageContent, PageScript, Section};
use crate::pages::frame::response;
use crate::texts::language::Language;
use crate::texts::text;

pub(super) const PHOTOS: &str = "/studio/photos";
pub(super) const COMPUTER: &str = "/studio/computer";
/// Path of the page that renews the certificate.
pub(super) const RENEWAL: &str = "/studio/renewal";

static SCRIPT: LazyLock<PageScript> = LazyLock::new(|| {
    PageScript::with_requests(concat!(
        include_str!("dropped_files.js"),
        include_str!("script.js"),
        include_str!("../frame/self_test.js")
    ))
});

impl Photographer {
    /// A page for this photographer.
    pub(super) fn page(&self, status: StatusCode, page: &PageContent) -> Response {
        self.page_with_script(status, page, &SCRIPT)
    }

    /// A page for this photographer whose script differs from that of the other pages.
    pub(super) fn page_with_script(&self, status: StatusCode, page: &PageContent, script: &PageScript) -> Response {
        response_with_script(status, page, self.language, Some(self), script)
    }
}

/// A studio page; `photographer` is `None` if the caller is unknown.
pub(super) fn page_response(
    status: StatusCode,
    page: &PageContent,
    language: Language,
    photographer: Option<&Photographer>,
) -> Response {
    response_with_script(status, page, language, photographer, &SCRIPT)
}

fn response_with_script(
    status: StatusCode,
    page: &PageContent,
    language: Language,
    photographer: Option<&Photographer>,
    script: &PageScript,
) -> Response {
    let new_refusals = photographer.map_or(0, |photographer| photographer.new_refusals);
    let sections = [
        Section { path: ROOT, name: text!(language, "studio-page-deposit") },
        Section { path: PHOTOS, name: photos_name(new_refusals, language) },
        Section { path: COMPUTER, name: text!(language, "studio-page-computer") },
    ];
    let caller = photographer.map(|photographer| PageCaller {
        caller: &photographer.studio,
        now: photographer.now,
        path: &photographer.path,
        csrf_token: &photographer.csrf_token,
        banner: expiry_warning(photographer),
    });
    page::page_response(status, page, &caller_layout(language, ROOT, &sections, caller, script))
}

/// Name of the list of photos, with the number of new refusals.
fn photos_name(new_refusals: u64, language: Language) -> String {
    let name = text!(language, "studio-page-photos");
    match new_refusals {
        0 => name,
        count => format!("{name} ({})", counted(count)),
    }
}

/// A number of new refusals; the count ends at [`MOST_COUNTED`].
pub(super) fn counted(new_refusals: u64) -> String {
    if new_refusals >= u64::from(MOST_COUNTED) { format!("{}+", MOST_COUNTED - 1) } else { new_refusals.to_string() }
}

/// A redirect to a studio page.
pub(super) fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    response::see_other(path, ROOT, cookies)
}

fn expiry_warning(photographer: &Photographer) -> Option<Markup> {
    let language = photographer.language;
    let begin = text!(language, "studio-page-expiry");
    let remedy = html! { ". " a href=(RENEWAL) { (text!(language, "studio-page-expiry.remedy")) } };
    end_warning(photographer.studio.certificate_expires_at, photographer.now, language, (&begin, &remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_of_new_refusals_ends_below_the_limit_of_what_is_counted() {
        assert_eq!(photos_name(0, Language::English), "My photos");
        assert_eq!(photos_name(1, Language::German), "Meine Fotos (1)");
        assert_eq!(counted(99), "99");
        assert_eq!(counted(100), "99+");
    }
}
