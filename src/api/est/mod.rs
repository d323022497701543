//! Enrolment over Secure Transport (RFC 7030, corrected by RFC 8951 and erratum 5904). Bodies are plain base64. The gateway ignores line
//! breaks and `Content-Transfer-Encoding` in requests, and never sends `Content-Transfer-Encoding`.

pub mod cacerts;
pub mod csrattrs;
pub mod enrol;
pub mod reenrol;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::problem::MalformedReason;
use super::request::{has_media_type, short_body};
use super::{App, Problem};
use crate::identity::certs_only::certificates_only;
use crate::transport::http::header_spelling::StandardSpelling;

const PKCS10: &str = "application/pkcs10";
/// Line length that `openssl base64 -d` reads by default.
const CHARACTERS_PER_LINE: usize = 64;

/// Reads the certificate request in a body: DER in base64 with any white space (RFC 8951 section 3.1), PEM, or DER.
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

/// Writes the header names of all EST responses as RFC 9110 spells them, because Cisco's libest and strongSwan's `pki` compare them by case.
pub async fn spell_header_names(request: Request, next: Next) -> Response {
    let is_est = request.uri().path().starts_with("/.well-known/est/");
    let mut response = next.run(request).await;
    if is_est {
        response.extensions_mut().insert(StandardSpelling);
    }
    response
}

/// An EST response: DER in base64, with line breaks unless the client sends no `User-Agent`.
///
/// libest needs line breaks, strongSwan's `pki` does not accept them, and only strongSwan sends no `User-Agent`.
fn est_response(request: &HeaderMap, content_type: &'static str, der: &[u8]) -> Response {
    let encoded = BASE64.encode(der);
    let text = if request.contains_key(USER_AGENT) { in_lines(&encoded) } else { encoded };
    (StatusCode::OK, [(CONTENT_TYPE, content_type), (CACHE_CONTROL, "no-store")], text).into_response()
}

fn in_lines(encoded: &str) -> String {
    let mut text = String::with_capacity(encoded.len() + encoded.len() / CHARACTERS_PER_LINE + 1);
    for (position, character) in encoded.chars().enumerate() {
        if position > 0 && position % CHARACTERS_PER_LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    text
}

/// A response with only the issued certificate (RFC 7030 section 4.2.3); `cacerts` returns its CA.
fn issued(request: &HeaderMap, certificate_der: &[u8]) -> Result<Response, Problem> {
    let packed = certificates_only(&[certificate_der]).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a certificate was issued that cannot be packed");
        Problem::Internal
    })?;
    Ok(est_response(request, "application/pkcs7-mime; smime-type=certs-only", &packed))
}
