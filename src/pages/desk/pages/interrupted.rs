//! A collection that was interrupted: its code is asked for again, and what can be done without the code is offered.

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

/// A collection as one browser finds it.
pub(super) struct BrowserCollection {
    /// The collection at this counter.
    pub(super) at: CollectionAtDevice,
    /// State of the photo on the screens.
    pub(super) screen: Screen,
}

/// Screen on which the photo of a collection can be looked at now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Screen {
    /// That of this browser: it holds the code, and the lease has not ended.
    Here,
    /// That of another browser: the lease has not ended, and this browser does not hold the code.
    Elsewhere,
    /// None.
    Nowhere,
}

impl BrowserCollection {
    /// Place at which the photo is open, for a browser that does not show it.
    fn other_place(&self, language: Language) -> &'static str {
        match self.at.has_other_counter {
            true => language.pick("an einem anderen Platz", "at another counter"),
            false => language.pick("in einem anderen Browser dieses Platzes", "in another browser of this counter"),
        }
    }
}

/// The words before the code is entered for a collection that was begun, here or at another counter of the office.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn code_prompt(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let found = in_browser(app, clerk, headers, collection.collection_id).await?;
    Ok(CodePrompt { notice: notice(&found, clerk), without_code: without_code(&found.at, clerk), refused: None })
}

/// The same after a decision that would have the photo erased although this counter has not shown it.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn unseen_photo_prompt(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let refused = clerk.language.pick(
        "Dieser Platz hat das Foto noch nicht gezeigt. Geben Sie den Code vom Beleg ein und sehen Sie es an, bevor Sie entscheiden.",
        "This counter has not shown the photo yet. Enter the code from the receipt and look at it before you decide.",
    );
    Ok(CodePrompt { refused: Some(refused), ..code_prompt(app, clerk, headers, collection).await? })
}

/// The collection as this browser finds it.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn in_browser(
    app: &App,
    clerk: &Clerk,
    headers: &HeaderMap,
    collection_id: CollectionId,
) -> Result<BrowserCollection, Problem> {
    let found = queries::collection_at_device(&app.gateway, &clerk.office, collection_id).await?;
    let at = found.ok_or(Problem::CollectionUnknown)?;
    let is_open = at.collection.state == CollectionState::Leased && at.collection.lease_until > clerk.now;
    // The lease is the office's: a colleague who enters the code again has renewed it, and looks at the photo on another screen.
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
            p { (language.pick(
                "Dieser Abruf wurde unterbrochen. Mit dem Code vom Beleg geht es weiter, wo Sie aufgehört haben. Nichts ist verloren.",
                "This collection was interrupted. The code from the receipt takes you back to where you were. Nothing is lost.",
            )) }
        } @else {
            p #other-counter { (language.pick(
                "Diesen Abruf hat ein anderer Platz Ihres Amtes begonnen. Um das Foto hier zu verwenden oder abzulehnen, geben Sie zuerst \
                 den Code vom Beleg ein.",
                "Another counter of your office began this collection. To use or refuse the photo here, enter the code from the receipt \
                 first.",
            )) }
        }
        @if found.screen == Screen::Elsewhere {
            p #open-elsewhere {
                (language.pick("Im Moment ist er ", "At this moment it is open "))
                (found.other_place(language))
                (language.pick(
                    " geöffnet. Fragen Sie dort nach, bevor Sie ihn hier abschließen oder das Foto zurücklegen.",
                    ". Ask there before you finish it or put the photo back here.",
                ))
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
            dt { (language.pick("Begonnen", "Begun")) }
            dd { (time_element(collection.leased_at, now, language)) " (" bdi { (at.begun_at_device) } ")" }
        }
        @if let Some(handed_over) = collection.handed_over_at {
            div {
                dt { (language.pick("Foto gezeigt", "Photo shown")) }
                dd #handed-over {
                    (time_element(handed_over, now, language))
                    @if at.handed_over_at.is_none() { (language.pick(", nicht an diesem Platz", ", not at this counter")) }
                }
            }
        }
        div {
            dt { (language.pick("Geöffnet", "Open")) }
            dd #lease-state {
                @if collection.lease_until > now {
                    (language.pick("bis ", "until ")) (clock_time(collection.lease_until, language))
                    @if found.screen == Screen::Elsewhere { ", " (found.other_place(language)) }
                } @else {
                    (language.pick("nicht mehr, seit ", "not any more, since ")) (short_time(collection.lease_until, now, language))
                }
            }
        }
        (number_rows(collection, language))
    }
}

/// Behind the code field: the code is what most clerks have at hand.
fn without_code(at: &CollectionAtDevice, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let path = format!("/desk/collections/{}", at.collection.collection_id);
    let was_handed_over = at.handed_over_at.is_some();
    html! {
        section.without-code aria-labelledby="without-code" {
            h2 #without-code { (language.pick("Ohne Code", "Without the code")) }
            @if was_handed_over {
                p #settle-hint { (language.pick(
                    "Dieser Platz hat das Foto schon bekommen. Ist es im Fachverfahren, oder haben Sie es angesehen und lehnen es ab, können \
                     Sie den Abruf ohne Code abschließen.",
                    "This counter was given the photo already. If it is in the application software, or if you looked at it and refuse it, \
                     you can finish without the code.",
                )) }
                p.finish {
                    a.button #use href={ (path) "/use" } aria-describedby="settle-hint" {
                        (language.pick("Foto ist schon übernommen: abschließen", "Photo is taken over already: finish"))
                    }
                    a.button.danger #refuse href={ (path) "/refuse" } aria-describedby="settle-hint" {
                        (language.pick("Ablehnen …", "Refuse …"))
                    }
                }
            }
            p #put-back-hint {
                @if was_handed_over || at.has_shown_code {
                    (language.pick(
                        "Wird das Foto hier nicht gebraucht, legen Sie es zurück. Es bleibt gespeichert, und der Code gilt weiter, auch in einem \
                         anderen Amt.",
                        "If the photo is not needed here, put it back. It stays stored, and the code stays valid, at another office too.",
                    ))
                } @else {
                    (language.pick(
                        "Arbeitet am anderen Platz niemand mehr daran, können Sie das Foto zurücklegen. Es bleibt gespeichert, und der Code \
                         gilt weiter.",
                        "If nobody at the other counter is going on with it, you can put the photo back. It stays stored, and the code \
                         stays valid.",
                    ))
                }
            }
            form #release method="post" action={ (path) "/settle" } {
                (csrf_field(&clerk.csrf_token))
                button type="submit" name="outcome" value="released" aria-describedby="put-back-hint" {
                    (language.pick("Zurücklegen", "Put back"))
                }
            }
        }
    }
}
