//! One photo on a page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::measurement_table;
use super::overlay::overlay;
use super::photo_summary::ShownResult;
use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, MadeAt, Severity};
use crate::domain::check::terms::in_words;
use crate::domain::digest::Sha256Digest;
use crate::domain::display_text::escaped;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::guides::Guides;
use crate::validation::{CheckOutcome, MAX_HEIGHT, MAX_WIDTH, Measurements, Profile};
use crate::wire::finding::FindingBody;

/// A checked photo.
pub struct ReportedPhoto<'a> {
    /// Name of the file as the user gave it.
    pub file: &'a str,
    pub bytes: &'a [u8],
    pub sha256: Sha256Digest,
    pub outcome: &'a CheckOutcome,
    pub profile: &'a Profile,
}

/// A photo with its guide lines, findings and measurements. `number` is unique on the page.
pub fn section(photo: &ReportedPhoto<'_>, number: usize, language: Language) -> Markup {
    let CheckOutcome { findings, measurements, .. } = photo.outcome;
    let result = ShownResult::of(photo.outcome);
    html! {
        article id={ "photo-" (number) } {
            header {
                h2 { bdi { (escaped(photo.file)) } }
                p class={ "verdict " (result.class()) } { (result.text(language)) }
            }
            div.sheet {
                (photo_figure(photo, number, language))
                div.words-beside {
                    (findings_list(findings, language))
                    h3 { (text!(language, "paper-report-photo.measurements")) }
                    table.measurements {
                        thead { tr {
                            th scope="col" { (text!(language, "paper-report-photo.measurement")) }
                            th scope="col" { (text!(language, "paper-report-photo.measured")) }
                            th scope="col" { (text!(language, "paper-report-photo.asked-for")) }
                        } }
                        tbody {
                            @for line in measurement_table::measurement_rows(measurements, photo.profile, language) {
                                tr { th scope="row" { (line.label) } td { (line.measured) } td { (in_words(&line.limit, language)) } }
                            }
                        }
                    }
                    p.digest { "SHA-256 " code { (photo.sha256) } }
                }
            }
        }
    }
}

fn photo_figure(photo: &ReportedPhoto<'_>, number: usize, language: Language) -> Markup {
    let CheckOutcome { findings, measurements, .. } = photo.outcome;
    let guides = Guides::new(photo.profile, measurements).filter(|_| is_fit_to_show(findings, measurements));
    let Some(guides) = guides else {
        return html! { p.no-picture { (text!(language, "paper-report-photo.none")) } };
    };
    let (file, width, height) = (escaped(photo.file), guides.width.to_string(), guides.height.to_string());
    let alternative = text!(language, "paper-report-photo", file = file, width = width, height = height);
    html! {
        figure {
            input type="checkbox" id={ "guides-" (number) } checked;
            label for={ "guides-" (number) } { (text!(language, "paper-report-photo.show-guides")) }
            div.picture {
                img src={ "data:image/jpeg;base64," (STANDARD.encode(photo.bytes)) } alt=(alternative)
                    width=(guides.width) height=(guides.height);
                (overlay(&guides, language))
            }
            figcaption {
                span.key-asked { (text!(language, "paper-report-photo.asked-for")) }
                " "
                span.key-found { (text!(language, "paper-report-photo.found-or-estimated")) }
            }
        }
    }
}

/// Without the instruction for declaring an exception, which the page shows once.
fn findings_list(findings: &[Finding], language: Language) -> Markup {
    let findings: Vec<FindingBody> = findings.iter().map(|finding| FindingBody::new(finding, language)).collect();
    html! {
        h3 { (text!(language, "paper-report-photo.findings")) }
        @if findings.is_empty() {
            p { (text!(language, "paper-report-photo.no-findings")) }
        } @else {
            ul.findings {
                @for finding in &findings {
                    li.refuse[finding.severity == Severity::Refuse].advise[finding.severity == Severity::Advise] {
                        p.what {
                            strong { (finding.check.label(language)) }
                            " "
                            span.severity {
                                (severity_text(finding.severity, language))
                                @if let Some(place) = finding.made_at { ", " (place_text(place, language)) }
                            }
                        }
                        p { (finding.message) }
                        dl {
                            div { dt { (text!(language, "paper-report-photo.measured")) } dd { bdi { (finding.measured) } } }
                            div { dt { (text!(language, "paper-report-photo.asked-for")) } dd { bdi { (in_words(&finding.limit, language)) } } }
                        }
                        p.hint { (finding.hint) }
                    }
                }
            }
        }
    }
}

fn severity_text(severity: Severity, language: Language) -> String {
    match severity {
        Severity::Refuse => text!(language, "paper-report-photo.refusal"),
        Severity::Advise => text!(language, "paper-report-photo.advice"),
    }
}

/// Place of a measurement that the gateway does not take.
pub fn place_text(made_at: MadeAt, language: Language) -> String {
    match made_at {
        MadeAt::Studio => text!(language, "paper-made-at-studio"),
        MadeAt::Desk => text!(language, "paper-made-at-desk"),
    }
}

/// Reports whether a page may contain the file. A browser must not decode a file that is not a JPEG, that two decoders read
/// differently, or that has more pixels than the photo check decodes.
pub fn is_fit_to_show(findings: &[Finding], measurements: &Measurements) -> bool {
    let unfit = [Check::Empty, Check::Format, Check::Ambiguous];
    let within = measurements.width.is_some_and(|width| (1..=MAX_WIDTH).contains(&width))
        && measurements.height.is_some_and(|height| (1..=MAX_HEIGHT).contains(&height));
    within && !findings.iter().any(|finding| unfit.contains(&finding.check))
}
