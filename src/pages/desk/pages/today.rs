//! `GET /desk/today`: the office's open collections of all days and those that ended today, page by page, without photos.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

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
use crate::texts::text;

/// Rows per page.
const COLLECTIONS_PER_PAGE: u32 = 50;

/// Query for a page of the list: open collections after one, or ended collections after one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TodayQuery {
    open: Option<CollectionId>,
    after: Option<CollectionId>,
}

impl QueryParameters for TodayQuery {
    const NAMES: &'static [&'static str] = &["open", "after"];
}

/// Shows the list with open collections first, so that a clerk can continue after an interruption.
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

fn page(clerk: &Clerk, listed: &DayPage, is_continued: bool) -> PageContent {
    let language = clerk.language;
    let title = text!(language, "desk-today");
    let begin = day_begin(clerk.now);
    let (open_today, open_before): (Vec<_>, Vec<_>) =
        listed.open.iter().partition(|listed| listed.collection.leased_at >= begin);
    let main = html! {
        h1 { (text!(language, "desk-today-heading")) }
        @if !(listed.open.is_empty() && listed.ended.is_empty()) {
            p.lead { (text!(language, "desk-today-lead")) }
            table #collections {
                thead { tr {
                    th scope="col" { (text!(language, "desk-time")) }
                    th scope="col" { (text!(language, "desk-counter")) }
                    th scope="col" { (text!(language, "desk-state")) }
                    th scope="col" { (text!(language, "desk-collection-number")) }
                    th scope="col" { (text!(language, "desk-photo-number")) }
                } }
                (group(&text!(language, "desk-open"), &open_today, clerk))
                (group(&text!(language, "desk-open-before"), &open_before, clerk))
                (group(&text!(language, "desk-ended"), &listed.ended.iter().collect::<Vec<_>>(), clerk))
            }
        } @else if is_continued || listed.next.is_some() {
            p.lead { (text!(language, "desk-page-empty")) }
        } @else {
            p.lead { (text!(language, "desk-none-today")) }
        }
        (page_links(listed.next, is_continued, language))
    };
    PageContent { title, problem: None, main }
}

/// Links after the table.
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
                        (text!(language, "desk-more"))
                    }
                }
                @if is_continued {
                    a #newest href="/desk/today" { (text!(language, "desk-to-start")) }
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
                    (text!(language, "desk-state-by-default"))
                } @else {
                    (text!(language, format!("desk-state-{}", collection.state)))
                }
                // The list is sorted by these times.
                @if let Some(ended) = collection.settled_at.filter(|_| !waits) { span.quiet { ", " (clock_time(ended, language)) } }
                @if waits && collection.lease_until > clerk.now {
                    span.quiet { (text!(language, "desk-open-until", time = clock_time(collection.lease_until, language))) }
                }
                @if let Some(due) = collection.settle_due.filter(|_| waits) { br; span.quiet { (settle_deadline(due, clerk)) } }
            }
            td { a href=(path) { code { (collection.collection_id.short()) } } }
            td { code { (collection.photo_id.short()) } }
        }
    }
}
