//! Parser of the gateway's answer to a deposit.

use std::time::Duration;

use jiff::civil::DateTime;
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::network::proxy::host_and_port;
use super::transient_error::{HttpRequestError, TransientError};
use crate::clock::Timestamp;
use crate::json_object;
use crate::wire::finding::FindingBody;
use crate::wire::photo::ReceiptBody;
use crate::wire::problem::ProblemBody;

/// Largest answer that is read. Receipts and problems are smaller; a foreign server's answer may be endless.
const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Longest pause that a `Retry-After` can ask for; the client tries again after this time even if it is asked to wait longer. A gateway
/// asks for a minute, so a larger value comes from something in between, and one header must not delay photos for days or overflow
/// the clock.
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// Answer of the gateway to a deposit.
#[derive(Debug)]
pub enum DepositResponse {
    Receipt {
        body: ReceiptBody,
        /// True if the gateway has given this receipt before.
        replayed: bool,
    },
    /// The receipt cannot be read.
    InvalidReceipt(serde_json::Error),
    RetryLater {
        error: TransientError,
        /// Pause that the gateway asks for.
        retry_after: Option<Duration>,
    },
    Problem(ProblemBody),
    /// The answer does not come from a gateway.
    NotAGateway {
        status: u16,
        /// Host and port.
        address: String,
    },
}

/// Reads the complete answer. `now` serves a `Retry-After` with a date.
pub async fn read(mut response: Response, now: Timestamp) -> Result<DepositResponse, HttpRequestError> {
    let (status, address) = (response.status().as_u16(), host_and_port(response.url()));
    let retry_after = retry_after(response.headers(), now);
    let replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let Some(body) = read_body(&mut response).await? else {
        return Ok(DepositResponse::NotAGateway { status, address });
    };
    if status == 201 {
        return Ok(match parse_receipt(&body) {
            Ok(body) => DepositResponse::Receipt { body, replayed },
            Err(error) => DepositResponse::InvalidReceipt(error),
        });
    }
    let problem = json_object::from_slice::<ProblemBody>(&body).ok();
    let in_progress = problem.as_ref().is_some_and(|problem| problem_type(problem) == "deposit-in-progress");
    Ok(match (status, problem) {
        // 500, 502 and 504 may come from a proxy or a node that is shutting down. The idempotency key makes a repetition safe.
        (408 | 425 | 429 | 500 | 502 | 503 | 504, _) => {
            DepositResponse::RetryLater { error: TransientError::Unavailable { status }, retry_after }
        }
        (409, _) if in_progress => {
            DepositResponse::RetryLater { error: TransientError::Unavailable { status }, retry_after }
        }
        (400.., Some(problem)) if is_wrong_listener(&problem) => DepositResponse::NotAGateway { status, address },
        (400.., Some(problem)) => DepositResponse::Problem(problem),
        _ => DepositResponse::NotAGateway { status, address },
    })
}

/// The complete body; `None` if it is larger than any answer of a gateway.
pub(super) async fn read_body(response: &mut Response) -> Result<Option<Vec<u8>>, HttpRequestError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| HttpRequestError::from(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_BODY_BYTES {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// The last segment of a problem's `type`, which is a URI reference.
pub fn problem_type(problem: &ProblemBody) -> &str {
    problem.kind.rsplit('/').next().unwrap_or_default()
}

/// Reports whether the gateway answers that this listener does not have the route, or accepts certificates of other authorities. Then the
/// configured address is that of another listener or of another gateway.
pub(super) fn is_wrong_listener(problem: &ProblemBody) -> bool {
    match problem_type(problem) {
        "route-unknown" | "method-not-allowed" | "certificate-missing" => true,
        "certificate-unusable" => problem.extensions.get("reason").is_some_and(|reason| reason == "unknown_issuer"),
        _ => false,
    }
}

/// Drops findings of checks that this version does not know, so that it can read the receipt of a newer gateway.
fn parse_receipt(body: &[u8]) -> Result<ReceiptBody, serde_json::Error> {
    let mut receipt: Value = json_object::from_slice(body)?;
    if let Some(Value::Array(findings)) = receipt.get_mut("findings") {
        findings.retain(|finding| serde_json::from_value::<FindingBody>(finding.clone()).is_ok());
    }
    serde_json::from_value(receipt)
}

/// RFC 9110, section 10.2.3: seconds or an HTTP date, [`MAX_RETRY_AFTER`] at most. Other values are ignored.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
    }
    let moment = DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", text).ok()?;
    Some(now.until(Timestamp::from_utc(moment)).min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        // 2026-11-22T09:30:00Z
        retry_after(&headers, Timestamp::from_unix_milliseconds(1_795_339_800_000))
    }

    #[test]
    fn retry_after_comes_in_seconds_or_as_a_date() {
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("Sun, 22 Nov 2026 09:30:20 GMT"), Some(Duration::from_secs(20)));
        assert_eq!(after("Sun, 22 Nov 2026 09:29:00 GMT"), Some(Duration::ZERO));
        for ages in ["3601", "18446744073709551615", "Fri, 31 Dec 9999 23:59:59 GMT"] {
            assert_eq!(after(ages), Some(MAX_RETRY_AFTER), "{ages}");
        }
        assert_eq!(after("soon"), None);
        assert_eq!(after("-1"), None);
    }

    #[test]
    fn advice_of_a_newer_gateway_does_not_cost_the_receipt() {
        let receipt = serde_json::json!({
            "photo_id": "0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e", "code": "00000-00000-00000-00000", "state": "available",
            "expires_at": "2027-05-22T00:00:00Z", "sha256": "00".repeat(32), "bytes": 1, "width": 1, "height": 1,
            "profile": "p", "findings": [
                {"check": "from_the_future", "severity": "advise", "measured": "", "limit": "", "message": ""},
                {"check": "format", "severity": "advise", "measured": "", "limit": "", "message": ""},
            ],
        });
        let body = parse_receipt(receipt.to_string().as_bytes()).unwrap();
        assert_eq!(body.findings.len(), 1);
    }

    #[test]
    fn a_listener_for_other_certificates_is_the_wrong_one_and_a_certificate_that_is_too_early_is_not() {
        let is_wrong = |kind: &str, extensions: serde_json::Value| {
            let problem = serde_json::json!({ "type": kind, "title": "", "status": 403, "detail": "" });
            let mut problem: ProblemBody = serde_json::from_value(problem).unwrap();
            problem.extensions = extensions.as_object().unwrap().clone();
            is_wrong_listener(&problem)
        };
        assert!(is_wrong("certificate-unusable", serde_json::json!({ "reason": "unknown_issuer" })));
        assert!(is_wrong("certificate-missing", serde_json::json!({})));
        assert!(!is_wrong("certificate-unusable", serde_json::json!({ "reason": "not_yet_valid" })));
        assert!(!is_wrong("device-unknown", serde_json::json!({})));
    }

    #[test]
    fn a_kind_may_be_a_whole_uri() {
        for kind in ["photo-refused", "/problems/photo-refused", "https://gateway.example/problems/photo-refused"] {
            let problem = ProblemBody {
                kind: kind.to_owned(),
                title: String::new(),
                status: 422,
                detail: String::new(),
                extensions: serde_json::Map::new(),
            };
            assert_eq!(problem_type(&problem), "photo-refused");
        }
    }
}
