//! `GET /studio/photos/{photo_id}/withdraw`: asks for a confirmation. `POST`: withdraws the photo and redirects to its page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::photo::own_photo;
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::flows::photo::withdraw::withdraw;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::time_element::dated_time_element;
use crate::pages::studio::form::PhotographerForm;
use crate::pages::studio::layout::see_other;
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::{self, photo_path};
use crate::texts::text;

/// Shows the question, or redirects to the photo if it can no longer be withdrawn.
pub async fn show(
    State(app): State<App>,
    photographer: Photographer,
    PathId(photo_id): PathId<PhotoId>,
) -> Result<Response, Problem> {
    let photo = own_photo(&app, &photographer, photo_id).await?;
    let (language, record) = (photographer.language, &photo.record);
    let path = photo_path(record.photo_id);
    // Its page tells the state.
    if photo.state != PhotoState::Available {
        return Ok(see_other(&path, None));
    }
    let title = text!(language, "studio-photos-withdraw");
    let main = html! {
        h1 { (title) }
        p.lead { (text!(language, "studio-photos-withdraw-lead")) }
        dl.facts {
            div { dt { (text!(language, "studio-photos-column-number")) } dd { code { (record.photo_id.short()) } } }
            div { dt { (text!(language, "studio-photos-column-deposited")) } dd { (dated_time_element(record.deposited_at, language)) } }
        }
        form #withdraw method="post" action={ (path) "/withdraw" } {
            (csrf_field(&photographer.csrf_token))
            p { (text!(language, "studio-photos-withdraw-receipt")) }
            p.finish {
                button.primary.danger type="submit" { (text!(language, "studio-photos-withdraw-now")) }
                a #back href=(path) { (text!(language, "studio-photos-keep")) }
            }
        }
    };
    Ok(photographer.page(StatusCode::OK, &PageContent { title, problem: None, main }))
}

/// The form has no fields apart from the token.
#[derive(Deserialize)]
pub struct WithdrawForm {}

/// Withdraws the photo. A repeat gets the same answer.
pub async fn create(
    State(app): State<App>,
    PathId(photo_id): PathId<PhotoId>,
    PhotographerForm(photographer, WithdrawForm {}): PhotographerForm<WithdrawForm>,
) -> Result<Response, Problem> {
    let photo_id = photo_id.ok_or(Problem::PhotoUnknown)?;
    withdraw(&app.gateway, &photographer.studio, photo_id).await?;
    Ok(see_other(&photo_path(photo_id), Some(receipt_session::end(photo_id)?)))
}
