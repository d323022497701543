//! An office's application software that does what `docs/` shows it, in Python and with curl.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use lichtbild::domain::code::test_code::TEST_CODE;
use serde_json::{Value, json};

use super::example_program::ExampleLanguage::Python;
use super::example_program::{ExampleLanguage, ExampleSetup, examples, piped};
use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::PHOTO;
use crate::support::proxies::breaking::{BreakingProxy, CloseKind, Direction};

async fn a_photo_is_taken(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let run = setup.run(&code).await;
    run.succeeded();
    assert_eq!(run.stderr, "");
    let printed: Value = serde_json::from_str(&run.stdout).unwrap();
    let collection = printed["collection_id"].as_str().unwrap();
    assert!(setup.home.beside(&format!("inbox/Lichtbild-{collection}.jpg")).exists());
    setup.holds_settled_photos(1);
    let photos = setup.studio.client(setup.gateway.studio()).get("/v1/photos").await.unwrap();
    assert_eq!(photos.json()["photos"][0]["state"], "used");
}

async fn a_decision_is_passed_on(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let refusal = json!({ "outcome": "refused", "reason": "eyes_closed", "note": "Bitte \"noch einmal\"." });
    setup.run_over(setup.gateway.office(), &code, &refusal).await.succeeded();
    let photos = setup.studio.client(setup.gateway.studio()).get("/v1/photos").await.unwrap().json();
    assert_eq!(
        photos["photos"][0]["refusal"],
        json!({ "reason": "eyes_closed", "message": "Augen geschlossen oder verdeckt", "note": "Bitte \"noch einmal\"." })
    );
}

async fn wrong_codes_are_refused_in_words(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let codes = [
        ("G94ZJ-756FW-FHRWS-2ZVE9", "code-malformed"),
        ("G94ZJ-756FW-FHRWS-2ZVE8", "code-unknown"),
        (TEST_CODE, "code-is-test"),
        ("G94ZJ\",\"\\", "code-malformed"),
    ];
    for (code, kind) in codes {
        let run = setup.run(code).await;
        run.refused(kind);
        assert!(!run.stderr.contains(code), "the code is in a message: {run:?}");
    }
    assert_eq!(setup.inbox(), [] as [PathBuf; 0], "something was left behind");
}

async fn every_step_can_be_repeated(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let by_hand = setup.office.client(setup.gateway.office());
    // Died after collecting, then after fetching.
    for (key, fetched) in [("a-key-for-the-first", false), ("a-key-for-the-second", true)] {
        let code = setup.deposit(key).await;
        let collection = by_hand.collect_ok(&code).await;
        if fetched {
            assert!(by_hand.fetch(&collection, &code).await.unwrap().body == PHOTO);
        }
        let run = setup.run(&code).await;
        run.succeeded();
        assert!(run.stdout.contains(&collection), "another collection: {run:?}");
        setup.run(&code).await.refused("photo-settled");
    }
    setup.holds_settled_photos(2);
    // Died before the gateway was told of the decision, then before its answer was stored: no code is needed any more.
    let code = setup.deposit("a-key-for-the-third").await;
    let collection = by_hand.collect_ok(&code).await;
    let photo = by_hand.fetch(&collection, &code).await.unwrap().body;
    let mut receipts = Vec::new();
    for _ in 0..2 {
        setup.leave(&collection, &photo, &json!({ "outcome": "used" }));
        let run = setup.run("").await;
        run.succeeded();
        receipts.push(run.stdout);
        setup.holds_settled_photos(3);
    }
    assert_eq!(receipts[0], receipts[1]);
}

async fn a_broken_connection_is_resumed(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let line = BreakingProxy::to(setup.gateway.office()).await;
    let whole = PHOTO.len() as u64;
    // In the handshake of the connection that fetches the photo, in the head of the photo, in its middle, in its last bytes.
    let breaks = [
        (1, CloseKind::Reset),
        (2_000, CloseKind::Fin),
        (4_000, CloseKind::Reset),
        (whole / 2, CloseKind::Fin),
        (whole, CloseKind::Reset),
    ];
    for (number, (offset, ending)) in breaks.into_iter().enumerate() {
        let code = setup.deposit(&format!("a-key-for-photo-{number}")).await;
        line.break_after(offset, Direction::FromGateway, ending);
        // The second connection, which fetches the photo, and every second one after it.
        line.break_every(2);
        let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
        run.succeeded();
        assert!((1..=4).contains(&run.repeats()), "at {offset}: {run:?}");
        setup.holds_settled_photos(number + 1);
    }
    // Requests that do not get through.
    let code = setup.deposit("a-key-for-the-last").await;
    line.break_after(300, Direction::ToGateway, CloseKind::Reset);
    let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
    run.succeeded();
    setup.holds_settled_photos(breaks.len() + 1);
}

async fn no_answer_at_all_says_that_nothing_is_lost(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    let line = BreakingProxy::to(setup.gateway.office()).await;
    line.break_after(1, Direction::FromGateway, CloseKind::Reset);
    let run = setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await;
    assert_eq!((run.status, run.repeats()), (75, 5), "{run:?}");
    assert!(run.stderr.contains("nothing is lost") && !run.stderr.contains(&code), "{run:?}");
    line.stop_breaking();
    setup.run_over(&line.url(), &code, &json!({ "outcome": "used" })).await.succeeded();
    setup.holds_settled_photos(1);
}

async fn who_is_not_let_in_stops_at_once(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-photo").await;
    // Another authority behind the gateway's name: not even the code goes out.
    let external = GatewayFolder::new();
    let elsewhere = external.start();
    let stopped = setup.run_over(elsewhere.office(), &code, &json!({ "outcome": "used" })).await;
    assert_eq!((stopped.status, stopped.repeats()), (1, 0), "{stopped:?}");
    assert!(!elsewhere.log().contains("/v1/collections"), "a request was sent to a stranger");
    assert!(setup.home.run(&["office", "suspend", "Amt Nord"]).status.success());
    setup.run(&code).await.refused("office-suspended");
    assert_eq!(setup.inbox(), [] as [PathBuf; 0]);
}

examples!(
    a_photo_is_taken,
    a_decision_is_passed_on,
    wrong_codes_are_refused_in_words,
    every_step_can_be_repeated,
    a_broken_connection_is_resumed,
    no_answer_at_all_says_that_nothing_is_lost,
    who_is_not_let_in_stops_at_once,
);

#[tokio::test]
async fn the_manuals_lines_of_python_take_a_photo() {
    let setup = ExampleSetup::new(Python);
    let code = setup.deposit("a-key-for-the-photo").await;
    let manual = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/api.md")).unwrap();
    let section = manual.split("The requests alone in Python:\n").nth(1).unwrap().split("\nIn Java:").next().unwrap();
    let lines: Vec<_> =
        section.lines().filter_map(|line| line.strip_prefix("    ").or(line.is_empty().then_some(""))).collect();
    let address = setup.gateway.office().strip_prefix("https://").unwrap().replace(':', "\", ");
    let (host, _) = address.split_once('"').unwrap();
    let printed = lines.join("\n");
    let lines = printed.replace("\"gateway.stadt.example\", 9443", &format!("\"{address}"));
    assert!(lines != printed && !host.is_empty(), "{printed}");
    let program = format!("code = input()\n{lines}\nimport sys; sys.stdout.write(receipt['outcome'])\n");
    let mut command = Command::new("python3");
    command.args(["-B", "-c", &program]).current_dir(&setup.office.folder);
    let output = piped(&mut command, format!("{code}\n").as_bytes());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "used", "{}", String::from_utf8_lossy(&output.stderr));
}
