//! `GET /desk/self-test`: tests scanner, certificate, gateway and browser of a counter. `POST`: shows what the scanner sent.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use maud::{Markup, html};
use strum::IntoStaticStr;

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
use crate::pages::frame::cookies;
use crate::pages::frame::page::PageContent;
use crate::texts::language::Language;
use crate::texts::text;

const PATH: &str = "/desk/self-test";
/// Query of the link that repeats the cookie test.
const RETRY_QUERY: &str = "again";
/// Cookie for the test whether the browser returns cookies.
const TEST_COOKIE: &str = "lichtbild_self_test";

/// Result of the test whether the browser returns cookies.
#[derive(Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
enum CookieTest {
    Done,
    /// The browser did not return the cookie.
    Failed,
    /// This first response sends the cookie.
    NotYet,
}

/// Shows the page before a scan.
pub async fn show(State(app): State<App>, clerk: Clerk, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let round_trip = match cookies::read(&headers, TEST_COOKIE) {
        Some(_) => CookieTest::Done,
        None if uri.query() == Some(RETRY_QUERY) => CookieTest::Failed,
        None => CookieTest::NotYet,
    };
    self_test_response(&app, &clerk, None, round_trip).await
}

/// Shows the page with the scan. The response is the page and no redirect, because the form changes nothing.
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    ClerkForm(clerk, scanned): ClerkForm<ScanForm>,
) -> Result<Response, Problem> {
    // The page with the form has sent the cookie.
    let round_trip = if cookies::read(&headers, TEST_COOKIE).is_some() { CookieTest::Done } else { CookieTest::Failed };
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
    response.headers_mut().append(SET_COOKIE, cookies::set_cookie(TEST_COOKIE, "here", PATH, None)?);
    Ok(response)
}

fn certificate(gateway: &Gateway, clerk: &Clerk, device: Option<&Device>) -> Markup {
    let (language, end) = (clerk.language, clerk.office.certificate_expires_at);
    let remaining = clerk.now.until(end);
    let severity = if remaining < WARNING_PERIOD { ScanSeverity::Advice } else { ScanSeverity::Good };
    let party = &clerk.office.party;
    let label = device.map(|device| device.label.as_str()).filter(|label| !label.is_empty());
    html! {
        h2 { (text!(language, "desk-certificate-heading")) }
        p { (severity_mark(severity, language)) (text!(language, "desk-counter-known")) }
        dl #device.facts {
            div { dt { (text!(language, "desk-office")) } dd { bdi { (party.name) } ", " bdi { (party.place) } } }
            div {
                dt { (text!(language, "desk-device")) }
                dd { @if let Some(label) = label { bdi { (label) } ", " } code { (clerk.office.device_id) } }
            }
            div {
                dt { (text!(language, "desk-valid-until")) }
                dd { time datetime=(end) { (day(end, language)) ", " (clock_time(end, language)) } " (" (text!(language, "desk-days-left", days = remaining.as_secs() / 86_400)) ")" }
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
                p { (severity_mark(ScanSeverity::Fault, language)) strong { (text!(language, "desk-not-ready")) } }
                ul { @for missing in &readiness.missing { li data-missing=(missing) { (missing_text(missing, language)) } } }
                p { (text!(language, "desk-not-ready-hint")) }
            }
        }
        @if !readiness.degraded.is_empty() {
            p #degraded.quiet { (text!(language, "desk-degraded")) }
        }
        dl.facts {
            div { dt { "Version" } dd { "Lichtbild " (env!("CARGO_PKG_VERSION")) } }
            div { dt { (text!(language, "desk-clock")) } dd { (clock(clerk)) } }
        }
    }
}

/// Shows the gateway's time. A wrong clock on the computer makes certificates invalid; the script shows the difference.
fn clock(clerk: &Clerk) -> Markup {
    let language = clerk.language;
    html! {
        span #clock data-now=(clerk.now.unix_milliseconds())
            data-minutes=(text!(language, "desk-clock-minutes", count = "{count}"))
            data-hours=(text!(language, "desk-clock-hours", count = "{count}"))
            data-days=(text!(language, "desk-clock-days", count = "{count}"))
            data-right=(text!(language, "desk-clock-right"))
            data-fast=(text!(language, "desk-clock-fast", by = "{by}"))
            data-slow=(text!(language, "desk-clock-slow", by = "{by}")) {
            (text!(language, "desk-gateway-time", time = clock_time(clerk.now, language)))
        }
    }
}

fn missing_text(missing: &str, language: Language) -> String {
    match missing {
        "storage" | "clock" | "epoch-key" | "server-certificate" => {
            text!(language, format!("desk-missing-{missing}"))
        }
        _ => text!(language, "desk-missing-other"),
    }
}

fn browser(language: Language, round_trip: CookieTest) -> Markup {
    html! {
        h2 { "Browser" }
        dl.facts {
            div { dt { "Cookies" } dd #cookies data-round-trip=(<&str>::from(round_trip)) { (cookie_test_text(language, round_trip)) } }
            div {
                dt { (text!(language, "desk-scripts")) }
                dd #script data-on=(text!(language, "desk-scripts-on")) {
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

fn cookie_test_text(language: Language, round_trip: CookieTest) -> Markup {
    match round_trip {
        CookieTest::Done => {
            html! { (severity_mark(ScanSeverity::Good, language)) (text!(language, "desk-cookies-done")) }
        }
        CookieTest::Failed => html! {
            (severity_mark(ScanSeverity::Fault, language))
            strong { (text!(language, "desk-cookies-failed")) }
        },
        CookieTest::NotYet => html! {
            (text!(language, "desk-cookies-unchecked")) " "
            a #round-trip href={ (PATH) "?" (RETRY_QUERY) } { (text!(language, "desk-check-now")) }
        },
    }
}
