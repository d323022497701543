//! Wrong codes, counted in fixed windows on the transaction that looks a code up: parallel guesses cannot slip past.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::CodeAttempt;
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};

const ALL_DEVICES: &str = "all";

/// Time from which this device may try again; `None` when it may try now.
pub(super) async fn blocked_until(
    connection: &mut StoreConnection,
    attempt: &CodeAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    let window_start = window_start(attempt);
    let counts = connection
        .query("SELECT scope, count FROM guesses WHERE scope IN ($1, $2) AND window_start = $3")
        .bind(ALL_DEVICES)
        .bind(attempt.device_id.to_string())
        .bind(window_start.unix_milliseconds())
        .fetch_all()
        .await?;
    for row in counts {
        let limit = if row.try_get::<String>("scope")? == ALL_DEVICES {
            attempt.limits.in_total
        } else {
            attempt.limits.per_device
        };
        if row.try_get::<i64>("count")? >= i64::from(limit) {
            return Ok(Some(window_start + attempt.limits.window));
        }
    }
    Ok(None)
}

/// Has a right code wait until no wrong one is being counted: parallel guesses on other nodes cannot slip past either. When this
/// device may try again, if it may not have its answer.
pub(super) async fn recheck_blocked_until(
    transaction: &mut WriteTransaction,
    attempt: &CodeAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    if transaction.lock(Lock::AwaitWrongCodeCount).await? {
        blocked_until(transaction, attempt).await
    } else {
        Ok(None)
    }
}

/// Counts a wrong code and writes it into the audit log; or, where others used the limit up in the meantime, when this device
/// may try again.
pub(super) async fn count_wrong_code(
    transaction: &mut WriteTransaction,
    attempt: &CodeAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    if transaction.lock(Lock::CountWrongCode).await?
        && let Some(until) = blocked_until(transaction, attempt).await?
    {
        return Ok(Some(until));
    }
    for scope in [ALL_DEVICES, attempt.device_id.to_string().as_str()] {
        transaction
            .query(
                "INSERT INTO guesses (scope, window_start, count) VALUES ($1, $2, 1)
                 ON CONFLICT (scope, window_start) DO UPDATE SET count = guesses.count + 1",
            )
            .bind(scope)
            .bind(window_start(attempt).unix_milliseconds())
            .execute()
            .await?;
    }
    let entry = AuditEntry {
        at: attempt.now,
        actor: attempt.device_id.to_string(),
        event: AuditEvent::CodeUnknown,
        subject: None,
        details: serde_json::json!({ "office_id": attempt.office_id }),
    };
    transaction.append(entry);
    Ok(None)
}

/// Forgets windows that ended more than a day ago.
pub(super) async fn delete_old_windows(connection: &mut StoreConnection, now: Timestamp) -> Result<(), StoreError> {
    connection
        .query("DELETE FROM guesses WHERE window_start < $1")
        .bind((now - Duration::from_secs(86_400)).unix_milliseconds())
        .execute()
        .await?;
    Ok(())
}

fn window_start(attempt: &CodeAttempt) -> Timestamp {
    let length = i64::try_from(attempt.limits.window.as_millis()).unwrap_or(i64::MAX).max(1);
    let now = attempt.now.unix_milliseconds();
    Timestamp::from_unix_milliseconds(now - now % length)
}
