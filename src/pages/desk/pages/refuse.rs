//! `GET /desk/collections/{collection_id}/refuse`: why the photo will not do; the studio is told.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use strum::VariantArray;

use super::code_entry;
use super::interrupted::{BrowserCollection, Screen, code_prompt, in_browser, known};
use super::photo::{LeasedOrRedirect, leased_or_redirect};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::photo::collection::RefusalReason;
use crate::flows::photo::settle::NOTE_MAX_CHARACTERS;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::{lease_end, settle_deadline, status_line};
use crate::pages::desk::form_error::{FieldError, FormError, FormField};
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::page::PageContent;

/// Values of the form after it was filled in wrongly.
#[derive(Default)]
pub(super) struct RefuseFormState {
    /// The reason that was chosen.
    pub(super) reason: String,
    pub(super) note: String,
    /// True if the clerk has said that the photo was looked at.
    pub(super) confirmed: bool,
    pub(super) error: Option<FormError>,
}

/// The list of reasons.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = match leased_or_redirect(&app, &clerk, collection_id).await? {
        LeasedOrRedirect::Leased(collection) => collection,
        LeasedOrRedirect::Redirect(elsewhere) => return Ok(elsewhere),
    };
    let found = in_browser(&app, &clerk, &headers, collection.collection_id).await?;
    // Refused without a look at the photo, it would be erased for nothing.
    if found.at.handed_over_at.is_none() {
        return Ok(code_entry::ask_for_code_again(&clerk, &code_prompt(&app, &clerk, &headers, &collection).await?));
    }
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &found, &RefuseFormState::default())))
}

pub(super) fn page<'a>(clerk: &Clerk, found: &BrowserCollection, filled: &RefuseFormState) -> PageContent<'a> {
    let language = clerk.language;
    let error_at = |field| FieldError::at(field, filled.error.as_ref());
    let (reasons_error, note_error) = (error_at(FormField::Reasons), error_at(FormField::Note));
    let title = language.pick("Foto ablehnen", "Refuse the photo");
    let path = format!("/desk/collections/{}", found.at.collection.collection_id);
    let main = html! {
        @if let Some(error) = &filled.error { (error.summary(language)) }
        h1 { (title) }
        p.lead { (language.pick(
            "Das Fotostudio erfährt den Grund. Das Foto wird gelöscht; die Person braucht ein neues.",
            "The studio is told the reason. The photo is erased; the person needs a new one.",
        )) }
        (lease_state(found, clerk))
        (status_line(language))
        form #settle method="post" action={ (path) "/settle" } novalidate {
            (csrf_field(&clerk.csrf_token))
            input type="hidden" name="outcome" value="refused";
            fieldset #reasons aria-describedby=[reasons_error.described_by(None)] {
                legend { h2 { (language.pick("Warum?", "Why?")) } }
                (reasons_error.text())
                div.reasons {
                    @for (place, reason) in RefusalReason::VARIANTS.iter().enumerate() {
                        div.choice {
                            input id={ "reason-" (reason.name()) } type="radio" name="reason" value=(reason.name())
                                checked[filled.reason == reason.name()] autofocus[place == 0 && filled.error.is_none()];
                            label for={ "reason-" (reason.name()) } { (reason.desk_label(language)) }
                        }
                    }
                }
            }
            label for="note" { (language.pick("Anmerkung für das Studio (freiwillig)", "Note for the studio (optional)")) }
            p.hint #note-hint { (language.pick(
                "Was beim nächsten Foto hilft. Keine Namen und keine Angaben zur Person.",
                "What helps with the next photo. No names and nothing about the person.",
            )) }
            (note_error.text())
            textarea #note name="note" rows="3" maxlength=(NOTE_MAX_CHARACTERS) autocomplete="off"
                aria-describedby=[note_error.described_by(Some("note-hint"))] aria-invalid=[note_error.invalid()] { (filled.note) }
            (seen(found, filled, clerk))
            p.finish {
                button.primary.danger #finish type="submit" { (language.pick("Ablehnen und löschen", "Refuse and erase")) }
                a href=(path) { (language.pick("Zurück zum Foto", "Back to the photo")) }
            }
        }
    };
    PageContent { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}

/// The lease without its countdown: a page that reloads itself would lose the note.
fn lease_state(found: &BrowserCollection, clerk: &Clerk) -> Markup {
    let (language, collection) = (clerk.language, &found.at.collection);
    html! {
        @if found.screen == Screen::Here {
            div.lease-box {
                p.lease { (lease_end(collection, language)) }
                @if let Some(due) = collection.settle_due { p.quiet { (settle_deadline(due, clerk)) } }
            }
        } @else {
            div #lease-over.notice {
                p { (language.pick(
                    "Das Foto wird hier nicht mehr gezeigt. Um es noch einmal anzusehen, geben Sie den Code vom Beleg ein.",
                    "The photo is not shown here any more. To look at it again, enter the code from the receipt.",
                )) }
                dl.facts { (known(found, clerk)) }
            }
        }
    }
}

/// Asks if the photo was looked at, where it is not on this browser's screen any more. A form that was given out while it was, says so by itself.
fn seen(found: &BrowserCollection, filled: &RefuseFormState, clerk: &Clerk) -> Markup {
    let error = FieldError::at(FormField::Confirmed, filled.error.as_ref());
    html! {
        @if found.screen == Screen::Here {
            input type="hidden" name="confirmed" value="yes";
        } @else {
            (error.text())
            p.confirmation {
                input #confirmed type="checkbox" name="confirmed" value="yes" checked[filled.confirmed]
                    aria-describedby=[error.described_by(None)] aria-invalid=[error.invalid()];
                " "
                label for="confirmed" { (clerk.language.pick(
                    "Das Foto wurde an diesem Platz angesehen und wird jetzt ohne einen weiteren Blick gelöscht.",
                    "The photo was looked at here, and is now erased without another look.",
                )) }
            }
        }
    }
}
