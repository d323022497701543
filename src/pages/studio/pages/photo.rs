//! `GET /studio/photos/{photo_id}`: one photo of the studio, without the picture and the code.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use maud::{Markup, html};

use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::id::PhotoId;
use crate::domain::local_time::{date_in_sentence, last_day};
use crate::domain::photo::PhotoState;
use crate::flows::photo::planned_deposit::is_open;
use crate::flows::photo::queries::{self, PhotoWithState};
use crate::pages::frame::findings::finding_list;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::time_element::dated_time_element;
use crate::pages::studio::ROOT;
use crate::pages::studio::layout::PHOTOS;
use crate::pages::studio::photo_facts::{DeviceLabels, new_mark, refusal, seen_form, state};
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::{self, photo_path};
use crate::texts::text;
use crate::wire::finding::FindingBody;

/// Shows the photo.
pub async fn show(
    State(app): State<App>,
    photographer: Photographer,
    PathId(photo_id): PathId<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let photo = own_photo(&app, &photographer, photo_id).await?;
    let has_code = receipt_session::code(&app, &photographer, &headers, photo.record.photo_id).is_some();
    let devices = DeviceLabels::of(&app, std::slice::from_ref(&photo)).await?;
    Ok(photographer.page(StatusCode::OK, &page(&photographer, &photo, &devices, has_code)))
}

/// A photo of the photographer's studio. The answer for a photo of another studio is that for an unknown number.
///
/// # Errors
/// [`Problem::PhotoUnknown`]; [`Problem::StorageUnavailable`].
pub(super) async fn own_photo(
    app: &App,
    photographer: &Photographer,
    photo_id: Option<PhotoId>,
) -> Result<PhotoWithState, Problem> {
    let photo_id = photo_id.ok_or(Problem::PhotoUnknown)?;
    queries::photo(&app.gateway, &photographer.studio, photo_id).await?.ok_or(Problem::PhotoUnknown)
}

fn page(photographer: &Photographer, photo: &PhotoWithState, devices: &DeviceLabels, has_code: bool) -> PageContent {
    let (language, record) = (photographer.language, &photo.record);
    // The title is in the browser's history, so it does not have the number.
    let title = text!(language, "studio-photos-photo");
    let findings = FindingBody::all(&record.facts.findings, language);
    let main = html! {
        h1 { (title) " " code { (record.photo_id.short()) } }
        (refused(photographer, photo))
        (facts(photographer, photo, devices))
        @if !findings.is_empty() {
            h2 { (text!(language, "studio-photos-findings")) }
            (finding_list(&findings, language))
        }
        (receipt(photographer, photo, has_code))
        (withdrawal(photographer, photo))
        p.finish { a #back href=(PHOTOS) { (text!(language, "studio-photos-back")) } }
    };
    PageContent { title, problem: None, main }
}

/// Reason and note of a refusal, and the next step.
fn refused(photographer: &Photographer, photo: &PhotoWithState) -> Markup {
    let language = photographer.language;
    let new: Vec<_> = photo.is_new_refusal.then_some(photo.record.photo_id).into_iter().collect();
    html! {
        @if photo.state == PhotoState::Refused {
            section #refusal.notice {
                h2 { (new_mark(photo, language)) (text!(language, "studio-photos-refused")) }
                (refusal(photo, language))
                p { (text!(language, "studio-photos-refused-next")) }
                p.finish { a.button.primary href=(ROOT) { (text!(language, "studio-photos-new-photo")) } }
                (seen_form(&new, Some(photo.record.photo_id), photographer))
            }
        }
    }
}

fn facts(photographer: &Photographer, photo: &PhotoWithState, devices: &DeviceLabels) -> Markup {
    let (language, record) = (photographer.language, &photo.record);
    let name = |fact: &str| text!(language, format!("studio-photos-column-{fact}"));
    let size = text!(
        language,
        "studio-photos-size",
        width = record.facts.width,
        height = record.facts.height,
        kilobytes = record.facts.bytes.div_ceil(1000),
    );
    html! {
        dl #facts.facts {
            div { dt { (name("state")) } dd data-state=(photo.state.name()) { (state(photo, photographer)) } }
            div { dt { (name("deposited")) } dd { (dated_time_element(record.deposited_at, language)) } }
            // For other states the first line has the day.
            @if photo.state == PhotoState::Leased {
                div { dt { (name("until")) } dd { time datetime=(record.expires_at) { (last_day(record.expires_at, language)) } } }
            }
            div { dt { (name("device")) } dd { (devices.label(photo)) } }
            div { dt { (name("size")) } dd { (size) } }
            div { dt { (name("profile")) } dd { code { (record.facts.profile) } } }
            div { dt { (name("number")) } dd { code.whole-number { (record.photo_id) } } }
        }
    }
}

/// The link to the receipt if this browser has the code; otherwise the way to get it again.
fn receipt(photographer: &Photographer, photo: &PhotoWithState, has_code: bool) -> Markup {
    let language = photographer.language;
    let path = format!("{}/receipt", photo_path(photo.record.photo_id));
    html! {
        @if is_open(photo.state) {
            section #receipt-again {
                h2 { (text!(language, "studio-photos-receipt")) }
                @if has_code {
                    p.finish { a.button #to-receipt href=(path) { (text!(language, "studio-photos-to-receipt")) } }
                } @else {
                    p { (text!(language, "studio-photos-receipt-hint")) }
                    p.finish { a.button #choose-again href=(ROOT) { (text!(language, "studio-page-choose-photo-again")) } }
                }
            }
        }
    }
}

/// The link that withdraws a photo that no office has, or the reason why it cannot be withdrawn.
fn withdrawal(photographer: &Photographer, photo: &PhotoWithState) -> Markup {
    let (language, record) = (photographer.language, &photo.record);
    html! {
        @if is_open(photo.state) {
            section #withdrawal {
                h2 { (text!(language, "studio-photos-withdraw")) }
                @match photo.state {
                    PhotoState::Available => {
                        p { (text!(language, "studio-photos-withdraw-hint")) }
                        p.finish { a.button.danger #withdraw href={ (photo_path(record.photo_id)) "/withdraw" } { (text!(language, "studio-photos-withdraw-this")) } }
                    }
                    PhotoState::Kept => { p { (text!(language, "studio-photos-withdraw-kept", until = date_in_sentence(record.expires_at, language))) } }
                    _ => { p { (text!(language, "studio-photos-withdraw-leased")) } }
                }
            }
        }
    }
}
