//! Pages that explain the types of problems to developers, and the same as JSON. They are public and contain nothing of a party.
//!
//! The language is that of the browser, or of the query (`?lang=en`): these pages set no cookie.

use std::sync::LazyLock;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LANGUAGE, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::frame::elements::{alternate_links, language_links};
use super::frame::page::{PageContent, PageLayout, PageScript, Section, page_response};
use crate::api::accept::{AcceptedTypes, Precision};
use crate::api::caller::PublicReader;
use crate::api::negotiate::PreferredLanguage;
use crate::api::problem::help::{HELP_ROOT, ProblemGroup, ProblemHelp};
use crate::api::request::{QueryFields, QueryParameters, json_response};
use crate::api::{App, Problem};
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::problem::{ProblemHelpListBody, RepeatAdvice};

static NO_SCRIPT: LazyLock<PageScript> = LazyLock::new(PageScript::none);

/// Query with the language of the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelpQuery {
    lang: Option<Language>,
}

impl QueryParameters for HelpQuery {
    const NAMES: &'static [&'static str] = &["lang"];
}

/// Language and format that a reader asked for.
pub struct HelpFormat {
    language: Language,
    /// The query names the language, so links within these pages name it too.
    is_language_chosen: bool,
    is_json: bool,
}

impl FromRequestParts<App> for HelpFormat {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let PublicReader = PublicReader::from_request_parts(parts, app).await?;
        let QueryFields(HelpQuery { lang }) = QueryFields::from_request_parts(parts, app).await?;
        let Ok(PreferredLanguage(preferred)) = PreferredLanguage::from_request_parts(parts, app).await;
        Ok(Self {
            language: lang.unwrap_or(preferred),
            is_language_chosen: lang.is_some(),
            is_json: prefers_json(&parts.headers),
        })
    }
}

/// True if JSON is named and HTML is not wanted more.
fn prefers_json(headers: &HeaderMap) -> bool {
    let accepted = AcceptedTypes::of(headers);
    let [json, page] = [("application", "json"), ("text", "html")].map(|(kind, subtype)| accepted.rank(kind, subtype));
    json.precision == Precision::Exact
        && json.quality > 0
        && (json.quality, json.precision) > (page.quality, page.precision)
}

/// Explains a type of problem.
///
/// # Errors
/// [`Problem::RouteUnknown`] if there is no such type.
pub async fn show(format: HelpFormat, kind: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let Path(kind) = kind.map_err(|_| Problem::RouteUnknown)?;
    let help = ProblemHelp::find(&kind).ok_or(Problem::RouteUnknown)?;
    let language = format.language;
    Ok(format.respond(&help.body(language), &kind, || explanation(help, &format)))
}

/// Lists all types of problems.
pub async fn list(format: HelpFormat) -> Response {
    let language = format.language;
    let groups = ProblemGroup::all();
    let problems = groups.iter().flat_map(|group| &group.problems).map(|help| help.body(language)).collect();
    format.respond(&ProblemHelpListBody { problems }, "", || all_types(&groups, &format))
}

impl HelpFormat {
    /// `kind` is empty for the list.
    fn respond(&self, body: &impl Serialize, kind: &str, page: impl FnOnce() -> PageContent) -> Response {
        let mut response = match self.is_json {
            true => json_response(StatusCode::OK, body),
            false => self.page(&page(), kind),
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag()));
        for name in [ACCEPT, ACCEPT_LANGUAGE] {
            headers.append(VARY, HeaderValue::from(name));
        }
        response
    }

    fn page(&self, content: &PageContent, kind: &str) -> Response {
        let list = self.path("");
        let sections = [Section { path: &list, name: text!(self.language, "problem-page-all") }];
        let layout = PageLayout {
            language: self.language,
            party: None,
            sections: &sections,
            current_path: Some(&self.path(kind)),
            language_switch: Some(language_links(self.language)),
            head_links: Some(alternate_links()),
            head_note: None,
            banner: None,
            script: &NO_SCRIPT,
        };
        page_response(StatusCode::OK, content, &layout)
    }

    /// Path of the page of a type, or with an empty name of the list.
    fn path(&self, kind: &str) -> String {
        let query = if self.is_language_chosen { format!("?lang={}", self.language.tag()) } else { String::new() };
        format!("{HELP_ROOT}{kind}{query}")
    }
}

fn explanation(help: ProblemHelp, format: &HelpFormat) -> PageContent {
    let language = format.language;
    let title = help.title(language);
    let main = html! {
        div.explanation {
            h1 { (title) }
            dl.facts {
                div { dt { "type" } dd { code { (help.kind()) } } }
                div { dt { (text!(language, "problem-page-status")) } dd { (help.status()) } }
                div { dt { (text!(language, "problem-page-repeat")) } dd { (repeat_advice(help.repeat(), language)) } }
                @if let Some(seconds) = help.retry_after() { div { dt { "Retry-After" } dd { (seconds) " s" } } }
            }
            h2 { (text!(language, "problem-page-cause")) }
            p { (prose(&help.cause(language))) }
            h2 { (text!(language, "problem-page-remedy")) }
            p { (prose(&help.remedy(language))) }
        }
    };
    PageContent { title, problem: None, main }
}

fn repeat_advice(advice: RepeatAdvice, language: Language) -> String {
    match advice {
        RepeatAdvice::Now => text!(language, "problem-repeat-now"),
        RepeatAdvice::Later => text!(language, "problem-repeat-later"),
        RepeatAdvice::Never => text!(language, "problem-repeat-never"),
    }
}

fn all_types(groups: &[ProblemGroup], format: &HelpFormat) -> PageContent {
    let language = format.language;
    let title = text!(language, "problem-page-title");
    let main = html! {
        div.explanation {
            h1 { (title) }
            p { (prose(&text!(language, "problem-page-lead"))) }
            @for group in groups {
                h2 { (group.title(language)) }
                dl.facts.problem-types {
                    @for help in &group.problems {
                        div {
                            dt { a href=(format.path(help.kind())) { (help.kind()) } }
                            dd { (help.title(language)) " (" (help.status().as_u16()) ")" }
                        }
                    }
                }
            }
        }
    };
    PageContent { title, problem: None, main }
}

/// Text in which words between backticks are code.
fn prose(text: &str) -> Markup {
    html! {
        @for (number, part) in text.split('`').enumerate() {
            @if number % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
