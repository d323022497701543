//! `GET /v1/profile`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::App;
use crate::api::caller::StudioCaller;
use crate::api::request::json_response;

/// Returns the profile in force.
pub async fn show(State(app): State<App>, _studio: StudioCaller) -> Response {
    json_response(StatusCode::OK, app.gateway.profile.as_ref())
}
