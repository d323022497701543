//! `GET /desk/collections/{collection_id}/use`: the clerk saves the file, says whether a second document is planned, and finishes. Without
//! the code, a counter that received the photo can still finish.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::ToSpan;
use jiff::civil::Date;
use maud::{Markup, html};

use super::interrupted::{BrowserCollection, code_prompt, in_browser, known};
use super::photo::{LeasedOrRedirect, leased_or_redirect};
use super::{code_entry, photo_download};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::local_day;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::retention::allowed_keep_dates;
use crate::flows::photo::hand_over::{HandOverError, HandedOver, hand_over};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::{lease, settle_deadline, status_line};
use crate::pages::desk::form_error::{FieldError, FormError, FormField};
use crate::pages::desk::session;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::page::PageContent;
use crate::storage::requests::FetchPurpose;
use crate::texts::language::Language;
use crate::texts::text;

/// Values of a form that was filled in incorrectly.
#[derive(Default)]
pub(super) struct UseFormState {
    pub(super) outcome: String,
    /// The day as the clerk entered it.
    pub(super) until: String,
    /// True if the clerk confirmed that the photo is in the application software.
    pub(super) confirmed: bool,
    pub(super) error: Option<FormError>,
}

/// Content of the page.
struct UsePage {
    collection: CollectionRecord,
    /// Days until which the photo may be kept.
    days: RangeInclusive<Date>,
    file: FileStep,
}

/// The step before the question about a second document.
enum FileStep {
    /// `is_saved` is true if this browser has already received the file.
    Save { is_saved: bool },
    /// The file was saved earlier and cannot be saved now.
    Confirm(Box<BrowserCollection>),
}

/// Shows the questions before the photo is erased. Without the code the file cannot be saved, so the page asks for the code first.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    use_page_response(&app, &clerk, collection_id, &headers, &UseFormState::default(), StatusCode::OK).await
}

/// The page with the values of the form.
///
/// # Errors
/// [`Problem`] if the collection does not exist or the database is unavailable.
pub(super) async fn use_page_response(
    app: &App,
    clerk: &Clerk,
    collection_id: Option<CollectionId>,
    headers: &HeaderMap,
    filled: &UseFormState,
    status: StatusCode,
) -> Result<Response, Problem> {
    let collection = match leased_or_redirect(app, clerk, collection_id).await? {
        LeasedOrRedirect::Leased(collection) => collection,
        LeasedOrRedirect::Redirect(elsewhere) => return Ok(elsewhere),
    };
    let Some(code) = session::code(app, clerk, headers, collection.collection_id) else {
        return without_code(app, clerk, headers, collection, filled, status).await;
    };
    let inspected =
        hand_over(&app.gateway, &clerk.office, collection.collection_id, &code, FetchPurpose::Inspect).await;
    match inspected {
        Ok(HandedOver { photo, .. }) => {
            let file = FileStep::Save { is_saved: session::is_saved(headers) };
            let using = UsePage { collection, days: allowed_keep_dates(&photo, clerk.now), file };
            Ok(clerk.page(status, &page(clerk, &using, filled)))
        }
        Err(HandOverError::LeaseExpired { .. }) => without_code(app, clerk, headers, collection, filled, status).await,
        Err(error) => Err(error.into()),
    }
}

/// A counter that received the photo can finish; other counters need the code.
async fn without_code(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection: CollectionRecord,
    filled: &UseFormState,
    status: StatusCode,
) -> Result<Response, Problem> {
    let found = in_browser(app, clerk, headers, collection.collection_id).await?;
    if found.at.handed_over_at.is_none() {
        return Ok(code_entry::ask_for_code_again(clerk, &code_prompt(app, clerk, headers, &collection).await?));
    }
    let days = allowed_keep_dates(&found.at.photo, clerk.now);
    let using = UsePage { collection, days, file: FileStep::Confirm(Box::new(found)) };
    Ok(clerk.page(status, &page(clerk, &using, filled)))
}

fn page(clerk: &Clerk, using: &UsePage, filled: &UseFormState) -> PageContent {
    let language = clerk.language;
    let title = match using.file {
        FileStep::Save { .. } => text!(language, "desk-use-photo"),
        FileStep::Confirm(_) => text!(language, "desk-finish-collection"),
    };
    let path = format!("/desk/collections/{}", using.collection.collection_id);
    let main = html! {
        @if let Some(error) = &filled.error { (error.summary(language)) }
        h1 { (title) }
        @match using.file {
            FileStep::Save { .. } => (lease(&using.collection, clerk)),
            FileStep::Confirm(_) => (status_line(language)),
        }
        ol.steps {
            li { (file_step(using, filled, clerk)) }
            li {
                form #settle method="post" action={ (path) "/settle" } novalidate {
                    (csrf_field(&clerk.csrf_token))
                    (question(clerk, using, filled))
                    p.finish {
                        button.primary #finish type="submit" { (text!(language, "desk-finish")) }
                        a href=(path) {
                            @match using.file {
                                FileStep::Save { .. } => (text!(language, "desk-back-to-photo")),
                                FileStep::Confirm(_) => (text!(language, "desk-back-to-collection")),
                            }
                        }
                    }
                }
            }
        }
    };
    PageContent { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}

fn file_step(using: &UsePage, filled: &UseFormState, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let error_at = |field| FieldError::at(field, filled.error.as_ref());
    match &using.file {
        FileStep::Save { is_saved } => save_step(&using.collection, *is_saved, &error_at(FormField::File), language),
        FileStep::Confirm(found) => html! {
            h2 { (text!(language, "desk-already-taken-over")) }
            p { (text!(language, "desk-save-needs-code")) }
            dl.facts #known { (known(found, clerk)) }
            @if let Some(due) = found.at.collection.settle_due { p.quiet { (settle_deadline(due, clerk)) } }
            (error_at(FormField::Confirmed).text())
            p.confirmation {
                input #confirmed form="settle" type="checkbox" name="confirmed" value="yes" checked[filled.confirmed]
                    autofocus[filled.error.is_none()] aria-describedby=[error_at(FormField::Confirmed).described_by(None)]
                    aria-invalid=[error_at(FormField::Confirmed).invalid()];
                " "
                label for="confirmed" { (text!(language, "desk-yes-taken-over")) }
            }
        },
    }
}

fn save_step(collection: &CollectionRecord, is_saved: bool, error: &FieldError<'_>, language: Language) -> Markup {
    let name = photo_download::name(collection);
    let path = format!("/desk/collections/{}/photo.jpg", collection.collection_id);
    let again = text!(language, "desk-save-again");
    html! {
        h2 { (text!(language, "desk-save")) }
        p #saved.file-saved role="status" {
            span hidden[!is_saved] { (text!(language, "desk-saved-as")) " " code { (name) } }
        }
        (error.text())
        p {
            a.button #file href=(path) download=(name) data-again=(again) aria-describedby=[error.described_by(None)] {
                @if is_saved { (again) } @else { (text!(language, "desk-save")) }
            }
        }
        p.hint { (text!(language, "desk-save-hint")) }
    }
}

fn question(clerk: &Clerk, using: &UsePage, filled: &UseFormState) -> Markup {
    let (language, days) = (clerk.language, &using.days);
    let error_at = |field| FieldError::at(field, filled.error.as_ref());
    let (question_error, until_error) = (error_at(FormField::Question), error_at(FormField::Until));
    let suggested = local_day(clerk.now).saturating_add(4.weeks()).clamp(*days.start(), *days.end().max(days.start()));
    let until = if filled.until.is_empty() { suggested.to_string() } else { filled.until.clone() };
    html! {
        fieldset #question aria-describedby=[question_error.described_by(None)] {
            legend { h2 { (text!(language, "desk-second-document")) } }
            (question_error.text())
            div.choice {
                input #used type="radio" name="outcome" value="used" checked[filled.outcome == "used"]
                    autofocus[filled.error.is_none()];
                label for="used" {
                    (text!(language, "desk-erase-now"))
                    span.hint { (text!(language, "desk-erase-hint")) }
                }
            }
            div.choice {
                input #kept type="radio" name="outcome" value="kept" checked[filled.outcome == "kept"];
                label for="kept" {
                    (text!(language, "desk-keep"))
                    span.hint { (text!(language, "desk-keep-hint")) }
                }
                (until_error.text())
                p.until {
                    label for="until" { (text!(language, "desk-through")) } " "
                    input #until type="date" name="until" value=(until) min=(days.start()) max=(days.end())
                        aria-describedby=[until_error.described_by(None)] aria-invalid=[until_error.invalid()];
                }
            }
        }
    }
}
