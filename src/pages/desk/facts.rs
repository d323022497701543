//! Facts about a collection that several pages show: its numbers, its lease and its deadlines.

use maud::{Markup, html};

use super::clerk::Clerk;
use crate::clock::Timestamp;
use crate::domain::local_time::{clock_time, last_day, last_whole_day, local_day};
use crate::domain::photo::collection::CollectionRecord;
use crate::texts::language::Language;

/// The numbers of a collection and of its photo, as rows of a list of facts. Short, to be read out and compared; the whole ones are in
/// the log.
pub(in crate::pages::desk) fn number_rows(collection: &CollectionRecord, language: Language) -> Markup {
    html! {
        div {
            dt { (language.pick("Vorgangsnummer", "Transaction no.")) }
            dd #receipt { code { (collection.collection_id.short()) } }
        }
        div { dt { (language.pick("Foto-Nr.", "Photo no.")) } dd { code { (collection.photo_id.short()) } } }
    }
}

/// The end of a time that a whole day is named for: `bis 27.05.2027`, on the day itself `heute bis 10:20 Uhr`.
pub(in crate::pages::desk) fn through(end: Timestamp, now: Timestamp, language: Language) -> String {
    if last_whole_day(end) < local_day(now) {
        let time = clock_time(end, language);
        return language.pick(format!("heute bis {time}"), format!("today until {time}"));
    }
    let day = last_day(end, language);
    language.pick(format!("bis {day}"), format!("through {day}"))
}

/// Until when the photo is on this office's screens, and what happens if nobody decides.
pub(in crate::pages::desk) fn lease(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let (language, now) = (clerk.language, clerk.now);
    html! {
        div.lease-box {
            p #lease.lease data-seconds=(now.until(collection.lease_until).as_secs())
                data-left=(language.pick("noch {minutes} min", "{minutes} min left"))
                data-soon=(language.pick(
                    "Restzeit für dieses Foto: {minutes} min. Geben Sie danach den Code noch einmal ein.",
                    "Time left for this photo: {minutes} min. Enter the code again after that.",
                )) {
                (lease_end(collection, language))
                " " span.left {}
            }
            (status_line(language))
            @if let Some(due) = collection.settle_due { p.quiet { (settle_deadline(due, clerk)) } }
        }
    }
}

/// A line for what the script tells: that the lease ends soon, or that a scan was not used.
pub(in crate::pages::desk) fn status_line(language: Language) -> Markup {
    html! {
        p #lease-status.visually-hidden role="status" data-scanned=(language.pick(
            "Der Scan wurde nicht verwendet. Schließen Sie erst dieses Foto ab, oder legen Sie es zurück.",
            "The scan was not used. Finish this photo first, or put it back.",
        )) {}
    }
}

/// The end of a lease that has not ended.
pub(in crate::pages::desk) fn lease_end(collection: &CollectionRecord, language: Language) -> Markup {
    html! {
        (language.pick("Für Sie geöffnet bis ", "Open for you until "))
        time datetime=(collection.lease_until) { (clock_time(collection.lease_until, language)) }
    }
}

/// States until when the collection must be settled, and that the photo otherwise counts as used and is erased.
pub(in crate::pages::desk) fn settle_deadline(due: Timestamp, clerk: &Clerk) -> String {
    let language = clerk.language;
    if last_whole_day(due) < local_day(clerk.now) {
        let time = clock_time(due, language);
        return language.pick(
            format!(
                "Heute bis {time} abschließen oder zurücklegen, sonst gilt das Foto als verwendet und wird gelöscht."
            ),
            format!("Finish or put it back today by {time}, or else the photo counts as used and is erased."),
        );
    }
    let day = last_day(due, language);
    language.pick(
        format!("Bis {day} abschließen oder zurücklegen, sonst gilt das Foto als verwendet und wird gelöscht."),
        format!("Finish or put it back by {day}, or else the photo counts as used and is erased."),
    )
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
