//! `GET /.well-known/est/csrattrs`

use axum::response::Response;

use super::est_response;
use crate::api::Problem;
use crate::api::caller::{OfficeDevice, StudioCaller};
use crate::identity::request::csr_attributes::csr_attributes;

/// Returns the attributes that a certificate request should have.
pub async fn show() -> Result<Response, Problem> {
    let attributes = csr_attributes().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "csrattrs cannot be written");
        Problem::Internal
    })?;
    Ok(est_response("application/csrattrs", &attributes))
}

/// The same on the studio listener.
pub async fn show_studio(_: StudioCaller) -> Result<Response, Problem> {
    show().await
}

/// The same on the office listener.
pub async fn show_office(_: OfficeDevice) -> Result<Response, Problem> {
    show().await
}
