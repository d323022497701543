//! `GET /desk/`: one field. `POST /desk/`: the photo, or what is in the way.

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
use crate::pages::desk::code_texts;
use crate::pages::desk::form::{RepeatableForm, is_worth_repeating};
use crate::pages::desk::layout::{page_response, see_other};
use crate::pages::desk::scanner::scan_diagnosis::split_symbology;
use crate::pages::desk::{ROOT, session};
use crate::pages::frame::elements::{csrf_field, error_summary};
use crate::pages::frame::page::PageContent;
use crate::texts::language::Language;

/// `/desk` without its slash.
pub async fn redirect(_clerk: Clerk) -> Response {
    see_other(ROOT, None)
}

/// An empty field.
pub async fn show(clerk: Clerk) -> Response {
    clerk.page(StatusCode::OK, &page(&clerk, None, None, "", true))
}

/// Fields of the posted form.
#[derive(Deserialize)]
pub struct CodeEntryForm {
    #[serde(default)]
    code: String,
}

/// Claims the photo that belongs to a code and goes there.
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
            // A code that cannot be one is given back to be mended; one that can has been tried. Other symbols cannot be mended, and may
            // hold what belongs on no page.
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

/// A code that could not be looked up just now. It stands in the answer to the form that sent it, and nowhere else.
struct CodeToRepeat<'a> {
    code: &'a str,
    csrf_token: &'a str,
}

/// A button that sends the code again; nothing for a text that is no code.
fn try_again(again: &CodeToRepeat<'_>, language: Language) -> Markup {
    let CodeToRepeat { code, csrf_token } = again;
    html! {
        @if let Ok(code) = parse_retrieval_code(split_symbology(code.trim_start()).1) {
            form #retry method="post" action=(ROOT) autocomplete="off" {
                (csrf_field(csrf_token))
                // As it is printed: what cannot be seen in it would not come back as it was sent.
                input type="hidden" name="code" value=(code.reveal());
                p.finish {
                    button.primary type="submit" { (language.pick("Noch einmal versuchen", "Try again")) }
                    span.quiet { (language.pick("Sie müssen den Code nicht noch einmal eingeben.", "You need not enter the code again.")) }
                }
            }
        }
    }
}

/// The page for a clerk who cannot be known just now, since the database cannot be asked.
fn unavailable_page<'a>(
    problem: &Problem,
    again: &CodeToRepeat<'_>,
    language: Language,
    now: Timestamp,
) -> PageContent<'a> {
    let title = language.pick("Code eingeben", "Enter code");
    let main = html! {
        h1 { (title) }
        (problem_summary(problem, language, now))
        (try_again(again, language))
        p.finish { a #next href=(ROOT) { (language.pick("Anderen Code eingeben", "Enter another code")) } }
    };
    PageContent { title, problem: Some(problem.kind()), main }
}

fn page<'a>(
    clerk: &Clerk,
    problem: Option<&Problem>,
    again: Option<&CodeToRepeat<'_>>,
    typed: &str,
    takes_focus: bool,
) -> PageContent<'a> {
    let title = clerk.language.pick("Code eingeben", "Enter code");
    let error = match problem {
        Some(Problem::CodeMalformed { error }) if !typed.is_empty() => {
            Some(code_texts::explanation(*error, clerk.language))
        }
        _ => None,
    };
    let form = CodeForm { typed, error: error.as_deref(), takes_focus };
    let main = html! {
        @if let Some(problem) = problem { (problem_summary(problem, clerk.language, clerk.now)) }
        @if let Some(again) = again { (try_again(again, clerk.language)) }
        h1 { (title) }
        (code_form(&form, clerk))
    };
    PageContent { title, problem: problem.map(Problem::kind), main }
}

/// The words before the code is entered for a collection that was begun.
pub(super) struct CodePrompt {
    /// Time and place of its beginning, and what the code is needed for.
    pub(super) notice: Markup,
    /// The choices that need no code.
    pub(super) without_code: Markup,
    /// A decision that was not taken, since this counter has not shown the photo.
    pub(super) refused: Option<&'static str>,
}

/// The page of a collection whose code this browser does not hold any more.
pub(super) fn ask_for_code_again(clerk: &Clerk, prompt: &CodePrompt) -> Response {
    let title = clerk.language.pick("Code noch einmal eingeben", "Enter the code again");
    let form = CodeForm { typed: "", error: None, takes_focus: prompt.refused.is_none() };
    let (status, problem) = match prompt.refused {
        Some(_) => (StatusCode::FORBIDDEN, Problem::CollectionCodeRequired.kind()),
        None => (StatusCode::OK, "code-needed"),
    };
    let main = html! {
        @if let Some(refused) = prompt.refused {
            (error_summary(clerk.language.pick("Nichts wurde geändert", "Nothing was changed"), &html! { p { (refused) } }))
        }
        h1 { (title) }
        div.notice { (prompt.notice) }
        (code_form(&form, clerk))
        (prompt.without_code)
    };
    clerk.page(status, &PageContent { title, problem: Some(problem), main })
}
