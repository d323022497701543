//! Rate limit for log lines that callers cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Enough to see failing clients, too few to fill a disk.
const LINES_PER_MINUTE: u32 = 60;

/// Rate limit of one kind of line.
#[derive(Debug)]
pub(super) struct LogPace {
    lines_per_minute: u32,
    minute: Mutex<Option<Minute>>,
}

#[derive(Debug)]
struct Minute {
    begun: Instant,
    lines: u32,
}

impl Default for LogPace {
    fn default() -> Self {
        Self { lines_per_minute: LINES_PER_MINUTE, minute: Mutex::default() }
    }
}

impl LogPace {
    /// For a line that states the same each time.
    pub(super) fn once_a_minute() -> Self {
        Self { lines_per_minute: 1, minute: Mutex::default() }
    }

    /// Reports whether a line is due, and counts it as written.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let mut minute = self.minute.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *minute {
            Some(minute) if now.duration_since(minute.begun) < Duration::from_secs(60) => {
                minute.lines = minute.lines.saturating_add(1);
                minute.lines <= self.lines_per_minute
            }
            _ => {
                *minute = Some(Minute { begun: now, lines: 1 });
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_beyond_the_pace_wait_for_the_next_minute() {
        let (pace, start) = (LogPace::default(), Instant::now());
        let due = (0..100).filter(|_| pace.is_due(start)).count();
        assert_eq!(due, 60);
        assert!(!pace.is_due(start + Duration::from_secs(59)) && pace.is_due(start + Duration::from_secs(60)));
    }

    #[test]
    fn a_line_once_a_minute_is_due_again_after_a_minute() {
        let (pace, start) = (LogPace::once_a_minute(), Instant::now());
        let due = [0, 1, 59, 60, 61, 119, 120].map(|second| pace.is_due(start + Duration::from_secs(second)));
        assert_eq!(due, [true, false, false, true, false, false, true]);
    }
}
