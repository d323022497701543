//! The whole page: its head, an overview where there are several photos, its foot.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::photo_summary::{PhotoSummary, ShownResult, totals_text};
use crate::domain::check::Check;
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::validation::Profile;

/// Beginning of every page: a file that begins with it was made here and may be made anew.
pub const FILE_SIGNATURE: &str = "<!DOCTYPE html>\n<!-- lichtbild: judged photos -->\n";

const STYLE: &str = include_str!("style.css");

/// Builds the page up to the sections. `checked_at` is a moment in the reader's words.
pub fn page_start(rows: &[PhotoSummary], profile: &Profile, checked_at: &str, language: Language) -> String {
    let title = language.pick("Lichtbild: Prüfbericht", "Lichtbild: check report");
    let head = html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(content_security_policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { (title) }
            style { (PreEscaped(STYLE)) }
        }
    };
    let top = html! {
        header.page {
            h1 { (language.pick("Prüfbericht", "Check report")) }
            p { (totals_text(rows, language)) }
            p.quiet {
                (language.pick("Geprüft nach ", "Judged by "))
                strong { (profile.name()) } " (" (profile.title()) "), " (checked_at)
            }
        }
        @if rows.len() > 1 { (overview(rows, language)) }
        @if let Some(hint) = declaration_hint(rows, language) { aside { p { (hint) } } }
    };
    let mut text = String::from(FILE_SIGNATURE);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "<html lang=\"{}\">{}<body>{}<main>", language.tag(), head.into_string(), top.into_string());
    text
}

/// Builds the page from the end of the sections on.
pub fn page_end(language: Language) -> String {
    let foot = html! {
        footer {
            p {
                (language.pick(
                    "Diese Seite enthält die Fotos selbst, Byte für Byte; sie ist so vertraulich wie diese. Geprüft wurde auf diesem \
                     Rechner, es wurde nichts gesendet. Ein Programm irrt sich: über ein Foto entscheidet das Amt.",
                    "This page contains the photos themselves, byte for byte; it is as confidential as they are. They were judged on \
                     this computer, nothing was sent. A program errs: the office decides about a photo.",
                ))
            }
        }
    };
    format!("</main>{}</body></html>\n", foot.into_string())
}

/// Instruction for declaring an exception, where a photo is refused by a rule that has one: once for all photos of the page.
fn declaration_hint(rows: &[PhotoSummary], language: Language) -> Option<String> {
    rows.iter().flat_map(|row| &row.refusals).find_map(|check: &Check| check.declaration_hint(language))
}

fn overview(rows: &[PhotoSummary], language: Language) -> Markup {
    html! {
        nav aria-label=(language.pick("Übersicht", "Overview")) {
            table.overview {
                thead { tr {
                    th scope="col" { (language.pick("Datei", "File")) }
                    th scope="col" { (language.pick("Urteil", "Verdict")) }
                    th scope="col" { (language.pick("Größe", "Size")) }
                    th scope="col" { (language.pick("Augen", "Eyes")) }
                    th scope="col" { (language.pick("Neigung", "Tilt")) }
                    th scope="col" { (language.pick("Befunde (Hinweise)", "Findings (advice)")) }
                } }
                tbody {
                    @for (index, row) in rows.iter().enumerate() {
                        tr {
                            th scope="row" {
                                @if row.result != ShownResult::Unreadable {
                                    a href={ "#photo-" (index + 1) } { bdi { (escaped(&row.file)) } }
                                } @else {
                                    bdi { (escaped(&row.file)) }
                                }
                            }
                            td class=(row.result.class()) { (row.result.text(language)) }
                            td { (row.size_text()) }
                            td { (row.eyes_text()) }
                            td { (row.roll_text(language)) }
                            td { (row.findings(language)) }
                        }
                    }
                }
            }
        }
    }
}

/// Nothing from anywhere; pictures from the page itself; this style and no other.
fn content_security_policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}
