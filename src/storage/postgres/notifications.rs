//! Notifications of revocations on any node (`LISTEN` and `NOTIFY`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Channel for notifications of revoked, suspended or resumed devices and parties. They have no content; a listener
/// reads the store.
const CHANNEL: &str = "lichtbild_standing";

/// Delay before a listener reconnects. Until then callers poll.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Listener for changes. Clones share one connection, which is opened at the first call.
#[derive(Debug, Clone)]
pub(in crate::storage) struct ChangeListener {
    options: Box<PgConnectOptions>,
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
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self { options: Box::new(options), changed: Arc::default(), listener: Arc::default() }
    }

    /// Returns when something may have changed since the last return, also after each loss of the connection.
    pub(in crate::storage) async fn changed(&self) {
        self.listener.get_or_init(|| {
            let listener = listen_forever((*self.options).clone(), Arc::clone(&self.changed));
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

async fn listen_forever(options: PgConnectOptions, changed: Arc<Notify>) {
    // The listener's connection is not taken from the pool of the requests.
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
    loop {
        let Err(error) = listen(&pool, &changed).await;
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "revocations of other nodes are not told just now, only asked for"
        );
        tokio::time::sleep(RECONNECT_DELAY).await;
    }
}

async fn listen(pool: &sqlx::PgPool, changed: &Notify) -> Result<std::convert::Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // The first call also reports changes from before it listened.
        changed.notify_one();
        // `None` after a lost connection was replaced.
        let _ = listener.try_recv().await?;
    }
}
