//! `GET /desk/today`: this office's collections of the day, and what is still open from the days before; page by page, without pictures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::photo::settle_deadline;
use super::problem_texts::state_text;
use crate::api::request::{QueryFields, QueryParameters};
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::language::Language;
use crate::domain::local_time::{clock_time, day_begin, short_time};
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::flows::photo::queries;
use crate::flows::photo::queries::ListPage;
use crate::pages::desk::clerk::Clerk;
use crate::pages::frame::page::PageContent;

/// Rows of a page: as many as are looked through without losing the place.
const COLLECTIONS_PER_PAGE: u32 = 50;

/// Query for a page of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TodayQuery {
    after: Option<CollectionId>,
}

impl QueryParameters for TodayQuery {
    const NAMES: &'static [&'static str] = &["after"];
}

/// The list, newest first, so that who was interrupted finds back.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    QueryFields(query): QueryFields<TodayQuery>,
) -> Result<Response, Problem> {
    let begin = day_begin(clerk.now);
    let collections =
        queries::recent_collections(&app.gateway, &clerk.office, begin, query.after, COLLECTIONS_PER_PAGE).await?;
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &collections, query.after.is_some())))
}

fn page<'a>(
    clerk: &Clerk,
    collections: &ListPage<CollectionRecord, CollectionId>,
    is_continued: bool,
) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Heute", "Today");
    let main = html! {
        h1 { (language.pick("Abrufe von heute", "Today's collections")) }
        @if !collections.items.is_empty() {
            p.lead { (language.pick(
                "Wer unterbrochen wurde, öffnet den Abruf und gibt den Code vom Beleg noch einmal ein.",
                "If you were interrupted, open the collection and enter the code from the receipt again.",
            )) }
            table #collections {
                thead { tr {
                    th scope="col" { (language.pick("Zeit", "Time")) }
                    th scope="col" { (language.pick("Stand", "State")) }
                    th scope="col" { (language.pick("Belegnummer", "Receipt number")) }
                } }
                tbody { @for collection in &collections.items { (row(collection, clerk)) } }
            }
        } @else if is_continued || collections.next_after.is_some() {
            p.lead { (language.pick("Auf dieser Seite steht kein Abruf.", "No collection is on this page.")) }
        } @else {
            p.lead { (language.pick("Heute wurde noch kein Foto abgerufen.", "No photo was collected today.")) }
        }
        (page_links(collections.next_after, is_continued, language))
    };
    PageContent { title, problem: None, main }
}

/// Links behind the table, in the order in which the list is read.
fn page_links(next_after: Option<CollectionId>, is_continued: bool, language: Language) -> Markup {
    html! {
        @if next_after.is_some() || is_continued {
            p.finish #list-pages {
                @if let Some(after) = next_after {
                    a.button #older href={ "/desk/today?after=" (after) } rel="next" {
                        (language.pick("Ältere Abrufe", "Older collections"))
                    }
                }
                @if is_continued {
                    a #newest href="/desk/today" { (language.pick("Zu den neuesten Abrufen", "To the newest collections")) }
                }
            }
        }
    }
}

fn row(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let waits = collection.state == CollectionState::Leased;
    let path = format!("/desk/collections/{}", collection.collection_id);
    html! {
        tr.waiting[waits] {
            td { time datetime=(collection.leased_at) { (short_time(collection.leased_at, clerk.now, language)) } }
            td {
                (state_text(collection.state, language))
                @if waits && collection.lease_until > clerk.now {
                    span.quiet { (language.pick(", geöffnet bis ", ", open until ")) (clock_time(collection.lease_until, language)) }
                }
                @if let Some(due) = collection.settle_due.filter(|_| waits) { br; span.quiet { (settle_deadline(due, clerk)) } }
            }
            td { a href=(path) { code { (collection.collection_id) } } }
        }
    }
}
