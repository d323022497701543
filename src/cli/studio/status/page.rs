//! Page of `status --html`. Every text is escaped, and the page contains no codes, because it may stay open on a screen.

use std::path::Path;

use maud::{Markup, html};
use reqwest::Url;

use super::facts::OverviewFacts;
use crate::cli::shown_path::shown_path;
use crate::cli::studio::advice::{CheckState, SelfTestLine, setup_command};
use crate::cli::studio::photos::texts;
use crate::cli::studio::receipt_text::moment;
use crate::cli::studio::watch::log::logged_folder;
use crate::client::deposited::photo_status::PhotoStatus;
use crate::client::watch::files::message_log::{LoggedMessage, MessageKind};
use crate::client::watch::files::overview::{
    DepositedPhoto, FolderOverview, RefusalReport, WaitingPhoto, WaitingStage,
};
use crate::clock::Timestamp;
use crate::domain::display_text::{escaped, escaped_lines};
use crate::domain::local_time;
use crate::report::page::document_start;
use crate::texts::language::Language;
use crate::texts::text;

/// Start of every page. A file that starts with it was written by this program and may be overwritten.
pub(super) const FILE_SIGNATURE: &str = "<!DOCTYPE html>\n<!-- lichtbild: studio overview -->\n";
/// Largest number of messages on the page.
const SHOWN_MESSAGES: usize = 40;

/// The whole page.
pub(super) fn page(facts: &OverviewFacts<'_>, language: Language) -> String {
    let title = text!(language, "studio-overview-title");
    let folder = facts.overview.as_ref().and_then(|overview| overview.as_ref().ok());
    let me = facts.test.admission.as_ref().and_then(|admission| admission.as_ref().ok());
    let body = html! {
        main {
            header.page {
                h1 { (title) }
                @if let Some(me) = me { p { bdi { (escaped(&me.studio.name)) } ", " bdi { (escaped(&me.studio.place)) } } }
                p.quiet { (text!(language, "studio-overview-made-at", at = moment(facts.now, language))) }
            }
            @if me.is_none() { aside { p { (text!(language, "studio-overview-offline")) } } }
            @if let Some(error) = &facts.notes_error {
                aside { p { (text!(language, "studio-overview-notes-unreadable", cause = error.to_string())) } }
            }
            (watch_section(facts, language))
            (checks_section(facts.checks, language))
            (today_section(facts, folder.map_or(&[][..], |folder| &folder.reports), language))
            @if let Some(folder) = folder { (waiting_section(&folder.waiting, language)) }
            @if let Some(folder) = folder { (refused_section(&folder.reports, language)) }
            (office_section(facts, folder, language))
            (messages_section(&facts.messages, language))
        }
        footer { p { (text!(language, "studio-overview-no-codes")) } }
    };
    let body = body.into_string();
    format!("{}{}</body></html>\n", document_start(FILE_SIGNATURE, &title, language), escaped_lines(&body))
}

fn card(title: &str, badge: Option<(&str, String)>, content: &Markup) -> Markup {
    html! {
        section.card {
            header {
                h2 { (title) }
                @if let Some((class, words)) = badge { p class={ "verdict " (class) } { (words) } }
            }
            (content)
        }
    }
}

fn watch_section(facts: &OverviewFacts<'_>, language: Language) -> Markup {
    let Some(folder) = &facts.folder else {
        let content = html! { p { (text!(language, "studio-overview-no-folder")) } };
        return card(&text!(language, "studio-overview-watch"), None, &content);
    };
    let is_watched = match &facts.overview {
        Some(Ok(overview)) => Some(overview.is_watched),
        _ => None,
    };
    let badge = match is_watched {
        Some(true) => ("accepted", text!(language, "studio-overview-watch-running")),
        Some(false) => ("refused", text!(language, "studio-overview-watch-stopped")),
        None => ("remarks", text!(language, "studio-overview-watch-unknown")),
    };
    let logged = logged_folder(folder);
    let is_start = |message: &&LoggedMessage| message.kind == MessageKind::Start && message.text == logged;
    let started = facts.messages.iter().rfind(is_start).filter(|_| is_watched == Some(true));
    let failure = facts.messages.last().filter(|last| last.kind == MessageKind::Failure && is_watched != Some(true));
    let content = html! {
        dl.facts {
            dt { (text!(language, "studio-overview-folder")) }
            dd { bdi { (shown_path(folder)) } }
            @if let Some(started) = started {
                dt { (text!(language, "studio-overview-since")) }
                dd { (moment(started.at, language)) }
            }
            @if let Some(failure) = failure {
                dt { (text!(language, "studio-overview-last-failure")) }
                dd.lines { (moment(failure.at, language)) ": " (escaped_lines(&failure.text)) }
            } @else if let Some(last) = facts.messages.last() {
                dt { (text!(language, "studio-overview-last-message")) }
                dd.lines { (moment(last.at, language)) ": " (message_text(last, language)) }
            }
        }
        @if let Some(Err(error)) = &facts.overview {
            p.attention {
                (text!(language, "studio-overview-folder-unreadable", path = shown_path(folder), cause = error.to_string()))
            }
        }
        @if is_watched == Some(false) {
            p { (text!(language, "studio-overview-watch-advice", setup = setup_command(language))) }
        }
    };
    card(&text!(language, "studio-overview-watch"), Some(badge), &content)
}

fn checks_section(checks: &[SelfTestLine], language: Language) -> Markup {
    let has = |state| checks.iter().any(|check| check.state == state);
    let (badge, is_good) = if has(CheckState::Fault) {
        (("refused", text!(language, "studio-overview-checks-fault")), false)
    } else if has(CheckState::Attention) {
        (("remarks", text!(language, "studio-overview-checks-attention")), false)
    } else {
        (("accepted", text!(language, "studio-overview-checks-good")), true)
    };
    let class = |state: CheckState| match state {
        CheckState::Good => "accepted",
        CheckState::Attention => "remarks",
        CheckState::Fault => "refused",
        CheckState::NotTried => "quiet",
    };
    let rows = html! {
        @for check in checks {
            tr {
                th scope="row" { (check.aspect.name(language)) }
                td class=(class(check.state)) { (check.state.name(language)) }
                td.lines {
                    (escaped_lines(&check.text))
                    @if let Some(advice) = &check.advice { div.advice { (escaped_lines(advice)) } }
                }
            }
        }
    };
    let columns = [
        text!(language, "studio-overview-column-check"),
        text!(language, "studio-overview-column-result"),
        text!(language, "studio-overview-column-explanation"),
    ];
    let content = html! {
        details open[!is_good] {
            summary { (text!(language, "studio-overview-checks-details")) }
            (table(&columns, &rows))
        }
    };
    card(&text!(language, "studio-overview-checks"), Some(badge), &content)
}

fn today_section(facts: &OverviewFacts<'_>, reports: &[RefusalReport], language: Language) -> Markup {
    let columns = [
        text!(language, "studio-overview-column-time"),
        text!(language, "studio-overview-column-photo"),
        text!(language, "studio-overview-column-state"),
        text!(language, "studio-overview-column-receipt"),
    ];
    let status = |photo: &DepositedPhoto| facts.states.as_ref().and_then(|states| states.get(&photo.photo_id));
    // The gateway's answer, or else the reports that a watch has written.
    let is_refused = |photo: &DepositedPhoto| match status(photo) {
        Some(status) => status.refusal.is_some(),
        None => reports.iter().any(|report| report.refused_by_office == Some(photo.photo_id)),
    };
    let state = |photo: &DepositedPhoto| match status(photo) {
        Some(status) => texts::state(status, language),
        None if is_refused(photo) => text!(language, "studio-overview-state-refused"),
        None => text!(language, "studio-overview-state-deposited"),
    };
    let rows = html! {
        @for photo in &facts.today {
            tr {
                td.time { (local_time::clock_time(photo.deposited_at, language)) }
                th scope="row" { bdi { (escaped(&photo.name)) } }
                td { (state(photo)) }
                td.links {
                    @if is_refused(photo) { span.quiet { (text!(language, "studio-overview-receipt-void")) } }
                    @else { (receipt_links(photo, language)) }
                }
            }
        }
    };
    let content = html! {
        @if facts.today.is_empty() { p { (text!(language, "studio-overview-today-none")) } }
        @else { (table(&columns, &rows)) }
    };
    card(&text!(language, "studio-overview-today", count = facts.today.len()), None, &content)
}

fn receipt_links(photo: &DepositedPhoto, language: Language) -> Markup {
    let receipts = [
        (&photo.receipt_pdf, text!(language, "studio-overview-receipt-pdf")),
        (&photo.receipt_text, text!(language, "studio-overview-receipt-text")),
    ];
    let links: Vec<_> =
        receipts.iter().filter_map(|(path, kind)| Some((file_address(path.as_deref()?)?, kind))).collect();
    html! {
        @for (address, kind) in &links {
            @let label = text!(language, "studio-overview-receipt-of", name = escaped(&photo.name), kind = kind.as_str());
            a href=(address) aria-label=(label) { (kind) }
        }
        @if links.is_empty() { span.quiet { (text!(language, "studio-overview-receipt-gone")) } }
    }
}

/// The `file:` URL of an absolute path, in which every special character is encoded.
fn file_address(path: &Path) -> Option<String> {
    let absolute = std::path::absolute(path).ok()?;
    Url::from_file_path(absolute).ok().map(String::from)
}

fn waiting_section(waiting: &[WaitingPhoto], language: Language) -> Markup {
    let columns = [text!(language, "studio-overview-column-photo"), text!(language, "studio-overview-column-state")];
    let stage = |stage: WaitingStage| match stage {
        WaitingStage::Exported => text!(language, "studio-overview-stage-exported"),
        WaitingStage::Claimed => text!(language, "studio-overview-stage-claimed"),
        WaitingStage::Spooled => text!(language, "studio-overview-stage-spooled"),
    };
    let rows = html! {
        @for photo in waiting {
            tr {
                th scope="row" { bdi { (escaped(&photo.name)) } }
                td { (stage(photo.stage)) }
            }
        }
    };
    let content = html! {
        @if waiting.is_empty() { p { (text!(language, "studio-overview-waiting-none")) } } @else { (table(&columns, &rows)) }
    };
    card(&text!(language, "studio-overview-waiting", count = waiting.len()), None, &content)
}

fn refusal_columns(language: Language) -> [String; 3] {
    [
        text!(language, "studio-overview-column-time"),
        text!(language, "studio-overview-column-photo"),
        text!(language, "studio-overview-column-reason"),
    ]
}

fn refused_section(reports: &[RefusalReport], language: Language) -> Markup {
    let refused: Vec<_> = reports.iter().filter(|report| report.refused_by_office.is_none()).collect();
    let rows = html! { @for report in &refused { (report_row(report, language)) } };
    let content = html! {
        @if refused.is_empty() { p { (text!(language, "studio-overview-refused-none")) } }
        @else {
            p { (text!(language, "studio-overview-refused-advice")) }
            (table(&refusal_columns(language), &rows))
        }
    };
    card(&text!(language, "studio-overview-refused", count = refused.len()), None, &content)
}

fn report_row(report: &RefusalReport, language: Language) -> Markup {
    html! {
        tr {
            td.time { (moment(report.written_at, language)) }
            th scope="row" {
                @match file_address(&report.path) {
                    Some(address) => a href=(address) { bdi { (escaped(&report.name)) } },
                    None => bdi { (escaped(&report.name)) },
                }
            }
            td.lines { (escaped_lines(&report.text)) }
        }
    }
}

/// The gateway's list, or else the reports that a watch has written.
fn office_section(facts: &OverviewFacts<'_>, folder: Option<&FolderOverview>, language: Language) -> Markup {
    let row = |photo: &PhotoStatus| {
        let name = facts.names.get(&photo.photo_id);
        let reasons = photo.refusal.iter().flat_map(|refusal| texts::refusal_lines(refusal, language));
        html! {
            tr {
                td.time { (day(photo.settled_at, language)) }
                th scope="row" {
                    @match name {
                        Some(name) => bdi { (escaped(name)) },
                        None => (text!(language, "studio-overview-other-computer")),
                    }
                    " (" (photo.photo_id.short()) ")"
                }
                td.lines { (reasons.collect::<Vec<_>>().join("\n")) }
            }
        }
    };
    let (count, rows) = match facts.refused_at_office() {
        Some(photos) => (photos.len(), html! { @for photo in photos { (row(photo)) } }),
        None => {
            let all = folder.map_or(&[][..], |folder| &folder.reports);
            let of_offices: Vec<_> = all.iter().filter(|report| report.refused_by_office.is_some()).collect();
            (of_offices.len(), html! { @for report in of_offices { (report_row(report, language)) } })
        }
    };
    let none = match facts.refused_at_office() {
        Some(_) => text!(language, "studio-overview-office-none"),
        None => text!(language, "studio-overview-office-none-known"),
    };
    let content = html! {
        @if count == 0 { p { (none) } }
        @else {
            p { (text!(language, "studio-overview-office-advice")) }
            (table(&refusal_columns(language), &rows))
        }
    };
    card(&text!(language, "studio-overview-office", count = count), None, &content)
}

fn day(at: Option<Timestamp>, language: Language) -> String {
    at.map_or_else(String::new, |at| local_time::day(at, language))
}

fn messages_section(messages: &[LoggedMessage], language: Language) -> Markup {
    let columns = [text!(language, "studio-overview-column-time"), text!(language, "studio-overview-column-message")];
    let rows = html! {
        @for message in messages.iter().rev().take(SHOWN_MESSAGES) {
            tr {
                td.time { (moment(message.at, language)) }
                td.lines { (message_text(message, language)) }
            }
        }
    };
    let content = html! {
        @if messages.is_empty() { p { (text!(language, "studio-overview-messages-none")) } } @else { (table(&columns, &rows)) }
    };
    card(&text!(language, "studio-overview-messages"), None, &content)
}

fn message_text(message: &LoggedMessage, language: Language) -> String {
    let text = escaped_lines(&message.text);
    match message.kind {
        MessageKind::Start => format!("{}: {text}", text!(language, "studio-overview-message-start")),
        MessageKind::End => format!("{}: {text}", text!(language, "studio-overview-message-end")),
        MessageKind::Failure | MessageKind::Photo | MessageKind::State => text.into_owned(),
    }
}

fn table(columns: &[String], rows: &Markup) -> Markup {
    html! {
        div.rows {
            table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { (rows) }
            }
        }
    }
}
