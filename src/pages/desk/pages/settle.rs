//! `POST /desk/collections/{collection_id}/settle`: what was decided.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use time::Date;
use time::macros::format_description;

use super::photo::{LeasedOrRedirect, leased_or_redirect};
use super::{refuse, use_photo};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::language::Language;
use crate::domain::local_time;
use crate::domain::photo::collection::{Refusal, RefusalReason, SettlementOutcome};
use crate::domain::photo::note::{legible_note, parse_note};
use crate::flows::photo::settle::settle;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::layout::see_other;
use crate::pages::desk::{ROOT, session};

/// Fields of the three posted forms.
#[derive(Deserialize)]
pub struct SettleForm {
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

/// `GET`: nobody is meant to come here, but a browser that lost its page does.
pub async fn show(_clerk: Clerk, PathId(collection_id): PathId<CollectionId>) -> Response {
    see_other(&collection_id.map_or_else(|| ROOT.to_owned(), |id| format!("/desk/collections/{id}")), None)
}

/// Settles and tells so on the last page. The same decision again, from a second click or another tab, gets there too.
pub async fn create(
    State(app): State<App>,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
    ClerkForm(clerk, decided): ClerkForm<SettleForm>,
) -> Result<Response, Problem> {
    let collection_id = collection_id.ok_or(Problem::CollectionUnknown)?;
    let outcome = match outcome(&clerk, &decided) {
        Ok(outcome) => outcome,
        Err(missing) => return show_form_again(&app, &clerk, collection_id, &headers, &decided, missing).await,
    };
    let is_use = matches!(outcome, SettlementOutcome::Used | SettlementOutcome::Kept { .. });
    if is_use && !session::is_saved(&headers) && is_open(&app, &clerk, collection_id).await? {
        let missing = clerk.language.pick(
            "Die Datei wurde an diesem Platz noch nicht gespeichert. Bitte erst die Datei speichern, dann abschließen.",
            "The file was not saved at this counter yet. Save the file first, then finish.",
        );
        return show_form_again(&app, &clerk, collection_id, &headers, &decided, missing.into()).await;
    }
    match settle(&app.gateway, &clerk.office, collection_id, outcome).await.map_err(Problem::from) {
        Ok(_) => {
            let done = format!("/desk/collections/{collection_id}/done");
            Ok(see_other(&done, session::end(collection_id)?))
        }
        Err(problem) => match form_error(&problem, clerk.language) {
            Some(error) => show_form_again(&app, &clerk, collection_id, &headers, &decided, error).await,
            None => Err(problem),
        },
    }
}

/// Reports whether the collection is still leased, so that a photo that was not saved can still be lost.
async fn is_open(app: &App, clerk: &Clerk, collection_id: CollectionId) -> Result<bool, Problem> {
    Ok(matches!(leased_or_redirect(app, clerk, Some(collection_id)).await?, LeasedOrRedirect::Leased(_)))
}

/// Error in the fields that were filled in; `None` when the problem is another one.
fn form_error(problem: &Problem, language: Language) -> Option<String> {
    match problem {
        Problem::SettlementDate { earliest, latest } => {
            let (earliest, latest) = (local_time::date(*earliest, language), local_time::date(*latest, language));
            Some(language.pick(
                format!("Möglich ist ein Tag vom {earliest} bis zum {latest}."),
                format!("A day from {earliest} to {latest} is possible."),
            ))
        }
        Problem::NoteTooLong { .. } => Some(problem.detail(language)),
        _ => None,
    }
}

/// Outcome that the clerk decided, or a text that says what is missing.
fn outcome(clerk: &Clerk, decided: &SettleForm) -> Result<SettlementOutcome, String> {
    let language = clerk.language;
    match decided.outcome.as_str() {
        "used" => Ok(SettlementOutcome::Used),
        "released" => Ok(SettlementOutcome::Released),
        "kept" => match Date::parse(decided.until.trim(), format_description!("[year]-[month]-[day]")) {
            Ok(until) => Ok(SettlementOutcome::Kept { until }),
            Err(_) => Err(language
                .pick("Bis wann soll das Foto bleiben? (JJJJ-MM-TT)", "Until when is it kept? (YYYY-MM-DD)")
                .into()),
        },
        "refused" => {
            let note = note(&decided.note, language)?;
            match serde_json::from_value(decided.reason.as_str().into()) {
                Ok(RefusalReason::Other) if note.is_none() => Err(language
                    .pick("Bitte in der Anmerkung schreiben, was es ist.", "Write in the note what it is.")
                    .into()),
                Ok(reason) => Ok(SettlementOutcome::Refused(Refusal { reason, note })),
                Err(_) => Err(language.pick("Bitte einen Grund auswählen.", "Choose a reason.").into()),
            }
        }
        _ => Err(language
            .pick("Bitte auswählen, ob ein zweites Dokument geplant ist.", "Say whether a second document is planned.")
            .into()),
    }
}

/// A note without words is none. An error is a text for the form, which shows the note without the characters that it names.
fn note(written: &str, language: Language) -> Result<Option<String>, String> {
    let note = parse_note(written).map_err(|hidden| {
        let (number, position) = (hidden.number(), hidden.position);
        language.pick(
            format!(
                "Zeichen {position} der Anmerkung ({number}) ist unsichtbar oder ein Steuerzeichen. Unten steht die Anmerkung ohne solche \
                 Zeichen; bitte lesen und noch einmal absenden."
            ),
            format!(
                "Character {position} of the note ({number}) is invisible or a control character. The note stands below without such \
                 characters; read it and send it again."
            ),
        )
    })?;
    let note = note.trim();
    Ok((!note.is_empty()).then(|| note.to_owned()))
}

async fn show_form_again(
    app: &App,
    clerk: &Clerk,
    collection_id: CollectionId,
    headers: &HeaderMap,
    decided: &SettleForm,
    error: String,
) -> Result<Response, Problem> {
    let (status, error) = (StatusCode::UNPROCESSABLE_ENTITY, Some(error));
    if decided.outcome == "refused" {
        return match leased_or_redirect(app, clerk, Some(collection_id)).await? {
            LeasedOrRedirect::Redirect(elsewhere) => Ok(elsewhere),
            LeasedOrRedirect::Leased(_) => {
                let filled = refuse::RefuseFormState {
                    reason: decided.reason.clone(),
                    note: legible_note(&decided.note),
                    error,
                };
                Ok(clerk.page(status, &refuse::page(clerk, collection_id, &filled)))
            }
        };
    }
    let filled = use_photo::UseFormState { outcome: decided.outcome.clone(), until: decided.until.clone(), error };
    use_photo::use_page_response(app, clerk, Some(collection_id), headers, &filled, status).await
}
