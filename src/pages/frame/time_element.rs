//! Times as HTML elements with a machine-readable value.

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::domain::local_time::{clock_time, date_and_time, last_day, last_whole_day, local_day, short_time};
use crate::texts::language::Language;
use crate::texts::text;

/// Day and time; only the time if the day is that of `now`.
pub(in crate::pages) fn time_element(at: Timestamp, now: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (short_time(at, now, language)) } }
}

/// Day and time, for pages that may be printed and kept.
pub(in crate::pages) fn dated_time_element(at: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (date_and_time(at, language)) } }
}

/// The end of a period that ends with a whole day: `bis 27.05.2027`; on the day itself `heute bis 10:20 Uhr`.
pub(in crate::pages) fn through(end: Timestamp, now: Timestamp, language: Language) -> String {
    if last_whole_day(end) < local_day(now) {
        text!(language, "page-until-today", time = clock_time(end, language))
    } else {
        text!(language, "page-until-day", day = last_day(end, language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    #[test]
    fn an_end_on_this_day_is_told_by_its_hour_and_never_by_yesterday() {
        let end = at("2026-11-30T09:20:00Z");
        for (now, german, english) in [
            ("2026-11-28T09:20:00Z", "bis 29.11.2026", "through 29 Nov 2026"),
            ("2026-11-29T22:59:00Z", "bis 29.11.2026", "through 29 Nov 2026"),
            ("2026-11-29T23:00:00Z", "heute bis 10:20 Uhr", "today until 10:20"),
            ("2026-11-30T09:19:00Z", "heute bis 10:20 Uhr", "today until 10:20"),
        ] {
            assert_eq!(through(end, at(now), Language::German), german, "{now}");
            assert_eq!(through(end, at(now), Language::English), english, "{now}");
        }
        let midnight = at("2026-11-30T23:00:00Z");
        assert_eq!(through(midnight, at("2026-11-30T22:59:00Z"), Language::German), "bis 30.11.2026");
    }
}
