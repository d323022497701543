//! The office's side of the demo: the four requests of a Fachverfahren.

use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::client::gateway_client::GatewayClient;
use crate::domain::id::CollectionId;
use crate::wire::collection::{CollectBody, CollectionBody, SettleBody, SettlementBody};
use crate::wire::problem::ProblemBody;

/// Answer of the gateway: the requested body, or a problem.
pub(super) type ApiResult<T> = Result<T, ProblemBody>;

pub(super) async fn collect(client: &GatewayClient, code: &str) -> Result<ApiResult<CollectionBody>, CommandError> {
    let body = CollectBody { code: code.to_owned() };
    read_answer(client.post("/v1/collections").json(&body)).await
}

pub(super) async fn fetch(
    client: &GatewayClient,
    collection: CollectionId,
    code: &str,
) -> Result<Vec<u8>, CommandError> {
    let request = client.get(&format!("/v1/collections/{collection}/photo")).header("Retrieval-Code", code);
    let response = send(request).await?;
    if response.status() != StatusCode::OK {
        return Err(unexpected(&response));
    }
    let bytes = response.bytes().await.map_err(|error| CommandError::new(phrase!("gateway-demo-download"), error))?;
    Ok(bytes.into())
}

pub(super) async fn settle_as_used(
    client: &GatewayClient,
    collection: CollectionId,
) -> Result<ApiResult<SettlementBody>, CommandError> {
    let path = format!("/v1/collections/{collection}/settle");
    read_answer(client.post(&path).json(&SettleBody::Used {})).await
}

async fn read_answer<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<ApiResult<T>, CommandError> {
    let response = send(request.header("Accept-Language", language().tag())).await?;
    let unreadable = |error| CommandError::new(phrase!("gateway-demo-unreadable"), error);
    match response.status() {
        status if status.is_success() => response.json().await.map(Ok).map_err(unreadable),
        status if status.is_client_error() => response.json().await.map(Err).map_err(unreadable),
        _ => Err(unexpected(&response)),
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Response, CommandError> {
    request.send().await.map_err(|error| CommandError::new(phrase!("gateway-demo-no-answer"), error))
}

fn unexpected(response: &Response) -> CommandError {
    CommandError::plain(phrase!("gateway-demo-unexpected", status = response.status()))
}
