//! Status of the certificates that listeners present and trust, with their faults, for monitoring.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use crate::clock::Timestamp;

/// Clones are the same status.
#[derive(Debug, Clone)]
pub struct TrustStatus {
    facts: Arc<RwLock<TrustFacts>>,
    pub reloads: Counter,
    pub reload_failures: Counter,
}

/// State of the listeners' certificates and trusted CAs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustFacts {
    /// End of the listeners' own certificate.
    pub server_certificate_expires_at: Timestamp,
    /// End of the enrolment listener's certificate of a public authority, if it has one.
    pub enrolment_certificate_expires_at: Option<Timestamp>,
    /// Earliest expiry of the revocation lists of each set of external roots, by the name of the roots' file.
    pub external_list_expiry: BTreeMap<String, Timestamp>,
    /// Parts that could not be reloaded, with the reason; their previous version stays in force.
    pub faults: BTreeMap<String, String>,
}

/// A fault that does not stop the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degradation {
    pub what: String,
    /// Reason, with an instruction for the administrator.
    pub detail: String,
}

impl TrustStatus {
    pub fn new(server_certificate_expires_at: Timestamp) -> Self {
        let facts = Arc::new(RwLock::new(TrustFacts {
            server_certificate_expires_at,
            enrolment_certificate_expires_at: None,
            external_list_expiry: BTreeMap::new(),
            faults: BTreeMap::new(),
        }));
        Self { facts, reloads: Counter::default(), reload_failures: Counter::default() }
    }

    /// Adds the counters to the metrics.
    pub fn register(&self, registry: &mut Registry) {
        let reloads = "Changed certificates, CAs and revocation lists that were loaded";
        registry.register("tls_reloads", reloads, self.reloads.clone());
        registry.register("tls_reload_failures", "Such changes that were refused", self.reload_failures.clone());
    }

    pub fn facts(&self) -> TrustFacts {
        self.facts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut TrustFacts)) {
        change(&mut self.facts.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Sets the fault of a part; `true` if it is new.
    pub fn set_fault(&self, what: &str, detail: String) -> bool {
        let mut facts = self.facts.write().unwrap_or_else(PoisonError::into_inner);
        facts.faults.insert(what.to_owned(), detail.clone()) != Some(detail)
    }

    /// Clears the fault of a part; `true` if there was one.
    pub fn clear_fault(&self, what: &str) -> bool {
        self.facts.write().unwrap_or_else(PoisonError::into_inner).faults.remove(what).is_some()
    }
}

impl TrustFacts {
    pub fn degradations(&self, now: Timestamp) -> Vec<Degradation> {
        let faults =
            self.faults.iter().map(|(what, detail)| Degradation { what: what.clone(), detail: detail.clone() });
        let lists = self.external_list_expiry.iter().filter(|(_, end)| **end <= now).map(|(roots, end)| Degradation {
            what: "foreign-revocation-list".into(),
            detail: format!(
                "a revocation list of {roots} ran out at {end}: its certificates are refused until a new list is there"
            ),
        });
        faults.chain(lists).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_fault_is_news_once_and_its_end_too() {
        let status = TrustStatus::new(Timestamp::from_unix_milliseconds(0));
        let news = ["one", "one", "two"].map(|detail| status.set_fault("server-certificate", detail.into()));
        assert_eq!(news, [true, false, true]);
        assert_eq!([(); 2].map(|()| status.clear_fault("server-certificate")), [true, false]);
    }

    #[test]
    fn a_list_degrades_from_the_moment_it_runs_out() {
        let end = Timestamp::from_unix_milliseconds(1_795_339_800_000);
        let status = TrustStatus::new(end);
        status.change(|facts| facts.external_list_expiry.extend([("vpki.pem".into(), end)]));
        let at = |now| status.facts().degradations(now).len();
        assert_eq!((at(end - Duration::from_millis(1)), at(end)), (0, 1));
    }
}
