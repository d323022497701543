//! `GET /desk/today`: this office's collections that are open, from whichever day, and those that ended today; page by page, without pictures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::problem_texts::state_text;
use crate::api::request::{QueryFields, QueryParameters};
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::{clock_time, day_begin, short_time};
use crate::domain::photo::collection::CollectionState;
use crate::domain::photo::lease::is_used_by_default;
use crate::flows::photo::queries;
use crate::flows::photo::queries::{DayPage, DayPosition};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::settle_deadline;
use crate::pages::frame::page::PageContent;
use crate::storage::collection_requests::ListedCollection;
use crate::texts::language::Language;

/// Rows of a page: as many as are looked through without losing the place.
const COLLECTIONS_PER_PAGE: u32 = 50;

/// Query for a page of the list: open collections behind one, or those that are over behind one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TodayQuery {
    open: Option<CollectionId>,
    after: Option<CollectionId>,
}

impl QueryParameters for TodayQuery {
    const NAMES: &'static [&'static str] = &["open", "after"];
}

/// The list: what waits for a decision first, so that who was interrupted finds back.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    QueryFields(query): QueryFields<TodayQuery>,
) -> Result<Response, Problem> {
    let position = query.after.map_or(DayPosition::Open(query.open), DayPosition::Ended);
    let is_continued = query.after.or(query.open).is_some();
    let begin = day_begin(clerk.now);
    let listed =
        queries::collections_of_day(&app.gateway, &clerk.office, begin, position, COLLECTIONS_PER_PAGE).await?;
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &listed, is_continued)))
}

fn page<'a>(clerk: &Clerk, listed: &DayPage, is_continued: bool) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Heute", "Today");
    let begin = day_begin(clerk.now);
    let (open_today, open_before): (Vec<_>, Vec<_>) =
        listed.open.iter().partition(|listed| listed.collection.leased_at >= begin);
    let main = html! {
        h1 { (language.pick("Abrufe von heute", "Today's collections")) }
        @if !(listed.open.is_empty() && listed.ended.is_empty()) {
            p.lead { (language.pick(
                "Wurden Sie unterbrochen, öffnen Sie hier den Abruf.",
                "If you were interrupted, open the collection here.",
            )) }
            table #collections {
                thead { tr {
                    th scope="col" { (language.pick("Zeit", "Time")) }
                    th scope="col" { (language.pick("Platz", "Counter")) }
                    th scope="col" { (language.pick("Stand", "State")) }
                    th scope="col" { (language.pick("Vorgangsnummer", "Transaction no.")) }
                    th scope="col" { (language.pick("Foto-Nr.", "Photo no.")) }
                } }
                (group(language.pick("Offen", "Open"), &open_today, clerk))
                (group(language.pick("Offen von früheren Tagen", "Open since earlier days"), &open_before, clerk))
                (group(language.pick("Heute beendet", "Ended today"), &listed.ended.iter().collect::<Vec<_>>(), clerk))
            }
        } @else if is_continued || listed.next.is_some() {
            p.lead { (language.pick("Auf dieser Seite steht kein Abruf.", "No collection is on this page.")) }
        } @else {
            p.lead { (language.pick("Heute wurde noch kein Foto abgerufen.", "No photo was collected today.")) }
        }
        (page_links(listed.next, is_continued, language))
    };
    PageContent { title, problem: None, main }
}

/// Links behind the table, in the order in which the list is read.
fn page_links(next: Option<DayPosition>, is_continued: bool, language: Language) -> Markup {
    let next = next.map(|position| match position {
        DayPosition::Open(after) => after.map_or_else(String::new, |after| format!("?open={after}")),
        DayPosition::Ended(after) => format!("?after={after}"),
    });
    html! {
        @if next.is_some() || is_continued {
            p.finish #list-pages {
                @if let Some(query) = next {
                    a.button #older href={ "/desk/today" (query) } rel="next" {
                        (language.pick("Weitere Abrufe", "More collections"))
                    }
                }
                @if is_continued {
                    a #newest href="/desk/today" { (language.pick("Zum Anfang der Liste", "To the beginning of the list")) }
                }
            }
        }
    }
}

fn group(name: &str, listed: &[&ListedCollection], clerk: &Clerk) -> Markup {
    html! {
        @if !listed.is_empty() {
            tbody {
                tr.group { th scope="rowgroup" colspan="5" { (name) } }
                @for listed in listed { (row(listed, clerk)) }
            }
        }
    }
}

fn row(listed: &ListedCollection, clerk: &Clerk) -> Markup {
    let ListedCollection { collection, begun_at_device } = listed;
    let language = clerk.language;
    let waits = collection.state == CollectionState::Leased;
    let path = format!("/desk/collections/{}", collection.collection_id);
    html! {
        tr.waiting[waits] {
            td { time datetime=(collection.leased_at) { (short_time(collection.leased_at, clerk.now, language)) } }
            td { bdi { (begun_at_device) } }
            td {
                @if is_used_by_default(collection) {
                    (language.pick("gilt als verwendet", "counts as used"))
                } @else {
                    (state_text(collection.state, language))
                }
                // The list is in the order of these times.
                @if let Some(ended) = collection.settled_at.filter(|_| !waits) { span.quiet { ", " (clock_time(ended, language)) } }
                @if waits && collection.lease_until > clerk.now {
                    span.quiet { (language.pick(", geöffnet bis ", ", open until ")) (clock_time(collection.lease_until, language)) }
                }
                @if let Some(due) = collection.settle_due.filter(|_| waits) { br; span.quiet { (settle_deadline(due, clerk)) } }
            }
            td { a href=(path) { code { (collection.collection_id.short()) } } }
            td { code { (collection.photo_id.short()) } }
        }
    }
}
