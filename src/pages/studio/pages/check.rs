//! `POST /studio/check`: checks a photo and shows the findings, with the form that deposits it.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use crate::api::{App, Problem};
use crate::domain::digest::Sha256Digest;
use crate::flows::photo::check::check;
use crate::flows::photo::planned_deposit::plan_deposit;
use crate::pages::frame::page::PageContent;
use crate::pages::studio::ROOT;
use crate::pages::studio::card::{PhotoResult, Picture, card};
use crate::pages::studio::declaration::declared;
use crate::pages::studio::form::UploadForm;
use crate::pages::studio::pages::deposit::nothing_chosen;
use crate::texts::text;
use crate::transport::http::held_until_sent::HeldUntilSent;

/// Checks a photo like a deposit, and stores nothing.
pub async fn create(State(app): State<App>, form: UploadForm) -> Result<Response, Problem> {
    if !form.has_file {
        return Ok(nothing_chosen(&form.photographer));
    }
    let declaration = declared(&form)?;
    // The script shows the file that it has.
    let picture = if form.field("picture") == Some("local") { Picture::Local } else { Picture::Inside };
    let UploadForm { photographer, permit, photo, .. } = form;
    let sha256 = Sha256Digest::of(&photo);
    let planned = plan_deposit(&app.gateway, &photographer.studio, sha256).await?;
    let result = check(&app.gateway, &photographer.studio, permit, photo, declaration).await?;
    let checked = PhotoResult { sha256, result: &result, declaration, planned: &planned };
    let title = text!(photographer.language, "studio-page-checked");
    let main = html! {
        h1 { (title) }
        (card(&photographer, &app.gateway.profile, &checked, picture))
        p.finish { a #next href=(ROOT) { (text!(photographer.language, "studio-page-other-photo")) } }
    };
    let page = photographer.page(StatusCode::OK, &PageContent { title, problem: None, main });
    // A page with the photo counts as the photo until a slow browser has read it.
    let held = (picture == Picture::Inside).then(|| Extension(HeldUntilSent::new(result.permit)));
    Ok((held, page).into_response())
}
