//! The stream between hyper and TLS. It outlives hyper's connections, which are replaced between two requests.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::deadlines::ConnectionProgress;

/// A stream that first returns bytes that an earlier reader had read ahead. It reports to the connection's progress when hyper has
/// output and when all of it is flushed.
#[derive(Debug)]
pub(in crate::transport) struct ResumedStream<S> {
    inner: S,
    /// Bytes of the next requests that were read ahead.
    unread: Vec<u8>,
    progress: ConnectionProgress,
}

impl<S> ResumedStream<S> {
    pub(in crate::transport) fn new(inner: S, progress: ConnectionProgress) -> Self {
        Self { inner, unread: Vec::new(), progress }
    }

    /// Puts bytes in front of all others. They are copied, because their buffer may hold a whole request.
    pub(in crate::transport) fn put_back(&mut self, bytes: &[u8]) {
        self.unread.splice(..0, bytes.iter().copied());
    }

    pub(in crate::transport) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ResumedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.inner).poll_read(cx, buf);
        }
        let count = self.unread.len().min(buf.remaining());
        buf.put_slice(&self.unread[..count]);
        self.unread = self.unread.split_off(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ResumedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.progress.answer_buffered();
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.progress.answer_buffered();
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.progress.answer_flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use tokio::time::Instant;

    use super::*;
    use crate::transport::http::limits::ListenerLimits;

    #[tokio::test]
    async fn what_was_put_back_is_read_first_and_once() {
        let progress = ConnectionProgress::starting_at(Instant::now(), &ListenerLimits::default());
        let mut stream = ResumedStream::new(&b"end"[..], progress);
        stream.put_back(b"second ");
        stream.put_back(b"first ");
        let mut start = [0; 3];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"fir");
        stream.put_back(&start);
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "first second end");
    }
}
