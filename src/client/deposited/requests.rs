//! Requests about deposited photos: list, state of one photo, withdrawal.

use serde_json::Value;

use super::photo_status::PhotoStatus;
use crate::client::enrolment::gateway_request::{GatewayError, fetch_body};
use crate::client::gateway_client::GatewayClient;
use crate::client::network::proxy::host_and_port;
use crate::client::photo::deposit::{ClientDepositError, RetryContext, pause_before_retry};
use crate::client::response::problem_type;
use crate::client::transient_error::TransientError;
use crate::domain::id::PhotoId;
use crate::domain::photo::PhotoState;
use crate::json_object;
use crate::texts::language::Language;

const PHOTOS: &str = "/v1/photos";
/// Number of photos in one response; the gateway gives 200 at most.
const PAGE_SIZE: usize = 100;

/// Photos to be listed.
#[derive(Debug, Clone, Copy)]
pub struct DepositedQuery {
    /// `None` for all states.
    pub state: Option<PhotoState>,
    /// Largest number of photos, which bounds the number of requests too.
    pub limit: usize,
    /// Photos that were deposited before this one are not requested.
    pub oldest: Option<PhotoId>,
}

/// Photos of the studio, newest first.
#[derive(Debug, Default)]
pub struct DepositedList {
    pub photos: Vec<PhotoStatus>,
    /// True if there are more photos than the query's limit.
    pub is_cut: bool,
}

/// Requests page by page until the end or the limit.
pub async fn list(
    client: &GatewayClient,
    query: &DepositedQuery,
    language: Language,
) -> Result<DepositedList, GatewayError> {
    let mut list = DepositedList::default();
    let mut after: Option<String> = None;
    while list.photos.len() < query.limit {
        let page_size = PAGE_SIZE.min(query.limit - list.photos.len()).to_string();
        let mut fields = vec![("limit", page_size.as_str())];
        fields.extend(query.state.map(|state| ("state", state.name())));
        fields.extend(after.as_deref().map(|after| ("after", after)));
        let request = client.get_with_query(PHOTOS, &fields).header("accept-language", language.tag());
        let (photos, next) = read_page(&fetch_body(request).await?).ok_or_else(|| not_a_gateway(client))?;
        // Identifiers are sorted by the time of the deposit.
        let is_past = |photo: &PhotoStatus| query.oldest.is_some_and(|oldest| photo.photo_id < oldest);
        let is_last = photos.is_empty() || photos.iter().any(is_past);
        list.photos.extend(photos.into_iter().filter(|photo| !is_past(photo)));
        list.is_cut = next.is_some() && !is_last;
        match next {
            Some(next) if !is_last => after = Some(next),
            _ => break,
        }
    }
    list.photos.truncate(query.limit);
    Ok(list)
}

/// Requests the state of one photo; `None` if the studio has no such photo.
pub async fn show(
    client: &GatewayClient,
    photo_id: PhotoId,
    language: Language,
) -> Result<Option<PhotoStatus>, GatewayError> {
    let request = client.get(&format!("{PHOTOS}/{photo_id}")).header("accept-language", language.tag());
    match fetch_body(request).await {
        Ok(body) => read_status(&body).map(Some).ok_or_else(|| not_a_gateway(client)),
        Err(GatewayError::Refused(problem)) if problem_type(&problem) == "photo-unknown" => Ok(None),
        Err(error) => Err(error),
    }
}

/// Requests the state of one photo with the retries of a push, which must not show a code without knowing the state.
///
/// # Errors
/// [`ClientDepositError`], as for a deposit.
pub async fn show_with_retries(
    client: &GatewayClient,
    photo_id: PhotoId,
    language: Language,
    retry: &RetryContext<'_>,
) -> Result<Option<PhotoStatus>, ClientDepositError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let error = match show(client, photo_id, language).await {
            Ok(status) => return Ok(status),
            Err(GatewayError::Transient(error)) => error,
            Err(GatewayError::Refused(problem)) if matches!(problem.status, 408 | 425 | 429 | 500..) => {
                TransientError::Unavailable { status: problem.status }
            }
            Err(GatewayError::Refused(problem)) => return Err(ClientDepositError::from_problem(problem)),
            Err(GatewayError::Tls(failure)) => return Err(ClientDepositError::Tls(failure)),
            Err(GatewayError::Proxy(error)) => return Err(ClientDepositError::Proxy(error)),
            Err(GatewayError::NotAGateway { status, url }) => {
                return Err(ClientDepositError::NotAGateway { status, address: host_and_port(&url) });
            }
            // Only requests for certificates have these errors.
            Err(GatewayError::NoCertificate | GatewayError::Key(_)) => {
                return Err(ClientDepositError::NotAGateway { status: 200, address: host_and_port(client.gateway()) });
            }
        };
        pause_before_retry(error, tries, None, retry).await?;
    }
}

/// Withdraws a photo, which the gateway then erases. A repetition gets the same answer.
///
/// # Errors
/// [`GatewayError`], with the problem `photo-unknown`, `photo-leased`, `photo-kept` or `photo-settled` if there is nothing to withdraw.
pub async fn withdraw(
    client: &GatewayClient,
    photo_id: PhotoId,
    language: Language,
) -> Result<PhotoStatus, GatewayError> {
    let request = client.delete(&format!("{PHOTOS}/{photo_id}")).header("accept-language", language.tag());
    read_status(&fetch_body(request).await?).ok_or_else(|| not_a_gateway(client))
}

fn read_status(body: &[u8]) -> Option<PhotoStatus> {
    PhotoStatus::read(json_object::from_slice(body).ok()?)
}

/// The photos of a page, and the value of `after` for the next page.
fn read_page(body: &[u8]) -> Option<(Vec<PhotoStatus>, Option<String>)> {
    let mut page: Value = json_object::from_slice(body).ok()?;
    let next = page.get("next_after").and_then(Value::as_str).map(str::to_owned);
    let Value::Array(photos) = page.get_mut("photos")?.take() else { return None };
    let photos: Option<Vec<_>> = photos.into_iter().map(PhotoStatus::read).collect();
    Some((photos?, next))
}

fn not_a_gateway(client: &GatewayClient) -> GatewayError {
    GatewayError::NotAGateway { status: 200, url: client.gateway().clone() }
}
