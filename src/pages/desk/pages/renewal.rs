//! `GET /desk/renewal`: renews the certificate of this browser.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::{App, Problem};
use crate::flows::photo::queries;
use crate::pages::certificate::renewal::{BrowserCertificate, RENEWAL_SCRIPT, renewal_page};
use crate::pages::desk::clerk::Clerk;

/// Shows the page. Its script sends the request for a certificate.
pub async fn show(State(app): State<App>, clerk: Clerk) -> Result<Response, Problem> {
    let device = queries::device(&app.gateway, &clerk.office).await?;
    let certificate = BrowserCertificate::of(&app.gateway, &clerk.office, device.as_ref());
    let page = renewal_page(clerk.language, &certificate, "/desk/self-test");
    Ok(clerk.page_with_script(StatusCode::OK, &page, &RENEWAL_SCRIPT))
}
