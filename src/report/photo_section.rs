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
use crate::validation::guides::Guides;
use crate::validation::{CheckOutcome, MAX_HEIGHT, MAX_WIDTH, Profile};
use crate::wire::finding::FindingBody;

/// A photo to be shown.
pub struct ReportedPhoto<'a> {
    /// The file, as the reader named it.
    pub file: &'a str,
    pub bytes: &'a [u8],
    /// Their digest.
    pub sha256: Sha256Digest,
    /// Result of the photo check.
    pub outcome: &'a CheckOutcome,
    /// Profile by which it was judged.
    pub profile: &'a Profile,
}

/// A photo with its guide lines, findings and measurements. `number` tells it from others of the page.
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
                    h3 { (language.pick("Messwerte", "Measurements")) }
                    table.measurements {
                        thead { tr {
                            th scope="col" { (language.pick("Messung", "Measurement")) }
                            th scope="col" { (language.pick("gemessen", "measured")) }
                            th scope="col" { (language.pick("verlangt", "asked for")) }
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
    let guides = Guides::new(photo.profile, &photo.outcome.measurements).filter(|_| is_fit_to_show(photo.outcome));
    let Some(guides) = guides else {
        return html! {
            p.no-picture {
                (language.pick(
                    "Kein Bild: Die Datei ließ sich nicht sicher als Bild lesen und ist hier nicht enthalten.",
                    "No picture: the file could not safely be read as one and is not contained here.",
                ))
            }
        };
    };
    let file = escaped(photo.file);
    let alternative = language.pick(
        format!("Foto {file}, {} x {} Pixel", guides.width, guides.height),
        format!("Photo {file}, {} x {} pixels", guides.width, guides.height),
    );
    html! {
        figure {
            input type="checkbox" id={ "guides-" (number) } checked;
            label for={ "guides-" (number) } { (language.pick("Hilfslinien zeigen", "Show guide lines")) }
            div.picture {
                img src={ "data:image/jpeg;base64," (STANDARD.encode(photo.bytes)) } alt=(alternative)
                    width=(guides.width) height=(guides.height);
                (overlay(&guides, language))
            }
            figcaption {
                span.key-asked { (language.pick("verlangt", "asked for")) }
                " "
                span.key-found { (language.pick("gefunden oder geschätzt", "found or estimated")) }
            }
        }
    }
}

/// The instruction for declaring an exception is left out: the page gives it once.
fn findings_list(findings: &[Finding], language: Language) -> Markup {
    let findings: Vec<FindingBody> = findings.iter().map(|finding| FindingBody::new(finding, language)).collect();
    html! {
        h3 { (language.pick("Befunde", "Findings")) }
        @if findings.is_empty() {
            p { (language.pick("Keine. Es ist nichts zu tun.", "None. There is nothing to do.")) }
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
                            div { dt { (language.pick("gemessen", "measured")) } dd { bdi { (finding.measured) } } }
                            div { dt { (language.pick("verlangt", "asked for")) } dd { bdi { (in_words(&finding.limit, language)) } } }
                        }
                        p.hint { (finding.hint) }
                    }
                }
            }
        }
    }
}

fn severity_text(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Refuse => language.pick("Ablehnung", "refusal"),
        Severity::Advise => language.pick("Hinweis", "advice"),
    }
}

/// Place of a measurement that the gateway does not take.
pub fn place_text(made_at: MadeAt, language: Language) -> &'static str {
    match made_at {
        MadeAt::Studio => language.pick("nur im Studio gemessen", "measured in the studio only"),
        MadeAt::Desk => language.pick("nur hier gemessen", "measured here only"),
    }
}

/// Reports whether a browser may be given the file: not when it is no JPEG, when two readers see different pictures in it, or when it
/// would be decoded to more pixels than the judge itself looks at.
fn is_fit_to_show(outcome: &CheckOutcome) -> bool {
    let unfit = [Check::Empty, Check::Format, Check::Ambiguous];
    let measured = &outcome.measurements;
    let within = measured.width.is_some_and(|width| (1..=MAX_WIDTH).contains(&width))
        && measured.height.is_some_and(|height| (1..=MAX_HEIGHT).contains(&height));
    within && !outcome.findings.iter().any(|finding| unfit.contains(&finding.check))
}
