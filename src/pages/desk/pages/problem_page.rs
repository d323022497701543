//! Problems as pages, for all requests under `/desk/`.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::ALLOW;
use axum::middleware::Next;
use axum::response::Response;
use maud::{Markup, html};

use crate::api::problem::DeskProblem;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::domain::id::CollectionId;
use crate::pages::connect;
use crate::pages::desk::ROOT;
use crate::pages::desk::code_texts::is_for_self_test;
use crate::pages::desk::layout::page_response;
use crate::pages::frame::elements::{PageLink, error_summary, ways_on};
use crate::pages::frame::form::is_worth_repeating;
use crate::pages::frame::language_choice::chosen_language;
use crate::pages::frame::page::PageContent;
use crate::texts::language::Language;
use crate::texts::text;

const TODAY: &str = "/desk/today";

/// Renders the [`Problem`]s of the desk's routes as pages and leaves other routes unchanged.
pub async fn render_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != "/desk" && !path.starts_with(ROOT) {
        return next.run(request).await;
    }
    let language = chosen_language(request.headers());
    let path = path.to_owned();
    let is_page = request.method() == Method::GET;
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let allow = response.headers_mut().remove(ALLOW);
    let connect_url = needs_certificate(&problem).then(|| connect::url(&app)).flatten();
    let mut page = problem.response_with(|status| {
        let content = page(&problem, &path, is_page, connect_url.as_deref(), language, app.gateway.now());
        page_response(status, &content, language, None)
    });
    page.headers_mut().extend(allow.map(|allow| (ALLOW, allow)));
    page
}

/// Reports whether the computer needs another certificate.
fn needs_certificate(problem: &Problem) -> bool {
    use Problem::{CertificateExpired, CertificateMissing, CertificateUnusable, DeviceRevoked};
    let is_early = matches!(problem, CertificateUnusable { valid_from: Some(_), .. });
    !is_early
        && matches!(
            problem,
            CertificateExpired { .. } | CertificateMissing | CertificateUnusable { .. } | DeviceRevoked { .. }
        )
}

fn page(
    problem: &Problem,
    path: &str,
    is_page: bool,
    connect_url: Option<&str>,
    language: Language,
    now: Timestamp,
) -> PageContent {
    let title = text!(language, "desk-failed");
    let main = html! {
        h1 { (title) }
        (problem_summary(problem, language, now))
        @if let Some(url) = connect_url { p #connect { (text!(language, "desk-connect")) " " a href=(url) { (url) } } }
        (ways_on(
            (is_page && is_worth_repeating(problem)).then(|| (path.to_owned(), text!(language, "desk-try-again"))),
            (ROOT.to_owned(), text!(language, "desk-enter-code-next")),
            way_back(problem, path, language),
        ))
    };
    PageContent { title, problem: Some(problem.kind()), main }
}

/// Path and name of the page that the request came from, if it is not the page that failed.
fn way_back(problem: &Problem, path: &str, language: Language) -> Option<PageLink> {
    if matches!((problem, path), (Problem::RequestMalformed { .. }, TODAY)) {
        return Some((TODAY.into(), text!(language, "desk-back-to-today")));
    }
    if matches!(problem, Problem::CollectionUnknown | Problem::RouteUnknown) {
        return None;
    }
    let (collection_id, _) = path.strip_prefix("/desk/collections/")?.split_once('/')?;
    let collection_id: CollectionId = collection_id.parse().ok()?;
    Some((format!("/desk/collections/{collection_id}"), text!(language, "desk-back-to-collection")))
}

/// Shows the problem, and the sentence that the clerk can say to the citizen.
pub(super) fn problem_summary(problem: &Problem, language: Language, now: Timestamp) -> Markup {
    let DeskProblem { title, explanation, say_to_citizen } = problem.at_desk(language, now);
    let content = html! {
        @match problem {
            Problem::CodeMalformed { error } => {
                p { a href="#code" { (explanation) } }
                @if is_for_self_test(*error) { p { a #to-self-test href="/desk/self-test" { (text!(language, "desk-to-self-test")) } } }
            },
            _ => p { (explanation) },
        }
        @if let Some(sentence) = say_to_citizen {
            div #tell-citizen {
                p.say { (text!(language, "desk-say-now")) }
                p { q { (sentence) } }
            }
        }
    };
    error_summary(&title, &content)
}
