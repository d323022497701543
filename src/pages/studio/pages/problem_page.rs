//! Problems as pages, for all requests under `/studio/`.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::ALLOW;
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};

use crate::api::{App, Problem};
use crate::domain::id::PhotoId;
use crate::pages::frame::elements::{PageLink, contact_line, error_summary, ways_on};
use crate::pages::frame::findings::finding_list;
use crate::pages::frame::form::is_worth_repeating;
use crate::pages::frame::language_choice::chosen_language;
use crate::pages::frame::page::PageContent;
use crate::pages::studio::ROOT;
use crate::pages::studio::layout::{PHOTOS, page_response};
use crate::pages::studio::receipt_session::photo_path;
use crate::texts::language::Language;
use crate::texts::text;
use crate::wire::finding::FindingBody;

/// Renders the [`Problem`]s of the studio pages as pages and leaves other routes unchanged.
pub async fn render_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/studio" && !path.starts_with(ROOT) {
        return next.run(request).await;
    }
    let language = chosen_language(request.headers());
    let path = path.to_owned();
    let is_page = request.method() == Method::GET;
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let allow = response.headers_mut().remove(ALLOW);
    let mut page = problem.response_with(|status| {
        let contact = app
            .operator_contact
            .text()
            .filter(|_| problem.is_about_device() || matches!(problem, Problem::StudioSuspended));
        page_response(status, &problem_page(&problem, &path, is_page, contact, language), language, None)
    });
    page.headers_mut().extend(allow.map(|allow| (ALLOW, allow)));
    page
}

fn problem_page(
    problem: &Problem,
    path: &str,
    is_page: bool,
    contact: Option<&str>,
    language: Language,
) -> PageContent {
    let title = text!(language, "studio-page-failed");
    let main = html! {
        h1 { (title) }
        (problem_summary(problem, language))
        @if let Some(contact) = contact { (contact_line(contact, language)) }
        (ways_on(
            (is_page && is_worth_repeating(problem)).then(|| (path.to_owned(), text!(language, "studio-page-try-again"))),
            (ROOT.to_owned(), text!(language, "studio-page-to-start")),
            way_back(problem, path, language),
        ))
    };
    PageContent { title, problem: Some(problem.kind()), main }
}

/// Path and name of the page that the request came from, if it is not the page that failed.
fn way_back(problem: &Problem, path: &str, language: Language) -> Option<PageLink> {
    let rest = path.strip_prefix(PHOTOS)?;
    let photo_id = rest.strip_prefix('/').and_then(|rest| rest.split_once('/')).and_then(|(id, _)| id.parse().ok());
    match photo_id.filter(|_: &PhotoId| !matches!(problem, Problem::PhotoUnknown | Problem::RouteUnknown)) {
        Some(photo_id) => Some((photo_path(photo_id), text!(language, "studio-page-show-photo"))),
        None => Some((PHOTOS.to_owned(), text!(language, "studio-photos-back"))),
    }
}

/// Shows the problem in the words for photographers.
pub(in crate::pages::studio) fn problem_summary(problem: &Problem, language: Language) -> Markup {
    let in_shop = problem.at_studio(language);
    let content = html! {
        p { (in_shop.explanation) }
        @if let Problem::PhotoRefused { findings } = problem { (finding_list(&FindingBody::all(findings, language), language)) }
    };
    error_summary(&in_shop.title, &content)
}
