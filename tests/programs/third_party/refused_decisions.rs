//! Decisions that the gateway refuses: those for good are set aside, others stay, and neither stops another photo.

use std::fs;

use serde_json::json;

use super::example_program::{ExampleLanguage, ExampleSetup, examples};

async fn what_another_device_began_waits_for_its_code_and_stops_no_other_photo(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let colleague = setup.home.device("office", "Amt Nord");
    let by_colleague = colleague.client(setup.gateway.office());
    let code = setup.deposit("a-key-for-the-first").await;
    let collection = by_colleague.collect_ok(&code).await;
    let photo = by_colleague.fetch(&collection, &code).await.unwrap().body;
    let refusal = json!({ "outcome": "refused", "reason": "eyes_closed" });
    setup.leave(&collection, &photo, &refusal);
    setup.run("").await.refused("collection-code-required");

    let next = setup.run(&setup.deposit("a-key-for-the-second").await).await;
    next.succeeded();
    assert!(next.stderr.starts_with("collection-code-required: ") && next.stderr.contains(&collection), "{next:?}");
    assert!(next.stderr.contains("enter that photo's code here"), "{next:?}");
    assert!(!next.stdout.contains(&collection), "{next:?}");
    assert!(setup.path(&collection, "open").exists());

    // The clerk who has the code decides anew.
    let finished = setup.run(&code).await;
    finished.succeeded();
    assert!(finished.stderr.contains("takes its place"), "{finished:?}");
    assert!(finished.stdout.contains(&collection) && finished.stdout.contains("used"), "{finished:?}");
    assert!(!setup.path(&collection, "open").exists() && setup.path(&collection, "json").exists());
    setup.holds_settled_photos(2);
    let after = setup.run("").await;
    after.succeeded();
    assert_eq!((after.stdout.as_str(), after.stderr.as_str()), ("", ""));
}

async fn a_decision_that_is_refused_stops_no_other_photo(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let by_hand = setup.office.client(setup.gateway.office());
    let code = setup.deposit("a-key-for-the-first").await;
    let collection = by_hand.collect_ok(&code).await;
    let photo = by_hand.fetch(&collection, &code).await.unwrap().body;
    setup.leave(&collection, &photo, &json!({ "outcome": "kept", "until": "1999-12-31" }));
    let next = setup.run(&setup.deposit("a-key-for-the-second").await).await;
    next.succeeded();
    assert!(next.stderr.starts_with("settlement-date: "), "{next:?}");
    assert!(next.stderr.contains(&format!("Lichtbild-{collection}.failed is set aside")), "{next:?}");
    assert!(!setup.path(&collection, "open").exists() && setup.path(&collection, "failed").exists());
    // It is in the way of nothing any more.
    let after = setup.run("").await;
    after.succeeded();
    assert_eq!((after.stdout.as_str(), after.stderr.as_str()), ("", ""));
    let replaced = setup.run(&code).await;
    replaced.succeeded();
    assert!(replaced.stdout.contains("\"used\""), "{replaced:?}");
    setup.holds_settled_photos(2);
}

async fn a_decision_that_the_gateway_does_not_know_is_set_aside_at_once(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let code = setup.deposit("a-key-for-the-first").await;
    let ugly = json!({ "outcome": "refused", "reason": "ugly" });
    let refused = setup.run_over(setup.gateway.office(), &code, &ugly).await;
    refused.refused("request-malformed");
    assert!(refused.stderr.contains("reason") && refused.stderr.contains("eyes_closed"), "{refused:?}");
    assert!(refused.stderr.contains(".failed is set aside"), "{refused:?}");
    setup.run(&setup.deposit("a-key-for-the-second").await).await.succeeded();
    let failed = setup.inbox().into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "failed"));
    assert_eq!(failed.count(), 1);
    setup.run(&code).await.succeeded();
    setup.holds_settled_photos(2);
}

async fn the_decision_of_a_suspended_office_stays_until_the_office_is_back(example: ExampleLanguage) {
    let setup = ExampleSetup::new(example);
    let by_hand = setup.office.client(setup.gateway.office());
    let code = setup.deposit("a-key-for-the-first").await;
    let collection = by_hand.collect_ok(&code).await;
    let photo = by_hand.fetch(&collection, &code).await.unwrap().body;
    setup.leave(&collection, &photo, &json!({ "outcome": "used" }));
    assert!(setup.home.run(&["office", "suspend", "Amt Nord"]).status.success());
    let refused = setup.run("").await;
    refused.refused("office-suspended");
    assert!(refused.stderr.contains(".open stays."), "{refused:?}");
    assert!(setup.home.run(&["office", "resume", "Amt Nord"]).status.success());
    setup.run("").await.succeeded();
    setup.holds_settled_photos(1);
}

examples!(
    what_another_device_began_waits_for_its_code_and_stops_no_other_photo,
    a_decision_that_is_refused_stops_no_other_photo,
    a_decision_that_the_gateway_does_not_know_is_set_aside_at_once,
    the_decision_of_a_suspended_office_stays_until_the_office_is_back,
);

#[tokio::test]
async fn a_note_that_cannot_be_read_stops_no_other_photo() {
    let setup = ExampleSetup::new(ExampleLanguage::Python);
    for (number, content) in ["", "{}", "[1]", "not JSON"].into_iter().enumerate() {
        fs::write(setup.path(&number.to_string(), "open"), content).unwrap();
    }
    let next = setup.run(&setup.deposit("a-key-for-the-photo").await).await;
    next.succeeded();
    assert_eq!(next.stderr.matches(".failed is set aside").count(), 4, "{next:?}");
    for number in 0..4 {
        fs::remove_file(setup.path(&number.to_string(), "failed")).unwrap();
    }
    setup.holds_settled_photos(1);
}
