//! `GET /desk/collections/{collection_id}/done`: the outcome of a collection, and the field for the next code.

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
use crate::texts::text;

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

/// Information about a file that may still be on this counter's computer.
enum FileLeft {
    /// This browser received the file.
    Saved,
    /// The photo was used and this counter has shown it, but the browser may have lost the cookie about the file.
    Perhaps,
    /// This counter never received the file.
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

fn page(clerk: &Clerk, collection: &CollectionRecord, file: FileLeft) -> PageContent {
    let language = clerk.language;
    let title = text!(language, "desk-done");
    let form = CodeForm { typed: "", error: None, takes_focus: true };
    let main = html! {
        section.receipt aria-labelledby="outcome" {
            h1 #outcome data-outcome=(collection.state) { (text!(language, format!("desk-done-{}.title", ending(collection)))) }
            (consequence(collection, clerk))
            dl.facts {
                @if let Some(at) = collection.settled_at {
                    div { dt { (text!(language, "desk-when")) } dd { (dated_time_element(at, language)) } }
                }
                div { dt { (text!(language, "desk-office")) } dd { bdi { (clerk.office.party.name) } ", " bdi { (clerk.office.party.place) } } }
                (number_rows(collection, language))
            }
        }
        @let reminder = match file {
            FileLeft::Saved => Some(text!(language, "desk-delete-file")),
            FileLeft::Perhaps => Some(text!(language, "desk-delete-file-if-left")),
            FileLeft::Never => None,
        };
        @if let Some(reminder) = reminder {
            p #delete-file.notice.on-screen { (reminder) " " code { (photo_download::name(collection)) } }
        }
        section.next #next aria-label=(text!(language, "desk-next-code")) {
            h2 { (text!(language, "desk-next-code")) }
            (code_form(&form, clerk))
        }
    };
    PageContent { title, problem: None, main }
}

/// Name of the texts about the end of a collection.
fn ending(collection: &CollectionRecord) -> String {
    match collection.state {
        _ if is_used_by_default(collection) => "by-default".to_owned(),
        state => state.to_string(),
    }
}

/// Consequence for the person. The page may be read later, when another office has used a photo that was put back.
fn consequence(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let sentence = match (collection.state, collection.kept_until) {
        (CollectionState::Kept, Some(until)) => {
            text!(language, "desk-done-kept-until", day = last_day(until, language))
        }
        _ => text!(language, format!("desk-done-{}.hint", ending(collection))),
    };
    html! { p.lead { (sentence) } }
}
