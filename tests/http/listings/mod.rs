//! Lists of a studio's photos and an office's collections, page by page.

use axum::body::Body;
use axum::http::Method;
use lichtbild::clock::Timestamp;
use serde_json::{Value, json};

use crate::http::setup::studio_and_office;
use crate::support::router_client::{RouterClient, RouterResponse, json_string};
use crate::support::test_gateway::{DAY, MINUTE, START, TestGateway};

/// Every identifier in a list, page after page.
async fn all_pages(caller: &RouterClient, list: &str, query: &str, limit: usize) -> Vec<String> {
    let (mut found, mut after) = (vec![], String::new());
    let id = if list == "photos" { "photo_id" } else { "collection_id" };
    loop {
        let query = format!("limit={limit}{query}{after}");
        let page = ask(caller, list, &query).await;
        assert_eq!(page.status, 200, "{page:?}");
        let page = page.json();
        let items = page[list].as_array().unwrap();
        assert!(items.len() <= limit);
        found.extend(items.iter().map(|item| json_string(&item[id])));
        match page.get("next_after") {
            None => return found,
            Some(next) => after = format!("&after={}", json_string(next)),
        }
    }
}

async fn ask(caller: &RouterClient, list: &str, query: &str) -> RouterResponse {
    if list == "photos" { caller.photos(query).await } else { caller.collections(query).await }
}

fn newest_first(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids.reverse();
    ids
}

#[tokio::test]
async fn pages_hold_every_photo_once_newest_first_and_nobody_elses() {
    let gateway = TestGateway::start().await;
    let (studio, other) = (gateway.studio("Foto Koch").await, gateway.studio("Foto Porst").await);
    let mut ids = vec![];
    for number in 0..23 {
        ids.push(studio.deposit_numbered(number).await.photo_id);
        other.deposit_numbered(number).await;
        gateway.advance(MINUTE / 4);
    }
    for limit in [1, 5, 23, 24, 200] {
        assert_eq!(all_pages(&studio, "photos", "", limit).await, newest_first(ids.clone()), "limit {limit}");
    }
    assert_eq!(studio.photos("").await.json()["photos"].as_array().unwrap().len(), 23);
}

#[tokio::test]
async fn a_page_tells_how_long_it_could_be() {
    let (gateway, studio, office) = studio_and_office().await;
    let auditor = gateway.auditor(&office.party).await;
    for (caller, path, most) in [
        (&studio, "/v1/photos", 200),
        (&office, "/v1/collections", 200),
        (&auditor, "/v1/audit/checkpoints", 200),
        (&auditor, "/v1/audit/log", 1000),
    ] {
        for (limit, applied) in [(1, 1), (0, 1), (most, most), (most + 1, most), (u32::MAX, most)] {
            let request = caller.request(Method::GET, &format!("{path}?limit={limit}"));
            let page = caller.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!((page.status, page.header("page-limit")), (200, &*applied.to_string()), "{path} {limit}");
        }
    }
    assert_eq!(studio.photos("").await.header("page-limit"), "50");
}

#[tokio::test]
async fn a_state_is_asked_for_as_it_is_at_this_moment() {
    let (gateway, studio, office) = studio_and_office().await;
    let mut ids: std::collections::HashMap<&str, Vec<String>> = std::collections::HashMap::new();
    for number in 0..40 {
        let deposit = studio.deposit_numbered(number).await;
        let code = &deposit.code;
        let state = match number % 8 {
            0 => "available",
            1 => {
                office.collect_ok(code).await;
                "available"
            }
            2 => {
                office.collect_and_fetch(code).await;
                "leased"
            }
            3 => {
                office.collect_and_settle(code, &json!({ "outcome": "used" })).await;
                "used"
            }
            4 => {
                office.collect_and_settle(code, &json!({ "outcome": "refused", "reason": "gaze" })).await;
                "refused"
            }
            5 => {
                office.collect_and_settle(code, &json!({ "outcome": "kept", "until": "2026-12-31" })).await;
                "kept"
            }
            6 => {
                studio.withdraw(&deposit.photo_id).await;
                "withdrawn"
            }
            _ => {
                office.collect_and_settle(code, &json!({ "outcome": "kept", "until": "2026-11-22" })).await;
                "expired"
            }
        };
        ids.entry(state).or_default().push(deposit.photo_id);
    }
    gateway.advance(DAY);
    for (state, ids) in ids {
        for limit in [1, 3, 50] {
            let found = all_pages(&studio, "photos", &format!("&state={state}"), limit).await;
            assert_eq!(found, newest_first(ids.clone()), "{state}, limit {limit}");
        }
    }
}

#[tokio::test]
async fn an_offices_collections_tell_where_each_stands() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.office("Bürgeramt Süd").await;
    let deposits =
        [studio.deposit_numbered(1).await, studio.deposit_numbered(2).await, studio.deposit_numbered(3).await];
    let lapsed = office.collect_ok(&deposits[0].code).await;
    gateway.advance(MINUTE);
    let by_default = office.collect_and_fetch(&deposits[1].code).await;
    gateway.advance(MINUTE);
    let used = office.collect_and_settle(&deposits[2].code, &json!({ "outcome": "used" })).await;
    gateway.advance(8 * DAY);
    let expected = |id: &str, deposit: usize, state: &str, leased: Timestamp| {
        json!({ "collection_id": id, "photo_id": deposits[deposit].photo_id, "state": state, "leased_at": leased,
            "lease_until": leased + 15 * MINUTE })
    };
    let with = |mut collection: Value, more: Value| {
        collection.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        collection
    };
    let second = START + MINUTE;
    let third = START + 2 * MINUTE;
    let list = json!({ "collections": [
        with(expected(&used, 2, "used", third),
            json!({ "handed_over_at": third, "settle_due": third + 7 * DAY, "settled_at": third })),
        with(expected(&by_default, 1, "used", second),
            json!({ "handed_over_at": second, "settle_due": second + 7 * DAY, "settled_at": second + 7 * DAY })),
        with(expected(&lapsed, 0, "lapsed", START), json!({ "settled_at": START + 15 * MINUTE })),
    ]});
    for swept in [false, true] {
        if swept {
            gateway.sweep().await;
        }
        assert_eq!(office.collections("").await.json(), list, "swept: {swept}");
        for limit in [1, 2, 3] {
            let found = all_pages(&office, "collections", "", limit).await;
            assert_eq!(found, [used.clone(), by_default.clone(), lapsed.clone()]);
        }
        for one in list["collections"].as_array().unwrap() {
            let answer = office.collection(one["collection_id"].as_str().unwrap()).await;
            assert_eq!((answer.status, &answer.json()), (200, one), "swept: {swept}");
        }
    }
    assert_eq!(other.collections("").await.json(), json!({ "collections": [] }));
}

#[tokio::test]
async fn queries_that_are_not_understood_are_refused() {
    let (_gateway, studio, office) = studio_and_office().await;
    for query in ["state=gone", "state=", "limit=x", "limit=-1", "after=1", "page=2", "limit=1&limit=2"] {
        ask(&studio, "photos", query).await.assert_problem(400, "request-malformed");
    }
    for query in ["state=used", "limit=x", "after=", "page=2"] {
        ask(&office, "collections", query).await.assert_problem(400, "request-malformed");
    }
    for (query, field) in
        [("state=gone", "state"), ("limit=-1", "limit"), ("after=1", "after"), ("limit=1&limit=2", "limit")]
    {
        let problem = studio.photos(query).await.json();
        assert_eq!(problem["field"], field, "{problem}");
        assert_eq!(problem.get("allowed").is_some(), field == "state", "{problem}");
    }
    let state = studio.photos("state=gone").await.json();
    let states = ["available", "leased", "kept", "used", "refused", "withdrawn", "expired"];
    assert_eq!(state["allowed"], json!(states));
    let unknown = office.collections("page=2").await.json();
    assert_eq!((unknown.get("field"), &unknown["allowed"]), (None, &json!(["limit", "after"])));
    for number in 0..3 {
        studio.deposit_numbered(number).await;
    }
    // Values out of range are adjusted.
    assert_eq!(studio.photos("limit=0").await.json()["photos"].as_array().unwrap().len(), 1);
    assert_eq!(studio.photos("limit=4000000000").await.json()["photos"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn one_rare_state_among_many_photos_is_found_without_reading_them_one_by_one() {
    let gateway = TestGateway::with(|setup| setup.limits.uploads_per_minute = 60_000).await;
    let studio = gateway.studio("Foto Koch").await;
    let oldest = studio.deposit_numbered(0).await;
    studio.withdraw(&oldest.photo_id).await;
    // As many rows as a studio gets in years, inserted directly for speed.
    let copies = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        INSERT INTO photos SELECT printf('f%07d-0000-7000-8000-000000000000', i), studio_id, device_id, epoch, 'used', 0,
            randomblob(32), NULL, randomblob(32), width, height, bytes, profile, findings, deposited_at, expires_at,
            deposited_at, NULL, NULL, NULL, NULL, 0 FROM photos, n";
    let copies_on_a_server = "INSERT INTO photos SELECT 'f' || lpad(i::text, 7, '0') || '-0000-7000-8000-000000000000', studio_id,
            device_id, epoch, 'used', FALSE, sha256(convert_to('request ' || i, 'UTF8')), NULL,
            sha256(convert_to('tombstone ' || i, 'UTF8')), width, height, bytes, profile, findings, deposited_at, expires_at,
            deposited_at, NULL, NULL, NULL, NULL, FALSE FROM photos, generate_series(1, 20000) n(i)";
    gateway.database.execute(gateway.database.for_dialect(copies, copies_on_a_server)).await.unwrap();
    // The work per page is limited: if the rows in between had been read, the first page would be empty.
    let first_page = studio.photos("state=withdrawn&limit=1").await.json();
    assert_eq!(first_page["photos"][0]["photo_id"], oldest.photo_id.as_str());
}

#[tokio::test]
async fn one_collection_is_shown_to_its_office_only_and_asking_changes_nothing() {
    let (gateway, studio, office) = studio_and_office().await;
    let (colleague, other) = (gateway.device_of(&office.party).await, gateway.office("Bürgeramt Süd").await);
    let collection = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    let before = gateway.database.contents().await;
    for caller in [&office, &colleague] {
        let shown = caller.collection(&collection).await;
        assert_eq!((shown.status, shown.header("cache-control")), (200, "no-store"));
        assert_eq!(shown.json()["state"], "leased");
    }
    other.collection(&collection).await.assert_problem(404, "collection-unknown");
    for id in ["01a20297-4dc0-7fe2-bb16-ceb27bf086c4", "x", "%00"] {
        office.collection(id).await.assert_problem(404, "collection-unknown");
    }
    assert_eq!(gateway.database.contents().await, before);
}
