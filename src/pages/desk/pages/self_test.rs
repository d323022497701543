//! `GET /desk/self-test`: tests scanner, certificate, gateway and browser of a counter. `POST`: shows what the scanner sent.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use maud::{Markup, html};

use crate::api::readiness::{Readiness, probe};
use crate::api::{App, Problem};
use crate::domain::local_time::{clock_time, day};
use crate::domain::party::Device;
use crate::domain::party::credential::Credential;
use crate::flows::Gateway;
use crate::flows::photo::queries;
use crate::pages::certificate::renewal::BrowserCertificate;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::layout::RENEWAL;
use crate::pages::desk::scanner::scan_diagnosis::ScanSeverity;
use crate::pages::desk::scanner::scanner_section::{ScanForm, scanner_section, severity_mark};
use crate::pages::frame::certificate_end::WARNING_PERIOD;
use crate::pages::frame::page::PageContent;
use crate::pages::frame::self_test::{CookieTest, clock, missing_list, test_cookie};
use crate::texts::language::Language;
use crate::texts::text;

const PATH: &str = "/desk/self-test";
/// Shows the page before a scan.
pub async fn show(State(app): State<App>, clerk: Clerk, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let round_trip = CookieTest::of_page(&headers, &uri);
    self_test_response(&app, &clerk, None, round_trip).await
}

/// Shows the page with the scan. The response is the page and no redirect, because the form changes nothing.
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    ClerkForm(clerk, scanned): ClerkForm<ScanForm>,
) -> Result<Response, Problem> {
    // The page with the form has sent the cookie.
    let round_trip = CookieTest::of_form(&headers);
    self_test_response(&app, &clerk, Some(&scanned), round_trip).await
}

async fn self_test_response(
    app: &App,
    clerk: &Clerk,
    scanned: Option<&ScanForm>,
    round_trip: CookieTest,
) -> Result<Response, Problem> {
    let device = queries::device(&app.gateway, &clerk.office).await?;
    let readiness = probe(app).await;
    let title = text!(clerk.language, "desk-self-test");
    let main = html! {
        h1 { (title) }
        p.lead { (text!(clerk.language, "desk-self-test-lead")) }
        ol.steps.self-test {
            li #scanner { (scanner_section(clerk, scanned)?) }
            li { (certificate(&app.gateway, clerk, device.as_ref())) }
            li { (gateway(clerk, &readiness)) }
            li { (browser(clerk.language, round_trip)) }
        }
    };
    let mut response = clerk.page(StatusCode::OK, &PageContent { title, problem: None, main });
    response.headers_mut().append(SET_COOKIE, test_cookie(PATH)?);
    Ok(response)
}

fn certificate(gateway: &Gateway, clerk: &Clerk, device: Option<&Device>) -> Markup {
    let (language, end) = (clerk.language, clerk.office.certificate_expires_at);
    let remaining = clerk.now.until(end);
    let severity = if remaining < WARNING_PERIOD { ScanSeverity::Advice } else { ScanSeverity::Good };
    let party = &clerk.office.party;
    let label = device.map(|device| device.label.as_str()).filter(|label| !label.is_empty());
    html! {
        h2 { (text!(language, "page-certificate-heading")) }
        p { (severity_mark(severity, language)) (text!(language, "desk-counter-known")) }
        dl #device.facts {
            div { dt { (text!(language, "desk-office")) } dd { bdi { (party.name) } ", " bdi { (party.place) } } }
            div {
                dt { (text!(language, "page-device")) }
                dd { @if let Some(label) = label { bdi { (label) } ", " } code { (clerk.office.device_id) } }
            }
            div {
                dt { (text!(language, "page-valid-until")) }
                dd { time datetime=(end) { (day(end, language)) ", " (clock_time(end, language)) } " (" (text!(language, "page-days-left", days = remaining.as_secs() / 86_400)) ")" }
            }
        }
        @if severity != ScanSeverity::Good { div #certificate-ends.notice { p { strong { (expiry_advice(clerk)) } } } }
        @if BrowserCertificate::of(gateway, &clerk.office, device).is_due() {
            p { a.button #to-renewal href=(RENEWAL) { (text!(language, "certificate-renewal")) } }
        }
    }
}

/// Tells the clerk where a new certificate comes from.
fn expiry_advice(clerk: &Clerk) -> String {
    match clerk.office.credential {
        Credential::Own { .. } => text!(clerk.language, "desk-renew-own"),
        Credential::External { .. } => text!(clerk.language, "desk-renew-external"),
    }
}

fn gateway(clerk: &Clerk, readiness: &Readiness) -> Markup {
    let language = clerk.language;
    let ready = readiness.missing.is_empty();
    html! {
        h2 { "Gateway" }
        @if ready {
            p #ready data-ready="true" { (severity_mark(ScanSeverity::Good, language)) (text!(language, "desk-ready")) }
        } @else {
            div #ready.notice data-ready="false" {
                p { (severity_mark(ScanSeverity::Fault, language)) strong { (text!(language, "page-not-ready")) } }
                (missing_list(&readiness.missing, language))
                p { (text!(language, "desk-not-ready-hint")) }
            }
        }
        @if !readiness.degraded.is_empty() {
            p #degraded.quiet { (text!(language, "desk-degraded")) }
        }
        dl.facts {
            div { dt { "Version" } dd { "Lichtbild " (env!("CARGO_PKG_VERSION")) } }
            div { dt { (text!(language, "page-clock")) } dd { (clock(clerk.now, language)) } }
        }
    }
}

fn browser(language: Language, round_trip: CookieTest) -> Markup {
    html! {
        h2 { "Browser" }
        dl.facts {
            div { dt { "Cookies" } dd #cookies data-round-trip=(<&str>::from(round_trip)) { (round_trip.in_words(PATH, &text!(language, "desk-cookies-failed"), language)) } }
            div {
                dt { (text!(language, "page-scripts")) }
                dd #script data-on=(text!(language, "page-scripts-on")) {
                    (text!(language, "desk-scripts-off"))
                }
            }
            div {
                dt { (text!(language, "desk-printing")) }
                dd { (text!(language, "desk-printing-hint")) }
            }
        }
    }
}
