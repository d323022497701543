//! Notifications of revocations and events on any node (`LISTEN` and `NOTIFY`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::primary_pool::{CHECK_INTERVAL, PrimaryPool};

/// Channel of notifications between nodes. They have no content; a listener reads the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
pub(in crate::storage) enum NodeChannel {
    /// Revoked, suspended or resumed devices and parties.
    #[strum(serialize = "lichtbild_standing")]
    Status,
    #[strum(serialize = "lichtbild_events")]
    Events,
}

impl NodeChannel {
    fn name(self) -> &'static str {
        self.into()
    }
}

/// Delay before a listener reconnects. Until then callers poll.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);

/// Listener for changes. Clones share one connection, which is opened at the first call.
#[derive(Debug, Clone)]
pub(in crate::storage) struct ChangeListener {
    primary: PrimaryPool,
    changes: Arc<NodeChanges>,
    listener: Arc<OnceLock<ListenerTask>>,
}

/// Changes that the listener has heard of and that no task has waited for since.
#[derive(Debug, Default)]
struct NodeChanges {
    status: Notify,
    events: Notify,
}

#[derive(Debug)]
struct ListenerTask(AbortHandle);

impl Drop for ListenerTask {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Notifies all nodes once the transaction is committed.
pub(in crate::storage) async fn notify_nodes(
    channel: NodeChannel,
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_notify($1, '')").bind(channel.name()).execute(connection).await?;
    Ok(())
}

impl ChangeListener {
    pub(super) fn new(primary: PrimaryPool) -> Self {
        Self { primary, changes: Arc::default(), listener: Arc::default() }
    }

    /// Returns when a device or a party may have changed since the last return, also after each loss of the connection.
    pub(in crate::storage) async fn changed(&self) {
        self.listen();
        self.changes.status.notified().await;
    }

    /// Returns when events may have been committed since the last return, also after each loss of the connection.
    pub(in crate::storage) async fn events_committed(&self) {
        self.listen();
        self.changes.events.notified().await;
    }

    /// Starts the listener at the first call.
    fn listen(&self) {
        self.listener.get_or_init(|| {
            let listener = listen_forever(self.primary.clone(), Arc::clone(&self.changes));
            ListenerTask(tokio::spawn(listener).abort_handle())
        });
    }

    pub(super) fn close(&self) {
        if let Some(task) = self.listener.get() {
            task.0.abort();
        }
    }
}

async fn listen_forever(primary: PrimaryPool, changes: Arc<NodeChanges>) {
    loop {
        let (options, mut host) = primary.watch_options();
        tokio::select! {
            Err(error) = listen(options, &changes) => {
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

async fn listen(options: PgConnectOptions, changes: &NodeChanges) -> Result<std::convert::Infallible, sqlx::Error> {
    // The listener's connection is not taken from the pool of the requests.
    let pool = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen_all([NodeChannel::Status.name(), NodeChannel::Events.name()]).await?;
    // Changes from before it listened are reported too.
    let mut heard = None;
    loop {
        if heard != Some(NodeChannel::Events) {
            changes.status.notify_one();
        }
        if heard != Some(NodeChannel::Status) {
            changes.events.notify_one();
        }
        // `None` after a lost connection was replaced.
        let notification = listener.try_recv().await?;
        heard = notification.map(|told| match told.channel() == NodeChannel::Events.name() {
            true => NodeChannel::Events,
            false => NodeChannel::Status,
        });
    }
}
