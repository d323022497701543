//! `GET /desk/collections/{collection_id}/done`: what happened, and the field for the next code.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use super::code_form::{CodeForm, code_form};
use super::photo_download;
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::last_day;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::lease::is_used_by_default;
use crate::flows::photo::queries;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::number_rows;
use crate::pages::desk::layout::see_other;
use crate::pages::desk::session;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::time_element::dated_time_element;
use crate::storage::collection_requests::CollectionAtDevice;

/// Shows how a collection ended; redirects to the photo if it has not ended.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let at =
        queries::collection_at_device(&app.gateway, &clerk.office, collection_id.ok_or(Problem::CollectionUnknown)?);
    let at = at.await?.ok_or(Problem::CollectionUnknown)?;
    let collection = &at.collection;
    if collection.state == CollectionState::Leased {
        return Ok(see_other(&format!("/desk/collections/{}", collection.collection_id), None));
    }
    Ok(clerk.page(StatusCode::OK, &page(&clerk, collection, file_left(&at, &headers))))
}

/// Knowledge about a file that may still be on this counter's computer.
enum FileLeft {
    /// This browser was given the file.
    Saved,
    /// The photo was taken over, and this counter has shown it; the browser that was given the file may have lost its mark.
    Perhaps,
    /// This counter never had it.
    Never,
}

fn file_left(at: &CollectionAtDevice, headers: &HeaderMap) -> FileLeft {
    let is_taken_over = matches!(at.collection.state, CollectionState::Used | CollectionState::Kept);
    match at.handed_over_at {
        _ if session::has_file_left(headers, at.collection.collection_id) => FileLeft::Saved,
        Some(_) if is_taken_over => FileLeft::Perhaps,
        _ => FileLeft::Never,
    }
}

fn page<'a>(clerk: &Clerk, collection: &CollectionRecord, file: FileLeft) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Erledigt", "Done");
    let form = CodeForm { typed: "", error: None, takes_focus: true };
    let main = html! {
        section.receipt aria-labelledby="outcome" {
            h1 #outcome data-outcome=(collection.state) { (headline(collection, clerk)) }
            (consequence(collection, clerk))
            dl.facts {
                @if let Some(at) = collection.settled_at {
                    div { dt { (language.pick("Wann", "When")) } dd { (dated_time_element(at, language)) } }
                }
                div { dt { (language.pick("Amt", "Office")) } dd { bdi { (clerk.office.party.name) } ", " bdi { (clerk.office.party.place) } } }
                (number_rows(collection, language))
            }
        }
        @let reminder = match file {
            FileLeft::Saved => Some(language.pick(
                "Löschen Sie jetzt die gespeicherte Datei von diesem Computer: ",
                "Now delete the saved file from this computer: ",
            )),
            FileLeft::Perhaps => Some(language.pick(
                "Liegt die Datei noch auf diesem Computer, löschen Sie sie: ",
                "If the file is still on this computer, delete it: ",
            )),
            FileLeft::Never => None,
        };
        @if let Some(reminder) = reminder {
            p #delete-file.notice.on-screen { (reminder) code { (photo_download::name(collection)) } }
        }
        section.next #next aria-label=(language.pick("Nächster Code", "Next code")) {
            h2 { (language.pick("Nächster Code", "Next code")) }
            (code_form(&form, clerk))
        }
    };
    PageContent { title, problem: None, main }
}

fn headline(collection: &CollectionRecord, clerk: &Clerk) -> &'static str {
    if is_used_by_default(collection) {
        return clerk
            .language
            .pick("Das Foto gilt als verwendet und ist gelöscht", "The photo counts as used and is erased");
    }
    clerk.language.pick(
        match collection.state {
            CollectionState::Leased => "Noch in Bearbeitung",
            CollectionState::Used => "Das Foto wurde übernommen und ist gelöscht",
            CollectionState::Kept => "Das Foto wurde übernommen und aufbewahrt",
            CollectionState::Refused => "Das Foto wurde abgelehnt und ist gelöscht",
            CollectionState::Released => "Das Foto wurde zurückgelegt",
            CollectionState::Lapsed => "Der Abruf ist abgelaufen",
        },
        match collection.state {
            CollectionState::Leased => "Still in progress",
            CollectionState::Used => "The photo was taken over and is erased",
            CollectionState::Kept => "The photo was taken over and kept",
            CollectionState::Refused => "The photo was refused and is erased",
            CollectionState::Released => "The photo was put back",
            CollectionState::Lapsed => "The collection ran out",
        },
    )
}

fn consequence(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let until = collection.kept_until.map(|until| last_day(until, language));
    let sentence = match (collection.state, until) {
        (CollectionState::Kept, Some(until)) => language.pick(
            format!(
                "Derselbe Code gilt einmal, für ein zweites Dokument, bis einschließlich {until}. Die Person behält ihren Beleg."
            ),
            format!("The same code is good once, for a second document, through {until}. The person keeps the receipt."),
        ),
        (CollectionState::Refused, _) => language
            .pick(
                "Das Fotostudio erfährt den Grund. Die Person braucht ein neues Foto.",
                "The studio is told the reason. The person needs a new photo.",
            )
            .into(),
        // It may be read later, when another office has used the photo.
        (CollectionState::Released, _) => language
            .pick(
                "Beim Zurücklegen blieb der Code gültig, auch für andere Ämter. Die Person behält ihren Beleg.",
                "When it was put back, the code stayed valid, at other offices too. The person keeps the receipt.",
            )
            .into(),
        (CollectionState::Lapsed, _) => language
            .pick(
                "Dieser Abruf hat den Code nicht verbraucht. Die Person behält ihren Beleg.",
                "This collection did not use up the code. The person keeps the receipt.",
            )
            .into(),
        _ if is_used_by_default(collection) => language
            .pick(
                "Bis zum Ende der Frist hat niemand entschieden. Der Code ist damit verbraucht.",
                "Nobody decided before the deadline. The code is used up.",
            )
            .into(),
        _ => language.pick("Der Code ist damit verbraucht.", "The code is used up.").into(),
    };
    html! { p.lead { (sentence) } }
}
