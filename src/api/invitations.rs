//! `POST /v1/invitations/lookup`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::caller::Address;
use super::problem::RequestFault;
use super::request::{JsonBody, json_answer};
use super::{App, Problem};
use crate::domain::digest::Sha256Digest;
use crate::domain::invitation::InvitationLookup;
use crate::flows::vouch::vouch;
use crate::wire::enrolment::{InvitationBody, InvitedPartyBody, LookupBody};

/// Tells the holder of a code which device it invites, and proves to be the gateway that gave it out.
pub async fn look_up(
    State(app): State<App>,
    Address(address): Address,
    JsonBody(body): JsonBody<LookupBody>,
) -> Result<Response, Problem> {
    let (lookup, nonce) = (bytes(&body.lookup)?, bytes(&body.nonce)?);
    let voucher = vouch(&app.gateway, address, &InvitationLookup::from_bytes(lookup), &nonce).await?;
    let body = InvitationBody {
        device_id: voucher.device_id,
        role: voucher.party.role,
        party: InvitedPartyBody { name: voucher.party.name, place: voucher.party.place },
        gateway: voucher.gateway,
        ca: voucher.ca_pem,
        policy: voucher.policy,
        expires_at: voucher.expires_at,
        proof: Sha256Digest::from_bytes(voucher.proof),
    };
    Ok(json_answer(StatusCode::OK, &body))
}

fn bytes(hexadecimal: &str) -> Result<[u8; 32], Problem> {
    let read = Sha256Digest::parse_hex(hexadecimal);
    read.map(|read| *read.as_bytes()).ok_or(Problem::RequestMalformed { fault: RequestFault::Hexadecimal })
}
