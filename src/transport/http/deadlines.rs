//! Time limits of a connection, depending on its phase.
//!
//! hyper's own `header_read_timeout` also runs on a connection that is idle between two requests: with 10 s it would close every
//! kept-alive connection after 10 s. So bytes are observed below TLS and requests above HTTP, and `ConnectionProgress` combines both:
//!
//! ```text
//!            first byte            head complete           response handed over
//! Fresh ----------------> Head ----------------> Responding ----------------> Idle
//!   headers limit          headers limit           none (the body has its own)   | idle limit
//!                           ^----------------------- first byte ------------------'
//! ```
//! In every phase the write limit closes connections of peers that read their response too slowly. While a response waits, the peer
//! has to read a minimum of bytes, or all that are left, in each [`write_stall`](ListenerLimits::write_stall).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::held_until_sent::HeldUntilSent;
use super::limits::ListenerLimits;
use crate::transport::metrics::TimeLimit;

/// Longest idle time of a connection whose last request was answered before its body was read to the end. hyper's buffers may hold
/// part of that body and cannot be replaced at this point.
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
    window: Option<WriteWindow>,
    /// True if hyper has written bytes and not flushed them yet.
    answer_waits: bool,
    /// Values of responses that are not completely sent.
    held: Vec<HeldUntilSent>,
    /// Of the last request; `None` if there was no request since hyper's buffers were made.
    request_body: Option<RequestBody>,
    /// Start of the current response if its client can resume it.
    resumable_since: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RequestBody {
    /// Part of it may not have arrived.
    Open,
    /// hyper has read it to its end: the next byte belongs to another request.
    Ended,
}

impl ProgressState {
    fn fresh(since: Instant) -> Self {
        Self {
            phase: Phase::Fresh { since },
            write_waits: false,
            window: None,
            answer_waits: false,
            held: Vec::new(),
            request_body: None,
            resumable_since: None,
        }
    }
}

#[derive(Debug)]
struct WriteWindow {
    since: Instant,
    bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Fresh {
        since: Instant,
    },
    Head {
        since: Instant,
    },
    Responding,
    /// Between two requests; the end of a response may still be unsent.
    Idle {
        since: Instant,
    },
}

impl ConnectionProgress {
    pub(in crate::transport) fn starting_at(now: Instant, limits: &ListenerLimits) -> Self {
        let min_bytes_per_window = limits.min_bytes_per_write_stall;
        Self { state: Arc::new(Mutex::new(ProgressState::fresh(now))), min_bytes_per_window }
    }

    pub(in crate::transport) fn handshake_done(&self, now: Instant) {
        *self.lock() = ProgressState::fresh(now);
    }

    /// A request head is complete. The request lasts until the guard is dropped.
    pub(in crate::transport) fn begin_response(&self) -> ResponseInProgress {
        let mut state = self.lock();
        state.phase = Phase::Responding;
        state.request_body = Some(RequestBody::Open);
        state.resumable_since = None;
        ResponseInProgress(self.clone())
    }

    /// Notes that the client can resume the current response on another connection.
    pub(in crate::transport) fn response_is_resumable(&self, now: Instant) {
        self.lock().resumable_since = Some(now);
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

    /// Reports whether the last request was read and its response handed over and flushed to the end. hyper flushes only when it has
    /// nothing else to send.
    pub(in crate::transport) fn is_exchange_complete(&self) -> bool {
        let state = self.lock();
        matches!(state.phase, Phase::Idle { .. })
            && state.request_body == Some(RequestBody::Ended)
            && !state.answer_waits
    }

    /// Notes that hyper has new buffers; `begun` tells that they already contain the beginning of a request.
    pub(in crate::transport) fn buffers_replaced(&self, begun: bool, now: Instant) {
        self.lock().request_body = None;
        if begun {
            self.bytes_read(now);
        }
    }

    /// The moment at which the connection is closed if there is no progress until then, with the limit that causes it.
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

    /// Start of the time without request and response, or of a response that can be resumed; `None` during another request.
    pub(in crate::transport) fn idle_since(&self) -> Option<Instant> {
        let state = self.lock();
        match state.phase {
            Phase::Responding if !state.write_waits => state.resumable_since,
            Phase::Fresh { since } | Phase::Idle { since } if !state.write_waits => Some(since),
            _ => None,
        }
    }

    /// Keeps `held` until the current response is sent or the connection ends.
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
        // The peer is still reading the end of a response: idle time begins after that.
        if let Phase::Idle { since } = &mut state.phase {
            *since = now;
        }
    }

    pub(super) fn write_blocked(&self, now: Instant) {
        let mut state = self.lock();
        state.write_waits = true;
        state.window.get_or_insert(WriteWindow { since: now, bytes: 0 });
    }

    /// Notes that all output is sent: TLS and hyper flush the socket only when they have no more output.
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

/// A running request. Dropped when hyper has taken the last piece of the response.
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
    fn a_response_that_can_be_resumed_counts_as_idle_and_has_no_time_limit() {
        let limits = ListenerLimits::default();
        let start = Instant::now();
        let progress = ConnectionProgress::starting_at(start, &limits);
        let _answering = progress.begin_response();
        progress.response_is_resumable(start + SECOND);
        assert_eq!((progress.idle_since(), progress.deadline(&limits)), (Some(start + SECOND), None));
        progress.write_blocked(start + 2 * SECOND);
        assert_eq!(progress.idle_since(), None);
        assert!(matches!(progress.deadline(&limits), Some((_, TimeLimit::WriteStall))), "the client does not read");
        progress.bytes_written(1, start + 3 * SECOND);
        let _next = progress.begin_response();
        assert_eq!(progress.idle_since(), None, "the next response cannot be resumed");
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
