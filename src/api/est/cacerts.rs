//! `GET /.well-known/est/cacerts`

use axum::extract::State;
use axum::response::Response;

use super::est_response;
use crate::api::caller::{OfficeDevice, StudioCaller};
use crate::api::{App, Problem};

/// The certificates of the server, studio and office authorities, to anybody: they are no secret.
pub async fn show(State(app): State<App>) -> Result<Response, Problem> {
    let issuer = app.gateway.certificate_issuer().ok_or(Problem::EnrolmentUnavailable { role: None })?;
    Ok(est_response("application/pkcs7-mime", &issuer.ca_certificates_pkcs7))
}

/// The same on the studio listener.
pub async fn show_studio(app: State<App>, _: StudioCaller) -> Result<Response, Problem> {
    show(app).await
}

/// The same on the office listener.
pub async fn show_office(app: State<App>, _: OfficeDevice) -> Result<Response, Problem> {
    show(app).await
}
