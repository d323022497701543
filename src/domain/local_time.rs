//! Dates and times for people, in German local time, for pages, papers and command lines.

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

use crate::clock::Timestamp;
use crate::texts::language::Language;

/// All studios and offices are in Germany.
static LOCAL_TIME_ZONE: TimeZone = tz::get!("Europe/Berlin");

fn local(at: Timestamp) -> Zoned {
    jiff::Timestamp::from_millisecond(at.unix_milliseconds())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(LOCAL_TIME_ZONE.clone())
}

/// Time to the minute: `10:42 Uhr`.
pub fn clock_time(at: Timestamp, language: Language) -> String {
    let local = local(at);
    let (hour, minute) = (local.hour(), local.minute());
    language.pick(format!("{hour:02}:{minute:02} Uhr"), format!("{hour:02}:{minute:02}"))
}

/// The day: `22.11.2026`, `22 Nov 2026`.
pub fn day(at: Timestamp, language: Language) -> String {
    date(local_day(at), language)
}

/// A calendar day: `22.11.2026`, `22 Nov 2026`.
pub fn date(date: Date, language: Language) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let english = &month_names(month)[1][..3];
    language.pick(format!("{day:02}.{month:02}.{year}"), format!("{day} {english} {year}"))
}

/// Day and time, or only the time on the day of `now`: `22.11.2026, 10:42 Uhr`.
pub fn short_time(at: Timestamp, now: Timestamp, language: Language) -> String {
    let time = clock_time(at, language);
    if local_day(at) == local_day(now) { time } else { format!("{}, {time}", day(at, language)) }
}

/// Like [`short_time`], within a sentence: `um 10:42 Uhr`, `am 22.11.2026 um 10:42 Uhr`.
pub fn time_in_sentence(at: Timestamp, now: Timestamp, language: Language) -> String {
    if local_day(at) != local_day(now) {
        return date_in_sentence(at, language);
    }
    let time = clock_time(at, language);
    language.pick(format!("um {time}"), format!("at {time}"))
}

/// Day and time within a sentence that is read later: `am 22.11.2026 um 10:42 Uhr`.
pub fn date_in_sentence(at: Timestamp, language: Language) -> String {
    let (day, time) = (day(at, language), clock_time(at, language));
    language.pick(format!("am {day} um {time}"), format!("on {day} at {time}"))
}

/// Day and time for documents that may be printed: `22.11.2026, 10:42 Uhr`.
pub fn date_and_time(at: Timestamp, language: Language) -> String {
    format!("{}, {}", day(at, language), clock_time(at, language))
}

/// The last whole day before `end`: `18.05.2027`, `18 May 2027`.
pub fn last_day(end: Timestamp, language: Language) -> String {
    date(last_whole_day(end), language)
}

/// The last whole day before `end`, with the month written out: `18. Mai 2027`, `18 May 2027`.
pub fn last_day_in_full(end: Timestamp, language: Language) -> String {
    date_in_full(last_whole_day(end), language)
}

/// The last day that ends, at midnight in local time, at or before `end`.
pub fn last_whole_day(end: Timestamp) -> Date {
    let day = local_day(end);
    day.yesterday().unwrap_or(day)
}

/// A calendar day with the month written out: `18. Mai 2027`, `18 May 2027`.
pub fn date_in_full(date: Date, language: Language) -> String {
    let (day, year) = (date.day(), date.year());
    let [german, english] = month_names(date.month());
    language.pick(format!("{day}. {german} {year}"), format!("{day} {english} {year}"))
}

/// Start of the local day.
pub fn day_begin(at: Timestamp) -> Timestamp {
    local(at).start_of_day().map_or(at, |begin| Timestamp::from_unix_milliseconds(begin.timestamp().as_millisecond()))
}

/// The calendar day in local time.
pub fn local_day(at: Timestamp) -> Date {
    local(at).date()
}

/// A day as in `2026-11-22`, and in no other spelling.
pub fn parse_iso_date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| text.len() == 10 && date.to_string() == text)
}

/// German, English.
const fn month_names(month: i8) -> [&'static str; 2] {
    match month {
        1 => ["Januar", "January"],
        2 => ["Februar", "February"],
        3 => ["März", "March"],
        4 => ["April", "April"],
        5 => ["Mai", "May"],
        6 => ["Juni", "June"],
        7 => ["Juli", "July"],
        8 => ["August", "August"],
        9 => ["September", "September"],
        10 => ["Oktober", "October"],
        11 => ["November", "November"],
        _ => ["Dezember", "December"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn times_are_local_in_summer_and_winter() {
        let now = at("2026-11-22T09:30:00Z");
        assert_eq!(short_time(at("2026-11-22T22:59:59Z"), now, Language::German), "23:59 Uhr");
        assert_eq!(short_time(at("2026-11-22T23:00:00Z"), now, Language::German), "23.11.2026, 00:00 Uhr");
        assert_eq!(time_in_sentence(at("2026-11-22T09:42:00Z"), now, Language::German), "um 10:42 Uhr");
        assert_eq!(time_in_sentence(at("2026-07-01T22:00:00Z"), now, Language::German), "am 02.07.2026 um 00:00 Uhr");
        assert_eq!(short_time(at("2026-07-01T22:00:00Z"), now, Language::English), "2 Jul 2026, 00:00");
        for (end, last) in [
            ("2026-11-23T23:00:00Z", "23.11.2026"),
            ("2026-11-24T00:00:00Z", "23.11.2026"),
            ("2026-11-24T15:00:00Z", "23.11.2026"),
            ("2026-07-01T00:00:00Z", "30.06.2026"),
        ] {
            assert_eq!(last_day(at(end), Language::German), last, "{end}");
        }
    }

    #[test]
    fn a_summer_day_that_is_whole_an_hour_before_a_winter_one_counts() {
        for (end, last) in [
            ("2027-05-18T09:30:00Z", "17. Mai 2027"),
            ("2027-05-18T21:59:59Z", "17. Mai 2027"),
            ("2027-05-18T22:00:00Z", "18. Mai 2027"),
            ("2027-05-18T22:30:00Z", "18. Mai 2027"),
            ("2027-01-15T22:59:59Z", "14. Januar 2027"),
            ("2027-01-15T23:00:00Z", "15. Januar 2027"),
            ("2027-03-01T12:00:00Z", "28. Februar 2027"),
        ] {
            assert_eq!(last_day_in_full(at(end), Language::German), last, "{end}");
        }
        assert_eq!(last_day_in_full(at("2027-03-02T12:34:56Z"), Language::English), "1 March 2027");
        assert_eq!(last_day_in_full(at("2027-04-01T12:34:56Z"), Language::German), "31. März 2027");
    }

    #[test]
    fn every_month_has_its_name() {
        for month in 1..=12 {
            let english = jiff::civil::date(2026, month, 1).strftime("%B").to_string();
            assert_eq!(month_names(month)[1], english);
        }
        let german = [1, 3, 5, 6, 7, 10, 12].map(|month| month_names(month)[0]);
        assert_eq!(german, ["Januar", "März", "Mai", "Juni", "Juli", "Oktober", "Dezember"]);
    }

    #[test]
    fn the_ends_of_time_can_be_written() {
        for milliseconds in [0, i64::MAX] {
            short_time(Timestamp::from_unix_milliseconds(milliseconds), at("2026-11-22T09:30:00Z"), Language::German);
        }
    }
}
