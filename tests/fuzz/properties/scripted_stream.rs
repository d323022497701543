//! The client's end of a connection, in memory: it sends its bytes in pieces of a given size, and ends when the gateway waits for more.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Progress of the requests on a connection, which decides when the client ends it.
#[derive(Debug, Clone, Default)]
pub(super) struct RequestProgress(Arc<Mutex<ProgressState>>);

#[derive(Debug, Default)]
struct ProgressState {
    in_handler: u32,
    waits_for_body: bool,
    /// Reads in vain since the last change.
    vain_reads: u32,
    reader: Option<Waker>,
}

/// hyper looks for the client's end before it has called the handler, or told it of the last piece of a body. So the end comes only
/// after some reads between which nothing happens.
const MAX_VAIN_READS: u32 = 4;

impl RequestProgress {
    /// Counts a handler until its guard is dropped, which happens also when the connection ends first.
    pub(super) fn begin(&self) -> HandlerGuard {
        self.change(|state| state.in_handler += 1);
        HandlerGuard(self.clone())
    }

    pub(super) fn wait_for_body(&self, waits: bool) {
        // A handler that is polled again in vain has changed nothing.
        if self.lock().waits_for_body != waits {
            self.change(|state| state.waits_for_body = waits);
        }
    }

    fn lock(&self) -> MutexGuard<'_, ProgressState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut ProgressState)) {
        let mut state = self.lock();
        change(&mut state);
        state.vain_reads = 0;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    fn is_in_handler(&self) -> bool {
        self.lock().in_handler > 0
    }

    /// True if nothing happens any more unless the client sends something. Otherwise the reader is woken when it should ask again.
    fn is_idle(&self, cx: &Context<'_>) -> bool {
        let mut state = self.lock();
        if state.in_handler > 0 && !state.waits_for_body {
            state.reader = Some(cx.waker().clone());
            return false;
        }
        state.vain_reads += 1;
        if state.vain_reads < MAX_VAIN_READS {
            cx.waker().wake_by_ref();
        }
        state.vain_reads >= MAX_VAIN_READS
    }
}

/// A handler at work.
pub(super) struct HandlerGuard(RequestProgress);

impl Drop for HandlerGuard {
    fn drop(&mut self) {
        self.0.change(|state| {
            state.in_handler -= 1;
            state.waits_for_body = false;
        });
    }
}

/// Bytes that both sides sent.
#[derive(Debug, Default)]
pub(super) struct Exchanged {
    pub(super) written: Vec<u8>,
    /// Bytes that the gateway read before it ended its side.
    pub(super) read: usize,
    pub(super) is_shut_down: bool,
    /// The client ended while a handler waited for the rest of its request.
    pub(super) is_cut: bool,
}

/// A fault of the stream, with which the tests prove that the property of a connection notices it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamFault {
    /// The bytes that the gateway writes are lost.
    Discards,
    /// The gateway reads the end before the first byte.
    EndsAtOnce,
    /// The same, only if the bytes arrive in pieces.
    PiecesEndAtOnce,
}

pub(super) struct ScriptedStream {
    script: Vec<u8>,
    at: usize,
    /// Bytes of one read and of one write.
    piece: usize,
    progress: RequestProgress,
    exchanged: Arc<Mutex<Exchanged>>,
    fault: Option<StreamFault>,
}

impl ScriptedStream {
    pub(super) fn new(
        mut script: Vec<u8>,
        piece: usize,
        progress: RequestProgress,
        fault: Option<StreamFault>,
    ) -> Self {
        let is_whole = piece == usize::MAX;
        if fault == Some(StreamFault::EndsAtOnce) || (fault == Some(StreamFault::PiecesEndAtOnce) && !is_whole) {
            script.clear();
        }
        Self { script, at: 0, piece, progress, exchanged: Arc::default(), fault }
    }

    pub(super) fn exchanged(&self) -> Arc<Mutex<Exchanged>> {
        Arc::clone(&self.exchanged)
    }
}

impl AsyncRead for ScriptedStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let rest = &this.script[this.at..];
        if rest.is_empty() && !this.progress.is_idle(cx) {
            return Poll::Pending;
        }
        let is_cut = rest.is_empty() && this.progress.is_in_handler();
        let count = rest.len().min(this.piece).min(buf.remaining());
        buf.put_slice(&rest[..count]);
        this.at += count;
        let mut exchanged = this.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
        if !exchanged.is_shut_down {
            exchanged.is_cut |= is_cut;
            exchanged.read += count;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ScriptedStream {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let count = buf.len().min(self.piece);
        let mut exchanged = self.exchanged.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(!exchanged.is_shut_down, "written after the end");
        if self.fault != Some(StreamFault::Discards) {
            exchanged.written.extend_from_slice(&buf[..count]);
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.exchanged.lock().unwrap_or_else(PoisonError::into_inner).is_shut_down = true;
        Poll::Ready(Ok(()))
    }
}
