//! Counters of a listener, as plain numbers; telemetry publishes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Reason why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    Evicted,
    /// The client spoke plain HTTP.
    PlainHttp,
    /// Anything else, such as bytes that are not TLS.
    Other,
}

impl HandshakeFailure {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 14] = [
        Self::NoCertificate,
        Self::UnknownIssuer,
        Self::Expired,
        Self::NotYetValid,
        Self::WrongPurpose,
        Self::WeakKey,
        Self::Revoked,
        Self::BadCertificate,
        Self::NothingInCommon,
        Self::RefusedByPeer,
        Self::PeerLeft,
        Self::Evicted,
        Self::PlainHttp,
        Self::Other,
    ];

    /// The kind as a label of a metric or a log line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCertificate => "no_certificate",
            Self::UnknownIssuer => "unknown_issuer",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::WrongPurpose => "wrong_purpose",
            Self::WeakKey => "weak_key",
            Self::Revoked => "revoked",
            Self::BadCertificate => "bad_certificate",
            Self::NothingInCommon => "nothing_in_common",
            Self::RefusedByPeer => "refused_by_peer",
            Self::PeerLeft => "peer_left",
            Self::Evicted => "made_way",
            Self::PlainHttp => "plain_http",
            Self::Other => "other",
        }
    }
}

/// Time limit that a connection exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Every limit, in the order of declaration.
    pub const ALL: [Self; 4] = [Self::Handshake, Self::Headers, Self::Idle, Self::WriteStall];

    /// The limit as a label of a metric or a log line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handshake => "handshake",
            Self::Headers => "headers",
            Self::Idle => "idle",
            Self::WriteStall => "write_stall",
        }
    }
}

/// The counters of one listener; every number but [`open`](Self::open) only grows.
#[derive(Debug, Default)]
pub struct TransportMetrics {
    accepted: AtomicU64,
    accept_errors: AtomicU64,
    rejected: AtomicU64,
    over_device_limit: AtomicU64,
    without_certificate: AtomicU64,
    handshake_failed: [AtomicU64; HandshakeFailure::ALL.len()],
    timed_out: [AtomicU64; TimeLimit::ALL.len()],
    cancelled: AtomicU64,
    panicked: AtomicU64,
    open: AtomicU64,
}

impl TransportMetrics {
    /// TCP connections taken from the operating system.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Times the operating system failed to hand over a connection, for want of file descriptors for example.
    pub fn accept_errors(&self) -> u64 {
        self.accept_errors.load(Relaxed)
    }

    /// Connections closed unserved because the listener was full, evicted ones of anonymous callers included.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Relaxed)
    }

    /// Connections beyond what one device may have, answered with a refusal or closed.
    pub fn over_device_limit(&self) -> u64 {
        self.over_device_limit.load(Relaxed)
    }

    /// Connections without a certificate that were let through the handshake to be told so.
    pub fn without_certificate(&self) -> u64 {
        self.without_certificate.load(Relaxed)
    }

    /// Handshakes that failed for this reason.
    pub fn handshake_failed(&self, failure: HandshakeFailure) -> u64 {
        self.handshake_failed[failure as usize].load(Relaxed)
    }

    /// Connections that ran into this time limit.
    pub fn timed_out(&self, limit: TimeLimit) -> u64 {
        self.timed_out[limit as usize].load(Relaxed)
    }

    /// Open connections cut because their certificate was revoked.
    pub fn cancelled(&self) -> u64 {
        self.cancelled.load(Relaxed)
    }

    /// Connections that ended in a panic: always a defect of the gateway.
    pub fn panicked(&self) -> u64 {
        self.panicked.load(Relaxed)
    }

    /// Connections open now, those in handshake included.
    pub fn open(&self) -> u64 {
        self.open.load(Relaxed)
    }

    pub(super) fn count_accepted(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    pub(super) fn count_accept_error(&self) {
        self.accept_errors.fetch_add(1, Relaxed);
    }

    pub(super) fn count_rejected(&self) {
        self.rejected.fetch_add(1, Relaxed);
    }

    pub(super) fn count_over_device_limit(&self) {
        self.over_device_limit.fetch_add(1, Relaxed);
    }

    pub(super) fn count_without_certificate(&self) {
        self.without_certificate.fetch_add(1, Relaxed);
    }

    pub(super) fn count_handshake_failed(&self, failure: HandshakeFailure) {
        self.handshake_failed[failure as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn count_timed_out(&self, limit: TimeLimit) {
        self.timed_out[limit as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn count_cancelled(&self) {
        self.cancelled.fetch_add(1, Relaxed);
    }

    pub(super) fn count_panicked(&self) {
        self.panicked.fetch_add(1, Relaxed);
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
        for (index, failure) in HandshakeFailure::ALL.into_iter().enumerate() {
            assert_eq!(failure as usize, index);
        }
        for (index, limit) in TimeLimit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, index);
        }
    }
}
