//! Authentication of callers by their certificate. The parameter type of a handler says which callers it serves.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::Extension;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::accept::names_html;
use super::problem::help::HELP_ROOT;
use super::{App, Problem};
use crate::domain::party::Caller;
use crate::domain::party::credential::Credential;
use crate::flows::authenticate;
pub use crate::flows::authenticate::{AuditorCaller, OfficeCaller, OfficeDevice, StudioCaller};
use crate::flows::enrolment::enrol::admit_reader;
use crate::transport::accept::peer::{Admission, Peer};
use crate::transport::http::alert_instead::AlertInstead;

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
    match peer.and_then(unaccepted_certificate) {
        Some(problem) => problem.into_response(),
        None if peer.and_then(Peer::certificate).is_some() => next.run(request).await,
        None => Problem::CertificateMissing.into_response(),
    }
}

/// Refuses a program without an accepted certificate by a TLS alert, which its connection sends in place of the response.
pub async fn alert_programs(request: Request, next: Next) -> Response {
    let problem = request.extensions().get::<Peer>().and_then(unaccepted_certificate);
    match problem {
        Some(problem) if !is_of_browser(request.headers()) => (Extension(AlertInstead), problem).into_response(),
        _ => next.run(request).await,
    }
}

/// Browsers ask for pages as HTML, and send Fetch Metadata (W3C) with every request, also with those of a page's script.
fn is_of_browser(headers: &HeaderMap) -> bool {
    names_html(headers) || headers.contains_key("sec-fetch-site")
}

/// The problem of a connection whose handshake is done without an accepted certificate.
fn unaccepted_certificate(peer: &Peer) -> Option<Problem> {
    match peer.admission() {
        Admission::NoCertificate => Some(Problem::CertificateMissing),
        Admission::CertificateRejected(fault) => Some(fault.into()),
        Admission::WithinLimit | Admission::OverLimit => None,
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
