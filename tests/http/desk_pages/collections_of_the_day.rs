//! The day's collections.

use serde_json::json;

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page, page};
use crate::support::test_gateway::{DAY, MINUTE, START, TestGateway};

#[tokio::test]
async fn the_day_is_listed_without_photos_and_without_other_offices() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut browser = ScriptlessBrowser::of(&office).await;
    assert!(page(&browser.get("/desk/today").await).contains("noch kein Foto"));
    let yesterday =
        office.collect_and_settle(&studio.deposit_numbered(1).await.code, &json!({ "outcome": "used" })).await;
    gateway.advance(DAY);
    let waiting = office.collect_and_fetch(&studio.deposit_numbered(5).await.code).await;
    gateway.advance(DAY);
    let external = gateway.office("Anderes Amt").await.collect_ok(&studio.deposit_numbered(2).await.code).await;
    let used = office.collect_and_settle(&studio.deposit_numbered(3).await.code, &json!({ "outcome": "used" })).await;
    gateway.advance(MINUTE);
    let open = office.collect_and_fetch(&studio.deposit_numbered(4).await.code).await;
    let list = page(&browser.get("/desk/today").await);
    assert!(!list.contains(&yesterday) && !list.contains(&external) && !list.contains("<img"), "{list}");
    // Open collections first, those of earlier days in their own group.
    let places = [
        "<th scope=\"rowgroup\" colspan=\"5\">Offen<",
        &open,
        "Offen von früheren Tagen",
        &waiting,
        "Heute beendet",
        &used,
    ];
    let places = places.map(|text| list.find(text).unwrap_or_else(|| panic!("{text}: {list}")));
    assert!(places.is_sorted(), "{places:?}: {list}");
    assert!(list.contains("geöffnet bis 10:46 Uhr") && list.contains("verwendet"), "{list}");
    assert!(list.contains("<bdi>Kasse "), "{list}");
    for number in [&open, &used, &waiting] {
        assert!(list.contains(&format!("<code>{}</code>", &number[30..])), "{list}");
    }
    // A photo that was looked at and not settled stays in the list, with its deadline.
    assert!(list.contains(&waiting) && list.contains("Bis 29.11.2026 abschließen"), "{list}");
    // The list leads back to the photo.
    let answer = page(&browser.get(&format!("/desk/collections/{open}")).await);
    assert!(answer.contains("data-problem=\"code-needed\"") && answer.contains("form id=\"enter\""), "{answer}");
}

/// The receipt numbers on a page of the list, in their order, and the address of the next page.
async fn listed(browser: &mut ScriptlessBrowser, path: &str) -> (Vec<String>, Option<String>) {
    let list = page(&browser.get(path).await);
    let numbers = list.split("<a href=\"/desk/collections/").skip(1).map(|link| link[..36].to_owned()).collect();
    let next = list.split_once("id=\"older\" href=\"").map(|(_, link)| link.split('"').next().unwrap().to_owned());
    (numbers, next)
}

#[tokio::test]
async fn a_busy_day_is_listed_whole_page_by_page() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let waiting = office.collect_and_fetch(&studio.deposit_numbered(1).await.code).await;
    office.collect_and_settle(&studio.deposit_numbered(2).await.code, &json!({ "outcome": "used" })).await;
    gateway.advance(DAY);
    let mut collections = vec![waiting];
    for number in 3..128 {
        collections.push(office.collect_ok(&studio.deposit_numbered(number).await.code).await);
        gateway.advance(MINUTE / 60);
    }
    collections.reverse();
    let mut browser = ScriptlessBrowser::of(&office).await;
    let (mut seen, mut path, mut pages) = (Vec::new(), Some("/desk/today".to_owned()), Vec::new());
    while let Some(page) = path {
        let (numbers, next) = listed(&mut browser, &page).await;
        pages.push(numbers.len());
        seen.extend(numbers);
        path = next;
    }
    assert_eq!((seen, pages), (collections, vec![50, 50, 26]));
    let second = listed(&mut browser, "/desk/today").await.1.unwrap();
    assert!(page(&browser.get(&second).await).contains("id=\"newest\" href=\"/desk/today\""));
    for (query, text) in [("after=x", "Der Parameter after "), ("limit=5", "nur open und after.")] {
        let told = assert_problem_page(&browser.get(&format!("/desk/today?{query}")).await, 400, "request-malformed");
        assert!(told.contains(text) && told.contains("id=\"back\" href=\"/desk/today\""), "{told}");
    }
}

#[tokio::test]
async fn collections_that_are_over_follow_a_page_full_of_open_ones() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let (mut over, mut open) = (Vec::new(), Vec::new());
    for number in 1..=60 {
        over.push(
            office.collect_and_settle(&studio.deposit_numbered(number).await.code, &json!({ "outcome": "used" })).await,
        );
        gateway.advance(MINUTE / 60);
    }
    for number in 61..=110 {
        open.push(office.collect_ok(&studio.deposit_numbered(number).await.code).await);
        gateway.advance(MINUTE / 60);
    }
    let mut browser = ScriptlessBrowser::of(&office).await;
    let (mut seen, mut path, mut pages) = (Vec::new(), Some("/desk/today".to_owned()), Vec::new());
    while let Some(page) = path {
        let (numbers, next) = listed(&mut browser, &page).await;
        pages.push(numbers.len());
        seen.extend(numbers);
        path = next;
    }
    let newest_first = open.into_iter().rev().chain(over.into_iter().rev()).collect::<Vec<_>>();
    assert_eq!((seen, pages), (newest_first, vec![50, 50, 10]));
}

#[tokio::test]
async fn the_page_of_an_office_with_ten_thousand_collections_lists_fifty() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let photo = studio.deposit_numbered(1).await.photo_id;
    let (day, now) = (START.unix_milliseconds() - 3_600_000, START.unix_milliseconds());
    let number = gateway.database.for_dialect("printf('%012x', i)", "lpad(to_hex(i), 12, '0')");
    let insert = format!(
        "INSERT INTO collections (collection_id, photo_id, office_id, device_id, state, leased_at, lease_until, settled_at)
         WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
         SELECT '{:08x}-{:04x}-7000-8000-' || {number}, '{photo}', '{}', '{}', 'used', {day}, {now}, {now} FROM n",
        day >> 16,
        day & 0xffff,
        office.party.party_id,
        office.device_id,
    );
    gateway.database.execute(&insert).await.unwrap();
    let mut browser = ScriptlessBrowser::of(&office).await;
    let (numbers, next) = listed(&mut browser, "/desk/today").await;
    assert_eq!(numbers.len(), 50);
    assert!(numbers.is_sorted_by(|newer, older| newer > older) && numbers[0].ends_with("002710"), "{numbers:?}");
    assert_eq!(next, Some(format!("/desk/today?after={}", numbers[49])));
}

#[tokio::test]
async fn what_was_begun_before_and_ended_today_is_listed_and_what_ended_yesterday_is_not() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let mut waiting = Vec::new();
    for number in 1..=4 {
        waiting.push(office.collect_and_fetch(&studio.deposit_numbered(number).await.code).await);
        gateway.advance(MINUTE);
    }
    let lapsed = office.collect_ok(&studio.deposit_numbered(5).await.code).await;
    let [used, released, yesterday, by_default] = &waiting[..] else { unreachable!() };
    assert_eq!(office.settle(yesterday, &json!({ "outcome": "used" })).await.status, 200);
    gateway.advance(DAY);
    for (id, outcome) in [(released, "released"), (used, "used")] {
        assert_eq!(office.settle(id, &json!({ "outcome": outcome })).await.status, 200);
        gateway.advance(MINUTE);
    }
    let mut browser = ScriptlessBrowser::of(&office).await;
    let list = page(&browser.get("/desk/today").await);
    assert_eq!(
        listed(&mut browser, "/desk/today").await.0,
        [by_default.clone(), used.clone(), released.clone()],
        "{list}"
    );
    assert!(!list.contains(&lapsed), "it ended yesterday: {list}");
    let (numbers, next) = listed(&mut browser, &format!("/desk/today?after={used}")).await;
    assert_eq!((numbers, next), (vec![released.clone()], None));
    // On the day of the deadline, before and after a sweep.
    gateway.advance(6 * DAY);
    browser.get("/desk/").await;
    for _ in 0..2 {
        let list = page(&browser.get("/desk/today").await);
        assert_eq!(listed(&mut browser, "/desk/today").await.0, std::slice::from_ref(by_default), "{list}");
        assert!(list.contains("gilt als verwendet"), "{list}");
        gateway.sweep().await;
    }
    gateway.advance(DAY);
    assert!(page(&browser.get("/desk/today").await).contains("noch kein Foto"));
}

#[tokio::test]
async fn a_counter_without_a_label_is_named_by_its_number() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    gateway.database.execute("UPDATE devices SET label = ''").await.unwrap();
    let mut browser = ScriptlessBrowser::of(&office).await;
    let collection = browser.enter(&studio.deposit_numbered(1).await.code).await;
    let id = office.device_id.to_string();
    let name = format!("<bdi>{}</bdi>", &id[id.len() - 6..]);
    browser.forget_cookies();
    for path in ["/desk/today", &collection] {
        let shown = page(&browser.get(path).await);
        assert!(shown.contains(&name), "{path}: {shown}");
    }
}
