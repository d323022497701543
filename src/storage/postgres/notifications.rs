//! Notifications of revocations on any node (`LISTEN` and `NOTIFY`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::primary_pool::{CHECK_INTERVAL, PrimaryPool};

/// Channel for notifications of revoked, suspended or resumed devices and parties. They have no content; a listener
/// reads the store.
const CHANNEL: &str = "lichtbild_standing";

/// Delay before a listener reconnects. Until then callers poll.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Listener for changes. Clones share one connection, which is opened at the first call.
#[derive(Debug, Clone)]
pub(in crate::storage) struct ChangeListener {
    primary: PrimaryPool,
    changed: Arc<Notify>,
    listener: Arc<OnceLock<ListenerTask>>,
}

#[derive(Debug)]
struct ListenerTask(AbortHandle);

impl Drop for ListenerTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Notifies all nodes, once the transaction is committed, that a device or a party was revoked, suspended or resumed.
pub(in crate::storage) async fn notify_nodes(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}

impl ChangeListener {
    pub(super) fn new(primary: PrimaryPool) -> Self {
        Self { primary, changed: Arc::default(), listener: Arc::default() }
    }

    /// Returns when something may have changed since the last return, also after each loss of the connection.
    pub(in crate::storage) async fn changed(&self) {
        self.listener.get_or_init(|| {
            let listener = listen_forever(self.primary.clone(), Arc::clone(&self.changed));
            ListenerTask(tokio::spawn(listener).abort_handle())
        });
        self.changed.notified().await;
    }

    pub(super) fn close(&self) {
        if let Some(task) = self.listener.get() {
            task.0.abort();
        }
    }
}

async fn listen_forever(primary: PrimaryPool, changed: Arc<Notify>) {
    loop {
        let (options, mut host) = primary.watch_options();
        tokio::select! {
            Err(error) = listen(options, &changed) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "revocations of other nodes are not told just now, only asked for"
                );
                tokio::time::sleep(RECONNECT_DELAY).await;
            }
            // The old connection may never report that it is lost.
            Ok(()) = host.changed() => {}
            never = watch_primary(&primary) => match never {},
        }
    }
}

/// Looks for a promoted host even if no request comes.
async fn watch_primary(primary: &PrimaryPool) -> std::convert::Infallible {
    loop {
        primary.check_primary();
        tokio::time::sleep(CHECK_INTERVAL).await;
    }
}

async fn listen(options: PgConnectOptions, changed: &Notify) -> Result<std::convert::Infallible, sqlx::Error> {
    // The listener's connection is not taken from the pool of the requests.
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // The first call also reports changes from before it listened.
        changed.notify_one();
        // `None` after a lost connection was replaced.
        let _ = listener.try_recv().await?;
    }
}
