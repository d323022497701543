//! Lists of events, and answers that wait for the next one.

use lichtbild::flows::maintenance::announce::announce;
use serde_json::{Value, json};

use super::{ask, check, events, kinds, until_waiting};
use crate::http::setup::studio_and_office;
use crate::support::router_client::json_string;
use crate::support::test_gateway::{DAY, HOUR, START, TestGateway};

#[tokio::test]
async fn a_studio_is_told_what_became_of_its_photos_and_not_by_which_office() {
    let (gateway, studio, office) = studio_and_office().await;
    let mut photos = Vec::new();
    for number in 0..4 {
        photos.push(studio.deposit_numbered(number).await);
    }
    office.collect_and_settle(&photos[0].code, &json!({ "outcome": "used" })).await;
    office.collect_and_settle(&photos[1].code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
    let note = json!({ "outcome": "refused", "reason": "gaze", "note": "blickt zur Seite" });
    office.collect_and_settle(&photos[2].code, &note).await;
    office.collect_and_settle(&photos[3].code, &json!({ "outcome": "released" })).await;
    let (found, _) = events(&studio, "").await;
    assert_eq!(kinds(&found), ["photo.used", "photo.kept", "photo.refused"]);
    for (event, photo) in found.iter().zip(&photos) {
        assert_eq!((&event["photo_id"], &event["at"]), (&json!(photo.photo_id), &json!("2026-11-22T09:30:00.000Z")));
        let text = event.to_string();
        for secret in [office.party.party_id.to_string(), office.device_id.to_string(), photo.code.clone()] {
            assert!(!text.contains(&secret) && event.get("collection_id").is_none(), "{text}");
        }
    }
    assert_eq!(found[1]["kept_until"], "2027-01-01T00:00:00.000Z");
    assert_eq!((&found[2]["reason"], &found[2]["note"]), (&json!("gaze"), &json!("blickt zur Seite")));
    assert!(found[0].get("note").is_none() && found[0].get("kept_until").is_none());
    assert_eq!(events(&office, "").await, (vec![], String::new()), "the office knows what it did");
    assert_eq!(events(&gateway.studio("Foto Porst").await, "").await.0, Vec::<Value>::new());
    assert_eq!(events(&gateway.device_of(&studio.party).await, "").await.0, found, "each device has its own cursor");
}

#[tokio::test]
async fn what_ends_soon_is_announced_to_those_who_can_do_something() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Amt Nord").await);
    let [kept, lapsed, due, waiting] = [1, 2, 3, 4].map(|number| studio.deposit_numbered(number));
    let (kept, lapsed, due, waiting) = tokio::join!(kept, lapsed, due, waiting);
    office.collect_and_settle(&kept.code, &json!({ "outcome": "kept", "until": "2026-12-04" })).await;
    let left = office.collect_ok(&lapsed.code).await;
    gateway.advance(HOUR);
    gateway.sweep().await;
    let unsettled = office.collect_and_fetch(&due.code).await;
    gateway.device_until(&office.party, START + 17 * DAY).await;
    assert_eq!(
        announce(&gateway.gateway, gateway.now()).await.unwrap(),
        1,
        "only the kept photo ends within a fortnight"
    );
    gateway.advance(6 * DAY + HOUR);
    announce(&gateway.gateway, gateway.now()).await.unwrap();
    let (found, _) = events(&office, "").await;
    assert_eq!(kinds(&found), ["collection.lapsed", "photo.kept_ending", "collection.ending", "certificate.ending"]);
    assert_eq!((&found[0]["collection_id"], &found[0]["photo_id"]), (&json!(left), &json!(lapsed.photo_id)));
    assert_eq!(found[0]["lease_until"], "2026-11-22T09:45:00.000Z");
    assert_eq!(
        (&found[1]["photo_id"], &found[1]["kept_until"]),
        (&json!(kept.photo_id), &json!("2026-12-05T00:00:00.000Z"))
    );
    assert_eq!(
        (&found[2]["collection_id"], &found[2]["settle_due"]),
        (&json!(unsettled), &json!("2026-11-29T10:30:00.000Z"))
    );
    assert!(found[3]["device_id"].is_string() && found[3]["label"].as_str().unwrap().starts_with("Kasse"));
    assert_eq!(found[3]["certificate_expires_at"], "2026-12-09T09:30:00.000Z");
    gateway.advance(DAY);
    gateway.sweep().await;
    let (found, _) = events(&office, "").await;
    assert_eq!((kinds(&found)[4], &found[4]["settle_due"]), ("collection.used_by_default", &found[2]["settle_due"]));
    gateway.advance(160 * DAY);
    gateway.sweep().await;
    announce(&gateway.gateway, gateway.now()).await.unwrap();
    let (found, _) = events(&studio, "").await;
    assert_eq!(kinds(&found), ["photo.kept", "photo.used", "photo.expiring", "photo.expiring"]);
    for photo in [&lapsed, &waiting] {
        let ending = found[2..].iter().find(|event| event["photo_id"] == photo.photo_id).unwrap();
        assert!(ending["expires_at"].as_str().unwrap().starts_with("2027-05-2"), "{ending}");
    }
}

#[tokio::test]
async fn pages_continue_behind_the_cursor_and_an_unknown_cursor_begins_with_the_oldest() {
    let (_gateway, studio, office) = studio_and_office().await;
    for number in 0..5 {
        let code = studio.deposit_numbered(number).await.code;
        office.collect_and_settle(&code, &json!({ "outcome": "used" })).await;
    }
    let (all, last) = events(&studio, "").await;
    let (first, after) = events(&studio, "limit=2").await;
    let (second, after) = events(&studio, &format!("limit=2&after={after}")).await;
    let (third, after) = events(&studio, &format!("limit=2&after={after}")).await;
    assert_eq!([first, second, third].concat(), all);
    assert_eq!(after, last);
    assert_eq!(events(&studio, &format!("after={after}")).await, (vec![], last.clone()), "the cursor stays");
    const UNKNOWN: &str = "after=0193a5c1-7b1e-7c3a-9d2e-5f6a7b8c9d0e";
    assert_eq!(events(&studio, UNKNOWN).await.0, all);
    let malformed =
        [("after=3", "after"), ("after=3-0123456789ab", "after"), ("wait=soon", "wait"), ("from=3", "after, wait")];
    for (malformed, part) in malformed {
        let answer = ask(&studio, malformed).await;
        let problem = answer.assert_problem(400, "request-malformed");
        assert!(json_string(&problem["detail"]).contains(part), "{problem}");
    }
    // The header has precedence, and an empty one is that of a client that has received nothing.
    for (id, expected) in [(last.as_str(), 0), ("", 5)] {
        let request = super::request(&studio, UNKNOWN);
        let (mut parts, body) = request.into_parts();
        parts.headers.insert("last-event-id", id.parse().unwrap());
        let answer = studio.send(axum::http::Request::from_parts(parts, body)).await;
        assert_eq!(answer.json()["events"].as_array().unwrap().len(), expected);
    }
}

#[tokio::test]
async fn a_cursor_of_another_party_is_unknown_and_none_tells_how_many_events_others_have() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.studio("Foto Porst").await;
    let mut cursors = Vec::new();
    for (number, busy) in [&other, &studio, &other, &other, &studio].into_iter().enumerate() {
        let code = busy.deposit_numbered(u32::try_from(number).unwrap()).await.code;
        office.collect_and_settle(&code, &json!({ "outcome": "used" })).await;
        cursors.push(events(busy, "").await.1);
    }
    let (own, last) = events(&studio, "").await;
    assert_eq!(own.len(), 2);
    assert_eq!(
        last,
        json_string(&own[1]["event_id"]),
        "a cursor is the identifier of its event, in which no position is"
    );
    assert_eq!(events(&studio, &format!("after={}", cursors[0])).await.0, own, "it begins with the oldest");
    assert_eq!(events(&studio, &format!("after={}", cursors[1])).await.0, own[1..]);
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_read_events_nor_end_the_wait_of_a_device() {
    let (gateway, studio, _) = studio_and_office().await;
    let waiting = async { events(&studio, "wait=25").await.0.len() };
    let browsing = async {
        until_waiting(&gateway).await;
        for (site, accept) in [("same-site", "*/*"), ("", "application/json"), ("cross-site", "text/event-stream")] {
            let (mut parts, body) = super::request(&studio, "").into_parts();
            parts.headers.insert("accept", accept.parse().unwrap());
            parts.headers.insert("sec-fetch-site", site.parse().unwrap());
            let refused = studio.send(axum::http::Request::from_parts(parts, body)).await;
            refused.assert_problem(403, "cross-site-request");
        }
        let (mut parts, body) = super::request(&studio, "").into_parts();
        parts.headers.insert("sec-fetch-site", "none".parse().unwrap());
        assert_eq!(studio.send(axum::http::Request::from_parts(parts, body)).await.status, 200, "typed by a person");
        assert!(!gateway.gateway.event_subscribers.is_empty());
        gateway.gateway.event_subscribers.close();
    };
    assert_eq!(tokio::join!(waiting, browsing).0, 0);
}

#[tokio::test]
async fn an_event_that_takes_the_place_of_a_lost_one_wakes_its_receiver() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.studio("Foto Porst").await;
    let codes = [other.deposit_numbered(1).await.code, studio.deposit_numbered(2).await.code];
    let waiting = async { events(&studio, "wait=25").await };
    let failing_over = async {
        until_waiting(&gateway).await;
        office.collect_and_settle(&codes[0], &json!({ "outcome": "used" })).await;
        check(&gateway).await;
        // The new primary lacks the event, and its next one gets the same position.
        gateway.database.execute("DELETE FROM events").await.unwrap();
        office.collect_and_settle(&codes[1], &json!({ "outcome": "used" })).await;
        check(&gateway).await;
    };
    let ((found, _), ()) = tokio::join!(waiting, failing_over);
    assert_eq!(kinds(&found), ["photo.used"]);
}

#[tokio::test]
async fn an_answer_waits_for_the_next_event_of_its_party() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.studio("Foto Porst").await;
    let codes = [other.deposit_numbered(1).await.code, studio.deposit_numbered(2).await.code];
    let waiting = async { events(&studio, "wait=25").await };
    let working = async {
        until_waiting(&gateway).await;
        check(&gateway).await;
        for code in &codes {
            office.collect_and_settle(code, &json!({ "outcome": "used" })).await;
            check(&gateway).await;
        }
    };
    let ((found, _), ()) = tokio::join!(waiting, working);
    assert_eq!(kinds(&found), ["photo.used"]);
    assert!(gateway.gateway.event_subscribers.is_empty());
}

#[tokio::test]
async fn a_suspension_and_a_shutdown_end_an_answer_at_once_and_a_newer_wait_after_a_pause() {
    let (gateway, studio, _) = studio_and_office().await;
    let wait = || {
        let studio = studio.clone();
        tokio::spawn(async move { ask(&studio, "wait=25").await })
    };
    let waiting = wait();
    until_waiting(&gateway).await;
    gateway.set_suspended(&studio.party, true).await;
    check(&gateway).await;
    waiting.await.unwrap().assert_problem(403, "studio-suspended");

    gateway.set_suspended(&studio.party, false).await;
    let older = wait();
    until_waiting(&gateway).await;
    // A newer wait, which ends before the older one is answered.
    drop(gateway.gateway.event_subscribers.subscribe(studio.party.party_id, studio.device_id));
    let waiting = async { events(&studio, "wait=25").await.0.len() };
    let closing = async {
        until_waiting(&gateway).await;
        gateway.gateway.event_subscribers.close();
    };
    assert_eq!(tokio::join!(waiting, closing).0, 0);
    let replaced = older.await.unwrap();
    assert_eq!((replaced.status, replaced.json()["events"].clone()), (200, json!([])));
    assert_eq!(events(&studio, "wait=25").await.0.len(), 0, "a wait that begins now ends at once");
}
