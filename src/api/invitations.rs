//! `POST /v1/invitations/lookup`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::caller::ClientAddress;
use super::problem::MalformedReason;
use super::request::{JsonBody, json_response};
use super::{App, Problem};
use crate::domain::digest::Sha256Digest;
use crate::domain::party::invitation::InvitationLookupId;
use crate::flows::enrolment::gateway_proof::prove_gateway;
use crate::wire::enrolment::{InvitationBody, InvitedPartyBody, LookupBody};

/// Returns the device that an enrolment code invites, and proves that this gateway issued the code.
pub async fn look_up(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    JsonBody(body): JsonBody<LookupBody>,
) -> Result<Response, Problem> {
    let (lookup, nonce) = (parse_hex_32("lookup", &body.lookup)?, parse_hex_32("nonce", &body.nonce)?);
    let proved = prove_gateway(&app.gateway, address, &InvitationLookupId::from_bytes(lookup), &nonce).await?;
    let body = InvitationBody {
        device_id: proved.device_id,
        role: proved.party.role,
        party: InvitedPartyBody { name: proved.party.name, place: proved.party.place },
        gateway: proved.gateway_url,
        ca: proved.ca_pem,
        policy: proved.policy,
        expires_at: proved.expires_at,
        proof: Sha256Digest::from_bytes(proved.proof),
    };
    Ok(json_response(StatusCode::OK, &body))
}

fn parse_hex_32(field: &'static str, hexadecimal: &str) -> Result<[u8; 32], Problem> {
    let read = Sha256Digest::parse_hex(hexadecimal);
    read.map(|read| *read.as_bytes())
        .ok_or(Problem::RequestMalformed { reason: MalformedReason::Hexadecimal { field } })
}
