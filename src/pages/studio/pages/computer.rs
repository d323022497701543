//! `GET /studio/computer`: certificate, gateway, browser and photo profile of this computer, and help with further computers.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use maud::{Markup, html};

use crate::api::readiness::{Readiness, probe};
use crate::api::{App, Problem};
use crate::domain::local_time::{clock_time, day};
use crate::domain::party::Device;
use crate::flows::Gateway;
use crate::flows::photo::queries;
use crate::pages::certificate::renewal::BrowserCertificate;
use crate::pages::frame::certificate_end::WARNING_PERIOD;
use crate::pages::frame::elements::{contact_line, mark};
use crate::pages::frame::page::PageContent;
use crate::pages::frame::self_test::{CookieTest, clock, missing_list, test_cookie};
use crate::pages::studio::layout::{COMPUTER, RENEWAL};
use crate::pages::studio::photographer::Photographer;
use crate::report::measurement_table::limit_rows;
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::Profile;

/// Shows the page.
pub async fn show(
    State(app): State<App>,
    photographer: Photographer,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = photographer.language;
    let device = queries::device(&app.gateway, &photographer.studio).await?;
    let readiness = probe(&app).await;
    let cookies = CookieTest::of_page(&headers, &uri);
    let title = text!(language, "studio-page-computer");
    let main = html! {
        h1 { (title) }
        p.lead { (text!(language, "studio-computer-lead")) }
        ol.steps.self-test {
            li { (certificate(&app.gateway, &photographer, device.as_ref())) }
            li { (gateway(&photographer, &readiness)) }
            li { (browser(cookies, language)) }
            li { (profile(&app.gateway.profile, language)) }
        }
        section #help {
            h2 { (text!(language, "studio-computer-help")) }
            @match app.operator_contact.text() {
                Some(contact) => { (contact_line(contact, language)) }
                None => { p { (text!(language, "studio-computer-no-contact")) } }
            }
        }
        (further_computers(language))
    };
    let mut response = photographer.page(StatusCode::OK, &PageContent { title, problem: None, main });
    response.headers_mut().append(SET_COOKIE, test_cookie(COMPUTER)?);
    Ok(response)
}

fn certificate(gateway: &Gateway, photographer: &Photographer, device: Option<&Device>) -> Markup {
    let (language, studio) = (photographer.language, &photographer.studio);
    let end = studio.certificate_expires_at;
    let remaining = photographer.now.until(end);
    let ends_soon = remaining < WARNING_PERIOD;
    let (sign, weight) = if ends_soon { ("!", "advice") } else { ("✓", "good") };
    let label = device.map(|device| device.label.as_str()).filter(|label| !label.is_empty());
    html! {
        h2 { (text!(language, "page-certificate-heading")) }
        p { (mark(sign, weight, language)) (text!(language, "studio-computer-known")) }
        dl #device.facts {
            div { dt { (text!(language, "studio-computer-studio")) } dd { bdi { (studio.party.name) } ", " bdi { (studio.party.place) } } }
            div {
                dt { (text!(language, "page-device")) }
                dd { @if let Some(label) = label { bdi { (label) } ", " } code { (studio.device_id) } }
            }
            div {
                dt { (text!(language, "page-valid-until")) }
                dd { time datetime=(end) { (day(end, language)) ", " (clock_time(end, language)) } " (" (text!(language, "page-days-left", days = remaining.as_secs() / 86_400)) ")" }
            }
        }
        @if ends_soon { div #certificate-ends.notice { p { strong { (text!(language, "studio-computer-ends-soon")) } } } }
        @if BrowserCertificate::of(gateway, studio, device).is_due() {
            p { a.button #to-renewal href=(RENEWAL) { (text!(language, "certificate-renewal")) } }
        }
    }
}

fn gateway(photographer: &Photographer, readiness: &Readiness) -> Markup {
    let language = photographer.language;
    html! {
        h2 { (text!(language, "studio-computer-connection")) }
        @if readiness.missing.is_empty() {
            p #ready data-ready="true" { (mark("✓", "good", language)) (text!(language, "studio-computer-ready")) }
        } @else {
            div #ready.notice data-ready="false" {
                p { (mark("✕", "fault", language)) strong { (text!(language, "page-not-ready")) } }
                (missing_list(&readiness.missing, language))
                p { (text!(language, "studio-computer-not-ready")) }
            }
        }
        dl.facts {
            div { dt { "Version" } dd { "Lichtbild " (env!("CARGO_PKG_VERSION")) } }
            div { dt { (text!(language, "page-clock")) } dd { (clock(photographer.now, language)) } }
        }
    }
}

fn browser(cookies: CookieTest, language: Language) -> Markup {
    let failed = text!(language, "studio-computer-cookies-failed");
    html! {
        h2 { "Browser" }
        dl.facts {
            div { dt { "Cookies" } dd #cookies data-round-trip=(<&str>::from(cookies)) { (cookies.in_words(COMPUTER, &failed, language)) } }
            div {
                dt { (text!(language, "page-scripts")) }
                dd #script data-on=(text!(language, "page-scripts-on")) { (text!(language, "studio-computer-scripts-off")) }
            }
        }
    }
}

/// The limits of the profile. The details about light and sharpness are in the findings of a check.
fn profile(profile: &Profile, language: Language) -> Markup {
    html! {
        h2 { (text!(language, "studio-computer-profile")) }
        p { (text!(language, "studio-computer-profile-lead")) }
        dl #profile.facts {
            div { dt { (text!(language, "studio-photos-column-profile")) } dd { code { (profile.name()) } ", " bdi { (profile.title()) } } }
            @for (name, limit) in limit_rows(profile, language) {
                div { dt { (name) } dd { (limit) } }
            }
            @if let Some(capture) = profile.capture {
                div {
                    dt { (text!(language, "studio-computer-age")) }
                    dd { (text!(language, "studio-computer-age-limit", months = capture.max_age_months)) }
                }
            }
        }
    }
}

fn further_computers(language: Language) -> Markup {
    html! {
        section #further {
            h2 { (text!(language, "studio-computer-further")) }
            p { (text!(language, "studio-computer-further-lead")) }
            ol {
                @for step in ["invitation", "connect", "import"] {
                    li { (text!(language, format!("studio-computer-further-{step}"))) }
                }
            }
            p { (text!(language, "studio-computer-further-lost")) }
        }
    }
}
