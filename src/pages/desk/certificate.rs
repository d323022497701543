//! Expiry of the counter's certificate. A browser cannot renew it, so the pages warn the clerk in time.

use std::time::Duration;

use maud::{Markup, html};

use super::clerk::Clerk;
use super::facts::through;
use crate::domain::local_time::{date_in_sentence, local_day, time_in_sentence};
use crate::texts::text;

/// Time before the expiry in which every page shows a warning: two weeks, because some offices open once a week.
pub const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// The expiry in a few words, for the head of every page.
pub(super) fn end_note(clerk: &Clerk) -> Markup {
    let end = clerk.office.certificate_expires_at;
    let language = clerk.language;
    html! { span #valid-until.quiet { (text!(language, "desk-certificate")) " " time datetime=(end) { (through(end, clerk.now, language)) } } }
}

/// The warning at the top of every page; `None` before the warning period.
pub(super) fn warning(clerk: &Clerk) -> Option<Markup> {
    let (end, language) = (clerk.office.certificate_expires_at, clerk.language);
    if end > clerk.now + WARNING_PERIOD {
        return None;
    }
    let words = match local_day(end) == local_day(clerk.now) {
        true => format!("{} {}", text!(language, "desk-today-at"), time_in_sentence(end, clerk.now, language)),
        false => date_in_sentence(end, language),
    };
    let time = html! { time datetime=(end) { (words) } };
    Some(html! {
        p #expiry-notice.notice role="status" {
            (text!(language, "desk-expiry-notice.before")) " " (time) (text!(language, "desk-expiry-notice.after"))
        }
    })
}
