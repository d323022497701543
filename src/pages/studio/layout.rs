//! The studio pages' parts of the layout: navigation, language switch, script.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::ROOT;
use super::photographer::Photographer;
use crate::pages::frame::certificate_end::{end_note, end_warning};
use crate::pages::frame::language_choice::language_switch;
use crate::pages::frame::page::{self, PageContent, PageLayout, PageScript, PartyLabel, Section};
use crate::pages::frame::response;
use crate::texts::language::Language;
use crate::texts::text;

pub(super) const PHOTOS: &str = "/studio/photos";
pub(super) const COMPUTER: &str = "/studio/computer";

static SCRIPT: LazyLock<PageScript> = LazyLock::new(|| PageScript::with_requests(include_str!("script.js")));

impl Photographer {
    /// A page for this photographer.
    pub(super) fn page(&self, status: StatusCode, page: &PageContent) -> Response {
        page_response(status, page, self.language, Some(self))
    }
}

/// A studio page; `photographer` is `None` if the caller is unknown.
pub(super) fn page_response(
    status: StatusCode,
    page: &PageContent,
    language: Language,
    photographer: Option<&Photographer>,
) -> Response {
    let sections = [
        Section { path: ROOT, name: text!(language, "studio-page-deposit") },
        Section { path: PHOTOS, name: text!(language, "studio-page-photos") },
        Section { path: COMPUTER, name: text!(language, "studio-page-computer") },
    ];
    let layout = PageLayout {
        language,
        party: photographer.map(|photographer| PartyLabel {
            name: &photographer.studio.party.name,
            place: &photographer.studio.party.place,
        }),
        sections: &sections,
        current_path: photographer.map(|photographer| photographer.path.as_str()),
        language_switch: photographer
            .map(|photographer| language_switch(language, &photographer.csrf_token, ROOT, &photographer.path)),
        head_links: None,
        head_note: photographer
            .map(|photographer| end_note(photographer.studio.certificate_expires_at, photographer.now, language)),
        banner: photographer.and_then(expiry_warning),
        script: &SCRIPT,
    };
    page::page_response(status, page, &layout)
}

/// A redirect to a studio page.
pub(super) fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    response::see_other(path, ROOT, cookies)
}

fn expiry_warning(photographer: &Photographer) -> Option<Markup> {
    let language = photographer.language;
    let begin = text!(language, "studio-page-expiry");
    let remedy = html! { ". " a href=(COMPUTER) { (text!(language, "studio-page-expiry.remedy")) } };
    end_warning(photographer.studio.certificate_expires_at, photographer.now, language, (&begin, &remedy))
}
