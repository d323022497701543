//! `GET /studio/renewal`: renews the certificate of this browser.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::{App, Problem};
use crate::flows::photo::queries;
use crate::pages::certificate::renewal::{BrowserCertificate, RENEWAL_SCRIPT, renewal_page};
use crate::pages::studio::layout::COMPUTER;
use crate::pages::studio::photographer::Photographer;

/// Shows the page. Its script sends the request for a certificate.
pub async fn show(State(app): State<App>, photographer: Photographer) -> Result<Response, Problem> {
    let device = queries::device(&app.gateway, &photographer.studio).await?;
    let certificate = BrowserCertificate::of(&app.gateway, &photographer.studio, device.as_ref());
    let page = renewal_page(photographer.language, &certificate, COMPUTER);
    Ok(photographer.page_with_script(StatusCode::OK, &page, &RENEWAL_SCRIPT))
}
