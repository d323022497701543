//! Network: TCP, TLS and HTTP/1.1, up to a parsed request with a known peer.
//!
//! ```text
//! bind -> accept -> [PROXY header] -> handshake (identify the peer) -> register (limit per device) -> serve requests -> close, lingering
//! ```
//!
//! A load balancer that is listed in the configuration begins each connection with a PROXY header, which has the client's address.
//!
//! The gateway has its own accept loop because tests of existing ones showed gaps: no time limit for a request head, none for a
//! client that is silent after its handshake, and no way to close the connections of a device that was just revoked. No caller is
//! authorised here: a [`Peer`](accept::peer::Peer) has the certificate of a connection, and `flows` authorises its device at each
//! request.

pub mod accept;
pub mod http;
pub mod metrics;
pub mod proxy_protocol;
pub mod tls;
