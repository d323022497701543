//! Times as HTML elements with a machine-readable value.

use maud::{Markup, html};

use crate::clock::Timestamp;
use crate::domain::local_time::{date_and_time, short_time};
use crate::texts::language::Language;

/// Day and time; only the time if the day is that of `now`.
pub(in crate::pages) fn time_element(at: Timestamp, now: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (short_time(at, now, language)) } }
}

/// Day and time, for pages that may be printed and kept.
pub(in crate::pages) fn dated_time_element(at: Timestamp, language: Language) -> Markup {
    html! { time datetime=(at) { (date_and_time(at, language)) } }
}
