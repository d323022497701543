//! `GET /.well-known/est/csrattrs`

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::est_response;
use crate::api::caller::{ClientAddress, OfficeDevice, StudioCaller};
use crate::api::{App, Problem};
use crate::flows::enrolment::enrol::admit_reader;
use crate::identity::request::csr_attributes::csr_attributes;

/// Returns the attributes that a certificate request should have.
pub async fn show(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    admit_reader(&app.gateway, address)?;
    attributes(&headers)
}

fn attributes(headers: &HeaderMap) -> Result<Response, Problem> {
    let attributes = csr_attributes().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "csrattrs cannot be written");
        Problem::Internal
    })?;
    Ok(est_response(headers, "application/csrattrs", &attributes))
}

/// The same on the studio listener.
pub async fn show_studio(_: StudioCaller, headers: HeaderMap) -> Result<Response, Problem> {
    attributes(&headers)
}

/// The same on the office listener.
pub async fn show_office(_: OfficeDevice, headers: HeaderMap) -> Result<Response, Problem> {
    attributes(&headers)
}
