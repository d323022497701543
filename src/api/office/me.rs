//! `GET /v1/me` for offices

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::api::App;
use crate::api::caller::OfficeDevice;
use crate::api::request::json_response;
use crate::wire::office::{OfficeBody, OfficeMeBody};

/// Returns the office and the device of the caller. Clients use this route to test a renewed certificate.
pub async fn show(State(app): State<App>, device: OfficeDevice) -> Response {
    let body = OfficeMeBody {
        office: OfficeBody {
            office_id: device.party.party_id,
            name: device.party.name.clone(),
            place: device.party.place.clone(),
        },
        device_id: device.device_id,
        certificate_expires_at: device.certificate_expires_at,
        time: app.gateway.now(),
    };
    json_response(StatusCode::OK, &body)
}
