//! `GET /desk/collections/{collection_id}/refuse`: the form with the reason for a refusal, which the studio gets to know.

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
use crate::texts::text;

/// Values of a form that was filled in incorrectly.
#[derive(Default)]
pub(super) struct RefuseFormState {
    pub(super) reason: String,
    pub(super) note: String,
    /// True if the clerk confirmed that the photo was looked at.
    pub(super) confirmed: bool,
    pub(super) error: Option<FormError>,
}

/// Shows the form.
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
    // A clerk must have seen the photo before it is refused and erased.
    if found.at.handed_over_at.is_none() {
        return Ok(code_entry::ask_for_code_again(&clerk, &code_prompt(&app, &clerk, &headers, &collection).await?));
    }
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &found, &RefuseFormState::default())))
}

pub(super) fn page(clerk: &Clerk, found: &BrowserCollection, filled: &RefuseFormState) -> PageContent {
    let language = clerk.language;
    let error_at = |field| FieldError::at(field, filled.error.as_ref());
    let (reasons_error, note_error) = (error_at(FormField::Reasons), error_at(FormField::Note));
    let title = text!(language, "desk-refuse-photo");
    let path = format!("/desk/collections/{}", found.at.collection.collection_id);
    let main = html! {
        @if let Some(error) = &filled.error { (error.summary(language)) }
        h1 { (title) }
        p.lead { (text!(language, "desk-refuse-lead")) }
        (lease_state(found, clerk))
        (status_line(language))
        form #settle method="post" action={ (path) "/settle" } novalidate {
            (csrf_field(&clerk.csrf_token))
            input type="hidden" name="outcome" value="refused";
            fieldset #reasons aria-describedby=[reasons_error.described_by(None)] {
                legend { h2 { (text!(language, "desk-why")) } }
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
            label for="note" { (text!(language, "desk-note")) }
            p.hint #note-hint { (text!(language, "desk-note-hint")) }
            (note_error.text())
            textarea #note name="note" rows="3" maxlength=(NOTE_MAX_CHARACTERS) autocomplete="off"
                aria-describedby=[note_error.described_by(Some("note-hint"))] aria-invalid=[note_error.invalid()] { (filled.note) }
            (seen(found, filled, clerk))
            p.finish {
                button.primary.danger #finish type="submit" { (text!(language, "desk-refuse")) }
                a href=(path) { (text!(language, "desk-back-to-photo")) }
            }
        }
    };
    PageContent { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}

/// Shows the lease without a countdown, because a page that reloads itself would lose the note.
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
                p { (text!(language, "desk-photo-hidden")) }
                dl.facts { (known(found, clerk)) }
            }
        }
    }
}

/// Asks the clerk to confirm that the photo was looked at, if it is no longer on this screen. Otherwise the form confirms it itself.
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
                label for="confirmed" { (text!(clerk.language, "desk-seen")) }
            }
        }
    }
}
