//! The line: TCP, TLS and HTTP/1.1, up to the point where a request is a value and its sender is known.
//!
//! ```text
//! bind -> accept -> handshake (who is it?) -> admit (how many already?) -> serve requests -> close, lingering
//! ```
//!
//! The gateway has its own accept loop because the ready-made ones leave gaps that were measured: no limit on the time a
//! request head takes, none on a peer that shakes hands and then says nothing, no hold on the connections of a device
//! that has just been revoked. What is *not* done here: nobody is authorised. A [`Peer`](accept::peer::Peer) says which
//! certificate stands behind a connection; what its bearer may do is looked up for every request, further up.

pub mod accept;
pub mod http;
pub mod metrics;
pub mod tls;
