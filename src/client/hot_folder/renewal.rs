//! Now and then: a new connection for a renewed certificate, and the gateway's present rules.

use std::sync::Arc;
use std::time::Duration;

use super::event::Event;
use super::rules;
use super::watch::{Renewed, Watch};

/// How often both are asked for.
const RENEW_EVERY: Duration = Duration::from_secs(3600);

impl Watch {
    /// Asks, beside all other work. What is being asked already is not asked twice.
    pub(super) fn begin_renewal(&mut self) {
        self.due.renew = self.patience.spent() + RENEW_EVERY;
        if self.renewal.is_some() {
            return;
        }
        let (connections, present) = (Arc::clone(&self.connections), self.connection.clone());
        self.renewal = Some(tokio::spawn(async move {
            let connection = connections.renewed(&present).await;
            let rules = rules::fetch(connection.as_ref().unwrap_or(&present)).await;
            Renewed { connection, rules }
        }));
    }

    /// Takes what came of it; nothing, when the asking failed altogether.
    pub(super) fn take_renewed(&mut self, renewed: Option<Renewed>) {
        self.renewal = None;
        let Some(Renewed { connection, rules }) = renewed else { return };
        let shop = Arc::clone(&self.shop);
        if let Some(connection) = connection {
            self.connection = connection;
            self.line.try_at_once();
            shop.observer.event(&Event::ConnectionRenewed);
        }
        if let Some(shown) = rules {
            let (read, kept) = shop.rules.take(&shop.folder, &shown);
            if let Some(read) = read {
                let (profile, left_to_gateway) = (read.profile.name(), read.left_to_gateway.as_slice());
                shop.observer.event(&Event::Rules { profile, left_to_gateway });
            }
            if let Err(error) = kept {
                self.storage_trouble(&error);
            }
        }
        if shop.rules.present().is_none() && !self.rules_are_missed {
            self.rules_are_missed = true;
            shop.observer.event(&Event::RulesUnknown);
        }
    }
}
