//! `GET /desk/today`: this office's collections of the day, and what is still open from the days before; without pictures.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::photo::settle_deadline;
use super::problem_texts::state_text;
use crate::api::{App, Problem};
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::flows::photo::queries;
use crate::pages::desk::clerk::Clerk;
use crate::pages::frame::local_time::{clock_time, local_day, short_time};
use crate::pages::frame::page::PageContent;

/// Asked for at once; an office with more on one day turns the page.
const COLLECTIONS_PER_QUERY: u32 = 200;
/// No more rows than these are looked through.
const MAX_COLLECTIONS: usize = 10_000;

/// The list, newest first, so that who was interrupted finds back.
pub async fn show(State(app): State<App>, clerk: Clerk) -> Result<Response, Problem> {
    let today = local_day(clerk.now);
    // What was looked at and not settled waits from earlier days.
    let oldest = clerk.now - app.gateway.limits.settle_within - app.gateway.limits.lease;
    let (mut collections, mut examined, mut after) = (Vec::new(), 0, None);
    loop {
        let page = queries::collections(&app.gateway, &clerk.office, after, COLLECTIONS_PER_QUERY).await?;
        after = page.next_after;
        examined += page.items.len();
        let is_last = page
            .items
            .last()
            .is_none_or(|collection| collection.leased_at < oldest && local_day(collection.leased_at) != today);
        collections.extend(page.items.into_iter().filter(|collection| {
            collection.state == CollectionState::Leased || local_day(collection.leased_at) == today
        }));
        if after.is_none() || is_last || examined >= MAX_COLLECTIONS {
            break;
        }
    }
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &collections)))
}

fn page<'a>(clerk: &Clerk, collections: &[CollectionRecord]) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Heute", "Today");
    let main = html! {
        h1 { (language.pick("Abrufe von heute", "Today's collections")) }
        @if collections.is_empty() {
            p.lead { (language.pick("Heute wurde noch kein Foto abgerufen.", "No photo was collected today.")) }
        } @else {
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
                tbody { @for collection in collections { (row(collection, clerk)) } }
            }
        }
    };
    PageContent { title, problem: None, main }
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
