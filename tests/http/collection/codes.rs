//! Mistyped and guessed codes.

use std::time::Duration;

use lichtbild::domain::code::retrieval_code::RetrievalCode;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::router_client::RouterClient;
use crate::support::test_gateway::{MINUTE, TestGateway};

/// A well-formed code that belongs to no photo.
fn wrong_code(number: u32) -> String {
    let mut secret = [0x5A; 12];
    secret[..4].copy_from_slice(&number.to_be_bytes());
    RetrievalCode::from_secret(&secret).reveal()
}

async fn guess_until_blocked(office: &RouterClient, first: u32, allowed: u32) {
    for number in first..first + allowed {
        office.collect(&wrong_code(number)).await.assert_problem(404, "code-unknown");
    }
    office.collect(&wrong_code(first)).await.assert_problem(429, "too-many-codes");
}

#[tokio::test]
async fn a_mistyped_code_is_not_a_guess() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let code = studio.deposit_numbered(1).await.code;
    let other_last = if code.ends_with('7') { "8" } else { "7" };
    let typo = format!("{}{other_last}", &code[..code.len() - 1]);
    let before = gateway.database.contents().await;
    for malformed in ["", "-", &code[1..], &format!("{code}0"), &typo, "ÄÖÜ", &code.replace('-', "U")] {
        office.collect(malformed).await.assert_problem(400, "code-malformed");
    }
    assert_eq!(gateway.database.contents().await, before);
    office.collect_ok(&code).await;
}

#[tokio::test]
async fn a_typo_is_told_with_the_group_it_is_likely_in() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    for (typed, group, position, german, english) in [
        (
            "G94ZJ-756F-FHRWS-2ZVE8",
            json!(2),
            json!(null),
            "Gruppe 2 hat 4 statt 5 Zeichen",
            "Group 2 has 4 symbols instead of 5",
        ),
        ("G94ZJ756FWFHRUS2ZVE8", json!(3), json!(4), "Das 4. Zeichen der Gruppe 3", "Symbol 4 of group 3"),
        ("G94YJ-756FW-FHRWS-2YVE8", json!(null), json!(null), "Y und Z", "Y and Z"),
        ("G94ZJ-756FW-FHRWS-2ZVE9", json!(null), json!(null), "Vertippt", "The code is mistyped"),
    ] {
        for (reader, sentence) in [(office.clone(), german), (office.in_english(), english)] {
            let problem = reader.collect(typed).await.assert_problem(400, "code-malformed");
            assert_eq!((&problem["group"], &problem["position"]), (&group, &position), "{problem}");
            assert!(problem["detail"].as_str().unwrap().starts_with(sentence), "{problem}");
        }
    }
}

#[tokio::test]
async fn an_unknown_code_is_counted_and_audited() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let before = gateway.database.contents().await;
    office.collect(&wrong_code(1)).await.assert_problem(404, "code-unknown");
    assert_eq!(
        gateway.database.texts("SELECT scope || ' ' || count FROM guesses ORDER BY length(scope) DESC").await,
        [format!("office:{} 1", office.party.party_id), format!("{} 1", office.device_id), "all 1".to_owned()]
    );
    let rows = gateway.database.audit().await;
    let row = rows.last().unwrap();
    assert_eq!((row.event.as_str(), &row.subject), ("code.unknown", &None));
    assert_eq!(row.actor, office.device_id.to_string());
    let after = gateway.database.contents().await;
    assert_eq!(after.without("guesses").without("audit"), before.without("guesses").without("audit"));
}

#[tokio::test]
async fn a_device_that_guesses_is_held_off_until_the_window_ends_even_with_a_right_code() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 3).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let colleague = gateway.device_of(&office.party).await;
    let code = studio.deposit_numbered(1).await.code;
    let collection = office.collect_ok(&code).await;
    gateway.advance(5 * MINUTE);
    guess_until_blocked(&office, 0, 3).await;
    let before = gateway.database.contents().await;
    for answer in [office.collect(&code).await, office.fetch(&collection, &code).await] {
        answer.assert_problem(429, "too-many-codes");
        // The window began with the test; ten minutes of it are left.
        assert_eq!(answer.retry_after_seconds(), 600);
    }
    assert_eq!(gateway.database.contents().await, before);
    assert_eq!(colleague.collect(&code).await.status, 200, "another device is free");
    gateway.advance(10 * MINUTE - Duration::from_millis(1));
    let answer = office.collect(&code).await;
    answer.assert_problem(429, "too-many-codes");
    assert_eq!(answer.retry_after_seconds(), 1);
    gateway.advance(Duration::from_millis(1));
    assert_eq!(office.collect(&code).await.status, 201);
}

#[tokio::test]
async fn wrong_codes_of_fifty_devices_keep_no_other_office_from_its_right_ones() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let first = gateway.office("Bürgeramt Süd").await;
    let code = studio.deposit_numbered(1).await.code;
    for device in 0..50 {
        let colleague = gateway.device_of(&first.party).await;
        for number in 0..20 {
            colleague.collect(&wrong_code(20 * device + number)).await.assert_problem(404, "code-unknown");
        }
        colleague.collect(&code).await.assert_problem(429, "too-many-codes");
    }
    assert_eq!(gateway.gateway.wrong_code_alarms.count(), 1, "at the thousandth");
    office.collect(&wrong_code(0)).await.assert_problem(404, "code-unknown");
    office.collect_ok(&code).await;
}

#[tokio::test]
async fn the_alarm_is_raised_by_all_devices_together_and_keeps_none_from_a_code() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.alarm_in_total = 3).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let other = gateway.office("Bürgeramt Süd").await;
    let mut alarms = Vec::new();
    for number in 0..7 {
        let guesser = if number % 2 == 0 { &office } else { &other };
        guesser.collect(&wrong_code(number)).await.assert_problem(404, "code-unknown");
        alarms.push(gateway.gateway.wrong_code_alarms.count());
    }
    assert_eq!(alarms, [0, 0, 1, 1, 1, 2, 2]);
    office.collect_ok(&studio.deposit_numbered(1).await.code).await;
    gateway.advance(15 * MINUTE);
    other.collect(&wrong_code(8)).await.assert_problem(404, "code-unknown");
    assert_eq!(gateway.gateway.wrong_code_alarms.count(), 2, "a new window begins at none");
}

#[tokio::test]
async fn right_codes_are_never_counted() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 1).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let other = gateway.office("Bürgeramt Süd").await;
    let deposit = studio.deposit_numbered(1).await;
    for _ in 0..3 {
        office.collect_ok(&deposit.code).await;
        other.collect(&deposit.code).await.assert_problem(409, "photo-leased-elsewhere");
    }
    let collection = office.collect_ok(&deposit.code).await;
    office.settle(&collection, &serde_json::json!({ "outcome": "used" })).await;
    other.collect(&deposit.code).await.assert_problem(410, "photo-settled");
    assert_eq!(gateway.database.count("guesses").await, 0);
}

#[tokio::test]
async fn a_wrong_code_at_a_collection_is_a_guess_and_a_missing_one_is_not() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 3).await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt Mitte").await);
    let (deposit, neighbour) = (studio.deposit_numbered(1).await, studio.deposit_numbered(2).await);
    let collection = office.collect_ok(&deposit.code).await;
    let before = gateway.database.contents().await;
    let path = format!("/v1/collections/{collection}/photo");
    let bare = office.request(axum::http::Method::GET, &path).body(axum::body::Body::empty()).unwrap();
    office.send(bare).await.assert_problem(400, "retrieval-code-missing");
    office.fetch(&collection, "00000").await.assert_problem(400, "code-malformed");
    assert_eq!(gateway.database.contents().await, before);
    office.fetch(&collection, &wrong_code(1)).await.assert_problem(404, "code-unknown");
    office.fetch(&collection, &neighbour.code).await.assert_problem(404, "code-unknown");
    assert_eq!(office.head(&collection, &wrong_code(2)).await.status, 404);
    assert_eq!(gateway.database.count_events("code.unknown").await, 3);
    office.fetch(&collection, &deposit.code).await.assert_problem(429, "too-many-codes");
    let after = gateway.database.contents().await;
    assert_eq!(after.without("guesses").without("audit"), before.without("guesses").without("audit"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_do_not_slip_past_the_limit() {
    let gateway = TestGateway::with(|setup| setup.limits.wrong_codes.per_device = 10).await;
    let office = gateway.office("Bürgeramt Mitte").await;
    let mut work = JoinSet::new();
    for number in 0..60 {
        let office = office.clone();
        work.spawn(async move { office.collect(&wrong_code(number)).await.status });
    }
    let statuses = work.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 10);
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 50);
    assert_eq!(gateway.database.count_events("code.unknown").await, 10);
}

#[tokio::test]
async fn windows_of_the_past_are_forgotten() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt Mitte").await;
    office.collect(&wrong_code(1)).await.assert_problem(404, "code-unknown");
    gateway.sweep().await;
    assert_eq!(gateway.database.count("guesses").await, 3);
    gateway.advance(25 * 60 * MINUTE);
    gateway.sweep().await;
    assert_eq!(gateway.database.count("guesses").await, 0);
}
