//! Where the line to the gateway comes from: certificates are renewed while the watch goes on.

use async_trait::async_trait;

use crate::client::connection::Connection;

/// Gives new connections.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Asked at the start, every hour and after each outage; may take its time and talk to the gateway. A new connection, made
    /// of a renewed certificate, serves every upload that begins afterwards; those under way end on the one they began with.
    async fn renewed(&self, present: &Connection) -> Option<Connection>;
}

/// The connection stays what it is.
#[derive(Debug, Clone, Copy)]
pub struct Unchanged;

#[async_trait]
impl Connections for Unchanged {
    async fn renewed(&self, _present: &Connection) -> Option<Connection> {
        None
    }
}
