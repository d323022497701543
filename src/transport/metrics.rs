//! Metrics of the listeners: each is named, registered and counted here.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};
use strum::{IntoStaticStr, VariantArray};

/// Reason why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum HandshakeFailure {
    NoCertificate,
    UnknownIssuer,
    Expired,
    /// Often the clock of the device or of the gateway is wrong.
    NotYetValid,
    /// The certificate is not marked for TLS clients.
    WrongPurpose,
    /// Key type or key size is not accepted.
    WeakKey,
    Revoked,
    /// The certificate is unreadable, or its status is unknown.
    BadCertificate,
    /// No TLS version, cipher suite, group or protocol in common.
    NothingInCommon,
    /// The client sent an alert: usually it does not trust the server certificate.
    RefusedByPeer,
    PeerLeft,
    /// There were too many handshakes, and this one was the oldest of the busiest address.
    #[strum(serialize = "made_way")]
    Evicted,
    PlainHttp,
    /// A client sent a PROXY header, and its address is not listed: a load balancer that is missing in the configuration, or a client that
    /// claims another address.
    #[strum(serialize = "proxy_header_from_unlisted_peer")]
    ProxyHeaderUnlisted,
    /// A listed peer sent no PROXY header.
    ProxyHeaderMissing,
    /// A listed peer sent a PROXY header that cannot be used.
    ProxyHeaderInvalid,
    /// A second PROXY header followed the one of a listed peer: a client behind it claims another address, or another load balancer stands
    /// before it.
    ProxyHeaderRepeated,
    /// For example bytes that are not TLS.
    Other,
}

impl HandshakeFailure {
    /// Label in metrics and log lines.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Time limit that a connection exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TimeLimit {
    Handshake,
    /// A request head, or the wait for the first one.
    Headers,
    /// The time between two requests.
    Idle,
    /// The peer reads its response too slowly.
    WriteStall,
}

impl TimeLimit {
    /// Label in metrics and log lines.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Label of metrics by listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ListenerLabel {
    pub listener: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabels {
    listener: &'static str,
    reason: &'static str,
}

/// Creates a metric and registers it.
pub fn registered<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// Metrics of all listeners.
#[derive(Debug, Clone)]
pub struct MetricFamilies {
    open: Family<ListenerLabel, Gauge>,
    accepted: Family<ListenerLabel, Counter>,
    accept_errors: Family<ListenerLabel, Counter>,
    rejected: Family<ListenerLabel, Counter>,
    over_device_limit: Family<ListenerLabel, Counter>,
    without_certificate: Family<ListenerLabel, Counter>,
    cancelled: Family<ListenerLabel, Counter>,
    panicked: Family<ListenerLabel, Counter>,
    handshake_failed: Family<ReasonLabels, Counter>,
    timed_out: Family<ReasonLabels, Counter>,
}

impl MetricFamilies {
    /// Registers the metrics. Their names are a contract.
    pub fn new(to: &mut Registry) -> Self {
        Self {
            open: registered(to, "connections_open", "Open connections, those in handshake included"),
            accepted: registered(to, "connections_accepted", "TCP connections accepted"),
            accept_errors: registered(to, "accept_errors", "Connections that the operating system failed to accept"),
            rejected: registered(to, "connections_turned_away", "Connections closed because the listener was full"),
            over_device_limit: registered(to, "connections_over_device_limit", "Connections over the device's limit"),
            without_certificate: registered(
                to,
                "connections_without_certificate",
                "Connections without a certificate, answered with a refusal",
            ),
            cancelled: registered(to, "connections_cut_revoked", "Connections closed because of a revocation"),
            panicked: registered(to, "panics", "Connections ended by a panic, a defect of the gateway"),
            handshake_failed: registered(to, "handshakes_failed", "Failed TLS handshakes"),
            timed_out: registered(to, "connections_timed_out", "Connections closed by a time limit"),
        }
    }

    /// Metrics of one listener, all at zero.
    pub fn of_listener(&self, listener: &'static str) -> Arc<TransportMetrics> {
        let label = ListenerLabel { listener };
        let metrics = TransportMetrics {
            open: self.open.get_or_create_owned(&label),
            accepted: self.accepted.get_or_create_owned(&label),
            accept_errors: self.accept_errors.get_or_create_owned(&label),
            rejected: self.rejected.get_or_create_owned(&label),
            over_device_limit: self.over_device_limit.get_or_create_owned(&label),
            without_certificate: self.without_certificate.get_or_create_owned(&label),
            cancelled: self.cancelled.get_or_create_owned(&label),
            panicked: self.panicked.get_or_create_owned(&label),
            handshake_failed: self.handshake_failed.clone(),
            timed_out: self.timed_out.clone(),
            listener,
        };
        HandshakeFailure::VARIANTS.iter().for_each(|failure| _ = metrics.handshake_failed(*failure));
        TimeLimit::VARIANTS.iter().for_each(|limit| _ = metrics.timed_out(*limit));
        Arc::new(metrics)
    }
}

/// Metrics of one listener.
#[derive(Debug)]
pub struct TransportMetrics {
    listener: &'static str,
    open: Gauge,
    pub accepted: Counter,
    pub accept_errors: Counter,
    /// Evicted connections of anonymous callers included.
    pub rejected: Counter,
    pub over_device_limit: Counter,
    pub without_certificate: Counter,
    pub cancelled: Counter,
    pub panicked: Counter,
    handshake_failed: Family<ReasonLabels, Counter>,
    timed_out: Family<ReasonLabels, Counter>,
}

impl TransportMetrics {
    pub fn open(&self) -> i64 {
        self.open.get()
    }

    pub fn handshake_failed(&self, failure: HandshakeFailure) -> Counter {
        let labels = ReasonLabels { listener: self.listener, reason: failure.into() };
        self.handshake_failed.get_or_create_owned(&labels)
    }

    pub fn timed_out(&self, limit: TimeLimit) -> Counter {
        let labels = ReasonLabels { listener: self.listener, reason: limit.into() };
        self.timed_out.get_or_create_owned(&labels)
    }

    /// Counts a connection as open until the guard is dropped.
    pub(super) fn count_open(&self) -> OpenGuard {
        self.open.inc();
        OpenGuard(self.open.clone())
    }
}

pub(super) struct OpenGuard(Gauge);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}
