//! `GET /desk/`: the field for a code. `POST /desk/`: leases the photo, or shows the problem.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::code_form::{CodeForm, code_form};
use super::problem_page::problem_summary;
use crate::api::request::parse_retrieval_code;
use crate::api::{App, Problem};
use crate::clock::Timestamp;
use crate::domain::code::retrieval_code::CodeError;
use crate::flows::photo::collect::collect;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::RepeatableForm;
use crate::pages::desk::layout::{page_response, see_other};
use crate::pages::desk::scanner::scan_diagnosis::split_symbology;
use crate::pages::desk::{ROOT, session};
use crate::pages::frame::elements::{csrf_field, error_summary};
use crate::pages::frame::form::is_worth_repeating;
use crate::pages::frame::page::PageContent;
use crate::texts::language::Language;
use crate::texts::text;

/// Redirects `/desk` to the first page.
pub async fn redirect(_clerk: Clerk) -> Response {
    see_other(ROOT, None)
}

/// Shows an empty field.
pub async fn show(clerk: Clerk) -> Response {
    clerk.page(StatusCode::OK, &page(&clerk, None, None, "", true))
}

/// Fields of the posted form.
#[derive(Deserialize)]
pub struct CodeEntryForm {
    #[serde(default)]
    code: String,
}

/// Leases the photo of a code and redirects to it.
pub async fn create(State(app): State<App>, form: RepeatableForm<CodeEntryForm>) -> Response {
    let RepeatableForm { clerk, csrf_token, language, fields: entered } = form;
    let again = CodeToRepeat { code: &entered.code, csrf_token: &csrf_token };
    let clerk = match clerk {
        Ok(clerk) => clerk,
        Err(problem) => {
            let page = unavailable_page(&problem, &again, language, app.gateway.now());
            return problem.response_with(|status| page_response(status, &page, language, None));
        }
    };
    match collect_by_code(&app, &clerk, &entered.code).await {
        Ok(response) => response,
        Err(problem) => {
            // The clerk can correct a mistyped code. Content of other symbols cannot be corrected, and must not appear on a page.
            let typed = match problem {
                Problem::CodeMalformed { error: CodeError::Foreign(_) } => "",
                Problem::CodeMalformed { .. } => entered.code.as_str(),
                _ => "",
            };
            let again = is_worth_repeating(&problem).then_some(&again);
            problem.response_with(|status| clerk.page(status, &page(&clerk, Some(&problem), again, typed, false)))
        }
    }
}

async fn collect_by_code(app: &App, clerk: &Clerk, typed: &str) -> Result<Response, Problem> {
    let code = parse_retrieval_code(split_symbology(typed.trim_start()).1)?;
    let collection = collect(&app.gateway, &clerk.office, &code).await?.collection;
    let path = format!("/desk/collections/{}", collection.collection_id);
    Ok(see_other(&path, Some(session::start(app, clerk, &collection, &code)?)))
}

/// A code that the gateway could not look up at the moment. It is only in the response to the form that sent it.
struct CodeToRepeat<'a> {
    code: &'a str,
    csrf_token: &'a str,
}

/// A button that sends the code again; empty if the text is not a code.
fn try_again(again: &CodeToRepeat<'_>, language: Language) -> Markup {
    let CodeToRepeat { code, csrf_token } = again;
    html! {
        @if let Ok(code) = parse_retrieval_code(split_symbology(code.trim_start()).1) {
            form #retry method="post" action=(ROOT) autocomplete="off" {
                (csrf_field(csrf_token))
                // The printed form of the code, because a form would change invisible characters.
                input type="hidden" name="code" value=(code.reveal());
                p.finish {
                    button.primary type="submit" { (text!(language, "desk-try-again")) }
                    span.quiet { (text!(language, "desk-code-kept")) }
                }
            }
        }
    }
}

/// The page if the gateway cannot identify the clerk because the database is unavailable.
fn unavailable_page(problem: &Problem, again: &CodeToRepeat<'_>, language: Language, now: Timestamp) -> PageContent {
    let title = text!(language, "desk-enter-code");
    let main = html! {
        h1 { (title) }
        (problem_summary(problem, language, now))
        (try_again(again, language))
        p.finish { a #next href=(ROOT) { (text!(language, "desk-enter-other-code")) } }
    };
    PageContent { title, problem: Some(problem.kind()), main }
}

fn page(
    clerk: &Clerk,
    problem: Option<&Problem>,
    again: Option<&CodeToRepeat<'_>>,
    typed: &str,
    takes_focus: bool,
) -> PageContent {
    let title = text!(clerk.language, "desk-enter-code");
    let error = problem
        .filter(|problem| matches!(problem, Problem::CodeMalformed { .. }) && !typed.is_empty())
        .map(|problem| problem.at_desk(clerk.language, clerk.now).explanation);
    let form = CodeForm { typed, error: error.as_deref(), takes_focus };
    let main = html! {
        @if let Some(problem) = problem { (problem_summary(problem, clerk.language, clerk.now)) }
        @if let Some(again) = again { (try_again(again, clerk.language)) }
        h1 { (title) }
        (code_form(&form, clerk))
    };
    PageContent { title, problem: problem.map(Problem::kind), main }
}

/// Texts for a collection that was begun and needs its code again.
pub(super) struct CodePrompt {
    /// Start of the collection, and the reason why the code is needed.
    pub(super) notice: Markup,
    /// The actions that need no code.
    pub(super) without_code: Markup,
    /// Reason why a decision was refused: this counter has not shown the photo.
    pub(super) refused: Option<String>,
}

/// The page of a collection whose code this browser no longer holds.
pub(super) fn ask_for_code_again(clerk: &Clerk, prompt: &CodePrompt) -> Response {
    let title = text!(clerk.language, "desk-enter-code-again");
    let form = CodeForm { typed: "", error: None, takes_focus: prompt.refused.is_none() };
    let (status, problem) = match &prompt.refused {
        Some(_) => (StatusCode::FORBIDDEN, Problem::CollectionCodeRequired.kind()),
        None => (StatusCode::OK, "code-needed"),
    };
    let main = html! {
        @if let Some(refused) = &prompt.refused {
            (error_summary(&text!(clerk.language, "desk-nothing-changed"), &html! { p { (refused) } }))
        }
        h1 { (title) }
        div.notice { (prompt.notice) }
        (code_form(&form, clerk))
        (prompt.without_code)
    };
    clerk.page(status, &PageContent { title, problem: Some(problem), main })
}
