//! Moments as they stand on paper.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::domain::language::Language;

const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The last day on which something that ends at `end` is valid until midnight in Germany: "18. Mai 2027". There is no table of
/// time zones here: Central European Time is taken all the year, which in summer can name one day too few, never one too many.
pub fn last_whole_day(end: Timestamp, language: Language) -> String {
    let date = (end + Duration::from_secs(3600)).to_utc().date();
    format_date(date.previous_day().unwrap_or(date), language)
}

/// To the minute, rounded down, in UTC: "23. November 2026, 09:30 Uhr (UTC)".
pub fn format_minute(at: Timestamp, language: Language) -> String {
    let utc = at.to_utc();
    let (date, hour, minute) = (format_date(utc.date(), language), utc.hour(), utc.minute());
    language.pick(format!("{date}, {hour:02}:{minute:02} Uhr (UTC)"), format!("{date}, {hour:02}:{minute:02} (UTC)"))
}

fn format_date(date: time::Date, language: Language) -> String {
    let (day, year, month) = (date.day(), date.year(), usize::from(u8::from(date.month())) - 1);
    language.pick(format!("{day}. {} {year}", GERMAN[month]), format!("{day} {} {year}", ENGLISH[month]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn the_last_whole_day_ends_before_the_end() {
        for (end, day) in [
            ("2027-05-18T09:30:00Z", "17. Mai 2027"),
            // Midnight in Germany in winter: the day that ends there is whole.
            ("2027-01-15T23:00:00Z", "15. Januar 2027"),
            ("2027-01-15T22:59:59Z", "14. Januar 2027"),
            // In summer the 18th is whole at 22:00, which is not taken.
            ("2027-05-18T22:30:00Z", "17. Mai 2027"),
            ("2027-05-18T23:00:00Z", "18. Mai 2027"),
            ("2027-03-01T12:00:00Z", "28. Februar 2027"),
        ] {
            assert_eq!(last_whole_day(at(end), Language::German), day, "{end}");
        }
    }

    #[test]
    fn both_languages_write_the_month_out() {
        let end = at("2027-03-02T12:34:56Z");
        assert_eq!(last_whole_day(end, Language::English), "1 March 2027");
        assert_eq!(last_whole_day(end, Language::German), "1. März 2027");
        assert_eq!(format_minute(end, Language::German), "2. März 2027, 12:34 Uhr (UTC)");
        assert_eq!(format_minute(end, Language::English), "2 March 2027, 12:34 (UTC)");
    }

    #[test]
    fn the_ends_of_time_can_be_written() {
        for milliseconds in [0, i64::MAX] {
            last_whole_day(Timestamp::from_unix_milliseconds(milliseconds), Language::German);
        }
    }
}
