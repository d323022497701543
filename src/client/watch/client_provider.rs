//! Source of the gateway client: certificates are renewed while the watch goes on.

use std::sync::Arc;

use async_trait::async_trait;

use super::event::{WatchEvent, WatchObserver};
use crate::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use crate::client::gateway_client::GatewayClient;
use crate::clock::Clock;

/// Gives new connections.
#[async_trait]
pub trait ClientProvider: Send + Sync {
    /// Asked at the start, every few minutes and after each outage; may take its time and talk to the gateway. A new connection, made
    /// of a renewed certificate, serves every upload that begins afterwards; those under way end on the one they began with.
    async fn refresh(&self, present: &GatewayClient) -> Option<GatewayClient>;
}

/// Renews the certificate when it is time, or takes up what another program renewed.
pub struct RenewingProvider {
    /// The certificate.
    pub renewer: CertificateRenewer,
    /// Source of the current time.
    pub clock: Arc<dyn Clock>,
    /// Learns of a renewal that came to nothing.
    pub observer: Arc<dyn WatchObserver>,
}

#[async_trait]
impl ClientProvider for RenewingProvider {
    async fn refresh(&self, _present: &GatewayClient) -> Option<GatewayClient> {
        let announce = |event: RenewalEvent| match event {
            // The watch tells of the new connection itself.
            RenewalEvent::Renewed { .. } => {}
            RenewalEvent::Failed { error, not_after, next_try } => {
                self.observer.event(&WatchEvent::RenewalFailed { error: &error, not_after, next_try });
            }
        };
        self.renewer.renew_if_due(self.clock.as_ref(), &announce).await
    }
}

/// The connection stays what it is.
#[derive(Debug, Clone, Copy)]
pub struct FixedProvider;

#[async_trait]
impl ClientProvider for FixedProvider {
    async fn refresh(&self, _present: &GatewayClient) -> Option<GatewayClient> {
        None
    }
}
