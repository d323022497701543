//! Expiry of a browser's certificate. A browser renews nothing by itself, so the pages warn in time.

use std::time::Duration;

use maud::{Markup, html};

use super::time_element::through;
use crate::clock::Timestamp;
use crate::domain::local_time::{date_in_sentence, local_day, time_in_sentence};
use crate::texts::language::Language;
use crate::texts::text;

/// Time before the expiry in which every page shows a warning: two weeks, because some offices open once a week.
pub const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// The expiry in a few words, for the head of every page.
pub(in crate::pages) fn end_note(end: Timestamp, now: Timestamp, language: Language) -> Markup {
    html! { span #valid-until.quiet { (text!(language, "page-certificate")) " " time datetime=(end) { (through(end, now, language)) } } }
}

/// The warning at the top of every page; `None` before the warning period. `begin` says which certificate ends, `remedy` what to do.
pub(in crate::pages) fn end_warning(
    end: Timestamp,
    now: Timestamp,
    language: Language,
    (begin, remedy): (&str, &Markup),
) -> Option<Markup> {
    if end > now + WARNING_PERIOD {
        return None;
    }
    let words = match local_day(end) == local_day(now) {
        true => format!("{} {}", text!(language, "page-today-at"), time_in_sentence(end, now, language)),
        false => date_in_sentence(end, language),
    };
    let time = html! { time datetime=(end) { (words) } };
    Some(html! {
        p #expiry-notice.notice role="status" { (begin) " " (time) (remedy) }
    })
}
