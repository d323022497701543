//! Time limit that applies to a connection at each moment.
//!
//! hyper's own `header_read_timeout` also runs on a connection that rests between two requests: with 10 s it would cut every
//! kept-alive connection after 10 s. So the bytes are watched below TLS, the requests above HTTP, and both meet in a
//! `ConnectionProgress`:
//!
//! ```text
//!            first byte            head complete           answer handed over
//! Fresh ----------------> Head ----------------> Answering ----------------> Resting
//!   headers limit          headers limit           none (the body has its own)   | idle limit
//!                           ^----------------------- first byte ------------------'
//! ```
//! In every phase a peer that takes its answer too slowly is cut by the write limit. One byte is not progress: while an answer
//! waits, each [`write_stall`](ListenerLimits::write_stall) has to see a minimum of bytes go, or all that were left.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::held_until_sent::HeldUntilSent;
use super::limits::ListenerLimits;
use crate::transport::metrics::TimeLimit;

/// Longest idle time of a connection whose last request was answered before its body was read to the end. hyper's buffers may hold
/// the part that was read, and cannot be replaced there.
const UNREAD_BODY_IDLE: Duration = Duration::from_secs(3);

/// Progress of a connection; shared by the watched socket and the service behind it. Clones are the same.
#[derive(Debug, Clone)]
pub(in crate::transport) struct ConnectionProgress {
    state: Arc<Mutex<ProgressState>>,
    min_bytes_per_window: u64,
}

#[derive(Debug)]
struct ProgressState {
    phase: Phase,
    /// True if the last write had to wait for the peer.
    write_waits: bool,
    /// Since when the peer has had enough to take, and how much of it it took.
    window: Option<WriteWindow>,
    /// True if hyper handed over bytes and has not flushed them yet.
    answer_waits: bool,
    /// Values that answers need which are not sent to their end.
    held: Vec<HeldUntilSent>,
    /// State of the last request's body; `None` if there was no request since hyper's buffers were made.
    request_body: Option<RequestBody>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RequestBody {
    /// Part of it may not have arrived.
    Open,
    /// hyper has read it to its end: what arrives next is another request.
    Ended,
}

impl ProgressState {
    fn fresh(since: Instant) -> Self {
        let phase = Phase::Fresh { since };
        Self { phase, write_waits: false, window: None, answer_waits: false, held: Vec::new(), request_body: None }
    }
}

#[derive(Debug)]
struct WriteWindow {
    since: Instant,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was asked yet.
    Fresh { since: Instant },
    /// A request head is arriving.
    Head { since: Instant },
    /// A request is being worked on or answered.
    Responding,
    /// Between two requests; the end of an answer may still be on its way out.
    Idle { since: Instant },
}

impl ConnectionProgress {
    pub(in crate::transport) fn starting_at(now: Instant, limits: &ListenerLimits) -> Self {
        let min_bytes_per_window = limits.min_bytes_per_write_stall;
        Self { state: Arc::new(Mutex::new(ProgressState::fresh(now))), min_bytes_per_window }
    }

    /// The handshake is over; its bytes were not those of a request.
    pub(in crate::transport) fn handshake_done(&self, now: Instant) {
        *self.lock() = ProgressState::fresh(now);
    }

    /// A request head is complete. The request lasts until the guard is dropped.
    pub(in crate::transport) fn begin_response(&self) -> ResponseInProgress {
        let mut state = self.lock();
        state.phase = Phase::Responding;
        state.request_body = Some(RequestBody::Open);
        ResponseInProgress(self.clone())
    }

    pub(super) fn request_body_ended(&self) {
        self.lock().request_body = Some(RequestBody::Ended);
    }

    pub(super) fn answer_buffered(&self) {
        self.lock().answer_waits = true;
    }

    pub(super) fn answer_flushed(&self) {
        let mut state = self.lock();
        state.answer_waits = false;
        let sent = if matches!(state.phase, Phase::Idle { .. }) { std::mem::take(&mut state.held) } else { Vec::new() };
        drop(state);
        drop(sent);
    }

    /// Reports whether the last request was read to its end and its answer is handed over and flushed to its end. hyper flushes only when
    /// it has nothing else to send.
    pub(in crate::transport) fn is_exchange_complete(&self) -> bool {
        let state = self.lock();
        matches!(state.phase, Phase::Idle { .. })
            && state.request_body == Some(RequestBody::Ended)
            && !state.answer_waits
    }

    /// hyper's buffers are new ones; `begun` says that they already have to hold the beginning of a request.
    pub(in crate::transport) fn buffers_replaced(&self, begun: bool, now: Instant) {
        self.lock().request_body = None;
        if begun {
            self.bytes_read(now);
        }
    }

    /// The moment at which the connection has to be cut if nothing happens until then, and why.
    pub(in crate::transport) fn deadline(&self, limits: &ListenerLimits) -> Option<(Instant, TimeLimit)> {
        let state = self.lock();
        if let (true, Some(window)) = (state.write_waits, &state.window) {
            return Some((window.since + limits.write_stall, TimeLimit::WriteStall));
        }
        match state.phase {
            Phase::Fresh { since } | Phase::Head { since } => Some((since + limits.headers, TimeLimit::Headers)),
            Phase::Responding => None,
            Phase::Idle { since } => {
                let unread = state.request_body == Some(RequestBody::Open);
                let idle = if unread { limits.idle.min(UNREAD_BODY_IDLE) } else { limits.idle };
                Some((since + idle, TimeLimit::Idle))
            }
        }
    }

    /// The time since which nothing is asked or answered, or since which nothing was ever asked; `None` while something is.
    pub(in crate::transport) fn idle_since(&self) -> Option<Instant> {
        let state = self.lock();
        match state.phase {
            Phase::Fresh { since } | Phase::Idle { since } if !state.write_waits => Some(since),
            _ => None,
        }
    }

    /// Keeps `held` until the answer that needs it is sent, or the connection ends.
    pub(in crate::transport) fn hold(&self, held: HeldUntilSent) {
        self.lock().held.push(held);
    }

    pub(super) fn bytes_read(&self, now: Instant) {
        let mut state = self.lock();
        if matches!(state.phase, Phase::Fresh { .. } | Phase::Idle { .. }) {
            state.phase = Phase::Head { since: now };
        }
    }

    pub(super) fn bytes_written(&self, count: usize, now: Instant) {
        let mut state = self.lock();
        state.write_waits = false;
        if let Some(window) = &mut state.window {
            window.bytes = window.bytes.saturating_add(count as u64);
            if window.bytes >= self.min_bytes_per_window {
                state.window = None;
            }
        }
        // The peer is still taking the end of an answer: its rest begins when it has it.
        if let Phase::Idle { since } = &mut state.phase {
            *since = now;
        }
    }

    pub(super) fn write_blocked(&self, now: Instant) {
        let mut state = self.lock();
        state.write_waits = true;
        state.window.get_or_insert(WriteWindow { since: now, bytes: 0 });
    }

    /// Nothing is left to send: TLS and hyper flush the socket only when they have handed over all they had.
    pub(super) fn flushed(&self) {
        let mut state = self.lock();
        if !state.write_waits {
            state.window = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, ProgressState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way. Dropped when hyper has taken over the last piece of the answer.
#[derive(Debug)]
pub(in crate::transport) struct ResponseInProgress(ConnectionProgress);

impl Drop for ResponseInProgress {
    fn drop(&mut self) {
        self.0.lock().phase = Phase::Idle { since: Instant::now() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_phase_has_its_limit() {
        let limits = ListenerLimits::default();
        let start = Instant::now();
        let progress = ConnectionProgress::starting_at(start, &limits);
        assert_eq!(progress.deadline(&limits), Some((start + limits.headers, TimeLimit::Headers)));

        progress.bytes_read(start + SECOND);
        progress.bytes_read(start + 2 * SECOND);
        let head_limit = (start + SECOND + limits.headers, TimeLimit::Headers);
        assert_eq!(progress.deadline(&limits), Some(head_limit), "a second byte buys no time");

        let answering = progress.begin_response();
        progress.bytes_read(start + 3 * SECOND);
        assert_eq!(progress.deadline(&limits), None);

        assert_eq!(progress.idle_since(), None);

        drop(answering);
        assert!(matches!(progress.deadline(&limits), Some((_, TimeLimit::Idle))));
        assert!(progress.idle_since().is_some());
        progress.write_blocked(start + 4 * SECOND);
        assert_eq!(progress.idle_since(), None, "the end of the answer waits");
    }

    #[test]
    fn an_answered_request_is_complete_once_it_was_read_and_its_answer_flushed() {
        let progress = ConnectionProgress::starting_at(Instant::now(), &ListenerLimits::default());
        assert!(!progress.is_exchange_complete(), "nothing was asked");
        let answering = progress.begin_response();
        progress.request_body_ended();
        progress.answer_buffered();
        assert!(!progress.is_exchange_complete(), "the answer is not handed over");
        drop(answering);
        assert!(!progress.is_exchange_complete(), "the answer is not flushed");
        progress.answer_flushed();
        assert!(progress.is_exchange_complete());
        progress.buffers_replaced(false, Instant::now());
        assert!(!progress.is_exchange_complete(), "the new buffers hold nothing");
    }

    #[test]
    fn a_connection_whose_request_was_not_read_to_its_end_rests_for_seconds_only() {
        let limits = ListenerLimits::default();
        let progress = ConnectionProgress::starting_at(Instant::now(), &limits);
        let rest_after = |read: bool| {
            let answering = progress.begin_response();
            if read {
                progress.request_body_ended();
            }
            drop(answering);
            progress.answer_flushed();
            let (deadline, limit) = progress.deadline(&limits).unwrap();
            assert_eq!((progress.is_exchange_complete(), limit), (read, TimeLimit::Idle));
            deadline - Instant::now()
        };
        assert!(rest_after(false) <= UNREAD_BODY_IDLE);
        assert!(rest_after(true) > UNREAD_BODY_IDLE);
    }

    #[test]
    fn a_blocked_write_counts_from_its_first_wait() {
        let limits = ListenerLimits::default();
        let start = Instant::now();
        let progress = ConnectionProgress::starting_at(start, &limits);
        let _answering = progress.begin_response();
        progress.write_blocked(start);
        progress.write_blocked(start + 5 * SECOND);
        assert_eq!(progress.deadline(&limits), Some((start + limits.write_stall, TimeLimit::WriteStall)));
        progress.bytes_written(1, start + 6 * SECOND);
        assert_eq!(progress.deadline(&limits), None, "nothing waits");
    }

    #[test]
    fn only_enough_bytes_or_the_last_ones_start_a_new_window() {
        let limits = ListenerLimits { min_bytes_per_write_stall: 10, ..ListenerLimits::default() };
        let start = Instant::now();
        let progress = ConnectionProgress::starting_at(start, &limits);
        let _answering = progress.begin_response();
        let blocked_at = |seconds| {
            progress.write_blocked(start + seconds * SECOND);
            progress.deadline(&limits).map(|(deadline, _)| deadline)
        };
        let limit_from = |seconds| Some(start + seconds * SECOND + limits.write_stall);
        assert_eq!(blocked_at(0), limit_from(0));
        progress.bytes_written(9, start + SECOND);
        assert_eq!(blocked_at(1), limit_from(0), "a trickle buys no time");
        progress.bytes_written(1, start + 2 * SECOND);
        assert_eq!(blocked_at(3), limit_from(3), "ten bytes do");
        progress.flushed();
        assert_eq!(blocked_at(4), limit_from(3), "what still waits is not the end");
        progress.bytes_written(1, start + 5 * SECOND);
        progress.flushed();
        assert_eq!(blocked_at(6), limit_from(6), "so does all that was left");
    }

    #[test]
    fn idle_time_begins_when_the_peer_has_read_the_response() {
        let limits = ListenerLimits::default();
        let progress = ConnectionProgress::starting_at(Instant::now(), &limits);
        let answering = progress.begin_response();
        progress.request_body_ended();
        drop(answering);
        let later = Instant::now() + 5 * SECOND;
        progress.bytes_written(1, later);
        assert_eq!(progress.deadline(&limits), Some((later + limits.idle, TimeLimit::Idle)));
    }
}
