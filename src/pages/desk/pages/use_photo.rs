//! `GET /desk/collections/{collection_id}/use`: save the file, say whether a second document is planned, finish.

use std::ops::RangeInclusive;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};
use time::Date;

use super::photo::{LeasedOrRedirect, code_prompt, lease, leased_or_redirect};
use super::{code_entry, photo_download};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::local_day;
use crate::domain::photo::collection::CollectionRecord;
use crate::domain::photo::retention::allowed_keep_dates;
use crate::flows::photo::hand_over::{HandOverError, HandedOver, hand_over};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::session;
use crate::pages::frame::elements::{csrf_field, error_summary};
use crate::pages::frame::page::PageContent;
use crate::storage::requests::FetchPurpose;

/// Values of the form after it was filled in wrongly.
#[derive(Default)]
pub(super) struct UseFormState {
    /// Outcome that was chosen.
    pub(super) outcome: String,
    /// The day, as it was written.
    pub(super) until: String,
    /// Error as the page shows it.
    pub(super) error: Option<String>,
}

/// Content of the page.
struct UsePage {
    collection: CollectionRecord,
    /// The last days that the photo may be kept until.
    days: RangeInclusive<Date>,
}

/// The questions that come before anything is erased. Without the code the file could not be saved, so it is asked for first.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    use_page_response(&app, &clerk, collection_id, &headers, &UseFormState::default(), StatusCode::OK).await
}

/// The page with what was filled in.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
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
    let prompt = code_prompt(app, clerk, &collection).await?;
    let Some(code) = session::code(app, clerk, headers, collection.collection_id) else {
        return Ok(code_entry::ask_for_code_again(clerk, &prompt));
    };
    let inspected =
        hand_over(&app.gateway, &clerk.office, collection.collection_id, &code, FetchPurpose::Inspect).await;
    match inspected {
        Ok(HandedOver { photo, .. }) => {
            let using = UsePage { collection, days: allowed_keep_dates(&photo, clerk.now) };
            Ok(clerk.page(status, &page(clerk, &using, filled)))
        }
        Err(HandOverError::LeaseExpired { .. }) => Ok(code_entry::ask_for_code_again(clerk, &prompt)),
        Err(error) => Err(error.into()),
    }
}

fn page<'a>(clerk: &Clerk, using: &UsePage, filled: &UseFormState) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Foto verwenden", "Use the photo");
    let collection_id = using.collection.collection_id;
    let path = format!("/desk/collections/{collection_id}");
    let main = html! {
        @if let Some(error) = &filled.error {
            (error_summary(language.pick("So geht es noch nicht", "Not yet"), &html! { p { a href="#question" { (error) } } }))
        }
        h1 { (title) }
        (lease(&using.collection, clerk))
        ol.steps {
            li {
                h2 { (language.pick("Datei speichern", "Save the file")) }
                p { (language.pick(
                    "Die Datei für das Fachverfahren. Sie kann wiederholt gespeichert werden, bis Sie abschließen.",
                    "The file for your application software. It can be saved again until you finish.",
                )) }
                p {
                    a.button #file href={ (path) "/photo.jpg" } download=(photo_download::name(collection_id)) {
                        (language.pick("Datei speichern", "Save the file"))
                    }
                    " " span.file-name { (photo_download::name(collection_id)) }
                }
            }
            li {
                form #settle method="post" action={ (path) "/settle" } novalidate {
                    (csrf_field(&clerk.csrf_token))
                    (question(clerk, using, filled))
                    p.finish {
                        button.primary #finish type="submit" { (language.pick("Abschließen", "Finish")) }
                        a href=(path) { (language.pick("Zurück zum Foto", "Back to the photo")) }
                    }
                }
            }
        }
    };
    PageContent { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}

fn question(clerk: &Clerk, using: &UsePage, filled: &UseFormState) -> Markup {
    let (language, days) = (clerk.language, &using.days);
    let suggested =
        (local_day(clerk.now) + time::Duration::weeks(4)).clamp(*days.start(), *days.end().max(days.start()));
    let until = if filled.until.is_empty() { iso(suggested) } else { filled.until.clone() };
    html! {
        fieldset #question aria-describedby=[filled.error.as_ref().map(|_| "question-error")] {
            legend { h2 { (language.pick("Ist ein zweites Dokument geplant?", "Is a second document planned?")) } }
            @if let Some(error) = &filled.error { p.field-error #question-error { (error) } }
            div.choice {
                input #used type="radio" name="outcome" value="used" checked[filled.outcome == "used"];
                label for="used" {
                    (language.pick("Nein, das Foto jetzt löschen", "No, erase the photo now"))
                    span.hint { (language.pick("Es kann danach nicht zurückgeholt werden.", "It cannot be brought back after that.")) }
                }
            }
            div.choice {
                input #kept type="radio" name="outcome" value="kept" checked[filled.outcome == "kept"];
                label for="kept" {
                    (language.pick("Ja, mit demselben Code aufbewahren", "Yes, keep it with the same code"))
                    span.hint { (language.pick(
                        "Auf Wunsch der antragstellenden Person, höchstens sechs Monate.",
                        "At the applicant's wish, six months at most.",
                    )) }
                }
                p.until {
                    label for="until" { (language.pick("bis einschließlich", "through")) } " "
                    input #until type="date" name="until" value=(until) min=(iso(*days.start())) max=(iso(*days.end()));
                }
            }
        }
    }
}

/// As date fields write it.
fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}
