//! Check, deposit and receipt on the studio pages, in a browser without scripts.

use axum::http::{HeaderValue, StatusCode};
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::server::routes::ListenerKind;
use tower::ServiceExt;

use crate::http::desk_pages::scriptless_browser::{ScriptlessBrowser, assert_problem_page, field, page};
use crate::http::setup::{studio_alone, studio_and_office};
use crate::support::router_client::{RouterClient, RouterResponse, photo};
use crate::support::test_gateway::TestGateway;

const CHECK: &str = "/studio/check";
const DEPOSIT: &str = "/studio/deposit";

async fn browser(studio: &RouterClient) -> ScriptlessBrowser {
    ScriptlessBrowser::at(studio, "/studio/").await
}

/// Checks a photo and returns key and digest of the form that deposits it.
async fn checked(browser: &mut ScriptlessBrowser, photo: &[u8]) -> (String, String) {
    let answer = browser.post_file(CHECK, &[], photo).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let shown = page(&answer);
    (field(&shown, "key").expect("a form that deposits"), field(&shown, "sha256").expect("a digest"))
}

/// Deposits a photo as its form does.
async fn deposited(browser: &mut ScriptlessBrowser, photo: &[u8]) -> RouterResponse {
    let (key, sha256) = checked(browser, photo).await;
    browser.post_file(DEPOSIT, &[("key", &key), ("sha256", &sha256)], photo).await
}

/// The code on the page of a receipt.
fn code(receipt: &RouterResponse) -> String {
    assert_eq!(receipt.status, 200, "{receipt:?}");
    let shown = page(receipt);
    let rest = shown.split("id=\"receipt-code\">").nth(1).expect("a code");
    rest.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_check_stores_nothing_and_the_deposit_leads_to_the_receipt() {
    let (gateway, studio, office) = studio_and_office().await;
    let mut browser = browser(&studio).await;
    let before = gateway.database.contents().await;
    checked(&mut browser, &photo(1)).await;
    assert_eq!(gateway.database.contents().await, before);
    let answer = deposited(&mut browser, &photo(1)).await;
    let path = answer.header("location").to_owned();
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Secure"), "{cookie}");
    let receipt = browser.get(&path).await;
    let code = code(&receipt);
    assert!(!cookie.contains(&code) && !path.contains(&code), "{cookie}");
    assert_eq!(receipt.header("cache-control"), "no-store");
    assert!(page(&receipt).contains("<title>Beleg – Lichtbild</title>") && page(&receipt).contains("data-matrix"));
    for query in ["", "?paper=roll80"] {
        let pdf = browser.get(&format!("{path}.pdf{query}")).await;
        assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"), "{pdf:?}");
        assert!(pdf.body.starts_with(b"%PDF-"));
    }
    let collection = office.collect_ok(&code).await;
    assert_eq!(office.fetch(&collection, &code).await.body, photo(1));
}

#[tokio::test]
async fn the_same_file_gives_the_same_code_at_each_computer_of_the_studio_and_another_at_another_studio() {
    let (gateway, studio, _office) = studio_and_office().await;
    let neighbour = gateway.studio("Foto Fremd").await;
    let second = gateway.device_of(&studio.party).await;
    let mut codes = Vec::new();
    for caller in [&studio, &studio, &second, &neighbour] {
        let mut browser = browser(caller).await;
        let answer = deposited(&mut browser, &photo(1)).await;
        codes.push(code(&browser.follow(&answer).await));
    }
    assert!(codes[..3].iter().all(|code| *code == codes[0]), "{codes:?}");
    assert_ne!(codes[3], codes[0]);
    assert_eq!(gateway.database.count_events("photo.deposited").await, 2);
    let mut browser = browser(&second).await;
    let again = page(&browser.post_file(CHECK, &[], &photo(1)).await);
    assert!(again.contains("data-action=\"deposit-repeat\"") && again.contains("Sein Code gilt noch"), "{again}");
}

#[tokio::test]
async fn a_photo_whose_code_has_ended_gets_a_new_one_only_after_the_question() {
    let (gateway, studio, _office) = studio_and_office().await;
    let mut browser = browser(&studio).await;
    let stale = checked(&mut browser, &photo(1)).await;
    let mut codes = Vec::new();
    for round in 0..5 {
        let answer = deposited(&mut browser, &photo(1)).await;
        let receipt = browser.follow(&answer).await;
        codes.push(code(&receipt));
        let receipt_path = answer.header("location").to_owned();
        let path = receipt_path.strip_suffix("/receipt").unwrap();
        assert_eq!(browser.post(&format!("{path}/withdraw"), &[]).await.status, 303);
        assert_problem_page(&browser.get(&receipt_path).await, 410, "photo-ended");
        // The form of an older page does not deposit again.
        let fields = [("key", stale.0.as_str()), ("sha256", stale.1.as_str())];
        assert_problem_page(&browser.post_file(DEPOSIT, &fields, &photo(1)).await, 409, "photo-ended");
        let asked = page(&browser.post_file(CHECK, &[], &photo(1)).await);
        assert!(asked.contains("data-action=\"deposit-again\"") && asked.contains("zurückgezogen"), "{round} {asked}");
        assert!(asked.contains("einen neuen Code"), "{asked}");
    }
    codes.dedup();
    assert_eq!(codes.len(), 5, "{codes:?}");
    assert_eq!(gateway.database.count_events("photo.deposited").await, 5);
}

#[tokio::test]
async fn only_the_key_and_the_file_of_the_check_deposit_a_photo() {
    let (gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let (key, sha256) = checked(&mut browser, &photo(1)).await;
    let before = gateway.database.contents().await;
    let other = Sha256Digest::of(&photo(2)).to_string();
    for wrong in [
        "0123456789abcdef".to_owned(),
        format!("browser.1.{sha256}"),
        format!("browser.00.{sha256}"),
        format!("browser.{}.{sha256}", u32::MAX),
        format!("browser.0.{other}"),
        key.to_uppercase(),
    ] {
        let fields = [("key", wrong.as_str()), ("sha256", sha256.as_str())];
        let answer = browser.post_file(DEPOSIT, &fields, &photo(1)).await;
        assert_problem_page(&answer, 400, "idempotency-key-malformed");
    }
    let fields = [("key", key.as_str()), ("sha256", sha256.as_str())];
    let answer = browser.post_file(DEPOSIT, &fields, &photo(2)).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(page(&answer).contains("nicht das geprüfte Foto"), "{answer:?}");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_form_from_elsewhere_deposits_nothing() {
    let (gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let neighbour = super::studio_deposit::browser(&gateway.device_of(&studio.party).await).await.token;
    let (key, sha256) = checked(&mut browser, &photo(1)).await;
    let own = browser.token.clone();
    let before = gateway.database.contents().await;
    let cases: [(&str, &str); 6] = [
        ("", "same-origin"),
        ("x", "same-origin"),
        (&neighbour, "same-origin"),
        (&own, "cross-site"),
        (&own, "same-site"),
        (&own, "none"),
    ];
    for (token, site) in cases {
        for path in [CHECK, DEPOSIT] {
            let fields = [("csrf", token), ("key", key.as_str()), ("sha256", sha256.as_str())];
            let answer = browser.post_file_exactly(path, &fields, &photo(1), &[("sec-fetch-site", site)]).await;
            assert_problem_page(&answer, 403, "form-foreign");
        }
    }
    // A form without a file part cannot be made by these pages.
    assert_problem_page(&browser.post(DEPOSIT, &[("key", &key)]).await, 415, "format-unsupported");
    let many = vec![("subject", "adult"); 40];
    assert_problem_page(&browser.post_file(CHECK, &many, &photo(1)).await, 400, "request-malformed");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn files_that_are_no_photos_are_told_in_words_and_not_shown() {
    let (gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let before = gateway.database.contents().await;
    for file in [&b""[..], b"GIF89a", b"\x89PNG\r\n\x1a\n", b"<script>alert(1)</script>"] {
        let answer = browser.post_file(CHECK, &[], file).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = page(&answer);
        assert!(shown.contains("data-verdict=\"refused\"") && shown.contains("Keine Vorschau"), "{shown}");
        assert!(!shown.contains("data:image/jpeg") && !shown.contains("alert(1)"), "{shown}");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_page_with_a_photo_that_nobody_reads_counts_as_an_upload() {
    let gateway = TestGateway::with(|setup| setup.limits.upload_bytes_at_once = 1).await;
    let studio = gateway.studio("Foto Koch").await;
    let browser = browser(&studio).await;
    let check = async |picture: &str| {
        let fields = [("csrf", browser.token.as_str()), ("picture", picture)];
        let mut request = browser.file_request(CHECK, &fields, &photo(1), &[("sec-fetch-site", "same-origin")]);
        request.headers_mut().insert("host", HeaderValue::from_static("localhost"));
        gateway.router(ListenerKind::Studio).oneshot(request).await.unwrap()
    };
    // The script shows the file that it has, so this page has no photo.
    let without = check("local").await;
    let unread = check("").await;
    assert_eq!((without.status(), unread.status()), (StatusCode::OK, StatusCode::OK));
    assert_eq!(check("").await.status(), StatusCode::TOO_MANY_REQUESTS);
    drop(unread);
    assert_eq!(check("").await.status(), StatusCode::OK);
}
