//! A collection that was interrupted: the page asks for the code again and offers the actions that need no code.

use axum::http::HeaderMap;
use maud::{Markup, html};

use super::code_entry::CodePrompt;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::{clock_time, short_time};
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::flows::photo::queries;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::{number_rows, settle_deadline};
use crate::pages::desk::session;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::time_element::time_element;
use crate::storage::collection_requests::CollectionAtDevice;
use crate::texts::language::Language;
use crate::texts::text;

/// A collection as one browser sees it.
pub(super) struct BrowserCollection {
    pub(super) at: CollectionAtDevice,
    pub(super) screen: Screen,
}

/// Screen that can show the photo of a collection now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    /// This browser holds the code, and the lease is open.
    Here,
    /// The lease is open, and this browser does not hold the code.
    Elsewhere,
    /// The lease has ended.
    Nowhere,
}

impl BrowserCollection {
    /// The place where the photo is open, if this browser does not show it.
    fn other_place(&self, language: Language) -> String {
        match self.at.has_other_counter {
            true => text!(language, "desk-at-other-counter"),
            false => text!(language, "desk-in-other-browser"),
        }
    }
}

/// Texts for a collection that this or another counter of the office began.
///
/// # Errors
/// [`Problem`] if the collection does not exist or the database is unavailable.
pub(super) async fn code_prompt(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let found = in_browser(app, clerk, headers, collection.collection_id).await?;
    Ok(CodePrompt { notice: notice(&found, clerk), without_code: without_code(&found.at, clerk), refused: None })
}

/// The same texts after a refused decision: it would erase the photo although this counter has not shown it.
///
/// # Errors
/// [`Problem`] if the collection does not exist or the database is unavailable.
pub(super) async fn unseen_photo_prompt(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let refused = text!(clerk.language, "desk-photo-unseen");
    Ok(CodePrompt { refused: Some(refused), ..code_prompt(app, clerk, headers, collection).await? })
}

/// Loads the collection as this browser sees it.
///
/// # Errors
/// [`Problem`] if the collection does not exist or the database is unavailable.
pub(super) async fn in_browser(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection_id: CollectionId,
) -> Result<BrowserCollection, Problem> {
    let found = queries::collection_at_device(&app.gateway, &clerk.office, collection_id).await?;
    let at = found.ok_or(Problem::CollectionUnknown)?;
    let is_open = at.collection.state == CollectionState::Leased && at.collection.lease_until > clerk.now;
    // The lease belongs to the office: a colleague may have entered the code again and look at the photo on another screen.
    let screen = match is_open {
        true if session::code(app, clerk, headers, collection_id).is_some() => Screen::Here,
        true => Screen::Elsewhere,
        false => Screen::Nowhere,
    };
    Ok(BrowserCollection { at, screen })
}

fn notice(found: &BrowserCollection, clerk: &Clerk) -> Markup {
    let (language, at, collection) = (clerk.language, &found.at, &found.at.collection);
    html! {
        @if at.has_shown_code {
            p { (text!(language, "desk-interrupted")) }
        } @else {
            p #other-counter { (text!(language, "desk-begun-elsewhere")) }
        }
        @if found.screen == Screen::Elsewhere {
            p #open-elsewhere {
                (text!(language, "desk-open-elsewhere", place = found.other_place(language)))
            }
        }
        dl.facts #known { (known(found, clerk)) }
        @if let Some(due) = collection.settle_due { p { (settle_deadline(due, clerk)) } }
    }
}

/// Facts about a collection whose photo is not shown.
pub(super) fn known(found: &BrowserCollection, clerk: &Clerk) -> Markup {
    let (language, now, at, collection) = (clerk.language, clerk.now, &found.at, &found.at.collection);
    html! {
        div {
            dt { (text!(language, "desk-begun")) }
            dd { (time_element(collection.leased_at, now, language)) " (" bdi { (at.begun_at_device) } ")" }
        }
        @if let Some(handed_over) = collection.handed_over_at {
            div {
                dt { (text!(language, "desk-photo-shown")) }
                dd #handed-over {
                    (time_element(handed_over, now, language))
                    @if at.handed_over_at.is_none() { (text!(language, "desk-not-here")) }
                }
            }
        }
        div {
            dt { (text!(language, "desk-opened")) }
            dd #lease-state {
                @if collection.lease_until > now {
                    (text!(language, "desk-open-now", time = clock_time(collection.lease_until, language)))
                    @if found.screen == Screen::Elsewhere { ", " (found.other_place(language)) }
                } @else {
                    (text!(language, "desk-open-no-more", time = short_time(collection.lease_until, now, language)))
                }
            }
        }
        (number_rows(collection, language))
    }
}

/// The actions without the code, after the code field, because most clerks have the code at hand.
fn without_code(at: &CollectionAtDevice, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let path = format!("/desk/collections/{}", at.collection.collection_id);
    let was_handed_over = at.handed_over_at.is_some();
    html! {
        section.without-code aria-labelledby="without-code" {
            h2 #without-code { (text!(language, "desk-without-code")) }
            @if was_handed_over {
                p #settle-hint { (text!(language, "desk-settle-hint")) }
                p.finish {
                    a.button #use href={ (path) "/use" } aria-describedby="settle-hint" {
                        (text!(language, "desk-use-taken-over"))
                    }
                    a.button.danger #refuse href={ (path) "/refuse" } aria-describedby="settle-hint" {
                        (text!(language, "desk-refuse-more"))
                    }
                }
            }
            p #put-back-hint {
                @if was_handed_over || at.has_shown_code {
                    (text!(language, "desk-put-back-hint"))
                } @else {
                    (text!(language, "desk-put-back-hint-elsewhere"))
                }
            }
            form #release method="post" action={ (path) "/settle" } {
                (csrf_field(&clerk.csrf_token))
                button type="submit" name="outcome" value="released" aria-describedby="put-back-hint" {
                    (text!(language, "desk-put-back"))
                }
            }
        }
    }
}
