//! Pool of connections to the host that accepts writes.
//!
//! ```text
//! a step waits too long or fails to connect, or CHECK_INTERVAL is over
//!     -> search (one at a time, in a task of its own): asks all hosts
//!     -> another host is the primary: a new pool replaces the old one, and steps with old connections end
//! ```
//!
//! A URL of one host has one pool for good.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::{Mutex, watch};
use tokio::time::{self, Instant};

use super::primary::find_primary;
use crate::storage::error::StoreError;
use crate::storage::location::ServerLocation;
use crate::storage::primary_error::PrimaryError;

/// Wait for a connection after which the primary is searched.
const PATIENCE: Duration = Duration::from_millis(300);
/// Longest wait for the answer of one host. A search has to end within the wait for a connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Pause between two searches: each costs every host a connection.
const SEARCH_REST: Duration = Duration::from_millis(300);
/// Interval of searches while all goes well. A host that was promoted although the old primary still runs is found by them only.
const CHECK_INTERVAL: Duration = Duration::from_secs(3);
/// Pause after a connection that failed at once.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

tokio::task_local! {
    /// Number of the pool from which the step got its connection.
    static USED_POOL: Cell<Option<u64>>;
}

/// Clones share the connections.
#[derive(Debug, Clone)]
pub(in crate::storage) struct PrimaryPool(Arc<PoolShared>);

#[derive(Debug)]
struct PoolShared {
    location: ServerLocation,
    /// Options of each host.
    hosts: Vec<PgConnectOptions>,
    settings: PgPoolOptions,
    longest_wait: Duration,
    current: watch::Sender<HostPool>,
    search: Arc<Mutex<LastSearch>>,
}

/// The pool of one host.
#[derive(Debug, Clone)]
pub(super) struct HostPool {
    /// Increased by each change of the primary.
    number: u64,
    host: usize,
    pool: PgPool,
}

#[derive(Debug)]
struct LastSearch {
    ended_at: Instant,
    failure: Option<PrimaryError>,
    conflict: Option<String>,
}

impl PrimaryPool {
    /// A pool that connects on demand, at first to the last primary. `options` are those of each host.
    pub(super) fn new(
        location: &ServerLocation,
        options: impl Fn(usize) -> PgConnectOptions,
        settings: PgPoolOptions,
    ) -> Self {
        let hosts: Vec<_> = (0..location.host_count()).map(options).collect();
        let host = location.last_primary().map_or(0, |last| last.host);
        let first = HostPool { number: 0, host, pool: settings.clone().connect_lazy_with(hosts[host].clone()) };
        let search = LastSearch { ended_at: Instant::now(), failure: None, conflict: None };
        Self(Arc::new(PoolShared {
            location: location.clone(),
            hosts,
            longest_wait: settings.get_acquire_timeout(),
            settings,
            current: watch::Sender::new(first),
            search: Arc::new(Mutex::new(search)),
        }))
    }

    fn has_several_hosts(&self) -> bool {
        self.0.hosts.len() > 1
    }

    /// Gets a connection or a transaction from the pool of the primary, which is searched if that takes long.
    pub(in crate::storage) async fn get<T, Attempt>(&self, attempt: impl Fn(PgPool) -> Attempt) -> Result<T, StoreError>
    where
        Attempt: Future<Output = Result<T, sqlx::Error>>,
    {
        if !self.has_several_hosts() {
            let pool = self.0.current.borrow().pool.clone();
            return Ok(attempt(pool).await?);
        }
        self.search_after(CHECK_INTERVAL);
        let mut failure = None;
        let getting = Box::pin(self.get_from_primary(attempt, &mut failure));
        match time::timeout(self.0.longest_wait, getting).await {
            Ok(outcome) => outcome,
            Err(_) => Err(self.explain(failure).await),
        }
    }

    async fn get_from_primary<T, Attempt>(
        &self,
        attempt: impl Fn(PgPool) -> Attempt,
        failure: &mut Option<sqlx::Error>,
    ) -> Result<T, StoreError>
    where
        Attempt: Future<Output = Result<T, sqlx::Error>>,
    {
        let mut changes = self.0.current.subscribe();
        loop {
            let current = changes.borrow_and_update().clone();
            let mut waiting = pin!(attempt(current.pool.clone()));
            let outcome = loop {
                tokio::select! {
                    biased;
                    outcome = &mut waiting => break Some(outcome),
                    _ = changes.changed() => break None,
                    () = time::sleep(PATIENCE) => self.search_after(SEARCH_REST),
                }
            };
            match outcome {
                None => {}
                // The old primary may still work, but must not be used.
                Some(Ok(_)) if self.0.current.borrow().number != current.number => {}
                Some(Ok(connection)) => {
                    // Commands and snapshots are no steps.
                    let _ = USED_POOL.try_with(|used| used.set(Some(current.number)));
                    return Ok(connection);
                }
                Some(Err(sqlx::Error::PoolClosed)) if self.is_closed() => return Err(sqlx::Error::PoolClosed.into()),
                Some(Err(error)) => {
                    *failure = Some(error);
                    self.search().await;
                    time::sleep(RETRY_PAUSE).await;
                }
            }
        }
    }

    /// The reason of the last search why there is no primary, or else of the last attempt to connect.
    async fn explain(&self, failure: Option<sqlx::Error>) -> StoreError {
        match (&self.0.search.lock().await.failure, failure) {
            (Some(error), _) => error.clone().into(),
            (None, failure) => failure.unwrap_or(sqlx::Error::PoolTimedOut).into(),
        }
    }

    /// Returns after the end of a search that ran after this call began.
    pub(super) async fn search(&self) {
        let begun = Instant::now();
        while self.has_several_hosts() {
            self.search_after(SEARCH_REST);
            // Free when no search runs.
            let ended_at = self.0.search.lock().await.ended_at;
            if ended_at > begun {
                break;
            }
            time::sleep(SEARCH_REST.saturating_sub(ended_at.elapsed())).await;
        }
    }

    /// Starts a search unless one runs, or has ended a shorter time ago than `rest`.
    fn search_after(&self, rest: Duration) {
        if !self.has_several_hosts() {
            return;
        }
        let Ok(mut last) = Arc::clone(&self.0.search).try_lock_owned() else { return };
        if last.ended_at.elapsed() < rest {
            return;
        }
        let this = self.clone();
        // A task of its own, so that the end of a request does not end the search for all others.
        tokio::spawn(async move {
            match find_primary(&this.0.location, PROBE_TIMEOUT, false).await {
                Ok(found) => {
                    if found.conflict.is_some() && found.conflict != last.conflict {
                        let hosts = found.conflict.as_deref().unwrap_or_default();
                        let used = this.0.location.host_name(found.host);
                        tracing::error!(hosts, used, "several database hosts accept writes: stop the others");
                    }
                    last.conflict = found.conflict;
                    last.failure = None;
                    this.switch_to(found.host);
                }
                Err(error) => {
                    if last.failure.as_ref() != Some(&error) {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "no database host can be used, retrying: check the servers"
                        );
                    }
                    last.failure = Some(error);
                }
            }
            last.ended_at = Instant::now();
        });
    }

    /// Replaces the pool if another host is the primary.
    fn switch_to(&self, host: usize) {
        let mut old = None;
        self.0.current.send_if_modified(|current| {
            if current.host == host || current.pool.is_closed() {
                return false;
            }
            let pool = self.0.settings.clone().connect_lazy_with(self.0.hosts[host].clone());
            let new = HostPool { number: current.number + 1, host, pool };
            old = Some(std::mem::replace(current, new));
            true
        });
        let Some(old) = old else { return };
        tracing::info!(
            "database primary changed from {} to {}",
            self.0.location.host_name(old.host),
            self.0.location.host_name(host)
        );
        // Waits for connections in use, which may never answer.
        tokio::spawn(async move { old.pool.close().await });
    }

    /// Runs a step. If the primary changes after the step got its connection, the step ends: the old primary may never answer.
    pub(super) async fn run<T>(
        &self,
        mut step: impl Future<Output = Result<T, StoreError>> + Unpin,
    ) -> Result<T, StoreError> {
        if !self.has_several_hosts() {
            return step.await;
        }
        let watched = async {
            let mut changes = self.0.current.subscribe();
            loop {
                tokio::select! {
                    biased;
                    outcome = &mut step => return outcome,
                    Ok(()) = changes.changed() => {
                        let number = changes.borrow_and_update().number;
                        if USED_POOL.with(Cell::get).is_some_and(|used| used != number) {
                            return Err(StoreError::Unavailable("the database primary changed meanwhile".into()));
                        }
                    }
                }
            }
        };
        USED_POOL.scope(Cell::new(None), watched).await
    }

    /// Connection options of the present host, and the changes of the host.
    pub(super) fn watch_options(&self) -> (PgConnectOptions, watch::Receiver<HostPool>) {
        let mut changes = self.0.current.subscribe();
        let host = changes.borrow_and_update().host;
        (self.0.hosts[host].clone(), changes)
    }

    fn is_closed(&self) -> bool {
        self.0.current.borrow().pool.is_closed()
    }

    pub(super) async fn close(&self) {
        let pool = self.0.current.borrow().pool.clone();
        pool.close().await;
    }
}
