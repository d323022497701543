//! `GET /desk/self-test`: the four things that keep a counter from working, one after the other. `POST`: what the scanner sent.

use std::time::Duration;

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
use crate::flows::photo::queries;
use crate::pages::desk::certificate::WARNING_PERIOD;
use crate::pages::desk::clerk::Clerk;
use crate::pages::desk::form::ClerkForm;
use crate::pages::desk::scanner::scan_diagnosis::ScanSeverity;
use crate::pages::desk::scanner::scanner_section::{ScanForm, scanner_section, severity_mark};
use crate::pages::frame::cookies;
use crate::pages::frame::page::PageContent;
use crate::texts::language::Language;

const PATH: &str = "/desk/self-test";
/// Asked for by the link that goes round once more.
const RETRY_QUERY: &str = "again";
/// A cookie of this page, only there to come back.
const TEST_COOKIE: &str = "lichtbild_self_test";

/// Result of the test whether the browser returns cookies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CookieTest {
    /// One did.
    Done,
    /// One was sent and did not.
    Failed,
    /// This is the first page, which sends one.
    NotYet,
}

/// Nothing scanned yet.
pub async fn show(State(app): State<App>, clerk: Clerk, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let round_trip = match cookies::read(&headers, TEST_COOKIE) {
        Some(_) => CookieTest::Done,
        None if uri.query() == Some(RETRY_QUERY) => CookieTest::Failed,
        None => CookieTest::NotYet,
    };
    self_test_response(&app, &clerk, None, round_trip).await
}

/// Changes nothing: answered with the page itself.
pub async fn create(
    State(app): State<App>,
    headers: HeaderMap,
    ClerkForm(clerk, scanned): ClerkForm<ScanForm>,
) -> Result<Response, Problem> {
    // The page that the form is on sent the cookie.
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
    let title = clerk.language.pick("Selbsttest", "Self-test");
    let main = html! {
        h1 { (title) }
        p.lead { (clerk.language.pick(
            "Vier Dinge müssen an diesem Arbeitsplatz stimmen. Hier sehen Sie, was nicht stimmt.",
            "Four things have to be right at this counter. Here you see what is wrong.",
        )) }
        ol.steps.self-test {
            li #scanner { (scanner_section(clerk, scanned)?) }
            li { (certificate(clerk, device.as_ref())) }
            li { (gateway(clerk, &readiness)) }
            li { (browser(clerk.language, round_trip)) }
        }
    };
    let mut response = clerk.page(StatusCode::OK, &PageContent { title, problem: None, main });
    response.headers_mut().append(SET_COOKIE, cookies::set_cookie(TEST_COOKIE, "here", PATH, None)?);
    Ok(response)
}

fn certificate(clerk: &Clerk, device: Option<&Device>) -> Markup {
    let (language, end) = (clerk.language, clerk.office.certificate_expires_at);
    let remaining = clerk.now.until(end);
    let severity = if remaining < WARNING_PERIOD { ScanSeverity::Advice } else { ScanSeverity::Good };
    let party = &clerk.office.party;
    let label = device.map(|device| device.label.as_str()).filter(|label| !label.is_empty());
    html! {
        h2 { (language.pick("Zertifikat", "Certificate")) }
        p { (severity_mark(severity, language)) (language.pick("Das Gateway kennt diesen Arbeitsplatz.", "The gateway knows this counter.")) }
        dl #device.facts {
            div { dt { (language.pick("Amt", "Office")) } dd { bdi { (party.name) } ", " bdi { (party.place) } } }
            div {
                dt { (language.pick("Gerät", "Device")) }
                dd { @if let Some(label) = label { bdi { (label) } ", " } code { (clerk.office.device_id) } }
            }
            div {
                dt { (language.pick("Gültig bis", "Valid until")) }
                dd { time datetime=(end) { (day(end, language)) ", " (clock_time(end, language)) } " (" (days(remaining, language)) ")" }
            }
        }
        @if severity != ScanSeverity::Good { div #certificate-ends.notice { p { strong { (renewal(clerk)) } } } }
    }
}

/// Tells the clerk where to ask for a new certificate.
fn renewal(clerk: &Clerk) -> &'static str {
    match clerk.office.credential {
        Credential::Own { .. } => clerk.language.pick(
            "Das Zertifikat läuft bald ab. Bitten Sie jetzt die Verwaltung des Gateways um ein neues, und nennen Sie dabei das Gerät.",
            "The certificate ends soon. Ask the gateway's administrator for a new one now, and say which device this is.",
        ),
        Credential::External { .. } => clerk.language.pick(
            "Das Zertifikat läuft bald ab. Bitten Sie jetzt die Stelle, die es ausgegeben hat, um ein neues.",
            "The certificate ends soon. Ask those who issued it for a new one now.",
        ),
    }
}

/// Whole days that are left.
fn days(remaining: Duration, language: Language) -> String {
    match remaining.as_secs() / 86_400 {
        0 => language.pick("der letzte Tag", "the last day").into(),
        1 => language.pick("noch ein Tag", "one day left").into(),
        days => language.pick(format!("noch {days} Tage"), format!("{days} days left")),
    }
}

fn gateway(clerk: &Clerk, readiness: &Readiness) -> Markup {
    let language = clerk.language;
    let ready = readiness.missing.is_empty();
    html! {
        h2 { "Gateway" }
        @if ready {
            p #ready data-ready="true" { (severity_mark(ScanSeverity::Good, language)) (language.pick("Bereit: Fotos können abgerufen werden.", "Ready: photos can be collected.")) }
        } @else {
            div #ready.notice data-ready="false" {
                p { (severity_mark(ScanSeverity::Fault, language)) strong { (language.pick("Nicht bereit.", "Not ready.")) } }
                ul { @for missing in &readiness.missing { li data-missing=(missing) { (missing_text(missing, language)) } } }
                p { (language.pick(
                    "Rufen Sie die Verwaltung des Gateways an. Die Codes bleiben gültig, nichts ist verloren.",
                    "Call the gateway's administrator. Codes stay valid, nothing is lost.",
                )) }
            }
        }
        @if !readiness.degraded.is_empty() {
            p #degraded.quiet { (language.pick(
                "Die Verwaltung des Gateways muss etwas nachsehen; ihre Überwachung nennt es ihr (/readyz). Am Schalter ändert das nichts.",
                "The gateway's administrator has something to look at; monitoring (/readyz) names it. At the counter it changes nothing.",
            )) }
        }
        dl.facts {
            div { dt { "Version" } dd { "Lichtbild " (env!("CARGO_PKG_VERSION")) } }
            div { dt { (language.pick("Uhr", "Clock")) } dd { (clock(clerk)) } }
        }
    }
}

/// Certificates count by the computer's clock, so a wrong one keeps a counter out. The script says by how much.
fn clock(clerk: &Clerk) -> Markup {
    let language = clerk.language;
    html! {
        span #clock data-now=(clerk.now.unix_milliseconds())
            data-minutes=(language.pick("{count} min", "{count} min"))
            data-hours=(language.pick("{count} Stunden", "{count} hours"))
            data-days=(language.pick("{count} Tage", "{count} days"))
            data-right=(language.pick("Die Uhr dieses Computers stimmt.", "This computer's clock is right."))
            data-fast=(language.pick(
                "Die Uhr dieses Computers geht {by} vor. Lassen Sie sie stellen: Von ihr hängt ab, welche Zertifikate gelten.",
                "This computer's clock is {by} fast. Have it set: which certificates are valid depends on it.",
            ))
            data-slow=(language.pick(
                "Die Uhr dieses Computers geht {by} nach. Lassen Sie sie stellen: Von ihr hängt ab, welche Zertifikate gelten.",
                "This computer's clock is {by} slow. Have it set: which certificates are valid depends on it.",
            )) {
            (language.pick(
                format!("Beim Gateway ist es {}. Die Uhr dieses Computers sollte dasselbe zeigen.", clock_time(clerk.now, language)),
                format!("At the gateway it is {}. This computer's clock should show the same.", clock_time(clerk.now, language)),
            ))
        }
    }
}

fn missing_text(missing: &str, language: Language) -> &'static str {
    match missing {
        "storage" => language.pick(
            "Der Speicher des Gateways nimmt nichts an: Er ist voll oder nicht erreichbar.",
            "The gateway's storage accepts nothing: it is full or cannot be reached.",
        ),
        "clock" => {
            language.pick("Die Uhr des Gateways muss bestätigt werden.", "The gateway's clock has to be confirmed.")
        }
        "epoch-key" => language.pick("Der Schlüssel für diesen Monat fehlt.", "The key for this month is missing."),
        "server-certificate" => {
            language.pick("Das Zertifikat des Gateways ist abgelaufen.", "The gateway's certificate has expired.")
        }
        _ => language.pick(
            "Etwas fehlt; die Überwachung des Gateways nennt es (/readyz).",
            "Something is missing; the gateway's monitoring names it (/readyz).",
        ),
    }
}

fn browser(language: Language, round_trip: CookieTest) -> Markup {
    html! {
        h2 { "Browser" }
        dl.facts {
            div { dt { "Cookies" } dd #cookies data-round-trip=(cookie_test_tag(round_trip)) { (cookie_test_text(language, round_trip)) } }
            div {
                dt { (language.pick("Skripte", "Scripts")) }
                dd #script data-on=(language.pick("Eingeschaltet.", "On.")) {
                    (language.pick(
                        "Ausgeschaltet. Alles funktioniert auch so; Tippfehler und das Ende der Zeit für ein Foto sehen Sie dann erst nach dem Absenden.",
                        "Off. Everything works without them; you then see typos and the end of a photo's time only after sending.",
                    ))
                }
            }
            div {
                dt { (language.pick("Drucken", "Printing")) }
                dd { (language.pick(
                    "Drucken Sie diese Seite: Es erscheint nur das Testsymbol, gut zwei Zentimeter breit. Lässt es sich scannen, stimmt auch der Drucker.",
                    "Print this page: only the test symbol appears, a little over two centimetres wide. If it can be scanned, the printer is fine too.",
                )) }
            }
        }
    }
}

fn cookie_test_text(language: Language, round_trip: CookieTest) -> Markup {
    match round_trip {
        CookieTest::Done => {
            html! { (severity_mark(ScanSeverity::Good, language)) (language.pick("Der Browser schickt sie zurück.", "The browser returns them.")) }
        }
        CookieTest::Failed => html! {
            (severity_mark(ScanSeverity::Fault, language))
            strong { (language.pick(
                "Der Browser schickt sie nicht zurück: Ohne sie müssen Sie den Code auf jeder Seite neu eingeben. Erlauben Sie Cookies für diese Adresse.",
                "The browser does not return them: without them you have to enter the code anew on each page. Allow cookies for this address.",
            )) }
        },
        CookieTest::NotYet => html! {
            (language.pick("Noch nicht geprüft. ", "Not checked yet. "))
            a #round-trip href={ (PATH) "?" (RETRY_QUERY) } { (language.pick("Jetzt prüfen", "Check now")) }
        },
    }
}

fn cookie_test_tag(round_trip: CookieTest) -> &'static str {
    match round_trip {
        CookieTest::Done => "done",
        CookieTest::Failed => "failed",
        CookieTest::NotYet => "not-yet",
    }
}
