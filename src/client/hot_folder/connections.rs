//! Where the line to the gateway comes from: certificates are renewed while the watch goes on.

use std::sync::Arc;

use async_trait::async_trait;

use super::event::{Event, Observer};
use crate::client::connection::Connection;
use crate::client::enrolment::keep_fresh::{Renewal, RenewalNotice};
use crate::clock::Clock;

/// Gives new connections.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Asked at the start, every few minutes and after each outage; may take its time and talk to the gateway. A new connection, made
    /// of a renewed certificate, serves every upload that begins afterwards; those under way end on the one they began with.
    async fn renewed(&self, present: &Connection) -> Option<Connection>;
}

/// Renews the certificate when it is time, or takes up what another program renewed.
pub struct Renewing {
    /// The certificate.
    pub renewal: Renewal,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Learns of a renewal that came to nothing.
    pub observer: Arc<dyn Observer>,
}

#[async_trait]
impl Connections for Renewing {
    async fn renewed(&self, _present: &Connection) -> Option<Connection> {
        let announce = |notice: RenewalNotice| match notice {
            // The watch tells of the new connection itself.
            RenewalNotice::Renewed { .. } => {}
            RenewalNotice::Failed { error, until, next_try } => {
                self.observer.event(&Event::NotRenewed { error: &error, until, next_try });
            }
        };
        self.renewal.keep_fresh(self.clock.as_ref(), &announce).await
    }
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
