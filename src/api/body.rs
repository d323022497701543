//! Reads a request body into memory, with limits for its size and its transfer rate.

use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt;
use thiserror::Error;
use tokio::time::{self, Instant};

/// Maximum size and minimum transfer rate of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimits {
    pub max_bytes: u64,
    /// Bytes per second, on average over each [`grace`](Self::grace).
    pub min_bytes_per_second: u64,
    /// Length of one measurement of the rate. The measurements follow each other until the body is complete, so that a client that
    /// started fast cannot become slow afterwards. A shorter pause is allowed if the average stays above the minimum.
    pub grace: Duration,
}

impl BodyLimits {
    /// Bytes that must arrive within one `grace`; at least one, so that a silent client is always too slow.
    fn min_bytes_per_grace(&self) -> u64 {
        let bytes = u128::from(self.min_bytes_per_second) * self.grace.as_millis() / 1000;
        u64::try_from(bytes).unwrap_or(u64::MAX).max(1)
    }
}

/// Reason why a body was not read to its end. `received` is in bytes.
#[derive(Debug, Error)]
pub enum BodyError {
    /// `Content-Length` or the received bytes are over the limit.
    #[error("the body is larger than {max_bytes} bytes")]
    TooLarge { max_bytes: u64 },
    #[error("the body came too slowly and was given up after {received} bytes")]
    TooSlow { received: u64 },
    /// The peer closed the connection, or the body is not valid HTTP.
    #[error("the body broke off after {received} bytes")]
    Interrupted { received: u64, source: Option<axum::Error> },
}

/// Reads the whole of `body`. `content_length` is the declared length in bytes, if there is one.
///
/// A declared length within the limit is reserved at once, so that nothing is copied while the body grows. Memory pages that are not
/// written yet cost only address space.
///
/// # Errors
/// [`BodyError::TooLarge`] before anything is read if the declared length is too large, otherwise as soon as the limit is exceeded;
/// [`BodyError::TooSlow`]; [`BodyError::Interrupted`].
pub async fn read_body(body: Body, limits: &BodyLimits, content_length: Option<u64>) -> Result<Vec<u8>, BodyError> {
    let too_large = BodyError::TooLarge { max_bytes: limits.max_bytes };
    let claimed = content_length.unwrap_or(0);
    if claimed > limits.max_bytes {
        return Err(too_large);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(claimed).unwrap_or(0));
    let mut body = body;
    let mut window = RateWindow::starting_at(Instant::now(), limits);

    loop {
        let received = bytes.len() as u64;
        let frame = match time::timeout_at(window.deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Err(BodyError::Interrupted { received, source: Some(error) }),
            Ok(None) if received < claimed => return Err(BodyError::Interrupted { received, source: None }),
            Ok(None) => return Ok(bytes),
            Err(_) if window.is_fast_enough() => {
                window = window.next_window();
                continue;
            }
            Err(_) => return Err(BodyError::TooSlow { received }),
        };
        // Other frames are trailers, which the gateway does not use.
        let Ok(data) = frame.into_data() else { continue };
        if received + data.len() as u64 > limits.max_bytes {
            return Err(too_large);
        }
        bytes.extend_from_slice(&data);
        window.arrived += data.len() as u64;
        // If data is always ready, the timer never fires, so the rate is measured here too.
        let now = Instant::now();
        if now >= window.deadline {
            if !window.is_fast_enough() {
                return Err(BodyError::TooSlow { received: bytes.len() as u64 });
            }
            window = RateWindow::starting_at(now, limits);
        }
    }
}

/// Bytes that have arrived within the current `grace`.
struct RateWindow {
    arrived: u64,
    needed: u64,
    grace: Duration,
    deadline: Instant,
}

impl RateWindow {
    fn starting_at(now: Instant, limits: &BodyLimits) -> Self {
        Self { arrived: 0, needed: limits.min_bytes_per_grace(), grace: limits.grace, deadline: now + limits.grace }
    }

    fn is_fast_enough(&self) -> bool {
        self.arrived >= self.needed
    }

    fn next_window(&self) -> Self {
        Self { arrived: 0, deadline: self.deadline + self.grace, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BodyLimits = BodyLimits { max_bytes: 8, min_bytes_per_second: 1, grace: Duration::from_secs(5) };

    #[tokio::test]
    async fn a_body_within_its_limits_arrives_whole() {
        assert_eq!(read_body(Body::from("12345678"), &LIMITS, Some(8)).await.unwrap(), b"12345678");
        assert_eq!(read_body(Body::from("12345678"), &LIMITS, None).await.unwrap(), b"12345678");
        assert!(read_body(Body::empty(), &LIMITS, Some(0)).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_by_its_content_length_and_by_its_bytes() {
        let claimed = read_body(Body::from("1"), &LIMITS, Some(9)).await;
        assert!(matches!(claimed, Err(BodyError::TooLarge { max_bytes: 8 })), "{claimed:?}");
        let unclaimed = read_body(Body::from("123456789"), &LIMITS, None).await;
        assert!(matches!(unclaimed, Err(BodyError::TooLarge { max_bytes: 8 })), "{unclaimed:?}");
    }

    #[tokio::test]
    async fn a_body_shorter_than_its_content_length_was_interrupted() {
        let result = read_body(Body::from("123"), &LIMITS, Some(8)).await;
        assert!(matches!(result, Err(BodyError::Interrupted { received: 3, source: None })), "{result:?}");
    }

    #[test]
    fn silence_is_too_slow_even_where_no_rate_is_required() {
        let limits = BodyLimits { min_bytes_per_second: 0, ..LIMITS };
        assert_eq!(limits.min_bytes_per_grace(), 1);
    }
}
