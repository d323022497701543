//! Rate limit for log lines that callers cause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Enough to see failing clients, too few to fill a disk.
const LINES_PER_MINUTE: u32 = 60;

/// Rate limit of one kind of line.
#[derive(Debug, Default)]
pub(super) struct LogPace(Mutex<Option<Minute>>);

#[derive(Debug)]
struct Minute {
    begun: Instant,
    lines: u32,
}

impl LogPace {
    /// Reports whether a line is due, and counts it as written.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *minute {
            Some(minute) if now.duration_since(minute.begun) < Duration::from_secs(60) => {
                minute.lines += 1;
                minute.lines <= LINES_PER_MINUTE
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
}
