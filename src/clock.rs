//! Time as an argument: only [`SystemClock`] reads the operating system's clock.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use jiff::SignedDuration;
use jiff::civil::{DateTime, Time};
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

/// RFC 3339 section 5.6, with any offset, and `T` or a space before the time.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse_rfc_3339(text).map(Self::from_utc).ok_or(TimestampError)
    }
}

/// A text that is not a moment in the form of RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a moment in RFC 3339: expected one such as 2026-11-22T09:30:00Z")]
pub struct TimestampError;

/// The moment in UTC, cut to milliseconds.
fn parse_rfc_3339(text: &str) -> Option<DateTime> {
    let (date_and_time, rest) = text.split_at_checked("2026-11-22T09:30:00".len())?;
    let (fraction, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(fraction) => (fraction, "+00:00"),
        None => rest.split_at_checked(rest.len().checked_sub("+01:00".len())?)?,
    };

    // jiff accepts every form of ISO 8601 and more, so it checks only the values.
    let is_digit = |c: char| c.is_ascii_digit();
    let form = |part: &str| part.replace(is_digit, "0");
    let has_form =
        matches!(&*form(date_and_time), "0000-00-00T00:00:00" | "0000-00-00t00:00:00" | "0000-00-00 00:00:00")
            && matches!(&*form(offset), "+00:00" | "-00:00")
            && (fraction.is_empty() || fraction.len() > 1 && fraction.trim_end_matches(is_digit) == ".");
    if !has_form {
        return None;
    }

    let leap_second = date_and_time.strip_suffix(":60");
    let local = match leap_second {
        Some(minute) => format!("{minute}:59.999"),
        None => format!("{date_and_time}{}", &fraction[..fraction.len().min(".000".len())]),
    };
    let offset_from_utc = offset[1..].parse::<Time>().ok()?.duration_since(Time::midnight());
    let to_utc = if offset.starts_with('-') { offset_from_utc } else { -offset_from_utc };
    let utc = local.parse::<DateTime>().ok()?.saturating_add(to_utc);

    // A leap second is the last second of a month in UTC.
    let ends_month = utc.date() == utc.date().last_of_month() && (utc.hour(), utc.minute()) == (23, 59);
    (leap_second.is_none() || ends_month).then_some(utc)
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
            ("2026-11-22t09:30:00z", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22 09:30:00Z", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:30:00.5z", "2026-11-22T09:30:00.500Z"),
            ("2026-11-22T09:30:00.123456789Z", "2026-11-22T09:30:00.123Z"),
            ("2026-11-22T09:30:00.9999999999999999999999Z", "2026-11-22T09:30:00.999Z"),
            ("2026-11-22T10:30:00+01:00", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:00:00.5-00:30", "2026-11-22T09:30:00.500Z"),
            ("2026-11-22T09:30:00-00:00", "2026-11-22T09:30:00.000Z"),
            ("2026-11-22T09:30:00+23:59", "2026-11-21T09:31:00.000Z"),
            ("2026-11-22T09:30:00-23:59", "2026-11-23T09:29:00.000Z"),
            ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999Z"),
            ("2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999Z"),
            ("2017-01-01T00:59:60+01:00", "2016-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
            ("9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999Z"),
            ("0000-01-01T00:00:00+01:00", "1970-01-01T00:00:00.000Z"),
        ] {
            let parsed = text.parse::<Timestamp>().map(|moment| moment.to_string());
            assert_eq!(parsed.ok().as_deref(), Some(read), "{text}");
        }
    }

    #[test]
    fn a_moment_in_another_form_is_refused() {
        for text in [
            "",
            "now",
            "2026-11-22",
            "2026-11-22T09:30Z",
            "2026-11-22T09:30:00",
            "2026-11-22T09:30:00.5",
            "2026-11-22T09:30:00.Z",
            "2026-11-22T09:30:00,5Z",
            "2026-11-22T09:30:00.5.5Z",
            "2026-11-22T09:30:00.-5Z",
            "2026-11-22_09:30:00Z",
            "2026-11-22T09:30:00ZZ",
            "2026-11-22T09:30:00Z+00:00",
            "2026-11-22T09:30:00Z[UTC]",
            "20261122T093000Z",
            "2026/11/22T09:30:00Z",
            "220-01-01T00:00:00Z",
            "2020-1-1T0:0:0Z",
            "12020-01-01T00:00:00Z",
            "+2020-01-01T00:00:00Z",
            "-020-01-01T00:00:00Z",
            " 2026-11-22T09:30:00Z",
            "2026-11-22T09:30:00Z ",
            "2026-11-22T09:30:00 Z",
            "2026-11-22T 9:30:00Z",
            "２026-11-22T09:30:00Z",
            "2026-11-22T09:30:0äZ",
            "2026-11-22T09:30:00+ä:00",
            "2026-11-22T09:30:00+24:00",
            "2026-11-22T09:30:00+25:59",
            "2026-11-22T09:30:00+01:60",
            "2026-11-22T09:30:00+01:00:30",
            "2026-11-22T09:30:00+01",
            "2026-11-22T09:30:00+0100",
            "2026-11-22T09:30:00+1:00",
            "2026-11-22T09:30:00 01:00",
            "2026-00-22T09:30:00Z",
            "2026-13-22T09:30:00Z",
            "2026-02-29T09:30:00Z",
            "2026-11-00T09:30:00Z",
            "2026-11-22T24:30:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T09:60:00Z",
            "2026-11-22T09:30:61Z",
            "2026-11-22T12:00:60Z",
            "2026-11-22T23:59:60Z",
            "2016-12-31T23:59:60+01:00",
        ] {
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
