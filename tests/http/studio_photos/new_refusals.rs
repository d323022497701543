//! Refusals are new until a person at the studio has marked those that a page showed.

use super::{PHOTOS, assert_contains, browser, english_browser, listed, path_of, refused, shown};
use crate::http::desk_pages::scriptless_browser::{ScriptlessBrowser, assert_problem_page, field};
use crate::http::setup::studio_and_office;

const SEEN: &str = "/studio/photos/seen";

/// Posts the form of a page.
async fn mark(browser: &mut ScriptlessBrowser, page: &str) -> String {
    let photos = field(page, "photos").unwrap();
    let photo = field(page, "photo");
    let mut fields = vec![("photos", photos.as_str())];
    fields.extend(photo.as_deref().map(|photo| ("photo", photo)));
    let answer = browser.post(SEEN, &fields).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location").to_owned()
}

#[tokio::test]
async fn new_refusals_are_counted_on_every_page_until_any_device_of_the_studio_has_marked_them() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.studio("Foto Anders").await;
    let mut first = browser(&studio).await;
    let mut second = english_browser(&gateway.device_of(&studio.party).await).await;
    let mut stranger = browser(&other).await;
    let waiting = studio.deposit_numbered(1).await;
    for number in [2, 3] {
        refused(&studio, &office, number).await;
    }
    refused(&other, &office, 4).await;

    let before = gateway.database.contents().await;
    for path in ["/studio/", "/studio/computer", "/studio/renewal", PHOTOS, &path_of(&waiting)] {
        assert_contains(&shown(&mut first, path).await, &[">Meine Fotos (2)</a>"]);
        assert_contains(&shown(&mut second, path).await, &[">My photos (2)</a>"]);
        first.head(path).await;
    }
    assert_eq!(gateway.database.contents().await, before, "looking marks nothing");
    let list = shown(&mut first, PHOTOS).await;
    assert_contains(&list, &["Ämter haben 2 Fotos abgelehnt.", "href=\"/studio/photos?state=new\"", "id=\"seen\""]);
    assert_eq!(list.matches(">Neu</strong>").count(), 2, "{list}");

    assert_eq!(mark(&mut first, &list).await, PHOTOS);
    for browser in [&mut first, &mut second] {
        let page = shown(browser, PHOTOS).await;
        assert!(!page.contains("(2)") && !page.contains("id=\"seen\"") && !page.contains("new-mark\""), "{page}");
        assert_eq!(listed(&page).len(), 3);
    }
    assert_contains(&shown(&mut stranger, PHOTOS).await, &["Meine Fotos (1)", "Ein Amt hat ein Foto abgelehnt."]);
    let changed = gateway.database.number("SELECT count(*) FROM photos WHERE refusal_seen").await;
    assert_eq!(changed, 2);
}

#[tokio::test]
async fn a_refusal_that_arrives_while_the_page_is_open_stays_new() {
    let (_gateway, studio, office) = studio_and_office().await;
    let mut browser = browser(&studio).await;
    // The photo that is refused last was deposited first.
    let late = studio.deposit_numbered(1).await;
    refused(&studio, &office, 2).await;
    let opened = shown(&mut browser, PHOTOS).await;
    office.collect_and_settle(&late.code, &super::refusal("")).await;
    mark(&mut browser, &opened).await;
    let page = shown(&mut browser, "/studio/photos?state=new").await;
    assert_eq!(listed(&page), [late.photo_id.as_str()]);
    assert_contains(&page, &["Meine Fotos (1)"]);
}

#[tokio::test]
async fn the_page_of_a_photo_marks_only_this_one_and_returns_to_it() {
    let (_gateway, studio, office) = studio_and_office().await;
    let mut browser = english_browser(&studio).await;
    let [one, two] = [refused(&studio, &office, 1).await, refused(&studio, &office, 2).await];
    let page = shown(&mut browser, &path_of(&one)).await;
    assert_contains(
        &page,
        &[">New</strong>", "Refused at the office", "Not looking into the camera", "Mark the refusal"],
    );
    assert_eq!(mark(&mut browser, &page).await, path_of(&one));
    let page = shown(&mut browser, &path_of(&one)).await;
    assert_contains(&page, &["My photos (1)", "Refused at the office"]);
    assert!(!page.contains("id=\"seen\"") && !page.contains(">New</strong>"), "{page}");
    assert_eq!(listed(&shown(&mut browser, "/studio/photos?state=new").await), [two.photo_id.as_str()]);
}

#[tokio::test]
async fn a_form_with_other_numbers_marks_nothing() {
    let (gateway, studio, office) = studio_and_office().await;
    let other = gateway.studio("Foto Anders").await;
    let foreign = refused(&other, &office, 1).await;
    let waiting = studio.deposit_numbered(2).await;
    let own = refused(&studio, &office, 3).await;
    let mut browser = browser(&studio).await;
    let before = gateway.database.contents().await;
    let many = vec![own.photo_id.as_str(); 51].join(",");
    for photos in ["", "x", &format!("{},", own.photo_id), &many] {
        assert_problem_page(&browser.post(SEEN, &[("photos", photos)]).await, 400, "request-malformed");
    }
    assert_problem_page(&browser.post(SEEN, &[]).await, 400, "request-malformed");
    let elsewhere = [("photos", own.photo_id.as_str()), ("photo", "https://example.org/")];
    assert_problem_page(&browser.post(SEEN, &elsewhere).await, 400, "request-malformed");
    let photos = format!("{},{}", foreign.photo_id, waiting.photo_id);
    assert_eq!(browser.post(SEEN, &[("photos", &photos)]).await.status, 303);
    assert_eq!(gateway.database.contents().await, before);
    // The address of the form leads to the list.
    assert_eq!(browser.get(SEEN).await.header("location"), PHOTOS);
}
