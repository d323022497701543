//! `GET /desk/collections/{collection_id}/done`: what happened, and the field for the next code.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::code_form::{CodeForm, code_form};
use super::photo_download;
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::CollectionId;
use crate::domain::local_time::last_day;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::number_rows;
use crate::pages::desk::layout::see_other;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::time_element::dated_time_element;

/// Shows how a collection ended; redirects to the photo if it has not ended.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
) -> Result<Response, Problem> {
    let collection = clerk.collection(&app, collection_id).await?;
    if collection.state == CollectionState::Leased {
        return Ok(see_other(&format!("/desk/collections/{}", collection.collection_id), None));
    }
    Ok(clerk.page(StatusCode::OK, &page(&clerk, &collection)))
}

fn page<'a>(clerk: &Clerk, collection: &CollectionRecord) -> PageContent<'a> {
    let language = clerk.language;
    let title = language.pick("Erledigt", "Done");
    let form = CodeForm { typed: "", error: None, takes_focus: true };
    let main = html! {
        section.receipt aria-labelledby="outcome" {
            h1 #outcome data-outcome=(collection.state) { (headline(collection.state, clerk)) }
            (consequence(collection, clerk))
            dl.facts {
                @if let Some(at) = collection.settled_at {
                    div { dt { (language.pick("Wann", "When")) } dd { (dated_time_element(at, language)) } }
                }
                div { dt { (language.pick("Amt", "Office")) } dd { bdi { (clerk.office.party.name) } ", " bdi { (clerk.office.party.place) } } }
                (number_rows(collection, language))
            }
        }
        @if matches!(collection.state, CollectionState::Used | CollectionState::Kept) {
            p #delete-file.notice.on-screen { (language.pick("Löschen Sie jetzt die gespeicherte Datei von diesem Computer: ", "Now delete the saved file from this computer: ")) code { (photo_download::name(collection)) } }
        }
        section.next #next aria-label=(language.pick("Nächster Code", "Next code")) {
            h2 { (language.pick("Nächster Code", "Next code")) }
            (code_form(&form, clerk))
        }
    };
    PageContent { title, problem: None, main }
}

fn headline(state: CollectionState, clerk: &Clerk) -> &'static str {
    clerk.language.pick(
        match state {
            CollectionState::Leased => "Noch in Bearbeitung",
            CollectionState::Used => "Das Foto wurde übernommen und ist gelöscht",
            CollectionState::Kept => "Das Foto wurde übernommen und wird aufbewahrt",
            CollectionState::Refused => "Das Foto wurde abgelehnt und ist gelöscht",
            CollectionState::Released => "Das Foto wurde zurückgelegt",
            CollectionState::Lapsed => "Der Abruf ist abgelaufen",
        },
        match state {
            CollectionState::Leased => "Still in progress",
            CollectionState::Used => "The photo was taken over and is erased",
            CollectionState::Kept => "The photo was taken over and is kept",
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
                "Derselbe Code gilt für ein zweites Dokument bis einschließlich {until}. Die Person behält ihren Beleg."
            ),
            format!("The same code is good for a second document through {until}. The person keeps the receipt."),
        ),
        (CollectionState::Refused, _) => language
            .pick(
                "Das Fotostudio erfährt den Grund. Die Person braucht ein neues Foto.",
                "The studio is told the reason. The person needs a new photo.",
            )
            .into(),
        (CollectionState::Released | CollectionState::Lapsed, _) => language
            .pick(
                "Der Code bleibt gültig. Die Person behält ihren Beleg.",
                "The code stays valid. The person keeps the receipt.",
            )
            .into(),
        _ => language.pick("Der Code ist damit verbraucht.", "The code is used up.").into(),
    };
    html! { p.lead { (sentence) } }
}
