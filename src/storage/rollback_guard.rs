//! Guard against a database that goes back in time while a program uses it.
//!
//! The guard remembers the last row of the audit log that is known to be durable. Each new connection and each commit
//! compares the database with it, so that an older copy, after a failover or a replaced file, answers no change.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{PgConnection, Row, SqliteConnection};
use tokio::sync::Notify;

use super::error::StoreError;
use crate::domain::log::chain::ChainLink;
use crate::domain::log::watermark::RollbackError;

/// Clones share one guard.
#[derive(Debug, Clone, Default)]
pub(super) struct RollbackGuard(Arc<GuardShared>);

#[derive(Debug, Default)]
struct GuardShared {
    state: Mutex<GuardState>,
    advanced: Notify,
}

#[derive(Debug, Default)]
struct GuardState {
    /// `None` until a watermark is set or a row was committed; until then nothing is compared.
    known: Option<ChainLink>,
    rollback: Option<RollbackError>,
}

/// One row: the last number, the digest at the watermark, and the number behind which the log begins.
const HEAD_AT_WATERMARK_SQL: &str = "SELECT (SELECT max(sequence) FROM audit) AS head,
                                  (SELECT sha256 FROM audit WHERE sequence = $1) AS sha256,
                                  (SELECT max(sequence) FROM log_anchors) AS anchor";

impl RollbackGuard {
    pub(super) fn known_head(&self) -> Option<ChainLink> {
        self.with_state(|state| state.known)
    }

    /// Reason why changes are refused; `None` if there is none.
    pub(super) fn rollback(&self) -> Option<RollbackError> {
        self.with_state(|state| state.rollback)
    }

    /// [`StoreError::RolledBack`] while there is a rollback.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.rollback().map_or(Ok(()), |rollback| Err(StoreError::RolledBack(rollback)))
    }

    /// Stops all changes. The first reason is kept.
    pub(super) fn stop_changes(&self, rollback: RollbackError) -> StoreError {
        let first = self.with_state(|state| *state.rollback.get_or_insert(rollback));
        self.0.advanced.notify_one();
        StoreError::RolledBack(first)
    }

    /// Accepts a position that was compared with every watermark or confirmed by an administrator.
    pub(super) fn accept(&self, head: ChainLink) {
        self.with_state(|state| *state = GuardState { known: Some(head), rollback: None });
    }

    /// Resumes changes after a comparison with every watermark, unless it saw fewer rows than are known by now: then
    /// the next comparison decides.
    pub(super) fn resume_changes(&self, head: ChainLink) {
        self.with_state(|state| {
            if state.known.is_none_or(|known| known.sequence <= head.sequence) {
                *state = GuardState { known: Some(head), rollback: None };
            }
        });
    }

    /// Records rows that are durable now.
    pub(super) fn advance(&self, head: ChainLink) {
        let is_news = self.with_state(|state| {
            let is_news = state.known.is_none_or(|known| known.sequence < head.sequence);
            if is_news {
                state.known = Some(head);
            }
            is_news
        });
        if is_news {
            self.0.advanced.notify_one();
        }
    }

    /// Returns when rows became durable or a rollback was found since the last return.
    pub(super) async fn advanced(&self) {
        self.0.advanced.notified().await;
    }

    /// Compares the end of the log, whose lock the caller holds.
    /// [`StoreError::RolledBack`] if the end lies before the last known row, or that row differs.
    pub(super) fn check_head(&self, end: ChainLink) -> Result<(), StoreError> {
        let Some(known) = self.known_head() else { return Ok(()) };
        if end.sequence < known.sequence {
            return Err(self.stop_changes(RollbackError::Behind { known: known.sequence, found: end.sequence }));
        }
        if end.sequence == known.sequence && end.sha256 != known.sha256 {
            return Err(self.stop_changes(RollbackError::Diverged { sequence: known.sequence }));
        }
        Ok(())
    }

    /// Checks a new connection to a file.
    pub(super) async fn check_sqlite_connection(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Some(known) = self.known_head() else { return Ok(()) };
        let row = sqlx::query(HEAD_AT_WATERMARK_SQL).bind(known.sequence).fetch_one(connection).await?;
        let rollback = compare(known, row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        rollback.into_iter().for_each(|rollback| drop(self.stop_changes(rollback)));
        Ok(())
    }

    /// Checks a new connection to a server.
    pub(super) async fn check_postgres_connection(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Some(known) = self.known_head() else { return Ok(()) };
        let rollback = contradiction(connection, known).await?;
        rollback.into_iter().for_each(|rollback| drop(self.stop_changes(rollback)));
        Ok(())
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut GuardState) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Compares the log of a server with a row; `None` if it has the row.
pub(super) async fn contradiction(
    connection: &mut PgConnection,
    row: ChainLink,
) -> Result<Option<RollbackError>, sqlx::Error> {
    let found = sqlx::query(HEAD_AT_WATERMARK_SQL).bind(row.sequence).fetch_one(connection).await?;
    Ok(compare(row, found.try_get(0)?, found.try_get(1)?, found.try_get(2)?))
}

fn compare(known: ChainLink, head: Option<i64>, sha256: Option<Vec<u8>>, anchor: Option<i64>) -> Option<RollbackError> {
    let (found, anchor) = (head.or(anchor).unwrap_or(0), anchor.unwrap_or(0));
    if found < known.sequence {
        Some(RollbackError::Behind { known: known.sequence, found })
    } else if known.sequence > anchor && sha256.as_deref() != Some(known.sha256.as_bytes().as_slice()) {
        Some(RollbackError::Diverged { sequence: known.sequence })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Sha256Digest;

    fn link(sequence: i64) -> ChainLink {
        ChainLink { sequence, sha256: Sha256Digest::of(&sequence.to_be_bytes()) }
    }

    #[test]
    fn the_end_of_the_log_never_goes_back_and_the_first_reason_stays() {
        let guard = RollbackGuard::default();
        guard.check_head(link(3)).unwrap();
        guard.advance(link(5));
        guard.advance(link(4));
        assert_eq!(guard.known_head(), Some(link(5)));
        for end in [link(5), link(6)] {
            guard.check_head(end).unwrap();
        }
        guard.check_head(link(4)).unwrap_err();
        let other = ChainLink { sha256: Sha256Digest::of(b"other"), ..link(5) };
        guard.check_head(other).unwrap_err();
        assert_eq!(guard.rollback(), Some(RollbackError::Behind { known: 5, found: 4 }));
        guard.check().unwrap_err();
        guard.accept(link(4));
        guard.check().unwrap();
    }

    #[test]
    fn a_stale_comparison_does_not_clear_a_rollback() {
        let guard = RollbackGuard::default();
        guard.advance(link(6));
        guard.check_head(link(5)).unwrap_err();
        guard.resume_changes(link(5));
        guard.check().unwrap_err();
        assert_eq!(guard.known_head(), Some(link(6)));
        guard.resume_changes(link(6));
        guard.check().unwrap();
    }

    #[test]
    fn a_new_connection_is_checked_against_the_mark() {
        let stored = |sequence| Some(link(sequence).sha256.as_bytes().to_vec());
        for (head, sha256, anchor, fits) in [
            (Some(5), stored(5), None, true),
            (Some(9), stored(5), Some(2), true),
            (Some(9), None, Some(5), true),
            (None, None, Some(7), true),
            (Some(4), None, None, false),
            (None, None, None, false),
            (Some(9), stored(6), None, false),
            (Some(9), None, None, false),
        ] {
            let rollback = compare(link(5), head, sha256, anchor);
            assert_eq!(rollback.is_none(), fits, "{head:?} {anchor:?}");
        }
    }
}
