//! A collection that was interrupted: its code is asked for again, and what can be done without the code is offered.

use maud::{Markup, html};

use super::code_entry::CodePrompt;
use crate::api::{App, Problem};
use crate::domain::local_time::{clock_time, short_time};
use crate::domain::photo::collection::CollectionRecord;
use crate::flows::photo::queries;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::{number_rows, settle_deadline};
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::time_element::time_element;
use crate::storage::collection_requests::CollectionAtDevice;

/// The words before the code is entered for a collection that was begun, here or at another counter of the office.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn code_prompt(
    app: &App,
    clerk: &Clerk,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let at = at_device(app, clerk, collection).await?;
    Ok(CodePrompt { notice: notice(&at, clerk), without_code: without_code(&at, clerk), refused: None })
}

/// The same after a decision that would have the photo erased although this counter has not shown it.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn unseen_photo_prompt(
    app: &App,
    clerk: &Clerk,
    collection: &CollectionRecord,
) -> Result<CodePrompt, Problem> {
    let refused = clerk.language.pick(
        "Dieser Platz hat das Foto noch nicht gezeigt. Geben Sie den Code vom Beleg ein und sehen Sie es an, bevor Sie entscheiden.",
        "This counter has not shown the photo yet. Enter the code from the receipt and look at it before you decide.",
    );
    Ok(CodePrompt { refused: Some(refused), ..code_prompt(app, clerk, collection).await? })
}

/// The collection as this counter finds it.
///
/// # Errors
/// [`Problem`] when the collection is not there, or the store cannot be asked.
pub(super) async fn at_device(
    app: &App,
    clerk: &Clerk,
    collection: &CollectionRecord,
) -> Result<CollectionAtDevice, Problem> {
    let found = queries::collection_at_device(&app.gateway, &clerk.office, collection.collection_id).await?;
    found.ok_or(Problem::CollectionUnknown)
}

fn notice(at: &CollectionAtDevice, clerk: &Clerk) -> Markup {
    let (language, collection) = (clerk.language, &at.collection);
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
        dl.facts #known { (known(at, clerk)) }
        @if let Some(due) = collection.settle_due { p { (settle_deadline(due, clerk)) } }
    }
}

/// Facts about a collection whose photo is not shown.
pub(super) fn known(at: &CollectionAtDevice, clerk: &Clerk) -> Markup {
    let (language, now, collection) = (clerk.language, clerk.now, &at.collection);
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
