//! The end of the counter's certificate: a browser renews nothing, so the pages say in time when it ends.

use std::time::Duration;

use maud::{Markup, html};

use super::clerk::Clerk;
use super::facts::through;
use crate::domain::local_time::{date_in_sentence, local_day, time_in_sentence};
use crate::texts::language::Language;

/// From so long before its end on, every page has a line about the certificate: long enough for an office that sits once a week.
pub const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// The end in a few words, for the head of every page.
pub(super) fn end_note(clerk: &Clerk) -> Markup {
    let end = clerk.office.certificate_expires_at;
    let language = clerk.language;
    html! { span #valid-until.quiet { (language.pick("Zertifikat ", "Certificate ")) time datetime=(end) { (through(end, clerk.now, language)) } } }
}

/// The line above every page, while the end is near.
pub(super) fn warning(clerk: &Clerk) -> Option<Markup> {
    let (end, language) = (clerk.office.certificate_expires_at, clerk.language);
    if end > clerk.now + WARNING_PERIOD {
        return None;
    }
    let words = match local_day(end) == local_day(clerk.now) {
        true => format!("{} {}", language.pick("heute", "today"), time_in_sentence(end, clerk.now, language)),
        false => date_in_sentence(end, language),
    };
    let time = html! { time datetime=(end) { (words) } };
    Some(html! {
        p #expiry-notice.notice role="status" {
            @if language == Language::German {
                "Das Zertifikat dieses Schalters endet " (time) "; bitten Sie die Verwaltung um ein neues."
            } @else {
                "This counter's certificate ends " (time) "; ask the administrator for a new one."
            }
        }
    })
}
