//! Two ways to close a connection: lingering, so that the last bytes arrive, or with a reset.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;
use tokio_rustls::server::TlsStream;

use super::progress_stream::ProgressStream;

/// Sends TLS `close_notify` and TCP FIN, then reads and discards for up to `linger`.
///
/// Without reading, the kernel answers further bytes with a reset, and a reset makes the peer's kernel discard data that the peer has
/// not read yet: a response that was sent before the whole body had arrived, or the alert that explains a refused certificate (in
/// TLS 1.3 the client is already sending its request by then).
pub(in crate::transport) async fn close_lingering(mut io: impl AsyncRead + AsyncWrite + Unpin, linger: Duration) {
    let goodbye = async {
        if io.shutdown().await.is_err() {
            return;
        }
        let mut discarded = [0; 4096];
        while matches!(io.read(&mut discarded).await, Ok(count) if count > 0) {}
    };
    // After the time limit or an error, the connection is dropped.
    let _ = time::timeout(linger, goodbye).await;
}

/// Ends the connection with a reset: for peers that do not read, whose unsent bytes would stay in the kernel's memory for minutes, and
/// for those whose certificate was revoked.
pub(in crate::transport) fn reset(io: impl Socket) {
    // Fails only if the socket is closed already.
    let _ = io.tcp().set_zero_linger();
}

/// Access to the TCP connection below TLS and other wrappers.
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
