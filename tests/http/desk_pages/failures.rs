//! Every failure with its own text and a sentence for the citizen.

use lichtbild::domain::code::retrieval_code::RetrievalCode;
use serde_json::json;

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page, field, page};
use crate::support::test_gateway::{DAY, MINUTE, TestGateway};

const UNKNOWN: &str = "NR3MP-75Q96-X8259-ZKAA9";

/// Enters a code that does not lead to a photo.
async fn refused(browser: &mut ScriptlessBrowser, code: &str, status: u16, problem: &str, words: &str) -> String {
    let told = assert_problem_page(&browser.post("/desk/", &[("code", code)]).await, status, problem);
    assert!(told.contains(words), "{words}: {told}");
    for part in ["class=\"error-summary\"", "role=\"alert\"", "id=\"tell-citizen\"", "form id=\"enter\""] {
        assert!(told.contains(part), "{part}: {told}");
    }
    told
}

#[tokio::test]
async fn a_typo_is_called_a_typo_is_given_back_to_be_mended_and_is_no_guess() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    for typo in ["NR3MP-75Q96-X8259-ZKAA8", "NR3MP-75Q96-X8259", "NR3MP-75Q96-X8259-ZKA", "\"><script>"] {
        let told = refused(&mut browser, typo, 400, "code-malformed", "Tippfehler").await;
        assert!(!told.contains("\"><script>"), "{told}");
        if typo.starts_with("NR3MP") {
            assert!(told.contains(&format!("value=\"{typo}\"")), "{told}");
        }
    }
    assert_eq!(gateway.database.count_events("code.refused").await, 0);
    refused(&mut browser, UNKNOWN, 404, "code-unknown", "Zu diesem Code gibt es kein Foto").await;
    let told = refused(&mut browser, UNKNOWN, 429, "too-many-codes", "15 Minuten").await;
    assert!(told.contains("An Ihrem Code und Ihrem Foto ändert das nichts"), "{told}");
}

#[tokio::test]
async fn a_typo_is_named_and_nothing_is_promised_about_a_photo_that_nobody_looked_up() {
    let gateway = TestGateway::start().await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let letter = refused(&mut browser, "NU3MP-75Q96-X8259-ZKAA9", 400, "code-malformed", "In Gruppe 1 steht „U“").await;
    let other =
        refused(&mut browser, "NR3MP-75Q96-X8259-ZKAA8", 400, "code-malformed", "Ein Zeichen stimmt nicht").await;
    for told in [letter, other] {
        assert!(!told.contains("in Ordnung") && !told.contains("id=\"to-self-test\""), "{told}");
    }
    for empty in ["", "   ", "\u{ad}\u{200b}"] {
        let told = assert_problem_page(&browser.post("/desk/", &[("code", empty)]).await, 400, "code-malformed");
        assert!(told.contains("<h2>Noch kein Code eingegeben</h2>") && !told.contains("id=\"tell-citizen\""), "{told}");
        assert!(!told.contains("<h2>Der Code enthält einen Tippfehler"), "{told}");
    }
}

#[tokio::test]
async fn faults_of_scanners_and_other_symbols_are_named_with_a_link_to_the_self_test() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let symbol = "q83vASNFZ4mrze/9+AEjRWeJ".repeat(8);
    for (arrived, title, words, detail) in [
        ("NR3MPß75Q96ßX8259ßZKAA9", "Der Code kam verändert an", "Bindestriche kamen als „ß“", "ß"),
        ("NR3MPß75Q", "Der Code kam verändert an", "Bindestriche kamen als „ß“", "ß"),
        ("NR§MP_/%Q)&_X(\"%)_ZKAA)", "Der Code kam verändert an", "Feststelltaste", "Feststelltaste"),
        ("NR\"?P)è(Aç-)X_é(ç)WKQQç", "Der Code kam verändert an", "französische Tastatur", "französischen Tastatur"),
        ("NR3MP-75Q96-X8259-YKAA9", "Der Code kam verändert an", "Y und Z sind vertauscht", "Y und Z"),
        (&symbol, "Das ist kein Abrufcode", "E-Passfoto", "E-Passfoto"),
        ("https://example.org/", "Das ist kein Abrufcode", "Internetadresse", "Internetadresse"),
        ("4006381333931", "Das ist kein Abrufcode", "Artikelnummer", "Artikelnummer"),
    ] {
        let told = refused(&mut browser, arrived, 400, "code-malformed", words).await;
        assert!(told.contains(&format!("<h2>{title}</h2>")), "{told}");
        assert!(told.contains("id=\"to-self-test\" href=\"/desk/self-test\""), "{told}");
        assert!(!told.contains(&symbol), "another service's symbol is given back: {told}");
        let problem = office.collect(arrived).await.assert_problem(400, "code-malformed");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    assert_eq!(gateway.database.count_events("code.refused").await, 0);
}

#[test]
fn the_gateway_reads_every_spelling_that_the_script_reads() {
    let table: serde_json::Value = serde_json::from_str(include_str!("../../browser/code_spellings.json")).unwrap();
    let texts = |value: &serde_json::Value| {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for code in table["codes"].as_array().unwrap() {
        for written in texts(&code["spellings"]) {
            let read = RetrievalCode::parse(&written).unwrap_or_else(|error| panic!("{written:?}: {error}"));
            assert_eq!(read.reveal(), code["code"].as_str().unwrap(), "{written:?}");
        }
    }
    for written in texts(&table["no_codes"]) {
        assert!(RetrievalCode::parse(&written).is_err(), "{written:?}");
    }
}

#[tokio::test]
async fn codes_are_understood_however_people_and_scanners_write_them() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    let symbols = deposit.code.replace('-', "");
    let letters = deposit.code.replace('0', "o").replace('1', "l");
    for written in [
        deposit.code.to_lowercase(),
        symbols.clone(),
        format!(" {} \r\n", deposit.code.replace('-', " ")),
        format!("{}\t", deposit.code.replace('-', "\u{2013}")),
        format!("]d1{symbols}"),
        letters,
    ] {
        assert_eq!(browser.enter(&written).await, photo, "{written:?}");
    }
}

#[tokio::test]
async fn what_became_of_a_photo_is_told_with_when_and_by_whom() {
    let gateway = TestGateway::start().await;
    let (studio, other) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt <Süd>").await);
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let leased = studio.deposit_numbered(1).await;
    other.collect_ok(&leased.code).await;
    refused(&mut browser, &leased.code, 409, "photo-leased-elsewhere", "bis 10:45 Uhr").await;
    let used = studio.deposit_numbered(2).await;
    other.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    let told = refused(&mut browser, &used.code, 410, "photo-settled", "durch Bürgeramt &lt;Süd&gt;, Düsseldorf").await;
    assert!(told.contains("10:30 Uhr"), "{told}");
    let seen = studio.deposit_numbered(5).await;
    other.collect_and_fetch(&seen.code).await;
    let told = refused(&mut browser, &seen.code, 409, "photo-leased-elsewhere", "Nur dieses Amt kann es").await;
    assert!(told.contains("am 29.11.2026 um 10:30 Uhr als verwendet"), "{told}");
    let refusal = studio.deposit_numbered(6).await;
    other.collect_and_settle(&refusal.code, &json!({ "outcome": "refused", "reason": "gaze" })).await;
    let told = refused(&mut browser, &refusal.code, 410, "photo-settled", "am Schalter abgelehnt").await;
    assert!(!told.contains("verwendet"), "{told}");
    let withdrawn = studio.deposit_numbered(3).await;
    assert_eq!(studio.withdraw(&withdrawn.photo_id).await.status, 200);
    refused(&mut browser, &withdrawn.code, 410, "photo-withdrawn", "Das Fotostudio hat dieses Foto zurückgezogen")
        .await;
    let expired = studio.deposit_numbered(4).await;
    gateway.advance(181 * DAY);
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt Nord").await).await;
    refused(&mut browser, &expired.code, 410, "photo-expired", "Aufbewahrungszeit").await;
}

#[tokio::test]
async fn who_may_not_collect_is_told_so_on_a_page_too() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    gateway.set_suspended(&office.party, true).await;
    let told = assert_problem_page(&browser.get("/desk/").await, 403, "office-suspended");
    assert!(told.contains("vorübergehend gesperrt") && told.contains("id=\"tell-citizen\""), "{told}");
    gateway.set_suspended(&office.party, false).await;
    gateway.revoke(&office).await;
    let told = assert_problem_page(&browser.get("/desk/today").await, 403, "device-revoked");
    assert!(told.contains("nicht zugelassen"), "{told}");
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_up_again_with_the_code() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    assert!(page(&browser.get(&photo).await).contains("id=\"photo\""));
    gateway.advance(16 * MINUTE);
    let told = assert_problem_page(&browser.get(&photo).await, 200, "code-needed");
    assert!(told.contains("Nichts ist verloren") && !told.contains("id=\"photo\""), "{told}");
    let file = browser.get(&format!("{photo}/photo.jpg")).await;
    assert_problem_page(&file, 409, "lease-expired");
    assert_eq!(browser.enter(&deposit.code).await, photo, "the same collection: it was handed over");
    assert!(page(&browser.get(&photo).await).contains("id=\"photo\""));
}

#[tokio::test]
async fn a_lapsed_lease_without_a_hand_over_ends_the_collection() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    gateway.advance(16 * MINUTE);
    let answer = browser.get(&photo).await;
    assert!(page(&browser.follow(&answer).await).contains("data-outcome=\"lapsed\""));
    assert_ne!(browser.enter(&deposit.code).await, photo);
}

/// The code of the form that sends it again.
fn kept_code(told: &str) -> Option<String> {
    let form = told.split_once("form id=\"retry\"")?.1;
    assert!(form.contains("Noch einmal versuchen"), "{form}");
    field(form.split_once("</form>")?.0, "code")
}

#[tokio::test]
async fn a_code_that_could_not_be_looked_up_just_now_is_sent_again_by_one_button() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let studio = gateway.studio("Foto Koch").await;
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    refused(&mut browser, UNKNOWN, 404, "code-unknown", "").await;
    let told = refused(&mut browser, &deposit.code, 429, "too-many-codes", "").await;
    assert_eq!(kept_code(&told), Some(deposit.code.clone()));
    for hidden in ["\u{feff}", "\u{ad}", "\u{200b}"] {
        let typed = format!("]d1{hidden}{}{hidden}", deposit.code.replace('-', hidden).to_lowercase());
        let told = refused(&mut browser, &typed, 429, "too-many-codes", "").await;
        assert_eq!(kept_code(&told), Some(deposit.code.clone()), "{hidden:?}");
    }
    gateway.advance(16 * MINUTE);
    // The database is down, so the clerk is unknown, and the page still keeps the code.
    let token = browser.token.clone();
    gateway.database.execute("ALTER TABLE devices RENAME TO devices_elsewhere").await.unwrap();
    let answer = browser.post("/desk/", &[("code", &deposit.code)]).await;
    let told = assert_problem_page(&answer, answer.status, "storage-unavailable");
    assert_eq!((answer.status, answer.header("cache-control")), (503, "no-store"));
    assert_eq!((kept_code(&told), field(&told, "csrf")), (Some(deposit.code.clone()), Some(token)));
    // The page keeps neither a text that is not a code nor a code from another site's form.
    let told = page(&browser.post("/desk/", &[("code", "https://example.org/geheim")]).await);
    assert!(kept_code(&told).is_none() && !told.contains("geheim"), "{told}");
    let headers = [("sec-fetch-site", "cross-site")];
    let told = page(&browser.post_exactly("/desk/", &[("code", &deposit.code)], &headers).await);
    assert!(kept_code(&told).is_none() && !told.contains(&deposit.code), "{told}");
    let told = page(&browser.get("/desk/today").await);
    assert!(told.contains("id=\"retry\" href=\"/desk/today\""), "{told}");
    gateway.database.execute("ALTER TABLE devices_elsewhere RENAME TO devices").await.unwrap();
    browser.enter(&deposit.code).await;
}
