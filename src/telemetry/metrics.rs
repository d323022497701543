//! Counters and gauges of the gateway.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use strum::VariantArray;

use crate::clock::Timestamp;
use crate::domain::photo::PhotoState;
use crate::storage::requests::SweepReport;
use crate::transport::metrics::{HandshakeFailure, TimeLimit, TransportMetrics};
use crate::transport::tls::trust_status::TrustFacts;

/// Labels of an answered request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) listener: &'static str,
    pub(super) method: &'static str,
    /// The route as declared, never the path: paths hold identifiers.
    pub(super) route: String,
    pub(super) status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListenerLabel {
    listener: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    listener: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RootsLabel {
    roots: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SweptLabel {
    what: &'static str,
}

type AtomicGauge = Gauge<u64, AtomicU64>;

/// All metrics, in the OpenMetrics text format at `/metrics`.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    duration: Family<ListenerLabel, Histogram>,
    photos: Family<StateLabel, AtomicGauge>,
    swept: Family<SweptLabel, Counter>,
    open_connections: Family<ListenerLabel, AtomicGauge>,
    accepted: Family<ListenerLabel, Counter>,
    handshakes_failed: Family<ReasonLabels, Counter>,
    timed_out: Family<ReasonLabels, Counter>,
    revoked_cancelled: Family<ListenerLabel, Counter>,
    rejected: Family<ListenerLabel, Counter>,
    over_device_limit: Family<ListenerLabel, Counter>,
    without_certificate: Family<ListenerLabel, Counter>,
    accept_errors: Family<ListenerLabel, Counter>,
    panicked: Family<ListenerLabel, Counter>,
    certificate_expires: AtomicGauge,
    lists_expire: Family<RootsLabel, AtomicGauge>,
    trust_faults: AtomicGauge,
    reloads: Counter,
    reload_failures: Counter,
    wrong_code_alarms: Counter,
    listeners: Vec<(&'static str, Arc<TransportMetrics>)>,
}

impl Metrics {
    /// Metrics over these listeners.
    pub fn new(listeners: Vec<(&'static str, Arc<TransportMetrics>)>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("lichtbild"),
            requests: Family::default(),
            duration: Family::new_with_constructor(duration_histogram),
            photos: Family::default(),
            swept: Family::default(),
            open_connections: Family::default(),
            accepted: Family::default(),
            handshakes_failed: Family::default(),
            timed_out: Family::default(),
            revoked_cancelled: Family::default(),
            rejected: Family::default(),
            over_device_limit: Family::default(),
            without_certificate: Family::default(),
            accept_errors: Family::default(),
            panicked: Family::default(),
            certificate_expires: AtomicGauge::default(),
            lists_expire: Family::default(),
            trust_faults: AtomicGauge::default(),
            reloads: Counter::default(),
            reload_failures: Counter::default(),
            wrong_code_alarms: Counter::default(),
            listeners,
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register("request_seconds", "Time from request head to answer", metrics.duration.clone());
        registry.register("photos", "Photos by state", metrics.photos.clone());
        registry.register("swept", "What time demanded and was done", metrics.swept.clone());
        registry.register("connections_open", "Open connections", metrics.open_connections.clone());
        registry.register("connections_accepted", "Connections accepted since the start", metrics.accepted.clone());
        registry.register("handshakes_failed", "Handshakes refused since the start", metrics.handshakes_failed.clone());
        registry.register("connections_timed_out", "Connections cut by a limit", metrics.timed_out.clone());
        registry.register(
            "connections_cut_revoked",
            "Connections of revoked devices cut",
            metrics.revoked_cancelled.clone(),
        );
        registry.register("connections_turned_away", "Connections a full listener closed", metrics.rejected.clone());
        registry.register(
            "connections_over_device_limit",
            "Connections beyond what one device may have",
            metrics.over_device_limit.clone(),
        );
        registry.register(
            "connections_without_certificate",
            "Connections that showed no certificate and were told so",
            metrics.without_certificate.clone(),
        );
        registry.register("accept_errors", "Connections the system could not hand over", metrics.accept_errors.clone());
        registry.register("panics", "Connections ended by a fault of the program", metrics.panicked.clone());
        registry.register(
            "server_certificate_expires_timestamp",
            "End of the server certificate, in seconds since 1970",
            metrics.certificate_expires.clone(),
        );
        registry.register(
            "revocation_list_expires_timestamp",
            "When the first revocation list of a foreign authority runs out, in seconds since 1970",
            metrics.lists_expire.clone(),
        );
        registry.register("tls_faults", "What is told as degraded by /readyz", metrics.trust_faults.clone());
        registry.register("tls_reloads", "Certificates, authorities and lists put in force", metrics.reloads.clone());
        registry.register("tls_reload_failures", "Such changes that were refused", metrics.reload_failures.clone());
        registry.register(
            "wrong_code_alarms",
            "Times that the wrong codes of all devices reached limits.wrong_codes_over_all in a window",
            metrics.wrong_code_alarms.clone(),
        );
        metrics
    }

    /// Counts an answered request.
    pub(super) fn count_request(&self, labels: RequestLabels, seconds: f64) {
        self.duration.get_or_create(&ListenerLabel { listener: labels.listener }).observe(seconds);
        self.requests.get_or_create(&labels).inc();
    }

    /// Counts what a sweep did.
    pub fn count_sweep(&self, report: &SweepReport) {
        for (what, number) in
            [("lapsed", report.lapsed), ("used_by_default", report.used_by_default), ("expired", report.expired)]
        {
            self.swept.get_or_create(&SweptLabel { what }).inc_by(number);
        }
    }

    /// The text, with the photos of each state, what the lines trust, and the alarms about wrong codes as they are now.
    pub fn encode(&self, photo_counts: &[(PhotoState, u64)], trust: &TrustFacts, wrong_code_alarms: u64) -> String {
        self.update_trust(trust);
        self.wrong_code_alarms.inner().store(wrong_code_alarms, Ordering::Relaxed);
        for &state in PhotoState::VARIANTS {
            let number = photo_counts.iter().find(|(counted, _)| *counted == state).map_or(0, |(_, number)| *number);
            self.photos.get_or_create(&StateLabel { state: state.name() }).set(number);
        }
        for (listener, transport) in &self.listeners {
            self.update_listener(listener, transport);
        }
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }

    fn update_trust(&self, trust: &TrustFacts) {
        let seconds = |moment: Timestamp| u64::try_from(moment.unix_milliseconds() / 1000).unwrap_or(0);
        self.certificate_expires.set(seconds(trust.server_certificate_expires_at));
        for (roots, end) in &trust.external_list_expiry {
            self.lists_expire.get_or_create(&RootsLabel { roots: roots.clone() }).set(seconds(*end));
        }
        self.trust_faults.set(trust.faults.len() as u64);
        self.reloads.inner().store(trust.reloads, Ordering::Relaxed);
        self.reload_failures.inner().store(trust.reload_failures, Ordering::Relaxed);
    }

    fn update_listener(&self, listener: &'static str, transport: &TransportMetrics) {
        let label = ListenerLabel { listener };
        self.open_connections.get_or_create(&label).set(transport.open());
        for (family, number) in [
            (&self.accepted, transport.accepted.get()),
            (&self.revoked_cancelled, transport.cancelled.get()),
            (&self.rejected, transport.rejected.get()),
            (&self.over_device_limit, transport.over_device_limit.get()),
            (&self.without_certificate, transport.without_certificate.get()),
            (&self.accept_errors, transport.accept_errors.get()),
            (&self.panicked, transport.panicked.get()),
        ] {
            // The line counts; here its count is only shown.
            family.get_or_create(&label).inner().store(number, Ordering::Relaxed);
        }
        for &failure in HandshakeFailure::VARIANTS {
            let labels = ReasonLabels { listener, reason: failure.as_str() };
            let shown = self.handshakes_failed.get_or_create(&labels);
            shown.inner().store(transport.handshake_failed(failure).get(), Ordering::Relaxed);
        }
        for &limit in TimeLimit::VARIANTS {
            let labels = ReasonLabels { listener, reason: limit.as_str() };
            self.timed_out.get_or_create(&labels).inner().store(transport.timed_out(limit).get(), Ordering::Relaxed);
        }
    }
}

/// From a refusal's fraction of a millisecond to the slowest upload that is borne, in seconds.
fn duration_histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}
