//! Network: TCP, TLS and HTTP/1.1, up to a parsed request with a known peer.
//!
//! ```text
//! bind -> accept -> handshake (identify the peer) -> admit (limit per device) -> serve requests -> close, lingering
//! ```
//!
//! The gateway has its own accept loop because the ready-made ones leave gaps that were measured: no limit on the time a
//! request head takes, none on a peer that shakes hands and then says nothing, no hold on the connections of a device
//! that has just been revoked. No caller is authorised here: a [`Peer`](accept::peer::Peer) holds the certificate of a
//! connection. The certificate's device is authorised per request, in `flows`.

pub mod accept;
pub mod http;
pub mod metrics;
pub mod tls;
