//! The page after a decision: the outcome, and the file that is left on the computer.

use serde_json::json;

use super::scriptless_browser::{ScriptlessBrowser, page};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

#[tokio::test]
async fn the_file_is_to_be_deleted_after_every_decision_where_it_was_saved_and_nowhere_else() {
    let gateway = TestGateway::start().await;
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    for (number, outcome) in (1..).zip(["used", "kept", "refused", "released"]) {
        for is_saved in [true, false] {
            let deposit = studio.deposit_numbered(2 * number + u32::from(is_saved)).await;
            let mut browser = ScriptlessBrowser::of(&counter).await;
            let collection = browser.enter(&deposit.code).await;
            assert_eq!(browser.get(&collection).await.status, 200);
            if is_saved {
                assert_eq!(browser.get(&format!("{collection}/photo.jpg")).await.status, 200);
            }
            let fields = [("outcome", outcome), ("until", "2026-12-20"), ("reason", "gaze"), ("confirmed", "yes")];
            let answer = browser.post(&format!("{collection}/settle"), &fields).await;
            let done = page(&browser.follow(&answer).await);
            let name = format!("-{}.jpg</code>", &collection[collection.len() - 6..]);
            let reminder = "Löschen Sie jetzt die gespeicherte Datei";
            assert_eq!(done.contains(reminder) && done.contains(&name), is_saved, "{outcome}: {done}");
            // The file may have been saved before the browser lost its cookies.
            let is_perhaps_saved = !is_saved && matches!(outcome, "used" | "kept");
            assert_eq!(
                done.contains("Liegt die Datei noch auf diesem Computer"),
                is_perhaps_saved,
                "{outcome}: {done}"
            );
            // A colleague who has never seen the photo sees the outcome.
            let mut colleague = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
            let done = page(&colleague.get(&format!("{collection}/done")).await);
            assert!(done.contains("data-outcome") && !done.contains(".jpg"), "{outcome}: {done}");
        }
    }
}

#[tokio::test]
async fn a_counter_that_saved_the_file_is_told_to_delete_it_when_a_colleague_decided() {
    let gateway = TestGateway::start().await;
    let (studio, counter) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut browser = ScriptlessBrowser::of(&counter).await;
    let collection = browser.enter(&studio.deposit_numbered(1).await.code).await;
    assert_eq!(browser.get(&format!("{collection}/photo.jpg")).await.status, 200);
    let colleague = gateway.device_of(&counter.party).await;
    let id = collection.rsplit('/').next().unwrap();
    assert_eq!(colleague.settle(id, &json!({ "outcome": "released" })).await.status, 200);
    let done = page(&browser.get(&format!("{collection}/done")).await);
    assert!(done.contains("Löschen Sie jetzt die gespeicherte Datei"), "{done}");
}

#[tokio::test]
async fn a_photo_that_nobody_decided_on_is_not_said_to_have_been_taken_over() {
    for is_swept in [false, true] {
        let gateway = TestGateway::start().await;
        let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
        let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
        let collection = browser.enter(&deposit.code).await;
        assert_eq!(browser.get(&collection).await.status, 200);
        gateway.advance(8 * DAY);
        if is_swept {
            gateway.sweep().await;
        }
        let done = page(&browser.get(&format!("{collection}/done")).await);
        assert!(done.contains("data-outcome=\"used\"") && done.contains("Das Foto gilt als verwendet"), "{done}");
        assert!(done.contains("niemand entschieden") && !done.contains("wurde übernommen"), "{done}");
    }
}

#[tokio::test]
async fn a_page_that_is_read_later_promises_nothing_of_the_code() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let released = browser.enter(&deposit.code).await;
    browser.post(&format!("{released}/settle"), &[("outcome", "released")]).await;
    let lapsed = browser.enter(&deposit.code).await;
    gateway.advance(16 * MINUTE);
    let other = gateway.office("Anderes Amt").await;
    other.collect_and_settle(&deposit.code, &json!({ "outcome": "used" })).await;
    for (collection, sentence) in [
        (released, "Beim Zurücklegen blieb der Code gültig, auch für andere Ämter."),
        (lapsed, "Dieser Abruf hat den Code nicht verbraucht."),
    ] {
        let done = page(&browser.get(&format!("{collection}/done")).await);
        assert!(done.contains(sentence) && !done.contains("bleibt gültig"), "{done}");
    }
}
