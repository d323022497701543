//! The layout of pages for a caller that the gateway knows by its certificate: party, end of the certificate, language switch.

use maud::Markup;

use super::certificate_end::end_note;
use super::language_choice::language_switch;
use super::page::{PageLayout, PageScript, PartyLabel, Section};
use crate::clock::Timestamp;
use crate::domain::party::Caller;
use crate::texts::language::Language;

/// A known caller and its request.
pub(in crate::pages) struct PageCaller<'a> {
    pub(in crate::pages) caller: &'a Caller,
    /// Time of the request.
    pub(in crate::pages) now: Timestamp,
    /// Path of the request.
    pub(in crate::pages) path: &'a str,
    pub(in crate::pages) csrf_token: &'a str,
    /// A line above the content of every page.
    pub(in crate::pages) banner: Option<Markup>,
}

/// The layout of the set of pages under `root`; `caller` is `None` if the caller is unknown.
pub(in crate::pages) fn caller_layout<'a>(
    language: Language,
    root: &str,
    sections: &'a [Section<'a>],
    caller: Option<PageCaller<'a>>,
    script: &'a PageScript,
) -> PageLayout<'a> {
    let mut layout = PageLayout {
        language,
        party: None,
        sections,
        current_path: None,
        language_switch: None,
        head_links: None,
        head_note: None,
        banner: None,
        script,
    };
    if let Some(PageCaller { caller, now, path, csrf_token, banner }) = caller {
        layout.party = Some(PartyLabel { name: &caller.party.name, place: &caller.party.place });
        layout.current_path = Some(path);
        layout.language_switch = Some(language_switch(language, csrf_token, root, path));
        layout.head_note = Some(end_note(caller.certificate_expires_at, now, language));
        layout.banner = banner;
    }
    layout
}
