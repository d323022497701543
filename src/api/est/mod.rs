//! Enrolment over Secure Transport (RFC 7030, as corrected by RFC 8951 and erratum 5904): bodies are plain base64, line breaks
//! and a `Content-Transfer-Encoding` are passed over when read and the latter is never written.

pub mod cacerts;
pub mod csrattrs;
pub mod enrol;
pub mod reenrol;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::problem::MalformedReason;
use super::request::{has_media_type, short_body};
use super::{App, Problem};
use crate::identity::certs_only::certificates_only;
use crate::identity::issue::IssuedCertificate;

const PKCS10: &str = "application/pkcs10";
/// Line length that `openssl base64 -d` reads by default.
const CHARACTERS_PER_LINE: usize = 64;

/// The request in a body: DER in base64 with any white space in it (RFC 8951 section 3.1), PEM, or bare DER.
///
/// # Errors
/// [`Problem`], before anything is looked up.
async fn certificate_request(app: &App, headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    if !has_media_type(headers, PKCS10) {
        return Err(Problem::FormatUnsupported { expected: PKCS10 });
    }
    let bytes = short_body(headers, body, app).await?;
    let is_armoured = bytes.windows(10).any(|window| window == b"-----BEGIN");
    let is_der = std::str::from_utf8(&bytes).is_err();
    if is_armoured || is_der {
        return Ok(bytes);
    }
    let encoded: Vec<u8> = bytes.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(encoded).map_err(|_| Problem::RequestMalformed { reason: MalformedReason::CertificateRequest })
}

/// DER in base64, as all of EST is answered.
fn est_response(content_type: &'static str, der: &[u8]) -> Response {
    let encoded = BASE64.encode(der);
    let mut text = String::with_capacity(encoded.len() + encoded.len() / CHARACTERS_PER_LINE + 1);
    for (position, character) in encoded.chars().enumerate() {
        if position > 0 && position % CHARACTERS_PER_LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    (StatusCode::OK, [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")], text).into_response()
}

/// A certificate that was issued: it alone (RFC 7030 section 4.2.3); its authority comes with `cacerts`.
fn issued(certificate: &IssuedCertificate) -> Result<Response, Problem> {
    let packed = certificates_only(&[&certificate.der]).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a certificate was issued that cannot be packed");
        Problem::Internal
    })?;
    Ok(est_response("application/pkcs7-mime; smime-type=certs-only", &packed))
}
