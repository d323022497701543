//! Counters of a listener; telemetry publishes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use prometheus_client::metrics::counter::Counter;
use strum::{IntoStaticStr, VariantArray};

/// Reason why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum HandshakeFailure {
    /// The client showed no certificate where one is required.
    NoCertificate,
    /// The certificate comes from an authority this listener does not trust.
    UnknownIssuer,
    /// The certificate's time is over.
    Expired,
    /// The certificate's time has not begun: often a clock that is wrong at one end.
    NotYetValid,
    /// The certificate is not marked for TLS clients.
    WrongPurpose,
    /// The certificate's key is of a kind or size that is not accepted.
    WeakKey,
    /// The certificate has been revoked.
    Revoked,
    /// The certificate was refused for another reason: unreadable, or its status cannot be told.
    BadCertificate,
    /// No TLS version, cipher suite, group or protocol in common.
    NothingInCommon,
    /// The client sent an alert: usually it does not trust the gateway's own certificate.
    RefusedByPeer,
    /// The client left in the middle.
    PeerLeft,
    /// There were too many handshakes at once and this one was the oldest of the busiest address.
    #[strum(serialize = "made_way")]
    Evicted,
    /// The client spoke plain HTTP.
    PlainHttp,
    /// Anything else, such as bytes that are not TLS.
    Other,
}

impl HandshakeFailure {
    /// The kind as a label of a metric or a log line.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Time limit that a connection exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum TimeLimit {
    /// The TLS handshake.
    Handshake,
    /// A request head, or the wait for the first one.
    Headers,
    /// The rest between two requests.
    Idle,
    /// A peer that does not read its answer, or too slowly.
    WriteStall,
}

impl TimeLimit {
    /// The limit as a label of a metric or a log line.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// The counters of one listener.
#[derive(Debug, Default)]
pub struct TransportMetrics {
    /// TCP connections taken from the operating system.
    pub accepted: Counter,
    /// Times the operating system failed to hand over a connection, for want of file descriptors for example.
    pub accept_errors: Counter,
    /// Connections closed unserved because the listener was full, evicted ones of anonymous callers included.
    pub rejected: Counter,
    /// Connections beyond what one device may have, answered with a refusal or closed.
    pub over_device_limit: Counter,
    /// Connections without a certificate that passed the handshake to get an explanation.
    pub without_certificate: Counter,
    /// Open connections cut because their certificate was revoked.
    pub cancelled: Counter,
    /// Connections that ended in a panic: always a defect of the gateway.
    pub panicked: Counter,
    handshake_failed: [Counter; HandshakeFailure::VARIANTS.len()],
    timed_out: [Counter; TimeLimit::VARIANTS.len()],
    open: AtomicU64,
}

impl TransportMetrics {
    /// Handshakes that failed for this reason.
    pub fn handshake_failed(&self, failure: HandshakeFailure) -> &Counter {
        &self.handshake_failed[failure as usize]
    }

    /// Connections that ran into this time limit.
    pub fn timed_out(&self, limit: TimeLimit) -> &Counter {
        &self.timed_out[limit as usize]
    }

    /// Connections open now, those in handshake included.
    pub fn open(&self) -> u64 {
        self.open.load(Relaxed)
    }

    /// Counts one connection as open until the guard is dropped, however the connection ends.
    pub(super) fn count_open(self: &Arc<Self>) -> OpenGuard {
        self.open.fetch_add(1, Relaxed);
        OpenGuard(Arc::clone(self))
    }
}

pub(super) struct OpenGuard(Arc<TransportMetrics>);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_place_in_the_counters() {
        for (index, failure) in HandshakeFailure::VARIANTS.iter().enumerate() {
            assert_eq!(*failure as usize, index);
        }
        for (index, limit) in TimeLimit::VARIANTS.iter().enumerate() {
            assert_eq!(*limit as usize, index);
        }
    }
}
