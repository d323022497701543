//! `GET /desk/collections/{collection_id}`: shows the photo.

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{Markup, html};

use super::code_entry;
use super::interrupted::code_prompt;
use crate::api::request::PathId;
use crate::api::{App, Problem};
use crate::domain::check::finding::Finding;
use crate::domain::id::CollectionId;
use crate::domain::local_time;
use crate::domain::photo::collection::{CollectionRecord, CollectionState};
use crate::domain::photo::declaration::{Declaration, Exception, Subject};
use crate::flows::photo::hand_over::HandOverError;
use crate::flows::photo::present::{PresentedPhoto, present};
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::facts::{lease, number_rows};
use crate::pages::desk::layout::see_other;
use crate::pages::desk::session;
use crate::pages::frame::elements::csrf_field;
use crate::pages::frame::findings::measured;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::response::no_content;
use crate::pages::frame::time_element::{through, time_element};
use crate::report::overlay::overlay;
use crate::report::photo_section::place_text;
use crate::texts::language::Language;
use crate::texts::text;
use crate::transport::http::held_until_sent::HeldUntilSent;
use crate::validation::guides::Guides;
use crate::validation::{CaptureDate, Profile, capture_date};
use crate::wire::finding::FindingBody;

/// Shows the photo, its data, and the possible actions.
pub async fn show(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = match leased_or_redirect(&app, &clerk, collection_id).await? {
        LeasedOrRedirect::Leased(collection) => collection,
        LeasedOrRedirect::Redirect(elsewhere) => return Ok(elsewhere),
    };
    let Some(code) = session::code(&app, &clerk, &headers, collection.collection_id) else {
        return Ok(code_entry::ask_for_code_again(&clerk, &code_prompt(&app, &clerk, &headers, &collection).await?));
    };
    match present(&app.gateway, &clerk.office, collection.collection_id, &code).await {
        Ok(presented) => {
            let page = clerk.page(StatusCode::OK, &page(&clerk, &presented, &app.gateway.profile));
            Ok((Extension(HeldUntilSent::new(presented.memory)), page).into_response())
        }
        Err(HandOverError::LeaseExpired { .. }) => {
            Ok(code_entry::ask_for_code_again(&clerk, &code_prompt(&app, &clerk, &headers, &collection).await?))
        }
        Err(error) => Err(error.into()),
    }
}

/// `HEAD` for the page and the file. This is a separate handler because HEAD through the GET handlers would count as a hand-over.
pub async fn head(
    State(app): State<App>,
    clerk: Clerk,
    PathId(collection_id): PathId<CollectionId>,
) -> Result<Response, Problem> {
    match leased_or_redirect(&app, &clerk, collection_id).await? {
        LeasedOrRedirect::Leased(_) => Ok(no_content()),
        LeasedOrRedirect::Redirect(elsewhere) => Ok(elsewhere),
    }
}

/// An open collection of the office, or a redirect.
pub(super) enum LeasedOrRedirect {
    Leased(CollectionRecord),
    /// The collection has ended, so the browser goes to its last page.
    Redirect(Response),
}

pub(super) async fn leased_or_redirect(
    app: &App,
    clerk: &Clerk,
    collection_id: Option<CollectionId>,
) -> Result<LeasedOrRedirect, Problem> {
    let collection = clerk.collection(app, collection_id).await?;
    Ok(match collection.state {
        CollectionState::Leased => LeasedOrRedirect::Leased(collection),
        _ => {
            LeasedOrRedirect::Redirect(see_other(&format!("/desk/collections/{}/done", collection.collection_id), None))
        }
    })
}

fn page(clerk: &Clerk, presented: &PresentedPhoto, profile: &Profile) -> PageContent {
    let language = clerk.language;
    let title = text!(language, "desk-look-at-photo");
    let main = html! {
        h1.visually-hidden { (title) }
        div.sheet {
            (photo_figure(presented, profile, language))
            div.beside {
                (lease(&presented.collection, clerk))
                (actions(&presented.collection, clerk))
                @if presented.photo.kept { (second_visit(language)) }
                (facts(presented, clerk))
                (declaration(presented.opened.sealed_metadata.declaration, language))
                (findings(presented, language))
            }
        }
    };
    PageContent { title, problem: None, main }
}

/// Assumed place of the eyes if none were found, as fractions of width and height.
const USUAL_PLACE_OF_EYES: (f64, f64) = (0.5, 0.45);

/// The point between the pupils, as fractions of width and height.
fn middle_of_eyes(guides: &Guides) -> Option<(f64, f64)> {
    let [(left, left_y), (right, right_y)] = guides.pupils?;
    Some(((left + right) / 2.0 / guides.width, (left_y + right_y) / 2.0 / guides.height))
}

fn photo_figure(presented: &PresentedPhoto, profile: &Profile, language: Language) -> Markup {
    let (width, height) = (presented.photo.facts.width, presented.photo.facts.height);
    let guides = Guides::new(profile, &presented.measurements);
    let (eyes_x, eyes_y) = guides.as_ref().and_then(middle_of_eyes).unwrap_or(USUAL_PLACE_OF_EYES);
    html! {
        figure {
            input #pixels type="checkbox";
            label for="pixels" { (text!(language, "desk-actual-size")) }
            input #guides type="checkbox" checked;
            label for="guides" { (text!(language, "page-guide-lines")) }
            div.frame tabindex="0" role="group" aria-label=(text!(language, "desk-photo")) {
                div.picture {
                    img #photo width=(width) height=(height) data-eyes-x=(format!("{eyes_x:.3}")) data-eyes-y=(format!("{eyes_y:.3}"))
                        src={ "data:image/jpeg;base64," (STANDARD.encode(&presented.opened.bytes)) }
                        alt=(text!(language, "desk-photo-alt"));
                    @if let Some(guides) = guides {
                        div #guide-lines { (overlay(&guides, language)) }
                    }
                }
            }
        }
    }
}

/// Note that the photo was used before, so that the clerk does not take this for a first visit.
fn second_visit(language: Language) -> Markup {
    html! {
        p #second-visit.notice { (text!(language, "desk-second-visit")) }
    }
}

fn facts(presented: &PresentedPhoto, clerk: &Clerk) -> Markup {
    let PresentedPhoto { collection, photo, opened, studio, .. } = presented;
    let (language, now) = (clerk.language, clerk.now);
    html! {
        dl.facts {
            @if let Some(studio) = studio {
                div { dt { (text!(language, "desk-studio")) } dd #studio { bdi { (studio.name) } ", " bdi { (studio.place) } } }
            }
            div {
                dt { (text!(language, "desk-taken")) }
                dd #captured {
                    @match capture_date(&opened.bytes) {
                        CaptureDate::Known(captured) => (local_time::date(captured.date, language)),
                        CaptureDate::Unreadable(text) => {
                            span.quiet { (text!(language, "desk-unreadable")) " " bdi { (text) } }
                        }
                        CaptureDate::Missing => {
                            span.quiet { (text!(language, "desk-not-in-file")) }
                        }
                    }
                }
            }
            div { dt { (text!(language, "desk-deposited")) } dd { (time_element(photo.deposited_at, now, language)) } }
            div { dt { (text!(language, "desk-available")) } dd #available { (through(photo.expires_at, now, language)) } }
            div {
                dt { (text!(language, "desk-format")) }
                dd { (photo.facts.width) " × " (photo.facts.height) " " (text!(language, "desk-pixels")) " " (photo.facts.profile) }
            }
            (number_rows(collection, language))
        }
    }
}

fn declaration(declared: Declaration, language: Language) -> Markup {
    let subject = match declared.subject {
        Subject::Adult => None,
        Subject::Under10 => Some(text!(language, "desk-under10")),
        Subject::Under6 => Some(text!(language, "desk-under6")),
    };
    let exception = match declared.exception {
        Exception::None => None,
        Exception::Medical => Some(text!(language, "desk-exception-medical")),
        Exception::Religious => Some(text!(language, "desk-exception-religious")),
    };
    html! {
        @if subject.is_some() || exception.is_some() {
            div #declaration.notice {
                h2 { (text!(language, "desk-declaration")) }
                ul { @for sentence in [subject, exception].into_iter().flatten() { li { (sentence) } } }
                p { (text!(language, "desk-declaration-hint")) }
            }
        }
    }
}

fn findings(presented: &PresentedPhoto, language: Language) -> Markup {
    let PresentedPhoto { photo, opened, desk_findings, .. } = presented;
    let stored: Vec<&Finding> = photo.facts.findings.iter().chain(&opened.sealed_metadata.findings).collect();
    // The desk checks the photo again, because the rules may have changed since the deposit. Only new findings are added.
    let new = desk_findings.iter().filter(|found| !stored.iter().any(|told| told.check == found.check));
    let findings = FindingBody::all(stored.iter().copied().chain(new), language);
    html! {
        section #findings {
            h2 {
                (text!(language, "desk-findings"))
                @if !findings.is_empty() {
                    " " span.remarks { (text!(language, "desk-accepted-with-remarks")) }
                }
            }
            @if findings.is_empty() {
                p { (text!(language, "desk-no-findings")) }
            } @else {
                ul {
                    @for finding in findings {
                        li {
                            strong { (finding.check.label(language)) } " "
                            (measured(&finding, language))
                            @if let Some(place) = finding.made_at { " " span.quiet { (place_text(place, language)) } }
                            p { (finding.message) }
                        }
                    }
                }
            }
        }
    }
}

fn actions(collection: &CollectionRecord, clerk: &Clerk) -> Markup {
    let language = clerk.language;
    let path = format!("/desk/collections/{}", collection.collection_id);
    html! {
        div.actions {
            a.button.primary #use href={ (path) "/use" } autofocus aria-describedby="lease" { (text!(language, "desk-use-photo")) }
            a.button.danger #refuse href={ (path) "/refuse" } { (text!(language, "desk-refuse-more")) }
            form #release method="post" action={ (path) "/settle" } {
                (csrf_field(&clerk.csrf_token))
                button type="submit" name="outcome" value="released" { (text!(language, "desk-put-back")) }
            }
        }
    }
}
