//! Wrong codes, counted in fixed windows in the transaction that looks the code up, so that parallel attempts are all
//! counted.
//!
//! A device is blocked by its own wrong codes only. Those of its office and of all devices raise an alarm: as a limit
//! they would let fifty devices block every office.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::log::{AuditEntry, AuditEvent};
use crate::storage::error::StoreError;
use crate::storage::postgres::Lock;
use crate::storage::requests::{CodeAttempt, WrongCodeAlarm};
use crate::storage::sql::engine::connection::{StoreConnection, WriteTransaction};
use crate::storage::sql::engine::values::params;

const ALL_DEVICES: &str = "all";
const OFFICE_PREFIX: &str = "office:";

/// End of the window if the device has reached its limit.
pub(super) async fn blocked_until(
    connection: &mut StoreConnection,
    attempt: &CodeAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    let window_start = window_start(attempt);
    let count = connection
        .query("SELECT count FROM guesses WHERE scope = $1 AND window_start = $2")
        .bind(params![attempt.device_id, window_start])
        .fetch_optional_as(|row| row.get::<i64>("count"))
        .await?
        .unwrap_or(0);
    let is_blocked = count >= i64::from(attempt.limits.per_device);
    Ok(is_blocked.then(|| window_start + attempt.limits.window))
}

/// Waits until no transaction counts a wrong code of this device, and then checks the limit again, so that parallel
/// attempts on other nodes are counted too.
pub(super) async fn recheck_blocked_until(
    transaction: &mut WriteTransaction,
    attempt: &CodeAttempt,
) -> Result<Option<Timestamp>, StoreError> {
    if transaction.lock(Lock::AwaitWrongCodeCount(attempt.device_id)).await? {
        blocked_until(transaction, attempt).await
    } else {
        Ok(None)
    }
}

/// Outcome of a wrong code.
pub(super) enum WrongCodeOutcome {
    /// Parallel attempts have reached the limit of the device.
    Blocked { until: Timestamp },
    /// Counted and audited.
    Counted {
        /// Set if this attempt reached the limit of the alarm.
        alarm: Option<WrongCodeAlarm>,
    },
}

/// Counts a wrong code and adds an audit row.
pub(super) async fn count_wrong_code(
    transaction: &mut WriteTransaction,
    attempt: &CodeAttempt,
) -> Result<WrongCodeOutcome, StoreError> {
    if transaction.lock(Lock::CountWrongCode(attempt.device_id)).await?
        && let Some(until) = blocked_until(transaction, attempt).await?
    {
        return Ok(WrongCodeOutcome::Blocked { until });
    }
    let in_total = count(transaction, attempt, ALL_DEVICES).await?;
    count(transaction, attempt, &format!("{OFFICE_PREFIX}{}", attempt.office_id)).await?;
    count(transaction, attempt, &attempt.device_id.to_string()).await?;
    transaction.append(AuditEntry {
        at: attempt.now,
        actor: attempt.device_id.to_string(),
        event: AuditEvent::CodeUnknown,
        subject: None,
        details: serde_json::json!({ "office_id": attempt.office_id }),
    });
    let is_alarm = in_total.checked_rem(attempt.limits.alarm_in_total) == Some(0);
    let alarm = if is_alarm { Some(alarm(transaction, attempt, in_total).await?) } else { None };
    Ok(WrongCodeOutcome::Counted { alarm })
}

/// Increments the count of a scope and returns the new count.
async fn count(connection: &mut StoreConnection, attempt: &CodeAttempt, scope: &str) -> Result<u32, StoreError> {
    let row = connection
        .query(
            "INSERT INTO guesses (scope, window_start, count) VALUES ($1, $2, 1)
             ON CONFLICT (scope, window_start) DO UPDATE SET count = guesses.count + 1 RETURNING count",
        )
        .bind(params![scope, window_start(attempt)])
        .fetch_one()
        .await?;
    Ok(u32::try_from(row.get::<i64>("count")?).unwrap_or(u32::MAX))
}

async fn alarm(
    connection: &mut StoreConnection,
    attempt: &CodeAttempt,
    in_total: u32,
) -> Result<WrongCodeAlarm, StoreError> {
    let busiest = connection
        .query("SELECT scope, count FROM guesses WHERE window_start = $1 AND scope LIKE 'office:%' ORDER BY count DESC LIMIT 1")
        .bind(params![window_start(attempt)])
        .fetch_optional_as(|row| Ok((row.get::<String>("scope")?, row.get::<i64>("count")?)))
        .await?;
    let busiest = busiest.and_then(|(scope, count)| Some((scope.strip_prefix(OFFICE_PREFIX)?.parse().ok()?, count)));
    let (office_id, of_office) = busiest.unwrap_or((attempt.office_id, 1));
    Ok(WrongCodeAlarm { in_total, office_id, of_office: u32::try_from(of_office).unwrap_or(u32::MAX) })
}

/// Deletes windows that ended more than a day ago.
pub(super) async fn delete_old_windows(connection: &mut StoreConnection, now: Timestamp) -> Result<(), StoreError> {
    connection
        .query("DELETE FROM guesses WHERE window_start < $1")
        .bind(params![now - Duration::from_secs(86_400)])
        .execute()
        .await?;
    Ok(())
}

fn window_start(attempt: &CodeAttempt) -> Timestamp {
    let length = i64::try_from(attempt.limits.window.as_millis()).unwrap_or(i64::MAX).max(1);
    let now = attempt.now.unix_milliseconds();
    Timestamp::from_unix_milliseconds(now - now % length)
}
