//! Time as an argument: only [`SystemClock`] reads the operating system's clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::failpoint;

/// A moment in UTC, in whole milliseconds since 1970-01-01T00:00:00Z; written as RFC 3339 (`2026-11-22T09:30:00.000Z`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The end of the year 9999: RFC 3339 cannot write a later moment.
    const LATEST_MILLISECONDS: i64 = 253_402_300_799_999;

    /// Values outside the years 1970 to 9999 become the nearer end.
    pub const fn from_unix_milliseconds(milliseconds: i64) -> Self {
        if milliseconds < 0 {
            Self(0)
        } else if milliseconds > Self::LATEST_MILLISECONDS {
            Self(Self::LATEST_MILLISECONDS)
        } else {
            Self(milliseconds)
        }
    }

    pub const fn unix_milliseconds(self) -> i64 {
        self.0
    }

    /// From a calendar date and time in UTC.
    pub fn from_utc(moment: DateTime) -> Self {
        let milliseconds = moment.duration_since(UNIX_EPOCH).as_millis();
        Self::from_unix_milliseconds(i64::try_from(milliseconds).unwrap_or(Self::LATEST_MILLISECONDS))
    }

    /// The same moment as a calendar date and time in UTC. (`jiff::Timestamp` ends a day before the year 9999 does.)
    pub fn to_utc(self) -> DateTime {
        UNIX_EPOCH.saturating_add(SignedDuration::from_millis(self.0))
    }

    /// Time since 1970-01-01T00:00:00Z.
    pub const fn since_unix_epoch(self) -> Duration {
        Duration::from_millis(self.0.unsigned_abs())
    }

    /// Time left until `later`; zero when that has passed.
    pub fn until(self, later: Self) -> Duration {
        Duration::from_millis(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }
}

const UNIX_EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self::from_unix_milliseconds(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self::from_unix_milliseconds(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}Z", self.to_utc())
    }
}

/// RFC 3339, with any offset.
impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let text = text.replace('Z', "+00:00");
        let parsed = strtime::parse("%Y-%m-%dT%H:%M:%S%.f%:z", text)?;
        let offset = SignedDuration::from_secs(parsed.offset().map_or(0, |offset| offset.seconds().into()));
        Ok(Self::from_utc(parsed.to_datetime()?.saturating_sub(offset)))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Source of the time for a component.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    /// Time since the machine started, including sleep. Unlike the wall clock it cannot be set.
    fn since_boot(&self) -> Duration;
    /// Identifier of the machine's current run; `None` where the system has none.
    fn boot_id(&self) -> Option<String>;
}

/// The operating system's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where ambient time comes in")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let milliseconds = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_unix_milliseconds(milliseconds.saturating_add(failpoint::clock_shift_milliseconds()))
    }

    #[cfg(target_os = "linux")]
    fn since_boot(&self) -> Duration {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }

    /// Counts from the first call, so a restart of the program looks like a restart of the machine.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::disallowed_methods, reason = "the one place where ambient time comes in")]
    fn since_boot(&self) -> Duration {
        static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        FIRST.get_or_init(std::time::Instant::now).elapsed()
    }

    fn boot_id(&self) -> Option<String> {
        // Only Linux has this file.
        let name = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(name.trim().to_owned())
    }
}

/// A clock for tests, which moves only when a test moves it.
#[derive(Debug)]
pub struct ManualClock {
    wall: AtomicI64,
    since_boot: AtomicI64,
}

impl ManualClock {
    pub fn starting_at(start: Timestamp) -> Self {
        Self { wall: AtomicI64::new(start.unix_milliseconds()), since_boot: AtomicI64::new(0) }
    }

    pub fn advance(&self, span: Duration) {
        let milliseconds = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        self.wall.fetch_add(milliseconds, Ordering::SeqCst);
        self.since_boot.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// Changes the wall clock only, like an administrator who sets the clock.
    pub fn shift_by(&self, milliseconds: i64) {
        self.wall.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_milliseconds(self.wall.load(Ordering::SeqCst))
    }

    fn since_boot(&self) -> Duration {
        Duration::from_millis(self.since_boot.load(Ordering::SeqCst).unsigned_abs())
    }

    fn boot_id(&self) -> Option<String> {
        Some("manual".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_survives_json() {
        let moment = Timestamp::from_unix_milliseconds(1_795_339_800_123);
        let json = serde_json::to_string(&moment).unwrap();
        assert_eq!(json, "\"2026-11-22T09:30:00.123Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), moment);
    }

    #[test]
    fn rfc_3339_is_read_with_any_offset_and_fraction() {
        for (text, read) in [
            ("2026-11-22T09:30:00Z", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:30:00.123456789Z", "2026-11-22T09:30:00.123Z"),
            ("2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:00:00.5-00:30", "2026-11-22T09:30:00.500Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), read, "{text}");
        }
        for text in ["", "2026-11-22", "2026-11-22T09:30:00", "2026-11-22T24:30:00Z", "2026-02-30T09:30:00Z", "now"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn arithmetic_stays_within_what_rfc_3339_can_write() {
        let far = Timestamp::from_unix_milliseconds(i64::MAX) + Duration::from_secs(1);
        assert_eq!(far.to_string(), "9999-12-31T23:59:59.999Z");
        let early = Timestamp::from_unix_milliseconds(5) - Duration::from_secs(1);
        assert_eq!(early.unix_milliseconds(), 0);
        assert_eq!(far.until(early), Duration::ZERO);
    }
}
