//! `POST /.well-known/est/simplereenroll`

use axum::extract::{Request, State};
use axum::response::Response;

use super::{certificate_request, issued};
use crate::api::caller::{OfficeDevice, StudioCaller};
use crate::api::{App, Problem};
use crate::domain::party::Caller;
use crate::flows::enrolment::renew::renew;
use crate::flows::rejected_handshakes::record_rejected_renewal;
use crate::transport::accept::peer::Peer;

/// Certifies a new key for a studio's device.
pub async fn create_studio(
    State(app): State<App>,
    studio: Result<StudioCaller, Problem>,
    request: Request,
) -> Result<Response, Problem> {
    create(&app, studio.as_deref().map_err(Clone::clone), request).await
}

/// Certifies a new key for an office's device.
pub async fn create_office(
    State(app): State<App>,
    office: Result<OfficeDevice, Problem>,
    request: Request,
) -> Result<Response, Problem> {
    create(&app, office.as_deref().map_err(Clone::clone), request).await
}

async fn create(app: &App, caller: Result<&Caller, Problem>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let caller = match caller {
        Ok(caller) => caller,
        Err(problem) => {
            let certificate = parts.extensions.get::<Peer>().and_then(|peer| peer.certificate());
            // These problems are temporary and no sign of an attack, so the audit log does not record them.
            let passes = matches!(
                problem,
                Problem::TooManyRequests { .. } | Problem::TooManyConnections | Problem::StorageUnavailable
            );
            if let (Some(certificate), false) = (certificate, passes) {
                record_rejected_renewal(&app.gateway, &certificate.credential(), &problem.kind().replace('-', "_"))
                    .await?;
            }
            return Err(problem);
        }
    };
    let request = certificate_request(app, &parts.headers, body).await?;
    issued(&parts.headers, &renew(&app.gateway, caller, &request).await?)
}
