//! A step on a server, with a time limit, repeated if the server asks for it.

use std::time::Duration;

use super::primary_pool::PrimaryPool;
use crate::storage::deadline::with_timeout;
use crate::storage::error::StoreError;

/// Time limit of a step; after it the server or the network counts as failed. Longer than the server's own limits (see
/// [`open`](super::open)), which end waits for locks.
const STEP_TIMEOUT: Duration = Duration::from_secs(8);

/// Attempts at a step that the server has rolled back. The order of locks prevents deadlocks, but other programs in the
/// same database or another isolation level may cause them.
const MAX_ATTEMPTS: u32 = 3;

const SERIALIZATION_FAILURE: &str = "40001";
const DEADLOCK: &str = "40P01";
/// The server takes no changes: a former primary that was made read-only or came back as a standby.
const READ_ONLY: &str = "25006";

/// Runs a step. A step whose commit was not answered is not repeated, because it may have happened; its caller can find
/// out by the identifier of the step.
pub(in crate::storage) async fn with_retry<T, Step>(
    pool: &PrimaryPool,
    step: impl Fn() -> Step,
) -> Result<T, StoreError>
where
    Step: Future<Output = Result<T, StoreError>>,
{
    // Boxed, because futures of steps inside steps would overflow the stack.
    retry_within(STEP_TIMEOUT, Some(pool), || pool.run(Box::pin(step()))).await
}

async fn retry_within<T, Step>(
    limit: Duration,
    pool: Option<&PrimaryPool>,
    step: impl Fn() -> Step,
) -> Result<T, StoreError>
where
    Step: Future<Output = Result<T, StoreError>>,
{
    for _ in 1..MAX_ATTEMPTS {
        match with_timeout(limit, step()).await {
            Err(error) if is_retryable(&error, pool.is_some_and(PrimaryPool::has_several_hosts)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "transaction rolled back by the database server, retrying"
                );
                if let Some(pool) = pool.filter(|_| has_sqlstate(&error, &[READ_ONLY])) {
                    pool.search().await;
                }
            }
            done => return done,
        }
    }
    with_timeout(limit, step()).await
}

/// The transaction has changed nothing.
fn is_retryable(error: &StoreError, has_several_hosts: bool) -> bool {
    has_sqlstate(error, &[SERIALIZATION_FAILURE, DEADLOCK]) || has_several_hosts && has_sqlstate(error, &[READ_ONLY])
}

fn has_sqlstate(error: &StoreError, codes: &[&str]) -> bool {
    let StoreError::Unavailable(source) = error else { return false };
    let database = source.downcast_ref::<sqlx::Error>().and_then(sqlx::Error::as_database_error);
    database.and_then(|error| error.code()).is_some_and(|code| codes.contains(&&*code))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_step_without_answer_times_out_and_is_not_retried() {
        let taken = AtomicU32::new(0);
        let step = || {
            taken.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<Result<(), StoreError>>()
        };
        let failed = retry_within(Duration::from_millis(1), None, step).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert_eq!(taken.load(Ordering::SeqCst), 1);
    }
}
