//! Time budget for all database calls of one HTTP request. Each call has its own limit too, but many slow calls would
//! add up to more than the timeout of the client.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{self, Instant};

use super::error::StoreError;

/// Less than the forty seconds within which a client has its answer (docs/api.md), and than the twenty after which older ones give up.
const REQUEST_BUDGET: Duration = Duration::from_secs(12);

tokio::task_local! {
    static REMAINING: Cell<Duration>;
}

/// Runs a request with a time budget for its database calls. The time for its body and for the photo checks does not
/// count.
pub async fn with_deadline<T>(request: impl Future<Output = T>) -> T {
    with_budget(REQUEST_BUDGET, request).await
}

async fn with_budget<T>(budget: Duration, request: impl Future<Output = T>) -> T {
    REMAINING.scope(Cell::new(budget), request).await
}

/// Runs a step for at most `limit` and, inside a request, at most the rest of its budget.
pub(super) async fn with_timeout<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let limit = REMAINING.try_with(|remaining| limit.min(remaining.get())).unwrap_or(limit);
    let started = Instant::now();
    let outcome = time::timeout(limit, step).await;
    // Background tasks and commands have no budget.
    let _ = REMAINING.try_with(|remaining| remaining.set(remaining.get().saturating_sub(started.elapsed())));
    outcome.map_err(|_| StoreError::Unavailable(format!("no answer within {} s", limit.as_secs_f32()).into()))?
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const STEP: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn all_steps_of_a_request_share_one_budget() {
        let started = Instant::now();
        let remaining = with_budget(STEP + STEP / 2, async {
            for _ in 0..5 {
                let late = with_timeout(STEP, pending::<Result<(), StoreError>>()).await;
                assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
            }
            REMAINING.with(Cell::get)
        });
        assert_eq!(remaining.await, Duration::ZERO);
        assert!(started.elapsed() >= STEP + STEP / 2);
        // An immediate answer succeeds even without a remaining budget, and the next request has its own budget.
        with_budget(Duration::ZERO, async { with_timeout(STEP, async { Ok(()) }).await.unwrap() }).await;
        assert_eq!(with_deadline(async { REMAINING.with(Cell::get) }).await, REQUEST_BUDGET);
    }

    #[tokio::test]
    async fn a_step_outside_a_request_has_its_own_timeout() {
        for _ in 0..3 {
            let started = Instant::now();
            assert!(with_timeout(STEP, pending::<Result<(), StoreError>>()).await.is_err());
            assert!(started.elapsed() >= STEP);
        }
    }
}
