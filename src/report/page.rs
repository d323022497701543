//! The page around the photos: head, overview of several photos, foot. Other reports have the same head.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::photo_summary::{PhotoSummary, ShownResult, totals_text};
use crate::domain::check::Check;
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::Profile;

/// Start of every page with photos. A file that starts with it was written by this program and may be overwritten.
pub const FILE_SIGNATURE: &str = "<!DOCTYPE html>\n<!-- lichtbild: judged photos -->\n";

const STYLE: &str = include_str!("style.css");

/// Start of a document with the style of all reports, up to its body. `signature` is the doctype and a comment by which the program
/// recognises its files.
pub fn document_start(signature: &str, title: &str, language: Language) -> String {
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
    format!("{signature}<html lang=\"{}\">{}<body>", language.tag(), head.into_string())
}

/// Start of the page, before the photos. `checked_at` is a date and time in the reader's language.
pub fn page_start(rows: &[PhotoSummary], profile: &Profile, checked_at: &str, language: Language) -> String {
    let top = html! {
        header.page {
            h1 { (text!(language, "paper-report")) }
            p { (totals_text(rows, language)) }
            p.quiet {
                (text!(language, "paper-report.judged-by")) " "
                strong { (profile.name()) } " (" (profile.title()) "), " (checked_at)
            }
        }
        @if rows.len() > 1 { (overview(rows, language)) }
        @if let Some(hint) = declaration_hint(rows, language) { aside { p { (hint) } } }
    };
    let mut text = document_start(FILE_SIGNATURE, &text!(language, "paper-report.document"), language);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}<main>", top.into_string());
    text
}

/// End of the page, after the photos.
pub fn page_end(language: Language) -> String {
    let foot = html! {
        footer {
            p { (text!(language, "paper-report.foot")) }
        }
    };
    format!("</main>{}</body></html>\n", foot.into_string())
}

/// Instruction for declaring an exception, once for all photos that were refused by a check with exceptions.
fn declaration_hint(rows: &[PhotoSummary], language: Language) -> Option<String> {
    rows.iter().flat_map(|row| &row.refusals).find_map(|check: &Check| check.declaration_hint(language))
}

fn overview(rows: &[PhotoSummary], language: Language) -> Markup {
    html! {
        nav aria-label=(text!(language, "paper-report.overview")) {
            table.overview {
                thead { tr {
                    th scope="col" { (text!(language, "paper-report.file")) }
                    th scope="col" { (text!(language, "paper-report.verdict")) }
                    th scope="col" { (text!(language, "paper-report.size")) }
                    th scope="col" { (text!(language, "paper-report.eyes")) }
                    th scope="col" { (text!(language, "paper-report.tilt")) }
                    th scope="col" { (text!(language, "paper-report.findings-and-advice")) }
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

/// Forbids all requests; allows embedded photos and the embedded style.
fn content_security_policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
}
