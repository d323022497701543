//! Use, keep, refuse, put back.

use lichtbild::domain::photo::collection::RefusalReason;
use strum::VariantArray;

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page, page};
use crate::http::setup::studio_alone;
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

async fn at_the_photo(
    gateway: &TestGateway,
) -> (
    ScriptlessBrowser,
    String,
    crate::support::router_client::DepositedPhoto,
    crate::support::router_client::RouterClient,
) {
    let studio = gateway.studio("Foto Koch").await;
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    assert_eq!(browser.get(&photo).await.status, 200);
    assert_eq!(browser.get(&format!("{photo}/photo.jpg")).await.status, 200);
    (browser, photo, deposit, studio)
}

#[tokio::test]
async fn a_used_photo_is_erased_and_the_receipt_stays() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    assert_eq!(browser.get(&format!("{photo}/use")).await.status, 200);
    assert_eq!(studio.state_of(&deposit).await, "leased");
    let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "used"), ("until", "2026-12-20")]).await;
    assert_eq!(answer.header("location"), format!("{photo}/done"));
    assert_eq!(studio.state_of(&deposit).await, "used");
    let done = page(&browser.follow(&answer).await);
    let numbers = [&photo[photo.len() - 6..], &deposit.photo_id[30..]].map(|number| format!("<code>{number}</code>"));
    assert!(done.contains("data-outcome=\"used\"") && numbers.iter().all(|number| done.contains(number)), "{done}");
    assert!(
        done.contains(&format!("<code>Lichtbild-2026-11-22-1030-{}.jpg</code>", &photo[photo.len() - 6..])),
        "{done}"
    );
    assert!(done.contains("22.11.2026, 10:30 Uhr"), "a printed receipt tells the day: {done}");
    assert!(done.contains("form id=\"enter\""), "the next code can be entered at once");
    // The same after a reload, from another page of the collection, and a month later.
    gateway.advance(31 * DAY);
    for path in ["", "/use", "/refuse", "/done"] {
        let again = browser.get(&format!("{photo}{path}")).await;
        let again = if path == "/done" { again } else { browser.follow(&again).await };
        assert!(page(&again).contains("data-outcome=\"used\""), "{path}");
    }
}

#[tokio::test]
async fn nothing_is_erased_before_it_is_said_whether_a_second_document_is_planned() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    for (fields, field) in [
        (&[][..], "question"),
        (&[("outcome", "")], "question"),
        (&[("outcome", "erase")], "question"),
        (&[("outcome", "kept"), ("until", "")], "until"),
        (&[("outcome", "kept"), ("until", "20.12.2026")], "until"),
    ] {
        let answer = browser.post(&format!("{photo}/settle"), fields).await;
        let told = assert_problem_page(&answer, 422, "form-incomplete");
        assert!(told.contains("class=\"error-summary\"") && told.contains(&format!("id=\"{field}-error\"")), "{told}");
        assert_eq!(studio.state_of(&deposit).await, "leased");
    }
    let page = page(&browser.get(&format!("{photo}/use")).await);
    assert!(!page.contains(" checked>"), "neither answer is given beforehand");
}

#[tokio::test]
async fn a_kept_photo_is_there_for_the_second_document_with_the_same_code() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    for (until, words) in [("2026-11-21", "22.11.2026"), ("2027-05-23", "22.05.2027")] {
        let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "kept"), ("until", until)]).await;
        let told = assert_problem_page(&answer, 422, "form-incomplete");
        assert!(told.contains(words) && told.contains(&format!("value=\"{until}\"")), "{told}");
    }
    let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "kept"), ("until", "2026-12-20")]).await;
    let done = page(&browser.follow(&answer).await);
    assert!(done.contains("data-outcome=\"kept\"") && done.contains("20.12.2026"), "{done}");
    assert_eq!(studio.state_of(&deposit).await, "kept");
    gateway.advance(20 * DAY);
    browser.get("/desk/").await;
    let second = browser.enter(&deposit.code).await;
    assert_ne!(second, photo);
    let shown = page(&browser.get(&second).await);
    assert!(shown.contains("id=\"second-visit\"") && shown.contains("bis 20.12.2026"), "{shown}");
    assert_eq!(browser.post(&format!("{second}/settle"), &[("outcome", "released")]).await.status, 303);
    // On the last day the page shows the time and not the day before.
    gateway.advance(8 * DAY + 14 * 60 * MINUTE);
    browser.get("/desk/").await;
    let again = browser.enter(&deposit.code).await;
    let shown = page(&browser.get(&again).await);
    assert!(shown.contains("id=\"available\">heute bis 01:00 Uhr"), "{shown}");
    assert!(shown.contains("Heute bis 01:00 Uhr abschließen oder zurücklegen"), "{shown}");
}

#[tokio::test]
async fn a_refusal_needs_a_reason_and_the_studio_reads_it() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    let form = page(&browser.get(&format!("{photo}/refuse")).await);
    assert_eq!(form.matches("name=\"reason\"").count(), RefusalReason::VARIANTS.len());
    let settle = format!("{photo}/settle");
    for reason in ["", "ugly"] {
        let fields = [("outcome", "refused"), ("reason", reason), ("note", "<b>Bitte</b>")];
        let told = assert_problem_page(&browser.post(&settle, &fields).await, 422, "form-incomplete");
        assert!(told.contains("id=\"reasons-error\"") && told.contains("&lt;b&gt;Bitte&lt;/b&gt;"), "{told}");
    }
    let long = "x".repeat(501);
    let answer = browser.post(&settle, &[("outcome", "refused"), ("reason", "gaze"), ("note", &long)]).await;
    assert!(assert_problem_page(&answer, 422, "form-incomplete").contains("501"));
    let fields = [("outcome", "refused"), ("reason", "eyes_closed"), ("note", " Zeile 1\r\nZeile 2 ")];
    let answer = browser.post(&settle, &fields).await;
    assert!(page(&browser.follow(&answer).await).contains("data-outcome=\"refused\""));
    let seen = studio.photo(&deposit.photo_id).await.json();
    assert_eq!((&seen["state"], &seen["refusal"]["reason"]), (&"refused".into(), &"eyes_closed".into()), "{seen}");
    assert_eq!(seen["refusal"]["note"], "Zeile 1\nZeile 2");
}

#[tokio::test]
async fn a_photo_that_is_put_back_is_anybodys_who_has_the_code() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "released")]).await;
    assert!(page(&browser.follow(&answer).await).contains("data-outcome=\"released\""));
    assert_eq!(studio.state_of(&deposit).await, "available");
    gateway.office("Anderes Amt").await.collect_ok(&deposit.code).await;
}

#[tokio::test]
async fn a_second_click_and_a_second_tab_change_nothing() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    assert_eq!(browser.enter(&deposit.code).await, photo, "the same code in a second tab");
    let settle = format!("{photo}/settle");
    for _ in 0..2 {
        let answer = browser.post(&settle, &[("outcome", "used")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, format!("{photo}/done").as_str()));
    }
    for fields in [&[("outcome", "released")][..], &[("outcome", "refused"), ("reason", "gaze")]] {
        let told = assert_problem_page(&browser.post(&settle, fields).await, 409, "collection-settled");
        assert!(told.contains("schon abgeschlossen"), "{told}");
    }
    assert_eq!(studio.state_of(&deposit).await, "used");
}

#[tokio::test]
async fn a_photo_that_was_not_saved_here_is_not_erased_as_used() {
    let (gateway, studio) = studio_alone().await;
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    assert_eq!(browser.get(&photo).await.status, 200);
    let settle = format!("{photo}/settle");
    for outcome in ["used", "kept"] {
        let fields = [("outcome", outcome), ("until", "2026-12-20")];
        let told = assert_problem_page(&browser.post(&settle, &fields).await, 422, "form-incomplete");
        assert!(told.contains("noch nicht gespeichert"), "{told}");
        assert_eq!(studio.state_of(&deposit).await, "leased");
    }
    // After the lease the file is not available, so the page asks for the code.
    gateway.advance(16 * MINUTE);
    let photo = browser.enter(&deposit.code).await;
    browser.get(&photo).await;
    gateway.advance(16 * MINUTE);
    assert!(!page(&browser.get(&format!("{photo}/use")).await).contains("photo.jpg"));
    let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "used")]).await;
    assert!(assert_problem_page(&answer, 422, "form-incomplete").contains("Bitte bestätigen Sie"));
    assert_eq!(studio.state_of(&deposit).await, "leased");
}

#[tokio::test]
async fn something_else_is_said_in_words_that_can_be_read() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    for (reason, note, named, shown) in [
        ("other", " ", "", " "),
        ("other", "\u{ad}\u{200b}", "", ""),
        ("gaze", "\u{202e}gnol\u{ad}\t❤\u{fe0f}", "Zeichen 1 der Anmerkung (U+202E)", "gnol ❤"),
        ("gaze", "\u{7}", "Zeichen 1 der Anmerkung (U+0007)", ""),
        ("gaze", " a\u{2028}b", "Zeichen 3 der Anmerkung (U+2028)", " ab"),
        ("gaze", "a\u{200f}b", "(U+200F)", "ab"),
        ("gaze", "a\u{61c}b", "(U+061C)", "ab"),
    ] {
        let fields = [("outcome", "refused"), ("reason", reason), ("note", note)];
        let answer = browser.post(&format!("{photo}/settle"), &fields).await;
        let told = assert_problem_page(&answer, 422, "form-incomplete");
        assert!(told.contains(named) && told.contains(&format!(">{shown}</textarea>")), "{note:?}: {told}");
        assert_eq!(studio.state_of(&deposit).await, "leased");
    }
    let fields = [("outcome", "refused"), ("reason", "gaze"), ("note", "Brille\u{ad} weg ❤\u{fe0f}\t👩\u{200d}🦰")];
    assert_eq!(browser.post(&format!("{photo}/settle"), &fields).await.status, 303);
    assert_eq!(studio.photo(&deposit.photo_id).await.json()["refusal"]["note"], "Brille weg ❤ 👩🦰");
}

#[tokio::test]
async fn a_code_that_was_scanned_into_the_note_reaches_no_studio() {
    let gateway = TestGateway::start().await;
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    let other = studio.deposit_numbered(2).await.code;
    for (language, named) in
        [("de", "In der Anmerkung stand ein Abrufcode"), ("en", "The note contained a retrieval code")]
    {
        browser.post("/desk/language", &[("language", language), ("back", "/desk/")]).await;
        for code in [other.clone(), other.replace('-', "")] {
            let note = format!("Augen zu{code}\nMund offen");
            let fields = [("outcome", "refused"), ("reason", "gaze"), ("note", &note)];
            let answer = browser.post(&format!("{photo}/settle"), &fields).await;
            let told = assert_problem_page(&answer, 422, "form-incomplete");
            let field = told.split("<textarea").nth(1).unwrap();
            assert!(told.contains(&format!("href=\"#note\">{named}")) && told.contains("id=\"note-error\""), "{told}");
            assert!(field.contains("aria-invalid") && field.contains(">Augen zu\nMund offen</textarea>"), "{told}");
            assert!(!told.contains(&code) && !told.contains("id=\"reasons-error\""), "{told}");
        }
    }
    assert_eq!(studio.state_of(&deposit).await, "leased");
    let fields = [("outcome", "refused"), ("reason", "gaze"), ("note", "Augen zu\nMund offen")];
    assert_eq!(browser.post(&format!("{photo}/settle"), &fields).await.status, 303);
}

#[tokio::test]
async fn asking_for_the_head_alone_hands_nothing_over() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let office = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let photo = browser.enter(&deposit.code).await;
    for path in ["", "/photo.jpg"] {
        let answer = browser.head(&format!("{photo}{path}")).await;
        assert_eq!((answer.status, answer.body.len()), (204, 0), "{answer:?}");
    }
    assert!(office.collections("").await.json()["collections"][0].get("handed_over_at").is_none());
    let lost = browser.get(&format!("{photo}/settle")).await;
    assert_eq!((lost.status, lost.header("location")), (303, photo.as_str()));
}

#[tokio::test]
async fn a_counter_that_has_not_shown_the_code_is_told_to_enter_it_and_goes_on_after_that() {
    let (gateway, studio) = studio_alone().await;
    let deposit = studio.deposit_numbered(1).await;
    let counter = gateway.office("Bürgeramt").await;
    let photo = ScriptlessBrowser::of(&counter).await.enter(&deposit.code).await;
    let mut browser = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
    for path in ["", "/use", "/refuse"] {
        let asked = page(&browser.get(&format!("{photo}{path}")).await);
        assert!(asked.contains("id=\"other-counter\"") && asked.contains("form id=\"enter\""), "{path}: {asked}");
        let offers = ["id=\"refuse\"", "id=\"use\"", "id=\"reasons\""];
        assert!(!offers.iter().any(|offer| asked.contains(offer)), "{path}: {asked}");
        // After the code field, for keyboards and screen readers.
        let (_, behind) = asked.split_once("form id=\"enter\"").unwrap();
        let put_back = format!("form id=\"release\" method=\"post\" action=\"{photo}/settle\"");
        assert!(
            behind.contains(&put_back) && asked.matches("action=\"/desk/collections").count() == 1,
            "{path}: {asked}"
        );
    }
    // From a page that was opened before the other office's decision.
    let refused = [("outcome", "refused"), ("reason", "gaze")];
    let answer = browser.post(&format!("{photo}/settle"), &refused).await;
    let told = assert_problem_page(&answer, 403, "collection-code-required");
    assert!(told.contains("id=\"next\" href=\"/desk/\""), "{told}");
    assert!(told.contains(&format!("id=\"back\" href=\"{photo}\"")), "{told}");
    assert_eq!(studio.state_of(&deposit).await, "leased");
    assert_eq!(browser.enter(&deposit.code).await, photo);
    assert_eq!(browser.get(&photo).await.status, 200);
    assert!(page(&browser.get(&format!("{photo}/refuse")).await).contains("id=\"reasons\""));
    let answer = browser.post(&format!("{photo}/settle"), &refused).await;
    assert_eq!(answer.header("location"), format!("{photo}/done"));
    assert_eq!(studio.state_of(&deposit).await, "refused");
}

#[tokio::test]
async fn a_counter_without_the_code_puts_a_colleagues_photo_back() {
    let (gateway, studio) = studio_alone().await;
    let deposit = studio.deposit_numbered(1).await;
    let counter = gateway.office("Bürgeramt").await;
    let mut own = ScriptlessBrowser::of(&counter).await;
    let photo = own.enter(&deposit.code).await;
    // At its own counter there is nothing to finish either: the photo was not shown yet.
    let asked = page(&ScriptlessBrowser::of(&counter).await.get(&photo).await);
    assert!(asked.contains("form id=\"enter\"") && asked.contains("id=\"release\""), "{asked}");
    assert!(!asked.contains("Foto ist schon übernommen"), "{asked}");
    let mut browser = ScriptlessBrowser::of(&gateway.device_of(&counter.party).await).await;
    assert!(page(&browser.get(&photo).await).contains("id=\"release\""));
    let answer = browser.post(&format!("{photo}/settle"), &[("outcome", "released")]).await;
    assert_eq!((answer.status, answer.header("location")), (303, format!("{photo}/done").as_str()));
    assert_eq!(studio.state_of(&deposit).await, "available");
}

#[tokio::test]
async fn a_page_shows_names_of_older_rows_by_the_numbers_of_hidden_characters_and_a_note_without_them() {
    const HIDDEN: [char; 5] = ['\u{202e}', '\u{2028}', '\u{200b}', '\u{61c}', '\u{e0041}'];
    let gateway = TestGateway::start().await;
    let (mut browser, photo, ..) = at_the_photo(&gateway).await;
    let hidden = String::from_iter(HIDDEN);
    gateway.database.execute(&format!("UPDATE parties SET name = 'Foto {hidden}Kohc'")).await.unwrap();
    let note = format!("Augen {hidden}zu\r\nMund offen");
    let fields = [("outcome", "refused"), ("reason", "gaze"), ("note", &note)];
    for answer in [browser.get("/desk/today").await, browser.post(&format!("{photo}/settle"), &fields).await] {
        let shown = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(
            !shown.contains(HIDDEN) && shown.contains("Foto \\u{202e}\\u{2028}\\u{200b}\\u{61c}\\u{e0041}Kohc"),
            "{shown}"
        );
        assert!(answer.status == 200 || shown.contains("Augen zu\nMund offen</textarea>"), "{shown}");
    }
}

#[tokio::test]
async fn after_midnight_the_first_day_offered_is_the_day_that_has_begun() {
    let gateway = TestGateway::start().await;
    // 00:30 in Berlin, which is the day before in UTC.
    gateway.advance(14 * 60 * MINUTE);
    let (mut browser, photo, deposit, studio) = at_the_photo(&gateway).await;
    let form = page(&browser.get(&format!("{photo}/use")).await);
    assert!(form.contains("min=\"2026-11-23\" max=\"2027-05-23\""), "{form}");
    let settle = format!("{photo}/settle");
    let yesterday = [("outcome", "kept"), ("until", "2026-11-22")];
    let told = assert_problem_page(&browser.post(&settle, &yesterday).await, 422, "form-incomplete");
    assert!(told.contains("vom 23.11.2026"), "{told}");
    assert_eq!(browser.post(&settle, &[("outcome", "kept"), ("until", "2026-11-23")]).await.status, 303);
    assert_eq!(studio.state_of(&deposit).await, "kept");
}
