//! `GET /.well-known/est/csrattrs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::est_response;
use crate::api::caller::{ClientAddress, OfficeDevice, StudioCaller};
use crate::api::{App, Problem};
use crate::flows::enrolment::enrol::admit_reader;
use crate::identity::request::csr_attributes::CSR_ATTRIBUTES;

/// Returns the attributes that a certificate request should have.
pub async fn show(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    admit_reader(&app.gateway, address)?;
    Ok(attributes(&headers))
}

fn attributes(headers: &HeaderMap) -> Response {
    est_response(headers, "application/csrattrs", &CSR_ATTRIBUTES)
}

/// The same for the studio listener.
pub async fn show_studio(_: StudioCaller, headers: HeaderMap) -> Response {
    attributes(&headers)
}

/// The same for the office listener.
pub async fn show_office(_: OfficeDevice, headers: HeaderMap) -> Response {
    attributes(&headers)
}
