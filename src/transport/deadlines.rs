//! Which time limit holds at this moment of a connection.
//!
//! hyper's own `header_read_timeout` also runs on a connection that rests between two requests: with 10 s it would cut every
//! kept-alive connection after 10 s. So the bytes are watched below TLS, the requests above HTTP, and both meet in a
//! [`Progress`]:
//!
//! ```text
//!            first byte            head complete           answer handed over
//! Fresh ----------------> Head ----------------> Answering ----------------> Resting
//!   headers limit          headers limit           none (the body has its own)   | idle limit
//!                           ^----------------------- first byte ------------------'
//! ```
//! In every phase a write that the peer does not take is cut by the write limit.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::limits::ListenerLimits;
use super::metrics::TimeLimit;

/// How far a connection has come; shared by the watched socket and the service behind it. Clones are the same.
#[derive(Debug, Clone)]
pub(super) struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    phase: Phase,
    write_blocked_since: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was asked yet.
    Fresh { since: Instant },
    /// A request head is arriving.
    Head { since: Instant },
    /// A request is being worked on or answered.
    Answering,
    /// Between two requests; the end of an answer may still be on its way out.
    Resting { since: Instant },
}

impl Progress {
    pub(super) fn starting_at(now: Instant) -> Self {
        Self(Arc::new(Mutex::new(State { phase: Phase::Fresh { since: now }, write_blocked_since: None })))
    }

    /// The handshake is over; its bytes were not those of a request.
    pub(super) fn handshake_done(&self, now: Instant) {
        *self.lock() = State { phase: Phase::Fresh { since: now }, write_blocked_since: None };
    }

    /// A request head is complete. The request lasts until the guard is dropped.
    pub(super) fn answering(&self) -> Answering {
        self.lock().phase = Phase::Answering;
        Answering(self.clone())
    }

    /// The moment at which the connection has to be cut if nothing happens until then, and why.
    pub(super) fn deadline(&self, limits: &ListenerLimits) -> Option<(Instant, TimeLimit)> {
        let state = self.lock();
        if let Some(since) = state.write_blocked_since {
            return Some((since + limits.write_stall, TimeLimit::WriteStall));
        }
        match state.phase {
            Phase::Fresh { since } | Phase::Head { since } => Some((since + limits.headers, TimeLimit::Headers)),
            Phase::Answering => None,
            Phase::Resting { since } => Some((since + limits.idle, TimeLimit::Idle)),
        }
    }

    fn bytes_read(&self, now: Instant) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::Fresh { .. } | Phase::Resting { .. }) {
            state.phase = Phase::Head { since: now };
        }
    }

    fn bytes_written(&self, now: Instant) {
        let mut state = self.lock();
        state.write_blocked_since = None;
        // The peer is still taking the end of an answer: its rest begins when it has it.
        if let Phase::Resting { since } = &mut state.phase {
            *since = now;
        }
    }

    fn write_blocked(&self, now: Instant) {
        self.lock().write_blocked_since.get_or_insert(now);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped when hyper has taken over the last piece of the answer.
#[derive(Debug)]
pub(super) struct Answering(Progress);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.lock().phase = Phase::Resting { since: Instant::now() };
    }
}

/// A socket that reports what passes through it. It lies below TLS, where a byte sent is a byte the peer's kernel took.
#[derive(Debug)]
pub(super) struct Watched<S> {
    inner: S,
    progress: Progress,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, progress: Progress) -> Self {
        Self { inner, progress }
    }

    pub(super) fn inner(&self) -> &S {
        &self.inner
    }

    fn note_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(_)) => self.progress.bytes_written(Instant::now()),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.progress.write_blocked(Instant::now()),
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.progress.bytes_read(Instant::now());
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.note_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.note_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_phase_has_its_limit() {
        let limits = ListenerLimits::default();
        let start = Instant::now();
        let progress = Progress::starting_at(start);
        assert_eq!(progress.deadline(&limits), Some((start + limits.headers, TimeLimit::Headers)));

        progress.bytes_read(start + SECOND);
        progress.bytes_read(start + 2 * SECOND);
        let head_limit = (start + SECOND + limits.headers, TimeLimit::Headers);
        assert_eq!(progress.deadline(&limits), Some(head_limit), "a second byte buys no time");

        let answering = progress.answering();
        progress.bytes_read(start + 3 * SECOND);
        assert_eq!(progress.deadline(&limits), None);

        drop(answering);
        assert!(matches!(progress.deadline(&limits), Some((_, TimeLimit::Idle))));
    }

    #[test]
    fn a_blocked_write_counts_from_the_last_byte_the_peer_took() {
        let limits = ListenerLimits::default();
        let start = Instant::now();
        let progress = Progress::starting_at(start);
        let _answering = progress.answering();
        progress.write_blocked(start);
        progress.write_blocked(start + 5 * SECOND);
        assert_eq!(progress.deadline(&limits), Some((start + limits.write_stall, TimeLimit::WriteStall)));
        progress.bytes_written(start + 6 * SECOND);
        assert_eq!(progress.deadline(&limits), None);
        progress.write_blocked(start + 7 * SECOND);
        assert_eq!(progress.deadline(&limits), Some((start + 7 * SECOND + limits.write_stall, TimeLimit::WriteStall)));
    }

    #[test]
    fn rest_begins_when_the_peer_has_taken_the_answer() {
        let limits = ListenerLimits::default();
        let progress = Progress::starting_at(Instant::now());
        drop(progress.answering());
        let later = Instant::now() + 5 * SECOND;
        progress.bytes_written(later);
        assert_eq!(progress.deadline(&limits), Some((later + limits.idle, TimeLimit::Idle)));
    }
}
