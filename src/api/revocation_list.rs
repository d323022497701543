//! `GET /crl/studio.crl`, `GET /crl/office.crl`: the revocation lists of the gateway's own CAs, for all callers.

use std::net::IpAddr;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::response::{IntoResponse, Response};

use super::caller::ClientAddress;
use super::{App, Problem};
use crate::domain::party::Role;
use crate::flows::enrolment::enrol::admit_reader;

/// Returns the revocation list of the studio CA.
pub async fn studio(State(app): State<App>, ClientAddress(address): ClientAddress) -> Result<Response, Problem> {
    list(&app, address, Role::Studio)
}

/// Returns the revocation list of the office CA.
pub async fn office(State(app): State<App>, ClientAddress(address): ClientAddress) -> Result<Response, Problem> {
    list(&app, address, Role::Office)
}

fn list(app: &App, address: IpAddr, role: Role) -> Result<Response, Problem> {
    admit_reader(&app.gateway, address)?;
    let list = app.revocation_lists.of(role).ok_or(Problem::RevocationListMissing)?;
    let headers = [
        // RFC 2585 section 4.2. A relying party learns of a revocation at most one hour late.
        (CONTENT_TYPE, "application/pkix-crl".to_owned()),
        (CACHE_CONTROL, "public, max-age=3600".to_owned()),
        (ETAG, format!("\"{}\"", list.number)),
    ];
    Ok((headers, list.der.clone()).into_response())
}
