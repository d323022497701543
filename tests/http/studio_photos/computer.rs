//! "This computer": certificate, gateway, browser, profile, and help.

use std::time::Duration;

use super::{assert_contains, browser, english_browser, shown};
use crate::http::setup::studio_alone;
use crate::support::test_gateway::{DAY, TestGateway};

const PATH: &str = "/studio/computer";

#[tokio::test]
async fn the_page_tells_device_certificate_gateway_profile_and_help_in_both_languages() {
    let (gateway, studio) = studio_alone().await;
    let (mut german, mut english) = (browser(&studio).await, english_browser(&studio).await);
    let before = gateway.database.contents().await;
    let page = shown(&mut german, PATH).await;
    let device = studio.device_id.to_string();
    assert_contains(&page, &["<h1>Dieser Computer</h1>", "Foto Koch", "<bdi>Kasse ", &device, "noch 365 Tage"]);
    assert_contains(&page, &["id=\"ready\" data-ready=\"true\"", "Lichtbild 0.", "id=\"clock\" data-now="]);
    assert_contains(&page, &["<code>small</code>", "35 x 45 px", "JPEG-Qualität", "Weitere Computer anschließen"]);
    assert_contains(&page, &["die Verwaltung des Gateways, von der die Einladung", "id=\"script\" data-on="]);
    assert!(!page.contains("id=\"contact\"") && !page.contains("id=\"to-renewal\""), "{page}");
    let page = shown(&mut english, PATH).await;
    assert_contains(&page, &["<h1>This computer</h1>", "365 days left", "accepts photos", "Connect further computers"]);
    german.head(PATH).await;
    assert_eq!(gateway.database.contents().await, before);
}

#[tokio::test]
async fn the_contact_of_the_operator_is_shown_as_text() {
    let gateway = TestGateway::with(|setup| {
        setup.operator_contact = "Tel. 0211 123 <b>intern</b>".to_owned().try_into().unwrap();
    })
    .await;
    let page = shown(&mut browser(&gateway.studio("Foto Koch").await).await, PATH).await;
    assert_contains(&page, &["id=\"contact\"", "<bdi>Tel. 0211 123 &lt;b&gt;intern&lt;/b&gt;</bdi>"]);
}

#[tokio::test]
async fn the_certificate_is_renewed_from_two_thirds_on_and_every_page_warns_two_weeks_before_its_end() {
    let (gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let page = shown(&mut browser, "/studio/renewal").await;
    assert!(!page.contains("id=\"renew\""), "{page}");
    gateway.advance(351 * DAY - Duration::from_millis(1));
    let page = shown(&mut browser, PATH).await;
    assert_contains(&page, &["id=\"to-renewal\" href=\"/studio/renewal\""]);
    assert!(!page.contains("id=\"expiry-notice\"") && !page.contains("certificate-ends"), "{page}");
    assert_contains(&shown(&mut browser, "/studio/renewal").await, &["id=\"renew\"", "data-test=\"/studio/computer\""]);
    gateway.advance(Duration::from_millis(2));
    assert_contains(&shown(&mut browser, PATH).await, &["id=\"certificate-ends\"", "noch 13 Tage"]);
    for path in ["/studio/", "/studio/photos", PATH] {
        let page = shown(&mut browser, path).await;
        assert_contains(&page, &["id=\"expiry-notice\"", "href=\"/studio/renewal\""]);
    }
}

#[tokio::test]
async fn a_gateway_that_is_not_ready_says_what_is_missing() {
    let gateway = TestGateway::start().await;
    gateway.advance(3640 * DAY);
    let studio = gateway.studio("Foto Koch").await;
    let page = shown(&mut browser(&studio).await, PATH).await;
    assert_contains(&page, &["data-ready=\"false\"", "data-missing=\"epoch-key\"", "Schlüssel für diesen Monat fehlt"]);
}

#[tokio::test]
async fn cookies_are_tested_by_a_second_request() {
    let (_gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    let page = shown(&mut browser, PATH).await;
    assert_contains(&page, &["data-round-trip=\"not-yet\"", "href=\"/studio/computer?again\""]);
    assert_contains(&shown(&mut browser, "/studio/computer?again").await, &["data-round-trip=\"done\""]);
    browser.forget_cookies();
    let page = shown(&mut browser, "/studio/computer?again").await;
    assert_contains(&page, &["data-round-trip=\"failed\"", "keinen Beleg"]);
}
