//! From a certificate to a caller whom handlers may serve. A handler says whom it serves by the type it takes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{App, Problem};
use crate::domain::credential::Credential;
use crate::flows::authenticate;
pub use crate::flows::authenticate::{OfficeCaller, StudioCaller};
use crate::transport::peer::{Admission, Peer};

impl FromRequestParts<App> for StudioCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(authenticate::studio(&app.gateway, credential(parts)?).await?)
    }
}

impl FromRequestParts<App> for OfficeCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(authenticate::office(&app.gateway, credential(parts)?).await?)
    }
}

fn credential(parts: &Parts) -> Result<Credential, Problem> {
    let peer = parts.extensions.get::<Peer>().ok_or(Problem::DeviceUnknown)?;
    if peer.admission() == Admission::OverLimit {
        return Err(Problem::TooManyConnections);
    }
    Ok(peer.certificate().ok_or(Problem::DeviceUnknown)?.credential())
}
