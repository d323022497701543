//! `POST /.well-known/est/simpleenroll`

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use zeroize::Zeroizing;

use super::{certificate_request, issued};
use crate::api::caller::ClientAddress;
use crate::api::request::json_response;
use crate::api::{App, Problem};
use crate::domain::code::enrolment_code::EnrolmentCode;
use crate::domain::id::DeviceId;
use crate::flows::enrolment::enrol::{Enrolled, EnrolmentRequest, admit, enrol};
use crate::identity::certificate::group_fingerprint;
use crate::wire::enrolment::{PendingBody, PendingState};

/// Seconds until the next poll; a person has to approve the enrolment.
const RETRY_AFTER_SECONDS: u64 = 60;

/// Certifies the key of a device that sends the code of its invitation.
pub async fn create(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    request: Request,
) -> Result<Response, Problem> {
    admit(&app.gateway, address)?;
    let (parts, body) = request.into_parts();
    let (device_id, code) = credentials(&parts.headers)?;
    let request = certificate_request(&app, &parts.headers, body).await?;
    match enrol(&app.gateway, EnrolmentRequest { device_id, code: &code, request: &request }).await? {
        Enrolled::Certificate(certificate) => issued(&parts.headers, &certificate.der),
        Enrolled::Pending(key) => {
            let body = PendingBody {
                state: PendingState::Pending,
                fingerprint: group_fingerprint(&key),
                retry_after: RETRY_AFTER_SECONDS,
            };
            let mut response = json_response(StatusCode::ACCEPTED, &body);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
            Ok(response)
        }
    }
}

/// Reads HTTP Basic credentials (RFC 7617): the user is the device id, the password the enrolment code. A malformed code does not count
/// as a wrong code.
fn credentials(headers: &HeaderMap) -> Result<(Option<DeviceId>, EnrolmentCode), Problem> {
    let header = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, encoded) =
        header.and_then(|value| value.split_once(' ')).ok_or(Problem::EnrolmentCredentialsMissing)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Problem::EnrolmentCredentialsMissing);
    }
    let decoded = Zeroizing::new(BASE64.decode(encoded.trim()).map_err(|_| Problem::EnrolmentCredentialsMissing)?);
    let text = std::str::from_utf8(&decoded).map_err(|_| Problem::EnrolmentCredentialsMissing)?;
    let (user, password) = text.split_once(':').ok_or(Problem::EnrolmentCredentialsMissing)?;
    let code = EnrolmentCode::parse(password).map_err(|error| Problem::EnrolmentCodeMalformed { error })?;
    Ok((user.trim().parse().ok(), code))
}
