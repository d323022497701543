//! Dates and times in German local time, as pages show them.

use jiff::Zoned;
use jiff::tz::{self, TimeZone};
use maud::{Markup, html};
use time::{Date, Month};

use crate::clock::Timestamp;
use crate::domain::language::Language;

/// All studios and offices are in Germany.
static LOCAL_TIME_ZONE: TimeZone = tz::get!("Europe/Berlin");

fn local(at: Timestamp) -> Zoned {
    jiff::Timestamp::from_millisecond(at.unix_milliseconds())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_zoned(LOCAL_TIME_ZONE.clone())
}

/// To the minute: `10:42 Uhr`.
pub(in crate::pages) fn clock_time(at: Timestamp, language: Language) -> String {
    let local = local(at);
    let (hour, minute) = (local.hour(), local.minute());
    language.pick(format!("{hour:02}:{minute:02} Uhr"), format!("{hour:02}:{minute:02}"))
}

/// The day: `22.11.2026`, `22 Nov 2026`.
pub(in crate::pages) fn day(at: Timestamp, language: Language) -> String {
    date(local_day(at), language)
}

/// A calendar day.
pub(in crate::pages) fn date(date: Date, language: Language) -> String {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let english = &month_name(month)[..3];
    language.pick(format!("{day:02}.{:02}.{year}", u8::from(month)), format!("{day} {english} {year}"))
}

/// Day and time, or the time alone where the day is that of `now`: `22.11.2026, 10:42 Uhr`.
pub(in crate::pages) fn short_time(at: Timestamp, now: Timestamp, language: Language) -> String {
    let time = clock_time(at, language);
    if local_day(at) == local_day(now) { time } else { format!("{}, {time}", day(at, language)) }
}

/// The same in a sentence: `um 10:42 Uhr`, `am 22.11.2026 um 10:42 Uhr`.
pub(in crate::pages) fn time_in_sentence(at: Timestamp, now: Timestamp, language: Language) -> String {
    let (day, time) = (day(at, language), clock_time(at, language));
    match (language, local_day(at) == local_day(now)) {
        (Language::German, true) => format!("um {time}"),
        (Language::German, false) => format!("am {day} um {time}"),
        (Language::English, true) => format!("at {time}"),
        (Language::English, false) => format!("on {day} at {time}"),
    }
}

/// The same as an element that programs can read too.
pub(in crate::pages) fn time_element(at: Timestamp, now: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (short_time(at, now, language)) } }
}

/// With the day always, for what may be printed and kept: `22.11.2026, 10:42 Uhr`.
pub(in crate::pages) fn dated_time_element(at: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (day(at, language)) ", " (clock_time(at, language)) } }
}

/// The last day on which something that ends at `end` is there until midnight, as the citizen's receipt gives it too.
pub(in crate::pages) fn last_day(end: Timestamp, language: Language) -> String {
    let day = local_day(end);
    date(day.previous_day().unwrap_or(day), language)
}

/// The moment at which the local day began.
pub(in crate::pages) fn day_begin(at: Timestamp) -> Timestamp {
    local(at).start_of_day().map_or(at, |begin| Timestamp::from_unix_milliseconds(begin.timestamp().as_millisecond()))
}

/// The calendar day in local time.
pub(in crate::pages) fn local_day(at: Timestamp) -> Date {
    let local = local(at);
    let month = u8::try_from(local.month()).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(local.day()).unwrap_or(1);
    Date::from_calendar_date(local.year().into(), month.unwrap_or(Month::January), day).unwrap_or(Date::MAX)
}

const fn month_name(month: Month) -> &'static str {
    match month {
        Month::January => "January",
        Month::February => "February",
        Month::March => "March",
        Month::April => "April",
        Month::May => "May",
        Month::June => "June",
        Month::July => "July",
        Month::August => "August",
        Month::September => "September",
        Month::October => "October",
        Month::November => "November",
        Month::December => "December",
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
    fn the_ends_of_time_can_be_written() {
        for milliseconds in [0, i64::MAX] {
            short_time(Timestamp::from_unix_milliseconds(milliseconds), at("2026-11-22T09:30:00Z"), Language::German);
        }
    }
}
