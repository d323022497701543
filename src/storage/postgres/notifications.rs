//! Word of revocations, from whichever node they were made on (`LISTEN` and `NOTIFY`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Channel for notifications of revoked, suspended or resumed devices and parties. They have no content: a listener reads the store.
const CHANNEL: &str = "lichtbild_standing";

/// Delay before a listener tries to connect again. In the meantime there is the polling.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Hears of changes. Clones share one connection, which is made when somebody first asks.
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

/// Tells all nodes, once the transaction is committed, that a device or a party was revoked, suspended or resumed.
pub(in crate::storage) async fn notify_nodes(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL).execute(connection).await?;
    Ok(())
}

impl ChangeListener {
    pub(super) fn new(options: PgConnectOptions) -> Self {
        Self { options: Box::new(options), changed: Arc::default(), listener: Arc::default() }
    }

    /// Returns when something changed since it last returned, or may have: after each time the connection was lost, too.
    pub(in crate::storage) async fn changed(&self) {
        self.listener.get_or_init(|| {
            let listener = listen_forever((*self.options).clone(), Arc::clone(&self.changed));
            ListenerTask(tokio::spawn(listener).abort_handle())
        });
        self.changed.notified().await;
    }

    /// Stops to listen.
    pub(super) fn close(&self) {
        if let Some(task) = self.listener.get() {
            task.0.abort();
        }
    }
}

async fn listen_forever(options: PgConnectOptions, changed: Arc<Notify>) {
    // The connection of a listener is not one of those that requests wait for.
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
        // What was told before it listened is heard of as well.
        changed.notify_one();
        // `None` when the connection was lost and is there again.
        let _ = listener.try_recv().await?;
    }
}
