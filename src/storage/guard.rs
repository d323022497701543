//! Guard against a database that goes back in time under a running program.
//!
//! It remembers the last row of the transfer log that this program knows to be durable. Each new connection and each commit compare
//! the database with it, so that no change is answered by an older copy: neither after a failover nor after a file was swapped.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::{PgConnection, Row, SqliteConnection};
use tokio::sync::Notify;

use super::contract::StoreError;
use crate::domain::chain::Link;
use crate::domain::watermark::Regression;

/// Shared by all connections of a store. Clones are the same guard.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    advanced: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// `None` until a mark is set or a row was committed: then nothing is compared.
    known: Option<Link>,
    regression: Option<Regression>,
}

/// One row, in both databases: the last number, the digest at the mark, and the number that the log begins behind.
const AROUND_MARK: &str = "SELECT (SELECT max(sequence) FROM audit) AS head,
                                  (SELECT sha256 FROM audit WHERE sequence = $1) AS sha256,
                                  (SELECT max(sequence) FROM log_anchors) AS anchor";

impl Guard {
    /// The last row that is known to be durable.
    pub(super) fn known(&self) -> Option<Link> {
        self.locked(|state| state.known)
    }

    /// The reason why nothing may be changed; `None` when the database is where it was.
    pub(super) fn regression(&self) -> Option<Regression> {
        self.locked(|state| state.regression)
    }

    /// # Errors
    /// [`StoreError::WentBack`] while there is a regression.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.regression().map_or(Ok(()), |regression| Err(StoreError::WentBack(regression)))
    }

    /// Stops all changes. The first reason stays.
    pub(super) fn raise(&self, regression: Regression) -> StoreError {
        let first = self.locked(|state| *state.regression.get_or_insert(regression));
        self.0.advanced.notify_one();
        StoreError::WentBack(first)
    }

    /// Begins anew from a position that was compared with every mark, or accepted by an administrator.
    pub(super) fn accept(&self, head: Link) {
        self.locked(|state| *state = State { known: Some(head), regression: None });
    }

    /// Takes changes again after a comparison with every mark found nothing, unless it saw less than is known by now: then the next
    /// comparison decides.
    pub(super) fn clear(&self, head: Link) {
        self.locked(|state| {
            if state.known.is_none_or(|known| known.sequence <= head.sequence) {
                *state = State { known: Some(head), regression: None };
            }
        });
    }

    /// Notes rows that are durable now.
    pub(super) fn advance(&self, head: Link) {
        let is_news = self.locked(|state| {
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

    /// Returns when rows became durable or a regression was found since it last returned.
    pub(super) async fn advanced(&self) {
        self.0.advanced.notified().await;
    }

    /// Compares the end of the log, as a transaction that is alone there sees it.
    ///
    /// # Errors
    /// [`StoreError::WentBack`] when it is behind what is known, or the last known row is another one.
    pub(super) fn compare_end(&self, end: Link) -> Result<(), StoreError> {
        let Some(known) = self.known() else { return Ok(()) };
        if end.sequence < known.sequence {
            return Err(self.raise(Regression::Behind { known: known.sequence, found: end.sequence }));
        }
        if end.sequence == known.sequence && end.sha256 != known.sha256 {
            return Err(self.raise(Regression::Diverged { sequence: known.sequence }));
        }
        Ok(())
    }

    /// Compares what a new connection to a file leads to.
    pub(super) async fn inspect_file(&self, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let Some(known) = self.known() else { return Ok(()) };
        let row = sqlx::query(AROUND_MARK).bind(known.sequence).fetch_one(connection).await?;
        self.compare(known, row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(())
    }

    /// Compares what a new connection to a server leads to.
    pub(super) async fn inspect_server(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Some(known) = self.known() else { return Ok(()) };
        let row = sqlx::query(AROUND_MARK).bind(known.sequence).fetch_one(connection).await?;
        self.compare(known, row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(())
    }

    fn compare(&self, known: Link, head: Option<i64>, sha256: Option<Vec<u8>>, anchor: Option<i64>) {
        let (found, anchor) = (head.or(anchor).unwrap_or(0), anchor.unwrap_or(0));
        if found < known.sequence {
            self.raise(Regression::Behind { known: known.sequence, found });
        } else if known.sequence > anchor && sha256.as_deref() != Some(known.sha256.as_bytes().as_slice()) {
            self.raise(Regression::Diverged { sequence: known.sequence });
        }
    }

    fn locked<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Sha256Digest;

    fn link(sequence: i64) -> Link {
        Link { sequence, sha256: Sha256Digest::of(&sequence.to_be_bytes()) }
    }

    #[test]
    fn the_end_of_the_log_never_goes_back_and_the_first_reason_stays() {
        let guard = Guard::default();
        guard.compare_end(link(3)).unwrap();
        guard.advance(link(5));
        guard.advance(link(4));
        assert_eq!(guard.known(), Some(link(5)));
        for end in [link(5), link(6)] {
            guard.compare_end(end).unwrap();
        }
        guard.compare_end(link(4)).unwrap_err();
        let other = Link { sha256: Sha256Digest::of(b"other"), ..link(5) };
        guard.compare_end(other).unwrap_err();
        assert_eq!(guard.regression(), Some(Regression::Behind { known: 5, found: 4 }));
        guard.check().unwrap_err();
        guard.accept(link(4));
        guard.check().unwrap();
    }

    #[test]
    fn a_comparison_from_before_the_last_commit_ends_no_alarm() {
        let guard = Guard::default();
        guard.advance(link(6));
        guard.compare_end(link(5)).unwrap_err();
        guard.clear(link(5));
        guard.check().unwrap_err();
        assert_eq!(guard.known(), Some(link(6)));
        guard.clear(link(6));
        guard.check().unwrap();
    }

    #[test]
    fn a_new_connection_is_compared_at_the_mark() {
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
            let guard = Guard::default();
            guard.advance(link(5));
            guard.compare(link(5), head, sha256, anchor);
            assert_eq!(guard.regression().is_none(), fits, "{head:?} {anchor:?}");
        }
    }
}
