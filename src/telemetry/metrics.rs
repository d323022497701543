//! Metrics of the gateway, each named and registered here, in `src/transport/metrics.rs`, or in `src/flows` (`wrong_code_alarm.rs`,
//! `event_subscribers.rs`).

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use strum::VariantArray;

use crate::domain::photo::PhotoState;
use crate::flows::Gateway;
use crate::storage::requests::SweepReport;
use crate::transport::metrics::{ListenerLabel, MetricFamilies, registered};
use crate::transport::tls::trust_status::TrustStatus;

/// Labels of an answered request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct RequestLabels {
    pub(super) listener: &'static str,
    pub(super) method: &'static str,
    /// The route as declared, never the path: paths contain identifiers.
    pub(super) route: String,
    pub(super) status: u16,
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

/// All metrics, in the OpenMetrics text format at `/metrics`.
pub struct Metrics {
    registry: Registry,
    /// Metrics of the listeners.
    pub transport: MetricFamilies,
    requests: Family<RequestLabels, Counter>,
    duration: Family<ListenerLabel, Histogram>,
    photos: Family<StateLabel, Gauge>,
    swept: Family<SweptLabel, Counter>,
    certificate_expires: Gauge,
    public_certificate_expires: Family<ListenerLabel, Gauge>,
    lists_expire: Family<RootsLabel, Gauge>,
    trust_faults: Gauge,
}

impl Metrics {
    /// Registers all metrics. Their names are a contract.
    pub fn new(gateway: &Gateway, trust: &TrustStatus) -> Self {
        let mut registry = Registry::with_prefix("lichtbild");
        let to = &mut registry;
        let duration = Family::<ListenerLabel, Histogram>::new_with_constructor(duration_histogram);
        to.register("request_seconds", "Time from request head to response", duration.clone());
        gateway.wrong_code_alarms.register(to);
        gateway.event_subscribers.register(to);
        trust.register(to);
        Self {
            transport: MetricFamilies::new(to),
            requests: registered(to, "requests", "Requests answered"),
            duration,
            photos: registered(to, "photos", "Photos by state"),
            swept: registered(to, "swept", "Leases and photos that a sweep ended"),
            certificate_expires: registered(
                to,
                "server_certificate_expires_timestamp",
                "End of the server certificate, in seconds since 1970",
            ),
            public_certificate_expires: registered(
                to,
                "public_certificate_expires_timestamp",
                "End of the certificate of a public authority, in seconds since 1970",
            ),
            lists_expire: registered(
                to,
                "revocation_list_expires_timestamp",
                "First end of an external CA's revocation lists, in seconds since 1970",
            ),
            trust_faults: registered(to, "tls_faults", "Faults that /readyz reports"),
            registry,
        }
    }

    pub(super) fn count_request(&self, labels: RequestLabels, seconds: f64) {
        self.duration.get_or_create(&ListenerLabel { listener: labels.listener }).observe(seconds);
        self.requests.get_or_create(&labels).inc();
    }

    pub fn count_sweep(&self, report: &SweepReport) {
        for (what, number) in
            [("lapsed", report.lapsed), ("used_by_default", report.used_by_default), ("expired", report.expired)]
        {
            self.swept.get_or_create(&SweptLabel { what }).inc_by(number);
        }
    }

    /// The text of all metrics. The gauges of photos and certificates are set first.
    pub fn encode(&self, photo_counts: &[(PhotoState, u64)], trust: &TrustStatus) -> String {
        for &state in PhotoState::VARIANTS {
            let number = photo_counts.iter().find(|(counted, _)| *counted == state).map_or(0, |(_, number)| *number);
            self.photos.get_or_create(&StateLabel { state: state.name() }).set(number.cast_signed());
        }
        let facts = trust.facts();
        self.certificate_expires.set(facts.server_certificate_expires_at.unix_milliseconds() / 1000);
        if let Some(end) = facts.enrolment_certificate_expires_at {
            let label = ListenerLabel { listener: "enrolment" };
            self.public_certificate_expires.get_or_create(&label).set(end.unix_milliseconds() / 1000);
        }
        for (roots, end) in facts.external_list_expiry {
            self.lists_expire.get_or_create(&RootsLabel { roots }).set(end.unix_milliseconds() / 1000);
        }
        self.trust_faults.set(facts.faults.len() as i64);
        let mut text = String::new();
        // Writing into a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &self.registry);
        text
    }
}

/// From a refusal to the slowest accepted upload, in seconds.
fn duration_histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}
