//! The page of a photo, and its withdrawal.

use lichtbild::domain::digest::Sha256Digest;
use serde_json::json;

use super::{PHOTOS, assert_contains, assert_private, browser, english_browser, path_of, refusal, shown};
use crate::http::desk_pages::scriptless_browser::{ScriptlessBrowser, assert_problem_page};
use crate::http::setup::{deposited_photo, studio_alone, studio_and_office};
use crate::support::router_client::photo;

#[tokio::test]
async fn the_page_tells_all_facts_but_the_code_in_both_languages() {
    let (gateway, studio, _office, deposit) = deposited_photo().await;
    let before = gateway.database.contents().await;
    let path = path_of(&deposit);
    let mut german = browser(&studio).await;
    assert_private(&german.get(&path).await, &deposit.code);
    let page = shown(&mut german, &path).await;
    let short = &deposit.photo_id[30..];
    assert_contains(&page, &["<title>Foto – Lichtbild</title>", &format!("<h1>Foto <code>{short}</code></h1>")]);
    assert_contains(&page, &["wartet auf das Amt", "35 × 45 Pixel", "<bdi>Kasse ", &deposit.photo_id]);
    assert_contains(&page, &["Das Gateway merkt sich keinen Code.", "id=\"choose-again\" href=\"/studio/\""]);
    assert_contains(&page, &[&format!("id=\"withdraw\" href=\"{path}/withdraw\""), "Dieses Foto zurückziehen"]);
    let page = shown(&mut english_browser(&studio).await, &path).await;
    assert_contains(&page, &["<h1>Photo <code>", "waits for the office", "35 × 45 pixels", "Withdraw this photo"]);
    let head = german.head(&path).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    german.head(&format!("{path}/withdraw")).await;
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_refused_photo_shows_reason_note_and_the_next_step() {
    let (_gateway, studio, office, deposit) = deposited_photo().await;
    office.collect_and_settle(&deposit.code, &refusal("Linkes Auge <i>zu</i>")).await;
    let page = shown(&mut browser(&studio).await, &path_of(&deposit)).await;
    assert_contains(&page, &["im Amt abgelehnt", "Grund: <strong>Blick nicht in die Kamera</strong>"]);
    assert_contains(&page, &["<bdi>Linkes Auge &lt;i&gt;zu&lt;/i&gt;</bdi>", "nehmen Sie ein neues Foto auf"]);
    assert!(!page.contains("id=\"withdraw\"") && !page.contains("id=\"receipt-again\""), "{page}");
}

#[tokio::test]
async fn a_withdrawal_asks_first_and_ends_the_code_and_the_receipt_of_this_browser() {
    let (gateway, studio, office, deposit) = deposited_photo().await;
    let path = path_of(&deposit);
    let mut browser = browser(&studio).await;
    let before = gateway.database.contents().await;
    let question = shown(&mut browser, &format!("{path}/withdraw")).await;
    assert_contains(
        &question,
        &["gilt danach nicht mehr", "lässt sich nicht rückgängig machen", "Endgültig zurückziehen"],
    );
    assert_contains(&question, &[&format!("id=\"back\" href=\"{path}\"")]);
    assert_eq!(gateway.database.contents().await, before, "the question withdraws nothing");
    for _ in 0..2 {
        let answer = browser.post(&format!("{path}/withdraw"), &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, path.as_str()), "{answer:?}");
        let cookie = answer.header("set-cookie");
        let ends = cookie.starts_with("lichtbild_receipt=;") && cookie.contains("Max-Age=0");
        assert!(ends && cookie.contains(&format!("Path={path}")), "{cookie}");
    }
    assert_eq!(gateway.database.count_events("photo.withdrawn").await, 1, "a repeat withdraws nothing");
    office.collect(&deposit.code).await.assert_problem(410, "photo-withdrawn");
    let page = shown(&mut browser, &path).await;
    assert_contains(&page, &["zurückgezogen"]);
    assert!(!page.contains("id=\"withdraw\""), "{page}");
    // The question is no longer asked.
    assert_eq!(browser.get(&format!("{path}/withdraw")).await.header("location"), path);
    let english = shown(&mut english_browser(&studio).await, &path).await;
    assert_contains(&english, &["withdrawn"]);
}

#[tokio::test]
async fn a_photo_that_an_office_has_is_not_withdrawn_and_the_reason_is_told_with_the_way_back() {
    let (gateway, studio, office) = studio_and_office().await;
    let [leased, kept, used] =
        [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await, studio.deposit_numbered(3).await];
    office.collect_ok(&leased.code).await;
    office.collect_and_settle(&kept.code, &json!({ "outcome": "kept", "until": "2026-11-30" })).await;
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    let mut browser = browser(&studio).await;
    for (deposit, words) in [(&leased, "bearbeitet das Foto gerade"), (&kept, "für ein zweites Dokument auf")] {
        assert_contains(&shown(&mut browser, &path_of(deposit)).await, &[words]);
    }
    let before = gateway.database.contents().await;
    for (deposit, problem, status) in
        [(&leased, "photo-leased", 409), (&kept, "photo-kept", 409), (&used, "photo-settled", 410)]
    {
        let path = path_of(deposit);
        assert!(!shown(&mut browser, &path).await.contains("id=\"withdraw\""), "{problem}");
        assert_eq!(browser.get(&format!("{path}/withdraw")).await.header("location"), path);
        let told = assert_problem_page(&browser.post(&format!("{path}/withdraw"), &[]).await, status, problem);
        assert_contains(&told, &[&format!("id=\"back\" href=\"{path}\""), "Stand dieses Fotos"]);
    }
    assert_eq!(gateway.database.contents().await, before);
    assert!(shown(&mut browser, PHOTOS).await.contains("verwendet"));
}

/// Deposits a photo as the form of a checked photo does; returns the path of its page.
async fn deposit_in(browser: &mut ScriptlessBrowser, bytes: &[u8]) -> String {
    let sha256 = Sha256Digest::of(bytes).to_string();
    let fields = [("key", format!("browser.0.{sha256}")), ("sha256", sha256)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post_file("/studio/deposit", &fields, bytes).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").strip_suffix("/receipt").unwrap().to_owned()
}

#[tokio::test]
async fn the_receipt_is_linked_as_long_as_this_browser_has_it() {
    let (_gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let path = deposit_in(&mut browser, &photo(9)).await;
    let page = shown(&mut browser, &path).await;
    assert_contains(&page, &[&format!("id=\"to-receipt\" href=\"{path}/receipt\"")]);
    assert!(!page.contains("id=\"choose-again\""), "{page}");
    let mut other = super::browser(&studio).await;
    assert_contains(&shown(&mut other, &path).await, &["id=\"choose-again\""]);
    browser.post(&format!("{path}/withdraw"), &[]).await;
    assert!(browser.cookies().iter().all(|cookie| cookie.name != "lichtbild_receipt"), "{:?}", browser.cookies());
    let page = shown(&mut browser, &path).await;
    assert!(!page.contains("id=\"to-receipt\"") && !page.contains("id=\"choose-again\""), "{page}");
}
