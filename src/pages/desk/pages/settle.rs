//! `POST /desk/collections/{collection_id}/settle`: settles the collection as the clerk decided.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::interrupted::{BrowserCollection, Screen, in_browser};
use super::photo::{LeasedOrRedirect, leased_or_redirect};
use super::{code_entry, interrupted, refuse, use_photo};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time;
use crate::domain::photo::collection::{CollectionRecord, CollectionState, Refusal, RefusalReason, SettlementOutcome};
use crate::domain::photo::note::{NoteError, legible_note, parse_note};
use crate::flows::photo::settle::settle;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::form_error::{FormError, FormField};
use crate::pages::desk::layout::see_other;
use crate::pages::desk::{ROOT, session};
use crate::texts::language::Language;
use crate::texts::text;

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
    /// The clerk confirms that a photo that is not on the screen was saved or looked at.
    #[serde(default)]
    confirmed: String,
}

impl SettleForm {
    fn is_confirmed(&self) -> bool {
        self.confirmed == "yes"
    }
}

/// `GET`: a browser that lost its page may request this address.
pub async fn show(_clerk: Clerk, PathId(collection_id): PathId<CollectionId>) -> Response {
    see_other(&collection_id.map_or_else(|| ROOT.to_owned(), |id| format!("/desk/collections/{id}")), None)
}

/// Settles and redirects to the last page. A repetition of the same decision, by a second click or in another tab, gets there too.
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
    match before_erasure(&app, &clerk, collection_id, &headers, &decided, &outcome).await? {
        BeforeErasure::Complete => {}
        BeforeErasure::Unseen(collection) => {
            let prompt = interrupted::unseen_photo_prompt(&app, &clerk, &headers, &collection).await?;
            return Ok(code_entry::ask_for_code_again(&clerk, &prompt));
        }
        BeforeErasure::Missing(missing) => {
            return show_form_again(&app, &clerk, collection_id, &headers, &decided, missing).await;
        }
    }
    match settle(&app.gateway, &clerk.office, collection_id, outcome).await.map_err(Problem::from) {
        Ok(_) => {
            let done = format!("/desk/collections/{collection_id}/done");
            Ok(see_other(&done, session::end(collection_id, &headers)?))
        }
        Err(problem) => match form_error(&problem, clerk.language) {
            Some(error) => show_form_again(&app, &clerk, collection_id, &headers, &decided, error).await,
            None => Err(problem),
        },
    }
}

/// Result of the check before a photo may be erased.
enum BeforeErasure {
    /// The photo may be erased, or nothing would be erased; the database decides.
    Complete,
    /// This counter has never shown the photo.
    Unseen(Box<CollectionRecord>),
    /// The clerk has to do or confirm something first.
    Missing(FormError),
}

/// A counter may erase a photo only after it has shown the photo and, if the photo was used, after the file was saved. Neither can be
/// undone, so the database has to check only changes by other requests.
///
/// While this browser holds the code, the photo is on its screen, and a cookie says whether the file was saved. Later the clerk has to
/// confirm both, because the cookie stays for weeks and a colleague may have renewed the lease.
async fn before_erasure(
    app: &App,
    clerk: &Clerk,
    collection_id: CollectionId,
    headers: &HeaderMap,
    decided: &SettleForm,
    outcome: &SettlementOutcome,
) -> Result<BeforeErasure, Problem> {
    let BrowserCollection { at, screen } = in_browser(app, clerk, headers, collection_id).await?;
    let is_open = at.collection.state == CollectionState::Leased;
    // The database refuses a counter that has not sent the code, with the reason.
    if !is_open || *outcome == SettlementOutcome::Released || !at.has_shown_code {
        return Ok(BeforeErasure::Complete);
    }
    if at.handed_over_at.is_none() {
        return Ok(BeforeErasure::Unseen(Box::new(at.collection)));
    }
    if decided.is_confirmed() {
        return Ok(BeforeErasure::Complete);
    }
    let is_here = screen == Screen::Here;
    Ok(match outcome {
        SettlementOutcome::Refused(_) if !is_here => {
            BeforeErasure::Missing(FormError::new(FormField::Confirmed, text!(clerk.language, "desk-confirm-seen")))
        }
        SettlementOutcome::Used | SettlementOutcome::Kept { .. } if !is_here => BeforeErasure::Missing(FormError::new(
            FormField::Confirmed,
            text!(clerk.language, "desk-confirm-taken-over"),
        )),
        SettlementOutcome::Used | SettlementOutcome::Kept { .. } if !session::is_saved(headers) => {
            BeforeErasure::Missing(FormError::new(FormField::File, text!(clerk.language, "desk-save-first")))
        }
        _ => BeforeErasure::Complete,
    })
}

/// Error in a field of the form; `None` for other problems.
fn form_error(problem: &Problem, language: Language) -> Option<FormError> {
    match problem {
        Problem::SettlementDate { earliest, latest } => {
            let (earliest, latest) = (local_time::date(*earliest, language), local_time::date(*latest, language));
            let text = text!(language, "desk-date-range", earliest = earliest, latest = latest);
            Some(FormError::new(FormField::Until, text))
        }
        Problem::NoteTooLong { .. } => Some(FormError::new(FormField::Note, problem.detail(language))),
        _ => None,
    }
}

/// Outcome that the clerk decided, or an error that says what is missing.
fn outcome(clerk: &Clerk, decided: &SettleForm) -> Result<SettlementOutcome, FormError> {
    let language = clerk.language;
    let missing = |field, text: String| Err(FormError::new(field, text));
    match decided.outcome.as_str() {
        "used" => Ok(SettlementOutcome::Used),
        "released" => Ok(SettlementOutcome::Released),
        "kept" => match local_time::parse_iso_date(decided.until.trim()) {
            Some(until) => Ok(SettlementOutcome::Kept { until }),
            None => missing(FormField::Until, text!(language, "desk-until-when")),
        },
        "refused" => {
            let note = note(&decided.note, language).map_err(|text| FormError::new(FormField::Note, text))?;
            match serde_json::from_value(decided.reason.as_str().into()) {
                Ok(RefusalReason::Other) if note.is_none() => {
                    missing(FormField::Note, text!(language, "desk-describe"))
                }
                Ok(reason) => Ok(SettlementOutcome::Refused(Refusal { reason, note })),
                Err(_) => missing(FormField::Reasons, text!(language, "desk-choose-reason")),
            }
        }
        _ => missing(FormField::Question, text!(language, "desk-choose-outcome")),
    }
}

/// Parses the note; a blank note counts as missing. The error is a text for the form.
fn note(written: &str, language: Language) -> Result<Option<String>, String> {
    let note = parse_note(written).map_err(|error| note_error(error, language))?;
    let note = note.trim();
    Ok((!note.is_empty()).then(|| note.to_owned()))
}

fn note_error(error: NoteError, language: Language) -> String {
    match error {
        NoteError::Hidden(hidden) => {
            text!(language, "desk-note-hidden", number = hidden.number(), position = hidden.position)
        }
        NoteError::HoldsCode => text!(language, "desk-note-with-code"),
    }
}

async fn show_form_again(
    app: &App,
    clerk: &Clerk,
    collection_id: CollectionId,
    headers: &HeaderMap,
    decided: &SettleForm,
    error: FormError,
) -> Result<Response, Problem> {
    let (status, error) = (StatusCode::UNPROCESSABLE_ENTITY, Some(error));
    if decided.outcome == "refused" {
        return match leased_or_redirect(app, clerk, Some(collection_id)).await? {
            LeasedOrRedirect::Redirect(elsewhere) => Ok(elsewhere),
            LeasedOrRedirect::Leased(collection) => {
                let filled = refuse::RefuseFormState {
                    reason: decided.reason.clone(),
                    note: legible_note(&decided.note),
                    confirmed: decided.is_confirmed(),
                    error,
                };
                let found = in_browser(app, clerk, headers, collection.collection_id).await?;
                if found.at.handed_over_at.is_none() {
                    let prompt = interrupted::unseen_photo_prompt(app, clerk, headers, &collection).await?;
                    return Ok(code_entry::ask_for_code_again(clerk, &prompt));
                }
                Ok(clerk.page(status, &refuse::page(clerk, &found, &filled)))
            }
        };
    }
    let filled = use_photo::UseFormState {
        outcome: decided.outcome.clone(),
        until: decided.until.clone(),
        confirmed: decided.is_confirmed(),
        error,
    };
    use_photo::use_page_response(app, clerk, Some(collection_id), headers, &filled, status).await
}
