//! `GET /desk/collections/{collection_id}/refuse`: why the photo will not do; the studio reads it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::code_entry;
use super::photo::{LeasedOrRedirect, code_prompt, leased_or_redirect};
use super::refusal_reasons::{REASONS, form_value, label};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::flows::photo::queries;
use crate::flows::photo::settle::NOTE_MAX_CHARACTERS;
use crate::pages::desk::clerk::Clerk;
use crate::pages::frame::elements::{csrf_field, error_summary};
use crate::pages::frame::page::PageContent;

/// Values of the form after it was filled in wrongly.
#[derive(Default)]
pub(super) struct RefuseFormState {
    /// The reason that was chosen.
    pub(super) reason: String,
    /// The note.
    pub(super) note: String,
    /// Error as the page shows it.
    pub(super) error: Option<String>,
}

/// The list of reasons.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
) -> Result<Response, Problem> {
    match leased_or_redirect(&app, &clerk, collection_id).await? {
        // Refused without the code, it would be a reason chosen for nothing.
        LeasedOrRedirect::Leased(collection)
            if !queries::has_shown_code(&app.gateway, &clerk.office, collection.collection_id).await? =>
        {
            Ok(code_entry::ask_for_code_again(&clerk, &code_prompt(&app, &clerk, &collection).await?))
        }
        LeasedOrRedirect::Leased(collection) => {
            Ok(clerk.page(StatusCode::OK, &page(&clerk, collection.collection_id, &RefuseFormState::default())))
        }
        LeasedOrRedirect::Redirect(elsewhere) => Ok(elsewhere),
    }
}

pub(super) fn page<'a>(clerk: &Clerk, collection_id: CollectionId, filled: &RefuseFormState) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Foto ablehnen", "Refuse the photo");
    let path = format!("/desk/collections/{collection_id}");
    let main = html! {
        @if let Some(error) = &filled.error {
            (error_summary(language.pick("So geht es noch nicht", "Not yet"), &html! { p { a href="#reasons" { (error) } } }))
        }
        h1 { (title) }
        p.lead { (language.pick(
            "Das Fotostudio liest den Grund. Das Foto wird gelöscht; die Person braucht ein neues.",
            "The studio reads the reason. The photo is erased; the person needs a new one.",
        )) }
        form #settle method="post" action={ (path) "/settle" } novalidate {
            (csrf_field(&clerk.csrf_token))
            input type="hidden" name="outcome" value="refused";
            fieldset #reasons aria-describedby=[filled.error.as_ref().map(|_| "reasons-error")] {
                legend { h2 { (language.pick("Warum?", "Why?")) } }
                @if let Some(error) = &filled.error { p.field-error #reasons-error { (error) } }
                div.reasons {
                    @for reason in REASONS {
                        div.choice {
                            input id={ "reason-" (form_value(reason)) } type="radio" name="reason" value=(form_value(reason))
                                checked[filled.reason == form_value(reason)];
                            label for={ "reason-" (form_value(reason)) } { (label(reason, language)) }
                        }
                    }
                }
            }
            label for="note" { (language.pick("Anmerkung für das Studio (freiwillig)", "Note for the studio (optional)")) }
            p.hint #note-hint { (language.pick(
                "Was beim nächsten Foto hilft. Keine Namen und keine Angaben zur Person.",
                "What helps with the next photo. No names and nothing about the person.",
            )) }
            textarea #note name="note" rows="3" maxlength=(NOTE_MAX_CHARACTERS) autocomplete="off" aria-describedby="note-hint" { (filled.note) }
            p.finish {
                button.primary #finish type="submit" { (language.pick("Ablehnen und löschen", "Refuse and erase")) }
                a href=(path) { (language.pick("Zurück zum Foto", "Back to the photo")) }
            }
        }
    };
    PageContent { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}
