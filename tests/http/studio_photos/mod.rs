//! The studio's photos and "This computer", page by page, in a browser without scripts.

mod computer;
mod foreign;
mod list;
mod new_refusals;
mod one_photo;

use serde_json::{Value, json};

use crate::http::desk_pages::scriptless_browser::{ScriptlessBrowser, page};
use crate::support::router_client::{DepositedPhoto, RouterClient, RouterResponse};

const PHOTOS: &str = "/studio/photos";

/// A browser with the certificate of a studio's device.
async fn browser(studio: &RouterClient) -> ScriptlessBrowser {
    ScriptlessBrowser::at(studio, "/studio/").await
}

/// The same in English.
async fn english_browser(studio: &RouterClient) -> ScriptlessBrowser {
    let mut browser = browser(studio).await;
    let answer = browser.post("/studio/language", &[("language", "en")]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    browser
}

/// The page at a path, which exists.
async fn shown(browser: &mut ScriptlessBrowser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    page(&answer)
}

fn path_of(deposit: &DepositedPhoto) -> String {
    format!("{PHOTOS}/{}", deposit.photo_id)
}

fn refusal(note: &str) -> Value {
    json!({ "outcome": "refused", "reason": "gaze", "note": note })
}

/// Deposits the photo of this number, which an office then refuses.
async fn refused(studio: &RouterClient, office: &RouterClient, number: u32) -> DepositedPhoto {
    let deposit = studio.deposit_numbered(number).await;
    office.collect_and_settle(&deposit.code, &refusal("")).await;
    deposit
}

#[track_caller]
fn assert_contains(page: &str, expected: &[&str]) {
    // Without the style.
    let shown = page
        .split_once("<style>")
        .map_or_else(String::new, |(head, rest)| format!("{head}{}", rest.split_once("</style>").unwrap().1));
    for part in expected {
        assert!(page.contains(part), "{part}: {shown}");
    }
}

/// The ids of the photos in the list, in its order.
fn listed(page: &str) -> Vec<String> {
    page.split("<a href=\"/studio/photos/").skip(1).map(|rest| rest[..36].to_owned()).collect()
}

/// No cache keeps the page, no other site shows it, and it has no code and no picture.
#[track_caller]
fn assert_private(answer: &RouterResponse, code: &str) {
    assert_eq!(answer.header("cache-control"), "no-store", "{answer:?}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{answer:?}");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{answer:?}");
    let page = page(answer);
    assert!(!page.contains("<img"), "{page}");
    assert!(!page.contains(code) && !page.contains(&code.replace('-', "")), "{page}");
}
