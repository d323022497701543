//! `POST /v1/photos/check`

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::caller::StudioCaller;
use crate::api::negotiate::PreferredLanguage;
use crate::api::request::json_response;
use crate::api::studio::declaration::declaration;
use crate::api::studio::deposit::admitted_photo;
use crate::api::{App, Problem};
use crate::domain::check::finding::has_remarks;
use crate::flows::photo::check::check;
use crate::wire::finding::FindingBody;
use crate::wire::photo::CheckBody;

/// Checks a photo like a deposit, and stores nothing.
pub async fn create(
    State(app): State<App>,
    studio: StudioCaller,
    PreferredLanguage(language): PreferredLanguage,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let declaration = declaration(&parts.headers)?;
    let (admitted, bytes) = admitted_photo(&app, &studio, &parts.headers, body).await?;
    let opinion = check(&app.gateway, &studio, admitted, bytes, declaration).await?;
    let findings = FindingBody::all(&opinion.findings, language);
    let measurements = (&opinion.measurements).into();
    let remarks = has_remarks(opinion.verdict, &opinion.findings);
    Ok(json_response(StatusCode::OK, &CheckBody { verdict: opinion.verdict, remarks, findings, measurements }))
}
