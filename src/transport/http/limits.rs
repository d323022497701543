//! Time and size limits of a listener's connections.

use std::time::Duration;

/// The limits of one listener. The defaults fit a studio on a slow line.
#[derive(Debug, Clone)]
pub struct ListenerLimits {
    /// From the accepted TCP connection to the end of the TLS handshake, a PROXY header included.
    pub handshake: Duration,
    /// From the first byte of a request head to its end. Also from the end of the handshake to the first byte of the first
    /// request: [`idle`](Self::idle) applies only after a first request.
    pub headers: Duration,
    /// Longest idle time of a connection between two requests. Longer than the pauses between two photos of one sitting, so that a
    /// studio makes one handshake and not ten.
    pub idle: Duration,
    /// Length of the window in which the peer's reading is measured while a response waits to be sent.
    pub write_stall: Duration,
    /// Bytes that the peer has to read within each [`write_stall`](Self::write_stall), unless fewer are left. Far below the slowest
    /// real line: it only prevents a peer from keeping a response in memory by reading single bytes.
    pub min_bytes_per_write_stall: u64,
    /// Time for which a connection lingers after the last byte was sent, so that the peer reads the answer (or the TLS alert)
    /// before the kernel answers its unread bytes with a reset.
    pub linger: Duration,
    /// Longest time for running requests after the gateway has been told to stop.
    pub finish: Duration,
    /// Bytes of a request head (request line and fields). A longer one gets status 431.
    pub max_head_bytes: usize,
    /// Connections in the handshake, refused ones that linger, and all others on a listener without client certificates: all
    /// connections whose peer is unknown. When the limit is reached, the oldest connection of the address with the most
    /// connections is evicted, so that silent connections block no other client. If a missing certificate is explained,
    /// connections without one have the same number of separate slots after the handshake, and no permit of
    /// [`max_connections`](Self::max_connections). They evict no handshake, in which a clerk may be typing the PIN of a card. As many
    /// connections of load balancers may wait for their PROXY header, all of one address if need be.
    pub max_handshakes: usize,
    /// Connections of one address among these; IPv6 addresses count by their /64. When the limit is reached, the oldest
    /// connection of the address is evicted. The default exceeds the number of handshakes that the devices of one studio or town
    /// hall start at the same time.
    pub max_handshakes_per_address: usize,
    /// Open connections after their handshake, lingering ones included. When the limit is reached, a connection of the device
    /// with the most connections is closed, or the new one if it belongs to that device. There is no queue, because it would hide
    /// the overload from clients, which retry by themselves.
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
