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

use super::primary::{PrimarySearch, find_primary};
use crate::storage::error::StoreError;
use crate::storage::location::ServerLocation;
use crate::storage::primary_error::PrimaryError;
use crate::storage::rollback_guard::RollbackGuard;

/// Wait for a connection after which the primary is searched.
const PATIENCE: Duration = Duration::from_millis(300);
/// Longest wait for the answer of one host. A search has to end within the wait for a connection.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Pause between two searches: each costs every host a connection.
const SEARCH_REST: Duration = Duration::from_millis(300);
/// Interval of the beginnings of searches while all goes well. A host that was promoted although the old primary still runs is found by
/// them only, and a revocation has to be seen within two seconds.
pub(super) const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Pause after a connection that failed at once.
const RETRY_PAUSE: Duration = Duration::from_millis(50);
/// Refusals of a server that last until an administrator changes something: password, user, database, privilege.
const LASTING_REFUSALS: [&str; 4] = ["28P01", "28000", "3D000", "42501"];

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
    guard: RollbackGuard,
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
    begun_at: Instant,
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
        guard: RollbackGuard,
    ) -> Self {
        let hosts: Vec<_> = (0..location.host_count()).map(options).collect();
        let host = location.last_primary().map_or(0, |last| last.host);
        let first = HostPool { number: 0, host, pool: settings.clone().connect_lazy_with(hosts[host].clone()) };
        let now = Instant::now();
        let search = LastSearch { begun_at: now, ended_at: now, failure: None, conflict: None };
        Self(Arc::new(PoolShared {
            location: location.clone(),
            hosts,
            longest_wait: settings.get_acquire_timeout(),
            settings,
            guard,
            current: watch::Sender::new(first),
            search: Arc::new(Mutex::new(search)),
        }))
    }

    pub(super) fn has_several_hosts(&self) -> bool {
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
        self.check_primary();
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
                    () = time::sleep(PATIENCE) => self.search_after(self.rest_for(&current.pool)),
                }
            };
            match outcome {
                None => {}
                // The old primary may still work, but must not be used.
                Some(Ok(_)) if self.number() != current.number => {}
                Some(Ok(connection)) => {
                    // Commands and snapshots are no steps.
                    let _ = USED_POOL.try_with(|used| used.set(Some(current.number)));
                    return Ok(connection);
                }
                Some(Err(_)) if self.number() != current.number => {}
                Some(Err(sqlx::Error::PoolClosed)) => return Err(sqlx::Error::PoolClosed.into()),
                Some(Err(error)) => {
                    let code = error.as_database_error().and_then(|error| error.code());
                    let is_lasting = code.is_some_and(|code| LASTING_REFUSALS.contains(&&*code));
                    *failure = Some(error);
                    self.search().await;
                    if is_lasting && self.number() == current.number {
                        return Err(self.explain(failure.take()).await);
                    }
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

    /// Pause before another search while a step waits: a busy pool whose host answers is no reason to ask all hosts often.
    fn rest_for(&self, pool: &PgPool) -> Duration {
        if pool.size() >= self.0.settings.get_max_connections() { CHECK_INTERVAL } else { SEARCH_REST }
    }

    /// Starts a search unless one began less than [`CHECK_INTERVAL`] ago.
    pub(super) fn check_primary(&self) {
        self.search_if(|last| last.begun_at.elapsed() >= CHECK_INTERVAL);
    }

    /// Starts a search unless one has ended a shorter time ago than `rest`.
    fn search_after(&self, rest: Duration) {
        self.search_if(|last| last.ended_at.elapsed() >= rest);
    }

    /// Starts a search if none runs and the last one allows it.
    fn search_if(&self, is_due: impl Fn(&LastSearch) -> bool) {
        if !self.has_several_hosts() {
            return;
        }
        let Ok(mut last) = Arc::clone(&self.0.search).try_lock_owned() else { return };
        if !is_due(&last) {
            return;
        }
        last.begun_at = Instant::now();
        let search = PrimarySearch {
            patience: PROBE_TIMEOUT,
            trusts_last: false,
            known: self.0.guard.known_head(),
            is_repeated: last.failure.is_some(),
        };
        let this = self.clone();
        // A task of its own, so that the end of a request does not end the search for all others.
        tokio::spawn(async move {
            match find_primary(&this.0.location, search).await {
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

    /// Number of the present pool, which increases with each change of the primary.
    pub(super) fn number(&self) -> u64 {
        self.0.current.borrow().number
    }

    pub(super) async fn close(&self) {
        loop {
            let current = self.0.current.borrow().clone();
            current.pool.close().await;
            // A closed pool is not replaced, but it may have been a moment ago.
            if self.number() == current.number {
                return;
            }
        }
    }
}
