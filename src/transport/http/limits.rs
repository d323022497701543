//! Limits of time and size for the peers of a listener.

use std::time::Duration;

/// The limits of one listener. The defaults suit a studio on a slow line and starve an attacker on a fast one.
#[derive(Debug, Clone)]
pub struct ListenerLimits {
    /// From the accepted TCP connection to the end of the TLS handshake.
    pub handshake: Duration,
    /// From the first byte of a request head to its end. Also from the end of the handshake to the first byte of the first
    /// request: who has not asked anything yet has not earned the patience of [`idle`](Self::idle).
    pub headers: Duration,
    /// Longest idle time of a connection between two requests. Longer than the pauses between two photos of one sitting, so
    /// that a studio pays for one handshake, not for ten.
    pub idle: Duration,
    /// The span over which a peer's reading is measured while an answer waits to be sent, again and again.
    pub write_stall: Duration,
    /// Bytes that the peer has to take off the line within each [`write_stall`](Self::write_stall), unless fewer are left. Far
    /// below the slowest real line: it only keeps a peer from holding an answer in memory by reading single bytes.
    pub min_bytes_per_write_stall: u64,
    /// Time for which a connection lingers after the last byte was sent, so that the peer reads the answer (or the TLS alert)
    /// before the kernel answers its unread bytes with a reset.
    pub linger: Duration,
    /// Longest time for running requests after the gateway has been told to stop.
    pub finish: Duration,
    /// Bytes of a request head (request line and fields). A longer one is answered with 431.
    pub max_head_bytes: usize,
    /// Connections in handshake, those refused in it that linger, and on a listener without client certificates all others too:
    /// all whose peer is not known. For one more, the oldest of the address that has the most is evicted, so that silent
    /// connections keep no other client out. Where a missing certificate is explained, connections without one have as many slots
    /// of their own after the handshake, and no permit of [`max_connections`](Self::max_connections): no handshake, in which a
    /// clerk may be typing a card's PIN, is evicted for them.
    pub max_handshakes: usize,
    /// Of these, those from one address; IPv6 addresses count by their /64. For one more, the oldest of them is evicted. The
    /// default is more than the devices behind one address, a studio's or a town hall's, begin in the same moment.
    pub max_handshakes_per_address: usize,
    /// Open connections past their handshake, those lingering included. For one more, a connection of the device that has the most
    /// is closed, or the new one if that is its own device; a queue would only hide the overload from the peer, which knows how to
    /// try again.
    pub max_connections: usize,
    /// Open connections of one device, whatever certificates it has. Further ones, up to as many again, are served a single request
    /// marked [`Admission::OverLimit`](crate::transport::accept::peer::Admission::OverLimit); beyond that they are closed.
    pub max_connections_per_device: usize,
}

impl Default for ListenerLimits {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            headers: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            write_stall: Duration::from_secs(30),
            min_bytes_per_write_stall: 16 * 1024,
            linger: Duration::from_secs(1),
            finish: Duration::from_secs(20),
            max_head_bytes: 16 * 1024,
            max_handshakes: 256,
            max_handshakes_per_address: 64,
            max_connections: 1024,
            max_connections_per_device: 64,
        }
    }
}
