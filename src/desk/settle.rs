//! `POST /desk/collections/{collection_id}/settle`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use time::Date;
use time::macros::format_description;

use super::clerk::Clerk;
use super::form::Posted;
use super::page::see_other;
use super::{refuse, ticket, use_photo};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::collection::{Outcome, Refusal};
use crate::domain::id::CollectionId;
use crate::flows::settle::settle;

/// What the three forms post.
#[derive(Deserialize)]
pub struct Decided {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

/// Settles and tells so on the last page. The same decision again, from a second click or another tab, gets there too.
pub async fn create(
    State(app): State<App>,
    PathId(collection_id): PathId<CollectionId>,
    Posted(clerk, decided): Posted<Decided>,
) -> Result<Response, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let outcome = match outcome(&clerk, &decided) {
        Ok(outcome) => outcome,
        Err(missing) => return Ok(ask_again(&clerk, collection_id, &decided, missing)),
    };
    match settle(&app.gateway, &clerk.office, collection_id, outcome).await.map_err(Problem::from) {
        Ok(_) => {
            Ok(see_other(&format!("/desk/collections/{collection_id}/done"), Some(ticket::withdraw(collection_id)?)))
        }
        Err(
            problem @ (Problem::SettlementDate { .. } | Problem::NoteTooLong { .. } | Problem::RequestMalformed { .. }),
        ) => Ok(ask_again(&clerk, collection_id, &decided, problem.detail(clerk.language))),
        Err(problem) => Err(problem),
    }
}

/// What was decided, or what is still to be said.
fn outcome(clerk: &Clerk, decided: &Decided) -> Result<Outcome, String> {
    let language = clerk.language;
    match decided.outcome.as_str() {
        "used" => Ok(Outcome::Used),
        "released" => Ok(Outcome::Released),
        "kept" => match Date::parse(decided.until.trim(), format_description!("[year]-[month]-[day]")) {
            Ok(until) => Ok(Outcome::Kept { until }),
            Err(_) => Err(language
                .pick("Bis wann soll das Foto bleiben? (JJJJ-MM-TT)", "Until when is it kept? (YYYY-MM-DD)")
                .into()),
        },
        "refused" => match serde_json::from_value(decided.reason.as_str().into()) {
            Ok(reason) => Ok(Outcome::Refused(Refusal { reason, note: note(&decided.note) })),
            Err(_) => Err(language.pick("Bitte einen Grund auswählen.", "Choose a reason.").into()),
        },
        _ => Err(language
            .pick("Bitte auswählen, ob ein zweites Dokument geplant ist.", "Say whether a second document is planned.")
            .into()),
    }
}

/// Browsers end lines with CR LF; a note without words is none.
fn note(written: &str) -> Option<String> {
    let note = written.replace("\r\n", "\n");
    let note = note.trim();
    (!note.is_empty()).then(|| note.to_owned())
}

fn ask_again(clerk: &Clerk, collection_id: CollectionId, decided: &Decided, error: String) -> Response {
    let error = Some(error);
    let page = if decided.outcome == "refused" {
        let filled = refuse::Filled { reason: decided.reason.clone(), note: decided.note.clone(), error };
        refuse::page(clerk, collection_id, &filled)
    } else {
        let filled = use_photo::Filled { keep: decided.outcome == "kept", until: decided.until.clone(), error };
        use_photo::page(clerk, collection_id, &filled)
    };
    clerk.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}
