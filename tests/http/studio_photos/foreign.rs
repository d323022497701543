//! Other studios' photos, forms of other sites, and callers without rights.

use super::{PHOTOS, assert_contains, browser, path_of, refused, shown};
use crate::http::desk_pages::scriptless_browser::{assert_problem_page, page};
use crate::http::setup::{studio_alone, studio_and_office};
use crate::support::test_gateway::TestGateway;

#[tokio::test]
async fn a_photo_of_another_studio_is_answered_like_an_unknown_number() {
    let (gateway, owner, office) = studio_and_office().await;
    let studio = gateway.studio("Foto Fremd").await;
    let [waiting, ended] = [owner.deposit_numbered(1).await, refused(&owner, &office, 2).await];
    let mut browser = browser(&studio).await;
    let before = gateway.database.contents().await;
    for step in ["", "/withdraw", "/receipt", "/receipt.pdf"] {
        let unknown = browser.get(&format!("{PHOTOS}/01a20297-4dc0-7fe2-bb16-ceb27bf086c4{step}")).await;
        let told = assert_problem_page(&unknown, 404, "photo-unknown");
        assert_contains(&told, &["id=\"back\" href=\"/studio/photos\""]);
        for number in [waiting.photo_id.as_str(), &ended.photo_id, "7"] {
            let foreign = browser.get(&format!("{PHOTOS}/{number}{step}")).await;
            assert_eq!((foreign.status, page(&foreign)), (404, told.clone()), "{number}{step}");
        }
    }
    let unknown = browser.post(&format!("{PHOTOS}/01a20297-4dc0-7fe2-bb16-ceb27bf086c4/withdraw"), &[]).await;
    let told = assert_problem_page(&unknown, 404, "photo-unknown");
    for deposit in [&waiting, &ended] {
        let foreign = browser.post(&format!("{}/withdraw", path_of(deposit)), &[]).await;
        assert_eq!((foreign.status, page(&foreign)), (404, told.clone()));
        assert_problem_page(&browser.post(&path_of(deposit), &[]).await, 405, "method-not-allowed");
    }
    for state in ["all", "new", "refused", "available"] {
        let list = shown(&mut browser, &format!("{PHOTOS}?state={state}&after={}", ended.photo_id)).await;
        assert!(!list.contains(&waiting.photo_id) && !list.contains("<table"), "{list}");
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_form_from_elsewhere_withdraws_and_marks_nothing() {
    let (gateway, studio, office) = studio_and_office().await;
    let [waiting, ended] = [studio.deposit_numbered(1).await, refused(&studio, &office, 2).await];
    let mut browser = browser(&studio).await;
    let neighbour = super::browser(&gateway.device_of(&studio.party).await).await.token;
    let own = browser.token.clone();
    let before = gateway.database.contents().await;
    let same = [("sec-fetch-site", "same-origin")];
    let cases: [(&str, &[(&str, &str)]); 7] = [
        ("", &same),
        ("x", &same),
        (&neighbour, &same),
        (&own, &[("sec-fetch-site", "cross-site")]),
        (&own, &[("sec-fetch-site", "same-site")]),
        (&own, &[("sec-fetch-site", "none")]),
        (&own, &[("origin", "https://example.org"), ("host", "gateway")]),
    ];
    for (token, headers) in cases {
        for (path, fields) in [
            (format!("{}/withdraw", path_of(&waiting)), vec![]),
            ("/studio/photos/seen".to_owned(), vec![("photos", ended.photo_id.as_str())]),
        ] {
            let mut fields = fields;
            fields.push(("csrf", token));
            assert_problem_page(&browser.post_exactly(&path, &fields, headers).await, 403, "form-foreign");
        }
    }
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn a_suspended_studio_and_a_revoked_device_get_a_page_that_names_the_contact() {
    let gateway = TestGateway::with(|setup| {
        setup.operator_contact = "Tel. 0211 <123>, Mo–Fr".to_owned().try_into().unwrap();
    })
    .await;
    let studio = gateway.studio("Foto Koch").await;
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = browser(&studio).await;
    let paths = [PHOTOS.to_owned(), path_of(&deposit), "/studio/computer".into(), "/studio/renewal".into()];
    gateway.set_suspended(&studio.party, true).await;
    for path in &paths {
        let told = assert_problem_page(&browser.get(path).await, 403, "studio-suspended");
        assert_contains(&told, &["class=\"error-summary\"", "<bdi>Tel. 0211 &lt;123&gt;, Mo–Fr</bdi>"]);
    }
    gateway.set_suspended(&studio.party, false).await;
    gateway.revoke(&studio).await;
    let before = gateway.database.contents().await;
    for path in &paths {
        let told = assert_problem_page(&browser.get(path).await, 403, "device-revoked");
        assert_contains(&told, &["id=\"contact\""]);
    }
    let answer = browser.post(&format!("{}/withdraw", path_of(&deposit)), &[]).await;
    assert_problem_page(&answer, 403, "device-revoked");
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn other_problems_do_not_send_people_to_the_operator() {
    let (_gateway, studio) = studio_alone().await;
    let told = assert_problem_page(&browser(&studio).await.get("/studio/nowhere").await, 404, "route-unknown");
    assert!(!told.contains("id=\"contact\""), "{told}");
}
