//! `GET /v1/me`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::App;
use crate::api::caller::StudioCaller;
use crate::api::request::json_response;
use crate::wire::studio::{MeBody, PartyBody};

/// Returns the studio and the device of the caller.
pub async fn show(State(app): State<App>, studio: StudioCaller) -> Response {
    let body = MeBody {
        studio: party_body(&studio),
        device_id: studio.device_id,
        certificate_expires_at: studio.certificate_expires_at,
        time: app.gateway.now(),
    };
    json_response(StatusCode::OK, &body)
}

/// Name and place of the caller's studio.
pub(super) fn party_body(studio: &StudioCaller) -> PartyBody {
    let party = &studio.party;
    PartyBody { studio_id: party.party_id, name: party.name.clone(), place: party.place.clone() }
}
