//! `GET /.well-known/est/csrattrs`

use axum::extract::State;
use axum::response::Response;

use super::est_response;
use crate::api::caller::{ClientAddress, OfficeDevice, StudioCaller};
use crate::api::{App, Problem};
use crate::flows::enrolment::enrol::admit_reader;
use crate::identity::request::csr_attributes::csr_attributes;

/// Returns the attributes that a certificate request should have.
pub async fn show(State(app): State<App>, ClientAddress(address): ClientAddress) -> Result<Response, Problem> {
    admit_reader(&app.gateway, address)?;
    attributes()
}

fn attributes() -> Result<Response, Problem> {
    let attributes = csr_attributes().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "csrattrs cannot be written");
        Problem::Internal
    })?;
    Ok(est_response("application/csrattrs", &attributes))
}

/// The same on the studio listener.
pub async fn show_studio(_: StudioCaller) -> Result<Response, Problem> {
    attributes()
}

/// The same on the office listener.
pub async fn show_office(_: OfficeDevice) -> Result<Response, Problem> {
    attributes()
}
