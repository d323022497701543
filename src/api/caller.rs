//! Authentication of callers by their certificate. The parameter type of a handler says which callers it serves.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{FromRequestParts, Request};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::help::HELP_ROOT;
use super::{App, Problem};
use crate::domain::party::Caller;
use crate::domain::party::credential::Credential;
use crate::flows::authenticate;
pub use crate::flows::authenticate::{AuditorCaller, OfficeCaller, OfficeDevice, StudioCaller};
use crate::flows::enrolment::enrol::admit_reader;
use crate::transport::accept::peer::{Admission, Peer};

impl FromRequestParts<App> for StudioCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = authenticate::studio(&app.gateway, credential(parts)?).await?;
        note_device(parts, &caller);
        Ok(caller)
    }
}

impl FromRequestParts<App> for OfficeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = authenticate::office(&app.gateway, credential(parts)?).await?;
        note_device(parts, &caller);
        Ok(caller)
    }
}

impl FromRequestParts<App> for AuditorCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = authenticate::auditor(&app.gateway, credential(parts)?).await?;
        note_device(parts, &caller);
        Ok(caller)
    }
}

impl FromRequestParts<App> for OfficeDevice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = authenticate::office_device(&app.gateway, credential(parts)?).await?;
        note_device(parts, &caller);
        Ok(caller)
    }
}

/// A reader of public pages: every caller, with or without an accepted certificate. The gateway looks nothing up, so that a revoked device
/// and the callers of a gateway without its database can read them too.
pub struct PublicReader;

impl FromRequestParts<App> for PublicReader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>();
        if peer.is_some_and(|peer| peer.admission() == Admission::OverLimit) {
            return Err(Problem::TooManyConnections);
        }
        // Connections with a certificate are limited for each device; others share an address's limit of anonymous readers.
        if peer.and_then(Peer::certificate).is_none() {
            let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, app).await;
            admit_reader(&app.gateway, address)?;
        }
        Ok(Self)
    }
}

/// Refuses requests without an accepted certificate before they reach a handler: the gateway reads no body and looks nothing up.
/// The explanations of problems are for everybody.
pub async fn require_certificate(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) && request.uri().path().starts_with(HELP_ROOT) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<Peer>();
    match peer.map(Peer::admission) {
        Some(Admission::CertificateRejected(fault)) => Problem::from(fault).into_response(),
        _ if peer.and_then(Peer::certificate).is_some() => next.run(request).await,
        _ => Problem::CertificateMissing.into_response(),
    }
}

/// Network address of a client, for anonymous callers.
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>();
        Ok(Self(peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.remote_address().ip())))
    }
}

/// Remembers the device for the log, because the subject of an external CA's certificate names no device.
fn note_device(parts: &Parts, caller: &Caller) {
    if let Some(peer) = parts.extensions.get::<Peer>() {
        peer.note_device(caller.device_id);
    }
}

fn credential(parts: &Parts) -> Result<Credential, Problem> {
    let peer = parts.extensions.get::<Peer>().ok_or(Problem::DeviceUnknown)?;
    if peer.admission() == Admission::OverLimit {
        return Err(Problem::TooManyConnections);
    }
    Ok(peer.certificate().ok_or(Problem::DeviceUnknown)?.credential())
}
