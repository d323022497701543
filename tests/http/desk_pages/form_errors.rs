//! Errors are shown at their field, also for screen readers.

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page};
use crate::support::test_gateway::{MINUTE, TestGateway};

/// Asserts that the error is told once at the field, and that the summary leads there.
#[track_caller]
fn assert_error_at(told: &str, id: &str) {
    assert!(told.contains(&format!("<a href=\"#{id}\">")), "{id}: {told}");
    assert_eq!(told.matches("class=\"field-error\"").count(), 1, "{id}: {told}");
    assert!(told.contains(&format!("id=\"{id}-error\"")), "{id}: {told}");
    let (begin, _) = told.split_once(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("{id}: {told}"));
    let element = &told[begin.rfind('<').unwrap()..];
    let element = &element[..element.find('>').unwrap()];
    let described = element.split_once("aria-describedby=\"").map(|(_, ids)| ids.split('"').next().unwrap());
    assert!(described.is_some_and(|ids| ids.split(' ').any(|name| name == format!("{id}-error"))), "{element}");
    let takes_input = ["<input", "<textarea"].iter().any(|name| element.starts_with(name));
    assert_eq!(element.contains("aria-invalid=\"true\""), takes_input, "{element}");
}

#[tokio::test]
async fn each_error_stands_at_its_field() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let collection = browser.enter(&deposit.code).await;
    assert_eq!(browser.get(&collection).await.status, 200);
    let settle = format!("{collection}/settle");
    let long = "x".repeat(501);
    for (fields, id) in [
        (&[("outcome", "used")][..], "file"),
        (&[("outcome", "")], "question"),
        (&[("outcome", "kept"), ("until", "")], "until"),
        (&[("outcome", "kept"), ("until", "2099-01-01"), ("confirmed", "yes")], "until"),
        (&[("outcome", "refused")], "reasons"),
        (&[("outcome", "refused"), ("reason", "other")], "note"),
        (&[("outcome", "refused"), ("reason", "gaze"), ("note", &long)], "note"),
        (&[("outcome", "refused"), ("reason", "gaze"), ("note", "\u{7}")], "note"),
    ] {
        assert_error_at(&assert_problem_page(&browser.post(&settle, fields).await, 422, "form-incomplete"), id);
    }
    gateway.advance(16 * MINUTE);
    for fields in [&[("outcome", "used")][..], &[("outcome", "refused"), ("reason", "gaze")]] {
        let told = assert_problem_page(&browser.post(&settle, fields).await, 422, "form-incomplete");
        assert_error_at(&told, "confirmed");
    }
}
