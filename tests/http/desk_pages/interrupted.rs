//! Interrupted collections: the counter that received the photo can finish without the code, every counter can put it back.

use serde_json::json;

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page, page};
use crate::support::router_client::{DepositedPhoto, RouterClient};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

struct Interrupted {
    gateway: TestGateway,
    studio: RouterClient,
    deposit: DepositedPhoto,
    counter: RouterClient,
    browser: ScriptlessBrowser,
    /// Address of the collection.
    collection: String,
}

/// A counter that has shown the photo and whose lease has ended.
async fn interrupted() -> Interrupted {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto Koch").await;
    let deposit = studio.deposit_numbered(1).await;
    let counter = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&counter).await;
    let collection = browser.enter(&deposit.code).await;
    assert!(page(&browser.get(&collection).await).contains("id=\"photo\""));
    gateway.advance(16 * MINUTE);
    // Another day and another browser on the same computer: cookies do not matter.
    browser.forget_cookies();
    Interrupted { gateway, studio, deposit, counter, browser, collection }
}

#[tokio::test]
async fn the_counter_that_was_handed_the_photo_finishes_without_the_code() {
    for (outcome, state) in [("used", "used"), ("kept", "kept")] {
        let Interrupted { gateway: _gateway, studio, deposit, mut browser, collection, .. } = interrupted().await;
        let asked = assert_problem_page(&browser.get(&collection).await, 200, "code-needed");
        let number = &collection[collection.len() - 6..];
        for told in [
            "Foto ist schon übernommen: abschließen",
            "id=\"release\"",
            "form id=\"enter\"",
            "id=\"handed-over\"><time datetime=\"2026-11-22T09:30:00.000Z\">10:30 Uhr",
            "nicht mehr, seit 10:45 Uhr",
            &format!("<code>{number}</code>"),
            &format!("<code>{}</code>", &deposit.photo_id[30..]),
        ] {
            assert!(asked.contains(told), "{told}: {asked}");
        }
        let form = page(&browser.get(&format!("{collection}/use")).await);
        assert!(form.contains("Ist das Foto schon im Fachverfahren?") && !form.contains("photo.jpg"), "{form}");
        let settle = format!("{collection}/settle");
        let fields = [("outcome", outcome), ("until", "2026-12-20")];
        let told = assert_problem_page(&browser.post(&settle, &fields).await, 422, "form-incomplete");
        assert!(
            told.contains("Bitte bestätigen Sie") && told.contains(&format!("value=\"{outcome}\" checked")),
            "{told}"
        );
        assert_eq!(studio.state_of(&deposit).await, "leased");
        let fields = [("outcome", outcome), ("until", "2026-12-20"), ("confirmed", "yes")];
        let answer = browser.post(&settle, &fields).await;
        assert_eq!((answer.status, answer.header("location")), (303, format!("{collection}/done").as_str()));
        assert_eq!(studio.state_of(&deposit).await, state);
    }
}

#[tokio::test]
async fn a_refusal_after_the_lease_is_confirmed_by_the_counter_that_showed_the_photo() {
    let Interrupted { gateway: _gateway, studio, deposit, mut browser, collection, .. } = interrupted().await;
    let form = page(&browser.get(&format!("{collection}/refuse")).await);
    assert!(form.contains("id=\"lease-over\"") && form.contains("id=\"confirmed\" type=\"checkbox\""), "{form}");
    let (settle, fields) =
        (format!("{collection}/settle"), [("outcome", "refused"), ("reason", "gaze"), ("note", "Blick")]);
    let told = assert_problem_page(&browser.post(&settle, &fields).await, 422, "form-incomplete");
    assert!(told.contains("Bitte bestätigen Sie") && told.contains(">Blick</textarea>"), "{told}");
    assert_eq!(studio.state_of(&deposit).await, "leased");
    let fields = [&fields[..], &[("confirmed", "yes")]].concat();
    assert_eq!(browser.post(&settle, &fields).await.status, 303);
    assert_eq!(studio.state_of(&deposit).await, "refused");
}

#[tokio::test]
async fn no_counter_erases_a_photo_that_it_has_not_shown() {
    for is_lease_over in [false, true] {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        let deposit = studio.deposit_numbered(1).await;
        let counter = gateway.office("Bürgeramt").await;
        let mut browser = ScriptlessBrowser::of(&counter).await;
        // It has sent the code, and its colleague has shown the photo.
        let collection = browser.enter(&deposit.code).await;
        let colleague = gateway.device_of(&counter.party).await;
        let id = collection.rsplit('/').next().unwrap();
        assert_eq!(colleague.fetch(id, &deposit.code).await.status, 200);
        if is_lease_over {
            gateway.advance(16 * MINUTE);
        }
        let before = gateway.database.contents().await;
        assert_problem_page(&browser.get(&format!("{collection}/refuse")).await, 200, "code-needed");
        for outcome in ["used", "kept", "refused"] {
            let fields = [("outcome", outcome), ("until", "2026-12-20"), ("reason", "gaze"), ("confirmed", "yes")];
            let answer = browser.post(&format!("{collection}/settle"), &fields).await;
            let told = assert_problem_page(&answer, 403, "collection-code-required");
            for part in ["noch nicht gezeigt", "form id=\"enter\"", "id=\"release\"", "id=\"lease-state\""] {
                assert!(told.contains(part), "{outcome}: {part}: {told}");
            }
        }
        assert_eq!(gateway.database.contents().await, before, "a refusal changes nothing");
        // With the code the page shows the photo, and the clerk can decide.
        assert_eq!(browser.enter(&deposit.code).await, collection);
        assert_eq!(browser.get(&collection).await.status, 200);
        let fields = [("outcome", "refused"), ("reason", "gaze")];
        assert_eq!(browser.post(&format!("{collection}/settle"), &fields).await.status, 303);
        assert_eq!(studio.state_of(&deposit).await, "refused");
    }
}

#[tokio::test]
async fn a_colleague_puts_an_interrupted_photo_back_and_needs_the_code_for_all_else() {
    let Interrupted { gateway, studio, deposit, counter, collection, .. } = interrupted().await;
    let mut colleague = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
    let asked = page(&colleague.get(&collection).await);
    assert!(asked.contains("id=\"other-counter\"") && asked.contains("nicht an diesem Platz"), "{asked}");
    assert!(!asked.contains("Foto ist schon übernommen"), "{asked}");
    let settle = format!("{collection}/settle");
    for outcome in ["used", "refused"] {
        let fields = [("outcome", outcome), ("reason", "gaze"), ("confirmed", "yes")];
        let answer = colleague.post(&settle, &fields).await;
        assert!(matches!(answer.status, 403 | 422), "{outcome}: {answer:?}");
        assert_eq!(studio.state_of(&deposit).await, "leased");
    }
    assert_eq!(colleague.post(&settle, &[("outcome", "released")]).await.status, 303);
    assert_eq!(studio.state_of(&deposit).await, "available");
    gateway.office("Anderes Amt").await.collect_ok(&deposit.code).await;
}

#[tokio::test]
async fn a_decision_that_came_too_late_is_told_what_became_of_the_photo_and_changes_nothing() {
    let used = [("outcome", "used"), ("confirmed", "yes")];
    let refused = [("outcome", "refused"), ("reason", "gaze"), ("confirmed", "yes")];
    // The sweep has settled it, or the deadline is over before the next sweep.
    for is_swept in [false, true] {
        let Interrupted { gateway, studio, deposit, mut browser, collection, .. } = interrupted().await;
        browser.get(&format!("{collection}/use")).await;
        gateway.advance(8 * DAY);
        if is_swept {
            gateway.sweep().await;
        }
        browser.get("/desk/").await;
        assert_problem_page(&browser.post(&format!("{collection}/settle"), &refused).await, 409, "collection-settled");
        let answer = browser.post(&format!("{collection}/settle"), &used).await;
        assert_eq!(answer.header("location"), format!("{collection}/done"));
        assert_eq!(studio.state_of(&deposit).await, "used");
    }
    // A colleague was faster.
    let Interrupted { gateway, studio, deposit, counter, mut browser, collection } = interrupted().await;
    let id = collection.rsplit('/').next().unwrap();
    browser.get(&format!("{collection}/use")).await;
    let colleague = gateway.device_of(&counter.party).await;
    colleague.collect_and_fetch(&deposit.code).await;
    assert_eq!(colleague.settle(id, &json!({ "outcome": "kept", "until": "2026-12-20" })).await.status, 200);
    assert_problem_page(&browser.post(&format!("{collection}/settle"), &used).await, 409, "collection-settled");
    assert_eq!(studio.state_of(&deposit).await, "kept");
    // It was put back, and another office has leased it.
    let Interrupted { gateway, studio, deposit, counter, mut browser, collection } = interrupted().await;
    let id = collection.rsplit('/').next().unwrap();
    let colleague = gateway.device_of(&counter.party).await;
    assert_eq!(colleague.settle(id, &json!({ "outcome": "released" })).await.status, 200);
    gateway.office("Anderes Amt").await.collect_and_fetch(&deposit.code).await;
    let before = gateway.database.contents().await;
    for fields in [&used[..], &refused] {
        let told = assert_problem_page(
            &browser.post(&format!("{collection}/settle"), fields).await,
            409,
            "collection-settled",
        );
        assert!(told.contains("zurückgelegt"), "{told}");
    }
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(studio.state_of(&deposit).await, "leased");
}

#[tokio::test]
async fn a_hand_over_from_before_the_upgrade_is_the_device_s_that_made_the_lease() {
    let Interrupted { gateway, studio, deposit, counter, mut browser, collection } = interrupted().await;
    gateway.database.execute("DELETE FROM collection_devices").await.unwrap();
    let mut colleague = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
    assert!(!page(&colleague.get(&collection).await).contains("Foto ist schon übernommen"));
    assert!(page(&browser.get(&collection).await).contains("Foto ist schon übernommen"));
    let fields = [("outcome", "used"), ("confirmed", "yes")];
    assert_eq!(browser.post(&format!("{collection}/settle"), &fields).await.status, 303);
    assert_eq!(studio.state_of(&deposit).await, "used");
}

#[tokio::test]
async fn a_saved_file_stands_in_for_the_confirmation_only_while_this_browser_holds_the_code() {
    for outcome in ["used", "kept"] {
        let gateway = TestGateway::start().await;
        let studio = gateway.studio("Foto Koch").await;
        let deposit = studio.deposit_numbered(1).await;
        let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
        let collection = browser.enter(&deposit.code).await;
        assert_eq!(browser.get(&format!("{collection}/photo.jpg")).await.status, 200);
        gateway.advance(16 * MINUTE);
        let form = page(&browser.get(&format!("{collection}/use")).await);
        assert!(form.contains("id=\"confirmed\""), "{form}");
        let settle = format!("{collection}/settle");
        let fields = [("outcome", outcome), ("until", "2026-12-20")];
        let told = assert_problem_page(&browser.post(&settle, &fields).await, 422, "form-incomplete");
        assert!(told.contains("Bitte bestätigen Sie") && told.contains("id=\"confirmed\""), "{told}");
        assert_eq!(studio.state_of(&deposit).await, "leased");
        let fields = [&fields[..], &[("confirmed", "yes")]].concat();
        assert_eq!(browser.post(&settle, &fields).await.status, 303);
        assert_eq!(studio.state_of(&deposit).await, outcome);
    }
}

#[tokio::test]
async fn a_colleague_who_enters_the_code_again_does_not_confirm_for_this_counter() {
    let Interrupted { gateway, studio, deposit, counter, mut browser, collection } = interrupted().await;
    let mut colleague = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
    assert_eq!(colleague.enter(&deposit.code).await, collection);
    assert_eq!(colleague.get(&collection).await.status, 200);
    // 10:46; the photo is open at the colleague's counter for fifteen minutes.
    let asked = assert_problem_page(&browser.get(&collection).await, 200, "code-needed");
    assert!(asked.contains("id=\"open-elsewhere\""), "{asked}");
    for path in ["", "/use", "/refuse"] {
        let shown = page(&browser.get(&format!("{collection}{path}")).await);
        assert!(shown.contains("bis 11:01 Uhr, an einem anderen Platz"), "{path}: {shown}");
    }
    let form = page(&browser.get(&format!("{collection}/refuse")).await);
    assert!(form.contains("id=\"confirmed\" type=\"checkbox\"") && form.contains("id=\"lease-over\""), "{form}");
    assert!(!form.contains("Für Sie geöffnet"), "{form}");
    let refused = [("outcome", "refused"), ("reason", "gaze")];
    let settle = format!("{collection}/settle");
    let told = assert_problem_page(&browser.post(&settle, &refused).await, 422, "form-incomplete");
    assert!(told.contains("Bitte bestätigen Sie") && told.contains("id=\"confirmed\" type=\"checkbox\""), "{told}");
    assert_eq!(studio.state_of(&deposit).await, "leased");
    // The colleague has it on the screen and need not confirm anything.
    let form = page(&colleague.get(&format!("{collection}/refuse")).await);
    assert!(form.contains("Für Sie geöffnet") && !form.contains("type=\"checkbox\""), "{form}");
    assert_eq!(colleague.post(&settle, &refused).await.status, 303);
    assert_eq!(studio.state_of(&deposit).await, "refused");
}

#[tokio::test]
async fn a_photo_that_is_open_in_another_browser_of_this_counter_is_not_said_to_be_at_another() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let counter = gateway.office("Bürgeramt").await;
    let collection = ScriptlessBrowser::of(&counter).await.enter(&deposit.code).await;
    let mut second = ScriptlessBrowser::of(&counter).await;
    let asked = page(&second.get(&collection).await);
    assert!(asked.contains("bis 10:45 Uhr, in einem anderen Browser dieses Platzes"), "{asked}");
    // After opening it here, it is on this screen, too.
    second.enter(&deposit.code).await;
    let told = page(&second.get(&format!("{collection}/refuse")).await);
    assert!(told.contains("id=\"lease-state\"") && !told.contains("anderen Browser"), "{told}");
}
