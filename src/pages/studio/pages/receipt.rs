//! `GET /studio/photos/{photo_id}/receipt`: the receipt for the citizen, to be printed. `GET …/receipt.pdf`: the same as a file.

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::ended::ended_page;
use super::photo::own_photo;
use crate::api::request::{PathId, QueryFields, QueryParameters};
use crate::api::{App, Problem};
use crate::domain::code::retrieval_code::RetrievalCode;
use crate::domain::id::PhotoId;
use crate::domain::local_time::last_day_in_full;
use crate::flows::photo::planned_deposit::is_open;
use crate::flows::photo::queries::PhotoWithState;
use crate::pages::frame::data_matrix::drawn_symbol;
use crate::pages::frame::elements::error_summary;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::response::set_privacy_headers;
use crate::pages::studio::ROOT;
use crate::pages::studio::photographer::Photographer;
use crate::pages::studio::receipt_session::{self, photo_path};
use crate::receipt::citizen_receipt::{CitizenReceipt, Paper};
use crate::texts::text;

/// A photo whose receipt this browser can show, or the page that says why it cannot.
enum ReceiptOrPage {
    Receipt(PhotoWithState, RetrievalCode),
    Page(Response),
}

/// Shows the receipt.
pub async fn show(
    State(app): State<App>,
    photographer: Photographer,
    PathId(photo_id): PathId<PhotoId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (photo, code) = match receipt_or_page(&app, &photographer, photo_id, &headers).await? {
        ReceiptOrPage::Receipt(photo, code) => (photo, code),
        ReceiptOrPage::Page(page) => return Ok(page),
    };
    let language = photographer.language;
    let title = text!(language, "studio-page-receipt");
    let path = photo_path(photo.record.photo_id);
    let main = html! {
        h1.on-screen { (title) }
        (citizen_receipt(&photographer, &photo, &code)?)
        fieldset.paper.on-screen {
            legend { (text!(language, "studio-page-paper")) }
            label { input #paper-a6 type="radio" name="paper" checked; " " (text!(language, "studio-page-paper-a6")) }
            label { input #paper-roll type="radio" name="paper"; " " (text!(language, "studio-page-paper-roll")) }
        }
        p.finish.on-screen {
            button.primary #print type="button" hidden { (text!(language, "studio-page-print")) }
            a.button href={ (path) "/receipt.pdf" } { (text!(language, "studio-page-pdf-a6")) }
            a.button href={ (path) "/receipt.pdf?paper=roll80" } { (text!(language, "studio-page-pdf-roll")) }
        }
        p.finish.on-screen {
            a #next href=(ROOT) { (text!(language, "studio-page-other-photo")) }
            a #photo href=(path) { (text!(language, "studio-page-show-photo")) }
        }
        p.quiet.on-screen { (text!(language, "studio-page-receipt-again")) }
    };
    Ok(photographer.page(StatusCode::OK, &PageContent { title, problem: None, main }))
}

/// Query with the paper of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperQuery {
    #[serde(default)]
    paper: Paper,
}

impl QueryParameters for PaperQuery {
    const NAMES: &'static [&'static str] = &["paper"];
}

/// Returns the receipt as a PDF.
pub async fn download(
    State(app): State<App>,
    photographer: Photographer,
    PathId(photo_id): PathId<PhotoId>,
    QueryFields(PaperQuery { paper }): QueryFields<PaperQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (photo, code) = match receipt_or_page(&app, &photographer, photo_id, &headers).await? {
        ReceiptOrPage::Receipt(photo, code) => (photo, code),
        ReceiptOrPage::Page(page) => return Ok(page),
    };
    let studio = issuer(&photographer);
    let receipt = CitizenReceipt {
        code: &code,
        photo_id: photo.record.photo_id,
        expires_at: photo.record.expires_at,
        studio: Some(&studio),
        paper,
        language: photographer.language,
    };
    let pdf = receipt.to_pdf().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot make a receipt");
        Problem::Internal
    })?;
    let mut response = pdf.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    // The name is that on the receipt, so that the file can be found and erased.
    let name = format!(
        "attachment; filename=\"{}-{}.pdf\"",
        text!(photographer.language, "studio-page-file-name"),
        photo.record.photo_id.short()
    );
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")));
    set_privacy_headers(headers);
    Ok(response)
}

async fn receipt_or_page(
    app: &App,
    photographer: &Photographer,
    photo_id: Option<PhotoId>,
    headers: &HeaderMap,
) -> Result<ReceiptOrPage, Problem> {
    let photo = own_photo(app, photographer, photo_id).await?;
    let photo_id = photo.record.photo_id;
    if !is_open(photo.state) {
        return Ok(ReceiptOrPage::Page(ended_page(photographer, StatusCode::GONE, photo_id, photo.state)));
    }
    Ok(match receipt_session::code(app, photographer, headers, photo_id) {
        Some(code) => ReceiptOrPage::Receipt(photo, code),
        None => ReceiptOrPage::Page(without_code(photographer, photo_id)),
    })
}

/// The gateway does not know the code; the same file gives it again.
fn without_code(photographer: &Photographer, photo_id: PhotoId) -> Response {
    let language = photographer.language;
    let title = text!(language, "studio-page-no-receipt");
    let words = html! { p { (text!(language, "studio-page-code-not-here.hint")) } };
    let main = html! {
        h1 { (title) }
        (error_summary(&text!(language, "studio-page-code-not-here"), &words))
        p.finish {
            a.button.primary #next href=(ROOT) { (text!(language, "studio-page-choose-photo-again")) }
            a #photo href=(photo_path(photo_id)) { (text!(language, "studio-page-show-photo")) }
        }
    };
    let page = PageContent { title, problem: Some("receipt-ended"), main };
    photographer.page(StatusCode::GONE, &page)
}

fn issuer(photographer: &Photographer) -> String {
    let party = &photographer.studio.party;
    format!("{}, {}", party.name, party.place)
}

/// The receipt as it is printed.
fn citizen_receipt(
    photographer: &Photographer,
    photo: &PhotoWithState,
    code: &RetrievalCode,
) -> Result<Markup, Problem> {
    let language = photographer.language;
    let record = &photo.record;
    Ok(html! {
        article.citizen-receipt aria-labelledby="receipt-title" {
            h2 #receipt-title { (text!(language, "paper-receipt")) }
            p { (text!(language, "paper-receipt.subtitle")) }
            p.code #receipt-code { (code.reveal()) }
            div.beside-symbol {
                (drawn_symbol(code, &text!(language, "paper-receipt.symbol"))?)
                dl {
                    dt { (text!(language, "paper-receipt.valid-until")) }
                    dd.until-day { time datetime=(record.expires_at) { (last_day_in_full(record.expires_at, language)) } }
                    dt { (text!(language, "paper-receipt.issued-by")) }
                    dd { bdi { (issuer(photographer)) } }
                }
            }
            @for section in ["purpose", "confidential", "lost"] {
                h3 { (text!(language, format!("paper-receipt-{section}"))) }
                p { (text!(language, format!("paper-receipt-{section}.text"))) }
            }
            p.number { (text!(language, "paper-receipt.number", number = record.photo_id.short().to_string())) }
        }
    })
}
