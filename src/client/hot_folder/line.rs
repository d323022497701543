//! Whether the gateway takes photos at present. All photos share one line: when it is down, one of them tries at a time.

use std::time::Duration;

use crate::client::backoff;
use crate::clock::Timestamp;

/// How often somebody who is not let in asks again. Our own number: a person has to act, and a handshake costs the gateway little.
const BARRED_PAUSE: Duration = Duration::from_secs(300);

/// The state of the line; times without a date are those of `Patience::spent`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Line {
    trouble: Option<Trouble>,
    /// Grows with every change for the worse, so that of many uploads that fail together one counts.
    era: u64,
}

#[derive(Debug, Clone, Copy)]
struct Trouble {
    since: Timestamp,
    failures: u32,
    next_try: Duration,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Down,
    Barred,
}

/// What an upload remembers of the line on which it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Era(u64);

impl Line {
    /// The present era.
    pub fn era(&self) -> Era {
        Era(self.era)
    }

    /// Whether an upload may begin now, with so many others under way.
    pub fn may_begin(&self, now: Duration, under_way: usize) -> bool {
        self.trouble.is_none_or(|trouble| under_way == 0 && now >= trouble.next_try)
    }

    /// Whether the gateway does not let this studio in.
    pub fn is_barred(&self) -> bool {
        self.trouble.is_some_and(|trouble| trouble.kind == Kind::Barred)
    }

    /// Since when photos are not taken.
    pub fn down_since(&self) -> Option<Timestamp> {
        self.trouble.map(|trouble| trouble.since)
    }

    /// When the next upload may begin, if that is after `now`.
    pub fn next_try(&self, now: Duration) -> Option<Duration> {
        self.trouble.map(|trouble| trouble.next_try).filter(|next_try| *next_try > now)
    }

    /// The gateway gave an answer to a photo. Gives since when it had not, if so.
    pub fn answered(&mut self) -> Option<Timestamp> {
        self.trouble.take().map(|trouble| trouble.since)
    }

    /// An upload found the gateway out of reach or busy; `asked` is the pause that was asked for, `draw` a random number. Whether
    /// this is news.
    pub fn failed(&mut self, era: Era, at: Timestamp, now: Duration, asked: Duration, draw: u32) -> bool {
        self.worse(era, at, Kind::Down, |failures| now + backoff::pause(failures, draw).max(asked))
    }

    /// The gateway did not let an upload in. Whether this is news.
    pub fn barred(&mut self, era: Era, at: Timestamp, now: Duration) -> bool {
        self.worse(era, at, Kind::Barred, |_| now + BARRED_PAUSE)
    }

    /// Something has changed that makes it worth trying at once, such as a new certificate.
    pub fn try_at_once(&mut self) {
        if let Some(trouble) = &mut self.trouble {
            trouble.next_try = Duration::ZERO;
        }
    }

    fn worse(&mut self, era: Era, at: Timestamp, kind: Kind, next_try: impl FnOnce(u32) -> Duration) -> bool {
        if era != self.era() {
            return false;
        }
        self.era += 1;
        let before = self.trouble;
        let failures = before.map_or(0, |trouble| trouble.failures).saturating_add(1);
        let since = before.map_or(at, |trouble| trouble.since);
        self.trouble = Some(Trouble { since, failures, next_try: next_try(failures), kind });
        before.is_none_or(|trouble| trouble.kind != kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn uploads_that_fail_together_count_once_and_one_tries_at_a_time() {
        let mut line = Line::default();
        let era = line.era();
        assert!(line.failed(era, AT, Duration::ZERO, Duration::ZERO, u32::MAX));
        assert!(!line.failed(era, AT, Duration::ZERO, 60 * SECOND, u32::MAX));
        assert!(!line.may_begin(Duration::ZERO, 0));
        assert!(line.may_begin(SECOND, 0) && !line.may_begin(SECOND, 1));
        assert_eq!(line.answered(), Some(AT));
        assert!(line.may_begin(Duration::ZERO, 3) && line.answered().is_none());
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept() {
        let mut line = Line::default();
        line.failed(line.era(), AT, SECOND, 60 * SECOND, 0);
        assert!(!line.may_begin(60 * SECOND, 0) && line.may_begin(61 * SECOND, 0));
    }

    #[test]
    fn who_is_barred_asks_slowly_until_something_changes() {
        let mut line = Line::default();
        assert!(line.barred(line.era(), AT, Duration::ZERO) && line.is_barred());
        assert!(!line.barred(line.era(), AT, Duration::ZERO), "said once");
        assert!(!line.may_begin(299 * SECOND, 0) && line.may_begin(300 * SECOND, 0));
        line.try_at_once();
        assert!(line.may_begin(Duration::ZERO, 0));
    }
}
