//! `GET /.well-known/est/cacerts`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::est_response;
use crate::api::caller::{ClientAddress, OfficeDevice, StudioCaller};
use crate::api::{App, Problem};
use crate::flows::enrolment::enrol::admit_reader;

/// Returns the certificates of the server, studio and office CAs. They are public, so every caller gets them.
pub async fn show(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    admit_reader(&app.gateway, address)?;
    certificates(&app, &headers)
}

fn certificates(app: &App, headers: &HeaderMap) -> Result<Response, Problem> {
    let issuer = app.gateway.certificate_issuer().ok_or(Problem::EnrolmentUnavailable { role: None })?;
    Ok(est_response(headers, "application/pkcs7-mime", &issuer.ca_certificates_pkcs7))
}

/// The same for the studio listener.
pub async fn show_studio(State(app): State<App>, _: StudioCaller, headers: HeaderMap) -> Result<Response, Problem> {
    certificates(&app, &headers)
}

/// The same for the office listener.
pub async fn show_office(State(app): State<App>, _: OfficeDevice, headers: HeaderMap) -> Result<Response, Problem> {
    certificates(&app, &headers)
}
