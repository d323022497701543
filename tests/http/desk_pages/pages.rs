//! Headers of every page, and content of the photo page.

use axum::body::Body;
use axum::http::{Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::server::routes::ListenerKind;
use lichtbild::validation::Profile;
use tower::ServiceExt;

use super::scriptless_browser::{ScriptlessBrowser, page};
use crate::support::photos::exif::{ExifBlock, ExifByteOrder};
use crate::support::photos::portraits::encoded;
use crate::support::photos::variants::{large_portrait, with_poster};
use crate::support::router_client::{RouterResponse, idempotency_key, photo};
use crate::support::test_gateway::{DAY, START, TestGateway};

#[track_caller]
fn keeps_to_itself(answer: &RouterResponse) {
    for (name, value) in [
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), value, "{answer:?}");
    }
}

#[tokio::test]
async fn every_page_is_kept_to_itself_and_holds_no_code() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let entered = browser.post("/desk/", &[("code", &deposit.code)]).await;
    keeps_to_itself(&entered);
    let photo = entered.header("location").to_owned();
    let mut answers = vec![entered];
    for path in ["/desk/", "/desk/today", "/desk/nowhere", &photo, &format!("{photo}/use"), &format!("{photo}/refuse")]
    {
        answers.push(browser.get(path).await);
    }
    answers.push(browser.post(&format!("{photo}/settle"), &[("outcome", "used")]).await);
    answers.push(browser.get(&format!("{photo}/done")).await);
    answers.push(browser.post("/desk/", &[("code", &deposit.code)]).await);
    let symbols = deposit.code.replace('-', "");
    for answer in &answers {
        keeps_to_itself(answer);
        let all = format!("{:?} {}", answer.headers, page(answer));
        assert!(!all.contains(&symbols) && !all.contains(&deposit.code), "{all}");
        if answer.status != 303 {
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'; img-src data:; "), "{policy}");
            assert!(policy.ends_with("form-action 'self'; base-uri 'none'; frame-ancestors 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
        }
    }
}

#[tokio::test]
async fn style_and_script_are_those_that_the_policy_names() {
    let gateway = TestGateway::start().await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let answer = browser.get("/desk/").await;
    let page = page(&answer);
    for element in ["style", "script"] {
        let inside =
            page.split(&format!("<{element}>")).nth(1).unwrap().split(&format!("</{element}>")).next().unwrap();
        let hash = STANDARD.encode(Sha256Digest::of(inside.as_bytes()).as_bytes());
        let policy = answer.header("content-security-policy");
        assert!(policy.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}: {policy}");
    }
    // No scripts or styles elsewhere, because the policy would block them.
    assert!(!page.contains(" style=") && !page.contains(" onclick=") && !page.contains("javascript:"));
}

#[tokio::test]
async fn the_photo_is_in_the_page_byte_for_byte_and_looking_counts_as_a_hand_over() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto <Koch> & Söhne").await, gateway.office("Bürgeramt").await);
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let photo = browser.enter(&deposit.code).await;
    let answer = browser.get(&photo).await;
    let page = page(&answer);
    assert!(page.contains(&format!("data:image/jpeg;base64,{}\"", STANDARD.encode(&deposit.bytes))), "{page}");
    assert!(page.contains("Foto &lt;Koch&gt; &amp; Söhne") && page.contains("10:30 Uhr"), "{page}");
    assert!(page.contains("id=\"lease\"") && page.contains("data-seconds=\"900\""), "{page}");
    let list = office.collections("").await.json();
    assert_eq!(list["collections"][0]["handed_over_at"], START.to_string());
}

#[tokio::test]
async fn the_capture_date_is_shown_in_whatever_form_it_is_written() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut browser = ScriptlessBrowser::of(&office).await;
    for (number, text, shown) in [
        (1, "2026:11:20 10:15:00", "20.11.2026"),
        (2, "2026-11-20T24:15:00+01:00", "20.11.2026"),
        (3, "20.11.2026", "nicht lesbar: <bdi>20.11.2026</bdi>"),
        (4, "0000:00:00 00:00:00", "steht nicht in der Datei"),
    ] {
        let bytes = ExifBlock::captured(ExifByteOrder::Big, text).within(&photo(number));
        let receipt = studio.deposit(&bytes, &idempotency_key(number)).await.json();
        let path = browser.enter(receipt["code"].as_str().unwrap()).await;
        let page = page(&browser.get(&path).await);
        let captured = page.split("id=\"captured\"").nth(1).unwrap().split("</dd>").next().unwrap();
        assert!(captured.contains(shown), "{text}: {captured}");
    }
}

#[tokio::test]
async fn advice_is_shown_in_the_language_of_the_page() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let office = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let photo = browser.enter(&deposit.code).await;
    let german = page(&browser.get(&photo).await);
    let advice =
        office.collect(&deposit.code).await.json()["photo"]["findings"][0]["message"].as_str().unwrap().to_owned();
    assert!(german.contains("lang=\"de\"") && german.contains(&advice), "{german}");
    assert!(!german.contains("<bdi>-</bdi>"), "nothing was measured, and nothing is told of it: {german}");
    let switched = browser.post("/desk/language", &[("language", "en"), ("back", &photo)]).await;
    assert_eq!(switched.header("location"), photo);
    let english = page(&browser.follow(&switched).await);
    let advice = office.in_english().collect(&deposit.code).await.json()["photo"]["findings"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(english.contains("lang=\"en\"") && english.contains(&advice), "{english}");
}

/// The gateway has no time for the whole background; the page that shows the photo has.
#[tokio::test]
async fn what_only_the_desk_measures_is_told_and_marked_as_such() {
    let gateway = TestGateway::with(|setup| {
        setup.profile = Profile::builtin("de-tr03121").unwrap();
        setup.max_photo_bytes = 8 * 1024 * 1024;
    })
    .await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut browser = ScriptlessBrowser::of(&office).await;
    let receipt = studio.deposit(&encoded(&with_poster(&large_portrait())), &idempotency_key(1)).await.json();
    let told: Vec<&str> =
        receipt["findings"].as_array().unwrap().iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    assert_eq!(told, ["capture_time_missing", "smile"]);
    let path = browser.enter(receipt["code"].as_str().unwrap()).await;
    let page = page(&browser.get(&path).await);
    let findings = page.split("id=\"findings\"").nth(1).unwrap();
    assert!(findings.contains("angenommen mit Hinweisen"), "{findings}");
    assert_eq!(findings.matches("nur hier gemessen").count(), 1, "{findings}");
    let of_desk = findings.split("<li>").find(|item| item.contains("nur hier gemessen")).unwrap();
    assert!(of_desk.contains("Hintergrund"), "{of_desk}");
}

#[tokio::test]
async fn the_language_switch_leads_nowhere_else() {
    let gateway = TestGateway::start().await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    for back in
        ["", "https://example.org/", "//example.org/desk/", "/v1/collections", "/desk/\r\nSet-Cookie: a=b", "desk/"]
    {
        let answer = browser.post("/desk/language", &[("language", "en"), ("back", back)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/desk/"), "{back:?}");
    }
    let answer = browser.post("/desk/language", &[("language", "fr"), ("back", "/desk/today")]).await;
    assert_eq!(answer.header("location"), "/desk/today");
    assert!(page(&browser.get("/desk/").await).contains("lang=\"de\""));
}

#[tokio::test]
async fn the_file_is_the_photo_under_a_name_that_every_system_takes() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    let answer = browser.get(&format!("{photo}/photo.jpg")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
    assert_eq!(answer.body, deposit.bytes);
    keeps_to_itself(&answer);
    let name =
        answer.header("content-disposition").strip_prefix("attachment; filename=\"").unwrap().trim_end_matches('"');
    assert!(name.starts_with("Lichtbild-") && name.ends_with(".jpg") && name.len() < 40, "{name}");
    assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)), "{name}");
}

#[tokio::test]
async fn what_the_studio_declared_is_told_to_the_clerk() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let (bytes, key) = (crate::support::router_client::photo(3), crate::support::router_client::idempotency_key(3));
    let headers = [
        ("content-type", "image/jpeg"),
        ("idempotency-key", key.as_str()),
        ("photo-subject", "under6"),
        ("photo-exception", "medical"),
    ];
    let answer = studio.post_photo("/v1/photos", &bytes, &headers).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(answer.json()["code"].as_str().unwrap()).await;
    let page = page(&browser.get(&photo).await);
    assert!(page.contains("Kind unter sechs Jahren") && page.contains("medizinischen Gründen"), "{page}");
    let plain = studio.deposit_numbered(4).await;
    let photo = browser.enter(&plain.code).await;
    assert!(
        !crate::http::desk_pages::scriptless_browser::page(&browser.get(&photo).await).contains("id=\"declaration\"")
    );
}

#[tokio::test]
async fn a_browser_with_the_bare_address_is_sent_to_the_desk_and_a_program_is_not() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt").await;
    let ask = async |method: Method, path: &str, accept: &str| {
        let request = office.request(method, path).header("accept", accept);
        office.send(request.body(Body::empty()).unwrap()).await
    };
    let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
    for path in ["/", "/?from=bookmark"] {
        let answer = ask(Method::GET, path, chromium).await;
        assert_eq!((answer.status, answer.header("location"), answer.header("vary")), (303, "/desk/", "accept"));
        keeps_to_itself(&answer);
    }
    for (method, path, accept, status) in [
        (Method::GET, "/", "*/*", 404),
        (Method::GET, "/", "application/json", 404),
        (Method::GET, "/", "text/html;q=0", 404),
        (Method::GET, "/", "application/json, text/html; q=0.0, application/xhtml+xml;Q=0", 404),
        (Method::GET, "/", "text/*", 404),
        (Method::POST, "/", chromium, 404),
        (Method::GET, "/v1", chromium, 404),
        (Method::GET, "//", chromium, 404),
    ] {
        let answer = ask(method.clone(), path, accept).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, "application/problem+json"),
            "{path} {accept}"
        );
        if (method, path) == (Method::GET, "/") {
            assert!(answer.headers.get_all("vary").iter().any(|value| value == "accept"), "{accept}");
        }
    }
    // Without a certificate, too: the desk's first page explains what is missing.
    let router = gateway.router(ListenerKind::Office);
    let request = Request::get("/").header("host", "localhost").header("accept", chromium).body(Body::empty()).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 303);
}

#[tokio::test]
async fn every_page_says_in_time_when_the_counters_certificate_ends() {
    let gateway = TestGateway::start().await;
    let party = gateway.office("Bürgerbüro Mitte").await.party;
    // START is 22 November 2026, 10:30 in Berlin.
    let counter = gateway.device_until(&party, gateway.now() + 20 * DAY).await;
    let mut browser = ScriptlessBrowser::of(&counter).await;
    let time = |text: &str| format!("<time datetime=\"2026-12-12T09:30:00.000Z\">{text}</time>");
    let line = |text: &str| {
        let renew = "<a href=\"/desk/renewal\">Jetzt erneuern</a>";
        format!("Das Zertifikat dieses Schalters endet {}. {renew}", time(text))
    };
    for (hours, end, warning) in [
        (0, "bis 11.12.2026", None),
        (240, "bis 11.12.2026", Some("am 12.12.2026 um 10:30 Uhr")),
        (216, "bis 11.12.2026", Some("am 12.12.2026 um 10:30 Uhr")),
        // In the last night it is valid until the morning.
        (15, "heute bis 10:30 Uhr", Some("heute um 10:30 Uhr")),
    ] {
        gateway.advance(hours * DAY / 24);
        for path in ["/desk/", "/desk/today", "/desk/self-test"] {
            let shown = page(&browser.get(path).await);
            assert!(shown.contains(&format!("Zertifikat {}", time(end))), "{path}: {shown}");
            assert_eq!(shown.contains("id=\"expiry-notice\""), warning.is_some(), "{path}: {shown}");
            assert!(warning.is_none_or(|warning| shown.contains(&line(warning))), "{path}: {shown}");
        }
    }
    gateway.advance(DAY);
    let answer = browser.get("/desk/").await;
    assert_eq!(answer.status, 403);
    let shown = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(shown.contains("data-problem=\"certificate-expired\""), "{shown}");
}
