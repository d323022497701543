//! `POST /v1/photos`

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use crate::api::caller::StudioCaller;
use crate::api::negotiate::PreferredLanguage;
use crate::api::request::{body_bytes, content_length, has_media_type, json_response};
use crate::api::studio::declaration::declaration;
use crate::api::studio::me::party_body;
use crate::api::{App, Problem};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::idempotency::{IdempotencyKey, KeyOwner};
use crate::flows::photo::deposit::{DepositRequest, Receipt, deposit};
use crate::flows::photo::upload_permit::{UploadPermit, admit};
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;
use crate::wire::studio::PartyBody;

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
static IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
static CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Deposits a photo and returns its retrieval code.
pub async fn create(
    State(app): State<App>,
    studio: StudioCaller,
    PreferredLanguage(language): PreferredLanguage,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let key = idempotency_key(&parts.headers)?;
    let announced = announced_digest(&parts.headers)?;
    let declaration = declaration(&parts.headers)?;
    let (admitted, bytes) = admitted_photo(&app, &studio, &parts.headers, body).await?;
    let request = DepositRequest { key, owner: KeyOwner::Device(studio.device_id), bytes, announced, declaration };
    let receipt = deposit(&app.gateway, &studio, admitted, request).await?;

    let mut response = json_response(StatusCode::CREATED, &receipt_body(&receipt, party_body(&studio), language));
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::try_from(format!("/v1/photos/{}", receipt.record.photo_id)) {
        headers.insert(LOCATION, location);
    }
    if receipt.replayed {
        headers.insert(&IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Reads the photo in a request's body: declared as JPEG and within its limits. The declared length decides on admission; a request
/// without one counts with the maximum.
///
/// # Errors
/// [`Problem::FormatUnsupported`], [`Problem::TooManyRequests`], [`Problem::PhotoTooLarge`], [`Problem::UploadTooSlow`].
pub(super) async fn admitted_photo(
    app: &App,
    studio: &StudioCaller,
    headers: &HeaderMap,
    body: Body,
) -> Result<(UploadPermit, Vec<u8>), Problem> {
    if !has_media_type(headers, "image/jpeg") {
        return Err(Problem::FormatUnsupported { expected: "image/jpeg" });
    }
    let limit = app.photo_body.max_bytes;
    let admitted = admit(&app.gateway, studio, content_length(headers).map_or(limit, |length| length.min(limit)))?;
    Ok((admitted, body_bytes(headers, body, &app.photo_body).await?))
}

fn idempotency_key(headers: &HeaderMap) -> Result<IdempotencyKey, Problem> {
    let mut values = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let value = values.next().ok_or(Problem::IdempotencyKeyMissing)?;
    // With two keys, the same request could create two photos with two codes.
    if values.next().is_some() {
        return Err(Problem::IdempotencyKeyMalformed);
    }
    let text = value.to_str().map_err(|_| Problem::IdempotencyKeyMalformed)?;
    IdempotencyKey::parse(text).map_err(|_| Problem::IdempotencyKeyMalformed)
}

fn announced_digest(headers: &HeaderMap) -> Result<Option<Sha256Digest>, Problem> {
    // A header may be sent in several lines, which are one list (RFC 9110 section 5.3).
    let lines: Result<Vec<_>, _> = headers.get_all(&CONTENT_DIGEST).iter().map(HeaderValue::to_str).collect();
    let mut lines = lines.map_err(|_| Problem::ContentDigestMalformed)?;
    // Empty elements of a list are ignored (RFC 9110 section 5.6.1).
    lines.retain(|line| !line.trim().is_empty());
    let field = lines.join(", ");
    Sha256Digest::find_in_content_digest(&field).map_err(|_| Problem::ContentDigestMalformed)
}

fn receipt_body(receipt: &Receipt, studio: PartyBody, language: Language) -> ReceiptBody {
    let record = &receipt.record;
    let findings = FindingBody::all(record.facts.findings.iter().chain(&receipt.sealed_metadata.findings), language);
    ReceiptBody {
        photo_id: record.photo_id,
        code: receipt.code.reveal(),
        state: receipt.state,
        expires_at: record.expires_at,
        sha256: receipt.sha256,
        bytes: record.facts.bytes,
        width: record.facts.width,
        height: record.facts.height,
        profile: record.facts.profile.clone(),
        remarks: !findings.is_empty(),
        findings,
        studio: Some(studio),
        declaration: receipt.sealed_metadata.declaration,
    }
}
