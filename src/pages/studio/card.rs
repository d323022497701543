//! Card of a checked photo: verdict, findings drawn on the photo and in words, and the form that deposits it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::declaration::{declaration_fields, hidden_declaration};
use super::photographer::Photographer;
use crate::domain::check::finding::Verdict;
use crate::domain::digest::Sha256Digest;
use crate::domain::local_time::date_in_sentence;
use crate::domain::photo::declaration::Declaration;
use crate::flows::photo::check::CheckResult;
use crate::flows::photo::planned_deposit::PlannedDeposit;
use crate::flows::photo::queries::PhotoWithState;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::findings::finding_list;
use crate::report::overlay::overlay;
use crate::report::photo_section::is_fit_to_show;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::Profile;
use crate::validation::guides::Guides;
use crate::wire::finding::FindingBody;

/// A photo after its check.
pub(super) struct PhotoResult<'a> {
    pub(super) sha256: Sha256Digest,
    pub(super) result: &'a CheckResult,
    pub(super) declaration: Declaration,
    pub(super) planned: &'a PlannedDeposit,
}

/// Source of the picture that the card shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    /// The response contains the photo.
    Inside,
    /// The script has the file.
    Local,
}

/// The card. Its ids begin with a part of the photo's digest, so that several cards fit on one page.
pub(super) fn card(
    photographer: &Photographer,
    profile: &Profile,
    checked: &PhotoResult<'_>,
    picture: Picture,
) -> Markup {
    let language = photographer.language;
    let digest = checked.sha256.to_string();
    let id = format!("photo-{}", digest.get(..12).unwrap_or_default());
    let is_shown = is_fit_to_show(&checked.result.findings, &checked.result.measurements);
    let is_accepted = checked.result.verdict == Verdict::Accepted;
    let findings = FindingBody::all(&checked.result.findings, language);
    let verdict = match checked.result.verdict {
        Verdict::Refused => "refused",
        Verdict::Accepted if findings.is_empty() => "accepted",
        Verdict::Accepted => "remarks",
    };
    html! {
        article.card id=(id) data-sha256=(digest) data-verdict=(verdict) aria-labelledby={ (id) "-verdict" } {
            (photo_figure(&id, profile, checked, picture, language))
            div.card-words {
                h2.verdict id={ (id) "-verdict" } tabindex="-1" { (text!(language, format!("studio-page-verdict-{verdict}"))) }
                p.file-name.quiet hidden {}
                @if let Some(last) = &checked.planned.last { (last_deposit(last, checked.planned.is_repeat(), language)) }
                @if findings.is_empty() {
                    p { (text!(language, "studio-page-no-findings")) }
                } @else {
                    (finding_list(&findings, language))
                }
                @if is_accepted || checked.planned.is_repeat() {
                    (deposit_form(&id, photographer, checked))
                } @else {
                    p { strong { (text!(language, "studio-page-nothing-stored")) } }
                    // The script checks again when one of them changes.
                    @if is_shown { div.declare-again hidden { (declaration_fields(&id, checked.declaration, language)) } }
                }
            }
        }
    }
}

fn photo_figure(
    id: &str,
    profile: &Profile,
    checked: &PhotoResult<'_>,
    picture: Picture,
    language: Language,
) -> Markup {
    let CheckResult { findings, measurements, bytes, .. } = checked.result;
    let guides = Guides::new(profile, measurements).filter(|_| is_fit_to_show(findings, measurements));
    let Some(guides) = guides else {
        return html! { p.no-picture { (text!(language, "studio-page-no-preview")) } };
    };
    html! {
        figure {
            div.picture {
                @match picture {
                    Picture::Inside => {
                        img width=(guides.width) height=(guides.height) alt=(text!(language, "studio-page-photo-alt"))
                            src={ "data:image/jpeg;base64," (STANDARD.encode(bytes)) };
                    }
                    Picture::Local => {
                        img width=(guides.width) height=(guides.height) alt=(text!(language, "studio-page-photo-alt"));
                    }
                }
                (overlay(&guides, language))
            }
            figcaption {
                input.show-guides type="checkbox" checked id={ (id) "-guides" };
                label for={ (id) "-guides" } { (text!(language, "page-guide-lines")) }
            }
        }
    }
}

/// Tells about an earlier deposit of the same photo, so that the photographer decides whether a second code is needed.
fn last_deposit(last: &PhotoWithState, is_repeat: bool, language: Language) -> Markup {
    let day = date_in_sentence(last.record.deposited_at, language);
    html! {
        p.notice.last-deposit {
            (text!(language, "studio-page-last-deposit", day = day)) " "
            @if is_repeat {
                (text!(language, "studio-page-last-open"))
            } @else {
                (text!(language, format!("studio-page-last-{}", last.state.name()))) " "
                (text!(language, "studio-page-last-again"))
            }
        }
    }
}

fn deposit_form(id: &str, photographer: &Photographer, checked: &PhotoResult<'_>) -> Markup {
    let language = photographer.language;
    let action = match &checked.planned.last {
        None => "deposit-now",
        Some(_) if checked.planned.is_repeat() => "deposit-repeat",
        Some(_) => "deposit-again",
    };
    html! {
        form.deposit data-action=(action) method="post" action="/studio/deposit" enctype="multipart/form-data" {
            (csrf_field(&photographer.csrf_token))
            input type="hidden" name="key" value=(checked.planned.key.as_str());
            input type="hidden" name="sha256" value=(checked.sha256);
            (hidden_declaration(checked.declaration))
            div.declare-again hidden { (declaration_fields(id, checked.declaration, language)) }
            // The gateway has stored nothing. The script sends the file that it has.
            p.choose-again {
                label for={ (id) "-file" } { (text!(language, "studio-page-choose-again")) }
                input id={ (id) "-file" } type="file" name="photo" accept="image/jpeg" required;
            }
            p.finish { button.primary type="submit" { (text!(language, format!("studio-page-{action}"))) } }
        }
    }
}
