//! Retention of sent photos and their receipts, which contain the code, in the studio.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Weekday;

use crate::clock::Timestamp;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Time after which a sent photo is erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SentRetention {
    /// At the same time (UTC) of the next day from Monday to Friday, so that a customer can get a copy on the next day.
    #[default]
    OneWorkingDay,
    For(Duration),
    /// The studio erases them itself.
    Forever,
}

impl SentRetention {
    /// Time of the erasure of photos that were sent at `sent_at`; `None` for never.
    pub fn expires_at(self, sent_at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::OneWorkingDay => Some(
                sent_at
                    + match sent_at.to_utc().weekday() {
                        Weekday::Friday => 3 * DAY,
                        Weekday::Saturday => 2 * DAY,
                        _ => DAY,
                    },
            ),
            Self::For(span) => Some(sent_at + span),
            Self::Forever => None,
        }
    }
}

/// In the notation that `from_str` parses.
impl fmt::Display for SentRetention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneWorkingDay => f.write_str("workday"),
            Self::For(span) => write!(f, "{}h", span.as_secs() / HOUR.as_secs()),
            Self::Forever => f.write_str("never"),
        }
    }
}

impl FromStr for SentRetention {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "workday" => return Ok(Self::OneWorkingDay),
            "never" => return Ok(Self::Forever),
            _ => {}
        }
        let number = |rest: &str| rest.parse::<u32>().ok().filter(|number| *number <= 10_000);
        let span = match (text.strip_suffix('h').and_then(number), text.strip_suffix('d').and_then(number)) {
            (Some(hours), _) => HOUR * hours,
            (_, Some(days)) => DAY * days,
            _ => return Err("write workday, never, or a number of hours or days such as 2h or 3d"),
        };
        Ok(Self::For(span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Friday, 2026-11-20T09:30:00Z
    const FRIDAY: Timestamp = Timestamp::from_unix_milliseconds(1_795_167_000_000);

    #[test]
    fn a_working_day_leaps_over_the_weekend() {
        for (days_later, kept_days) in [(0, 3), (1, 2), (2, 1), (3, 1), (6, 1)] {
            let sent = FRIDAY + DAY * days_later;
            assert_eq!(SentRetention::OneWorkingDay.expires_at(sent), Some(sent + DAY * kept_days), "{sent}");
        }
    }

    #[test]
    fn a_span_is_written_in_hours_or_days() {
        assert_eq!("2h".parse(), Ok(SentRetention::For(2 * HOUR)));
        assert_eq!("3d".parse(), Ok(SentRetention::For(3 * DAY)));
        assert_eq!("never".parse(), Ok(SentRetention::Forever));
        assert_eq!("workday".parse(), Ok(SentRetention::OneWorkingDay));
        for text in ["workday", "never", "2h", "72h"] {
            assert_eq!(text.parse::<SentRetention>().map(|keep| keep.to_string()).as_deref(), Ok(text));
        }
        for wrong in ["", "h", "2", "-1d", "2m", "999999999d", "1.5h", "ü"] {
            assert!(wrong.parse::<SentRetention>().is_err(), "{wrong}");
        }
    }
}
