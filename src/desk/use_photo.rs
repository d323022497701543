//! `GET /desk/collections/{collection_id}/use`: save the file, say whether a second document is planned, finish.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use time::Date;

use super::clerk::Clerk;
use super::file;
use super::moment::local_day;
use super::page::{Page, error_summary, token};
use super::photo::{Held, held};
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;

/// What stands in the form, after it was filled in wrongly.
#[derive(Default)]
pub(super) struct Filled {
    /// Whether *keep* was chosen.
    pub(super) keep: bool,
    /// The day, as it was written.
    pub(super) until: String,
    /// What is wrong with it.
    pub(super) error: Option<String>,
}

/// The questions that come before anything is erased.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
) -> Result<Response, Problem> {
    match held(&app, &clerk, collection_id).await? {
        Held::Leased(collection) => {
            Ok(clerk.page(StatusCode::OK, &page(&clerk, collection.collection_id, &Filled::default())))
        }
        Held::Over(elsewhere) => Ok(elsewhere),
    }
}

pub(super) fn page<'a>(clerk: &Clerk, collection_id: CollectionId, filled: &Filled) -> Page<'a> {
    let language = clerk.language;
    let title = language.pick("Foto verwenden", "Use the photo");
    let path = format!("/desk/collections/{collection_id}");
    let main = html! {
        @if let Some(error) = &filled.error {
            (error_summary(language.pick("Bitte noch etwas angeben", "Something is missing"), &html! { p { a href="#question" { (error) } } }))
        }
        h1 { (title) }
        ol.steps {
            li {
                h2 { (language.pick("Datei speichern", "Save the file")) }
                p { (language.pick(
                    "Die Datei für das Fachverfahren. Sie kann wiederholt gespeichert werden, bis Sie abschließen.",
                    "The file for your application software. It can be saved again until you finish.",
                )) }
                p {
                    a.button #file href={ (path) "/photo.jpg" } download=(file::name(collection_id)) {
                        (language.pick("Datei speichern", "Save the file"))
                    }
                    " " span.file-name { (file::name(collection_id)) }
                }
            }
            li {
                form #settle method="post" action={ (path) "/settle" } novalidate {
                    (token(clerk))
                    (question(clerk, filled))
                    p.finish {
                        button.primary #finish type="submit" { (language.pick("Abschließen", "Finish")) }
                        a href=(path) { (language.pick("Zurück zum Foto", "Back to the photo")) }
                    }
                }
            }
        }
    };
    Page { title, problem: filled.error.as_ref().map(|_| "form-incomplete"), main }
}

fn question(clerk: &Clerk, filled: &Filled) -> Markup {
    let (language, today) = (clerk.language, local_day(clerk.now));
    let suggested = today + time::Duration::weeks(4);
    let until = if filled.until.is_empty() { iso(suggested) } else { filled.until.clone() };
    html! {
        fieldset #question aria-describedby=[filled.error.as_ref().map(|_| "question-error")] {
            legend { h2 { (language.pick("Ist ein zweites Dokument geplant?", "Is a second document planned?")) } }
            @if let Some(error) = &filled.error { p.field-error #question-error { (error) } }
            div.choice {
                input #used type="radio" name="outcome" value="used";
                label for="used" {
                    (language.pick("Nein, das Foto jetzt löschen", "No, erase the photo now"))
                    span.hint { (language.pick("Es kann danach nicht zurückgeholt werden.", "It cannot be brought back after that.")) }
                }
            }
            div.choice {
                input #kept type="radio" name="outcome" value="kept" checked[filled.keep];
                label for="kept" {
                    (language.pick("Ja, mit demselben Code aufbewahren", "Yes, keep it with the same code"))
                    span.hint { (language.pick(
                        "Auf Wunsch der antragstellenden Person, höchstens sechs Monate.",
                        "At the applicant's wish, six months at most.",
                    )) }
                }
                p.until {
                    label for="until" { (language.pick("bis einschließlich", "through")) } " "
                    input #until type="date" name="until" value=(until) min=(iso(today));
                }
            }
        }
    }
}

/// As date fields write it.
pub(super) fn iso(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}
