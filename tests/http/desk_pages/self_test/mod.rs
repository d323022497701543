//! The desk's self-test page, and the test code wherever codes are entered.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use lichtbild::domain::code::test_code::TEST_CODE;

use crate::http::setup::deposited_photo;
use crate::support::router_client::{RouterClient, RouterResponse, idempotency_key, photo};
use crate::support::test_gateway::{DAY, TestGateway};

const PATH: &str = "/desk/self-test";

fn page(answer: &RouterResponse) -> String {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

async fn get(office: &RouterClient, path: &str, cookie: Option<&str>) -> RouterResponse {
    let request = office.request(Method::GET, path);
    let request = cookie.into_iter().fold(request, |request, cookie| request.header("cookie", cookie));
    office.send(request.body(Body::empty()).unwrap()).await
}

/// Posts a form of the desk with the token of one of its pages.
async fn post(office: &RouterClient, path: &str, fields: &[(&str, &str)]) -> RouterResponse {
    let shown = page(&get(office, "/desk/", None).await);
    let token = shown.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let mut body = format!("csrf={}", encoded(&token));
    for (name, value) in fields {
        body.push_str(&format!("&{name}={}", encoded(value)));
    }
    let request = office
        .request(Method::POST, path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    office.send(request.body(Body::from(body)).unwrap()).await
}

fn sent() -> String {
    TEST_CODE.replace('-', "")
}

#[tokio::test]
async fn the_page_tells_which_device_this_is_until_when_and_whether_the_gateway_is_ready() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let before = gateway.database.contents().await;
    let answer = get(&office, PATH, None).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    let shown = page(&answer);
    let device_id = office.device_id.to_string();
    for expected in ["Bürgeramt Mitte", "<bdi>Kasse ", &device_id, "22.11.2027, 10:30 Uhr", "noch 365 Tage", TEST_CODE]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    for expected in ["id=\"ready\" data-ready=\"true\"", "class=\"data-matrix\"", "id=\"scan\"", "Noch nichts gescannt"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert!(shown.contains(concat!("Lichtbild ", env!("CARGO_PKG_VERSION"))) && !shown.contains("certificate-ends"));
    let english = page(&get(&office, PATH, Some("lichtbild_language=en")).await);
    assert!(english.contains("lang=\"en\"") && english.contains("365 days left"), "{english}");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_certificate_is_warned_of_in_its_last_two_weeks() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    gateway.advance(351 * DAY);
    assert!(!page(&get(&office, PATH, None).await).contains("certificate-ends"));
    gateway.advance(Duration::from_millis(1));
    let shown = page(&get(&office, PATH, None).await);
    assert!(shown.contains("id=\"certificate-ends\"") && shown.contains("noch 13 Tage"), "{shown}");
}

#[tokio::test]
async fn a_gateway_that_is_not_ready_says_so_as_it_does_to_monitoring() {
    let gateway = TestGateway::start().await;
    gateway.advance(3640 * DAY);
    let office = gateway.office("Bürgeramt Mitte").await;
    let shown = page(&get(&office, PATH, None).await);
    assert!(shown.contains("data-ready=\"false\"") && shown.contains("data-missing=\"epoch-key\""), "{shown}");
    gateway.trust().set_fault("server-certificate", "/srv/lichtbild/server.crt: write the file anew".into());
    let shown = page(&get(&office, PATH, None).await);
    assert!(
        shown.contains("id=\"degraded\"") && !shown.contains("/srv/lichtbild"),
        "where files are is not for clerks"
    );
}

#[tokio::test]
async fn what_the_scanner_sent_is_shown_key_by_key_with_what_to_set() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let examined = async |fields: &[(&str, &str)]| page(&post(&office, PATH, fields).await);
    let right = examined(&[("scan", &sent()), ("by", "enter")]).await;
    assert!(
        right.contains("id=\"received\" data-verdict=\"good\"") && right.contains("richtig eingestellt"),
        "{right}"
    );
    assert!(right.contains("<kbd class=\"around\">Enter") && !right.contains("class=\"wrong\""), "{right}");

    let by_button = examined(&[("scan", &sent()), ("by", "button")]).await;
    assert!(by_button.contains("data-verdict=\"advice\"") && by_button.contains("Suffix Enter (CR)"), "{by_button}");
    let scripted =
        [("scan", sent()), ("before", "Control+B".into()), ("after", "Tab".into()), ("milliseconds", "76".into())];
    let scripted = scripted.each_ref().map(|(name, value)| (*name, value.as_str()));
    let prefixed = examined(&scripted).await;
    for expected in ["data-verdict=\"fault\"", "Strg+B, STX", "Tab ⇥", "76 ms", "Präfix (STX) ab."] {
        assert!(prefixed.contains(expected), "{expected}: {prefixed}");
    }

    let swapped = examined(&[("scan", "TESTZTESTY012345678Q"), ("after", "Enter")]).await;
    assert!(swapped.contains("Y und Z sind vertauscht") && swapped.contains("auf Deutsch"), "{swapped}");
    assert_eq!(swapped.matches("class=\"wrong\"").count(), 2, "{swapped}");
    let markup = examined(&[("scan", "<script>alert(1)</script>")]).await;
    assert!(!markup.contains("<script>alert") && markup.contains("&lt;</kbd>"), "{markup}");
    let nothing = examined(&[]).await;
    assert!(nothing.contains("Es kam nichts an"), "{nothing}");
}

#[tokio::test]
async fn a_citizens_code_that_lands_in_the_test_field_is_neither_used_nor_shown() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    let before = gateway.database.contents().await;
    let scanned = deposit.code.replace('-', "");
    for scanned in
        [scanned.clone(), scanned.to_lowercase(), format!("]d1{scanned}"), format!("~{scanned}"), deposit.code.clone()]
    {
        let shown = page(&post(&office, PATH, &[("scan", &scanned), ("by", "enter")]).await);
        assert!(shown.contains("nicht das Testsymbol"), "{shown}");
        assert!(!shown.contains("<kbd"), "it is on the page: {shown}");
        assert!(!shown.contains(&deposit.code) && !shown.contains(&scanned), "{shown}");
    }
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(studio.state_of(&deposit).await, "available");
}

#[tokio::test]
async fn cookies_are_tested_by_one_that_comes_back() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let tag = |answer: &RouterResponse| {
        page(answer).split("data-round-trip=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let first = get(&office, PATH, None).await;
    assert_eq!(tag(&first), "not-yet");
    let cookie = first.header("set-cookie");
    for attribute in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/desk/self-test"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let pair = cookie.split(';').next().unwrap();
    assert_eq!(tag(&get(&office, "/desk/self-test?again", Some(pair)).await), "done");
    assert_eq!(tag(&get(&office, PATH, Some(pair)).await), "done");
    assert_eq!(tag(&get(&office, "/desk/self-test?again", None).await), "failed");
    assert_eq!(tag(&post(&office, PATH, &[]).await), "failed");
}

#[tokio::test]
async fn the_test_code_is_told_apart_and_never_counts_as_a_guess() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let deposit = studio.deposit_numbered(1).await;
    let collection = office.collect_ok(&deposit.code).await;
    let before = gateway.database.contents().await;
    for written in [TEST_CODE.to_owned(), sent().to_lowercase(), TEST_CODE.replace('0', "O")] {
        office.collect(&written).await.assert_problem(400, "code-is-test");
        office.fetch(&collection, &written).await.assert_problem(400, "code-is-test");
        let shown = post(&office, "/desk/", &[("code", &written)]).await;
        assert_eq!(shown.status, 400);
        let shown = page(&shown);
        assert!(shown.contains("data-problem=\"code-is-test\"") && shown.contains("Das ist das Testsymbol"), "{shown}");
        assert!(!shown.contains(&written), "{shown}");
    }
    assert_eq!(gateway.database.contents().await, before);
    office.fetch(&collection, "G94ZJ-756FW-FHRWS-2ZVE8").await.assert_problem(404, "code-unknown");
    // A device that is blocked for wrong codes gets this explanation, too.
    office.collect(&deposit.code).await.assert_problem(429, "too-many-codes");
    office.collect(TEST_CODE).await.assert_problem(400, "code-is-test");
}

#[tokio::test]
async fn a_form_from_elsewhere_is_not_examined() {
    let gateway = TestGateway::start().await;
    let (office, other) = (gateway.office("Bürgeramt Mitte").await, gateway.office("Bürgeramt Süd").await);
    let external = page(&get(&other, PATH, None).await);
    let token = external.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let request = office.request(Method::POST, PATH).header("content-type", "application/x-www-form-urlencoded");
    let answer = office.send(request.body(Body::from(format!("csrf={token}&scan=X"))).unwrap()).await;
    assert_eq!(answer.status, 403);
    assert!(page(&answer).contains("data-problem=\"form-foreign\""));
    // Studios' devices cannot use the desk.
    let studio = gateway.studio("Foto Koch").await;
    studio.deposit(&photo(1), &idempotency_key(1)).await;
    assert_eq!(get(&studio, PATH, None).await.status, 404);
}
