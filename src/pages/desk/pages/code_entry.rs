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
use crate::flows::photo::collect::collect;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::layout::see_other;
use crate::pages::desk::scanner::scan_diagnosis::split_symbology;
use crate::pages::desk::{ROOT, session};
use crate::pages::frame::elements::error_summary;
use crate::pages::frame::page::PageContent;

/// `/desk` without its slash.
pub async fn redirect(_clerk: Clerk) -> Response {
    see_other(ROOT, None)
}

/// An empty field.
pub async fn show(clerk: Clerk) -> Response {
    clerk.page(StatusCode::OK, &page(&clerk, None, "", true))
}

/// Fields of the posted form.
#[derive(Deserialize)]
pub struct CodeEntryForm {
    #[serde(default)]
    code: String,
}

/// Claims the photo that belongs to a code and goes there.
pub async fn create(State(app): State<App>, ClerkForm(clerk, entered): ClerkForm<CodeEntryForm>) -> Response {
    match collect_by_code(&app, &clerk, &entered.code).await {
        Ok(response) => response,
        Err(problem) => {
            // A code that cannot be one is given back to be mended; one that can has been tried.
            let typed = if matches!(problem, Problem::CodeMalformed { .. }) { entered.code.as_str() } else { "" };
            problem.response_with(|status| clerk.page(status, &page(&clerk, Some(&problem), typed, false)))
        }
    }
}

async fn collect_by_code(app: &App, clerk: &Clerk, typed: &str) -> Result<Response, Problem> {
    let code = parse_retrieval_code(split_symbology(typed.trim_start()).1)?;
    let collection = collect(&app.gateway, &clerk.office, &code).await?.collection;
    let path = format!("/desk/collections/{}", collection.collection_id);
    Ok(see_other(&path, Some(session::start(app, clerk, &collection, &code)?)))
}

fn page<'a>(clerk: &Clerk, problem: Option<&Problem>, typed: &str, takes_focus: bool) -> PageContent<'a> {
    let title = clerk.language.pick("Code eingeben", "Enter code");
    let error = problem.filter(|_| !typed.is_empty()).map(|problem| problem.detail(clerk.language));
    let form = CodeForm { typed, error: error.as_deref(), takes_focus };
    let main = html! {
        @if let Some(problem) = problem { (problem_summary(problem, clerk.language, clerk.now)) }
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
