//! Two ways to end a connection: politely, so that the last words arrive, or at once.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::server::TlsStream;

use super::progress_stream::ProgressStream;

/// Says goodbye (TLS `close_notify`, TCP FIN) and then reads on for up to `linger`, throwing away what comes.
///
/// Without the reading the kernel answers bytes still under way with a reset, and a reset makes the peer's kernel throw away
/// what it has received but not yet read: an answer given before the whole body had arrived, or the alert that says why
/// a certificate was refused (in TLS 1.3 the client is already sending its request by then).
pub(in crate::transport) async fn close_lingering(mut io: impl AsyncRead + AsyncWrite + Unpin, linger: Duration) {
    let goodbye = async {
        if io.shutdown().await.is_err() {
            return;
        }
        let mut discarded = [0; 4096];
        while matches!(io.read(&mut discarded).await, Ok(count) if count > 0) {}
    };
    // Patience over or peer gone: the connection is dropped either way.
    let _ = time::timeout(linger, goodbye).await;
}

/// Ends the connection with a reset. For peers that do not read (their unsent bytes would stay in the kernel's memory for
/// minutes) and for those that have lost the right to.
pub(in crate::transport) fn reset(io: impl Socket) {
    // Failing means that the socket is gone already.
    let _ = io.tcp().set_zero_linger();
}

/// The TCP connection at the bottom of whatever is wrapped around it.
pub(in crate::transport) trait Socket {
    fn tcp(&self) -> &TcpStream;
}

impl Socket for ProgressStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.inner()
    }
}

impl Socket for TlsStream<ProgressStream<TcpStream>> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0.inner()
    }
}
