//! The end of the counter's certificate: a browser renews nothing, so the pages say in time when it ends.

use std::time::Duration;

use maud::{Markup, html};

use super::clerk::Clerk;
use crate::domain::language::Language;
use crate::domain::local_time::day;

/// From so long before its end on, every page has a line about the certificate: long enough for an office that sits once a week.
pub const WARNING_PERIOD: Duration = Duration::from_hours(14 * 24);

/// The end in a few words, for the head of every page.
pub(super) fn end_note(clerk: &Clerk) -> Markup {
    let end = clerk.office.certificate_expires_at;
    let language = clerk.language;
    html! { span #valid-until.quiet { (language.pick("Zertifikat bis ", "Certificate until ")) time datetime=(end) { (day(end, language)) } } }
}

/// The line above every page, while the end is near.
pub(super) fn warning(clerk: &Clerk) -> Option<Markup> {
    let (end, language) = (clerk.office.certificate_expires_at, clerk.language);
    if end > clerk.now + WARNING_PERIOD {
        return None;
    }
    let day = html! { time datetime=(end) { (day(end, language)) } };
    Some(html! {
        p #expiry-notice.notice role="status" {
            @if language == Language::German {
                "Das Zertifikat dieses Schalters endet am " (day) "; bitten Sie die Verwaltung um ein neues."
            } @else {
                "This counter's certificate ends on " (day) "; ask the administrator for a new one."
            }
        }
    })
}
