//! The socket below TLS. It reports reads and writes to the connection's progress, and wipes plain text in the buffers that it gets.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::deadlines::ConnectionProgress;

/// A socket that reports reads and writes. Below TLS, a byte that was written is a byte that left the program.
#[derive(Debug)]
pub(in crate::transport) struct ProgressStream<S> {
    inner: S,
    progress: ConnectionProgress,
}

impl<S> ProgressStream<S> {
    pub(in crate::transport) fn new(inner: S, progress: ConnectionProgress) -> Self {
        Self { inner, progress }
    }

    pub(super) fn inner(&self) -> &S {
        &self.inner
    }

    fn record_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) => self.progress.bytes_written(count, Instant::now()),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.progress.write_blocked(Instant::now()),
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ProgressStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        // rustls decrypts in the buffer that it reads into: behind the new bytes are earlier requests in plain text.
        buf.initialize_unfilled().fill(0);
        if buf.filled().len() > before {
            self.progress.bytes_read(Instant::now());
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ProgressStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.record_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.record_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.progress.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::http::limits::ListenerLimits;

    #[tokio::test]
    async fn what_lies_behind_the_bytes_just_read_is_wiped() {
        let progress = ConnectionProgress::starting_at(Instant::now(), &ListenerLimits::default());
        let (mut peer, own) = tokio::io::duplex(16);
        let mut stream = ProgressStream::new(own, progress);
        let mut memory = *b"plain text";
        let mut buffer = ReadBuf::new(&mut memory);
        let mut context = Context::from_waker(std::task::Waker::noop());
        tokio::io::AsyncWriteExt::write_all(&mut peer, b"new").await.unwrap();
        assert!(Pin::new(&mut stream).poll_read(&mut context, &mut buffer).is_ready());
        assert_eq!(&memory, b"new\0\0\0\0\0\0\0");
        let mut memory = *b"plain text";
        assert!(Pin::new(&mut stream).poll_read(&mut context, &mut ReadBuf::new(&mut memory)).is_pending());
        assert_eq!(&memory, &[0; 10]);
    }
}
