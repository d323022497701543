//! Facts about a collection that several pages show: its numbers, its lease and its deadlines.

use maud::{Markup, html};

use super::clerk::Clerk;
use crate::clock::Timestamp;
use crate::domain::local_time::{clock_time, last_day, last_whole_day, local_day};
use crate::domain::photo::collection::CollectionRecord;
use crate::texts::language::Language;
use crate::texts::text;

/// The numbers of a collection and of its photo, as rows of a list of facts. They are shortened, so that a clerk can read them out; the
/// audit log contains the complete ids.
pub(in crate::pages::desk) fn number_rows(collection: &CollectionRecord, language: Language) -> Markup {
    html! {
        div {
            dt { (text!(language, "desk-collection-number")) }
            dd #receipt { code { (collection.collection_id.short()) } }
        }
        div { dt { (text!(language, "desk-photo-number")) } dd { code { (collection.photo_id.short()) } } }
    }
}

/// Shows the end of the lease and what happens if the clerk does not settle the collection.
pub(in crate::pages::desk) fn lease(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let (language, now) = (clerk.language, clerk.now);
    html! {
        div.lease-box {
            p #lease.lease data-seconds=(now.until(collection.lease_until).as_secs())
                data-left=(text!(language, "desk-lease-left", minutes = "{minutes}"))
                data-soon=(text!(language, "desk-lease-soon", minutes = "{minutes}")) {
                (lease_end(collection, language))
                " " span.left {}
            }
            (status_line(language))
            @if let Some(due) = collection.settle_due { p.quiet { (settle_deadline(due, clerk)) } }
        }
    }
}

/// A line for messages of the script: that the lease ends soon, or that a scan was not used.
pub(in crate::pages::desk) fn status_line(language: Language) -> Markup {
    html! {
        p #lease-status.visually-hidden role="status" data-scanned=(text!(language, "desk-scan-not-used")) {}
    }
}

/// Shows the end of a lease that is still open.
pub(in crate::pages::desk) fn lease_end(collection: &CollectionRecord, language: Language) -> Markup {
    html! {
        (text!(language, "desk-open-for-you")) " "
        time datetime=(collection.lease_until) { (clock_time(collection.lease_until, language)) }
    }
}

/// States until when the collection must be settled, and that the photo otherwise counts as used and is erased.
pub(in crate::pages::desk) fn settle_deadline(due: Timestamp, clerk: &Clerk) -> String {
    let language = clerk.language;
    if last_whole_day(due) < local_day(clerk.now) {
        text!(language, "desk-settle-today", time = clock_time(due, language))
    } else {
        text!(language, "desk-settle-day", day = last_day(due, language))
    }
}
