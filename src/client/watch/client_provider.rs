//! Source of the gateway client. The certificate is renewed while the watch runs.

use std::sync::Arc;

use async_trait::async_trait;

use super::event::{WatchEvent, WatchObserver};
use crate::client::enrolment::auto_renewal::{CertificateRenewer, RenewalEvent};
use crate::client::gateway_client::GatewayClient;
use crate::clock::Clock;

/// Gives new gateway clients.
#[async_trait]
pub trait ClientProvider: Send + Sync {
    /// Called at the start, every few minutes and after each outage. It may send requests. A new client, with a renewed certificate, serves
    /// the uploads that begin afterwards; uploads in progress keep the old one.
    async fn refresh(&self, present: &GatewayClient) -> Option<GatewayClient>;
}

/// Renews the certificate when it is due, or loads the one that another program renewed.
pub struct RenewingProvider {
    pub renewer: CertificateRenewer,
    pub clock: Arc<dyn Clock>,
    /// Receives failed renewals.
    pub observer: Arc<dyn WatchObserver>,
}

#[async_trait]
impl ClientProvider for RenewingProvider {
    async fn refresh(&self, _present: &GatewayClient) -> Option<GatewayClient> {
        let announce = |event: RenewalEvent| match event {
            // The watch reports the new client.
            RenewalEvent::Renewed { .. } => {}
            RenewalEvent::Failed { error, not_after, next_try } => {
                self.observer.event(&WatchEvent::RenewalFailed { error: &error, not_after, next_try });
            }
        };
        self.renewer.renew_if_due(self.clock.as_ref(), &announce).await
    }
}

/// Never gives a new client.
#[derive(Debug, Clone, Copy)]
pub struct FixedProvider;

#[async_trait]
impl ClientProvider for FixedProvider {
    async fn refresh(&self, _present: &GatewayClient) -> Option<GatewayClient> {
        None
    }
}
