//! The list of a studio's photos: states, filter, pages.

use serde_json::json;

use super::{
    PHOTOS, assert_contains, assert_private, browser, english_browser, listed, path_of, refusal, refused, shown,
};
use crate::http::desk_pages::scriptless_browser::assert_problem_page;
use crate::http::setup::{studio_alone, studio_and_office};
use crate::support::test_gateway::{DAY, TestGateway};

#[tokio::test]
async fn a_studio_without_photos_reads_so_in_both_languages() {
    let (_gateway, studio) = studio_alone().await;
    let mut german = browser(&studio).await;
    let mut english = english_browser(&studio).await;
    let page = shown(&mut german, PHOTOS).await;
    assert_contains(
        &page,
        &["<h1>Meine Fotos</h1>", "Ihr Studio hat noch kein Foto eingeliefert.", "href=\"/studio/\""],
    );
    assert!(!page.contains("<table") && !page.contains("id=\"new-refusals\""), "{page}");
    let page = shown(&mut english, PHOTOS).await;
    assert_contains(&page, &["lang=\"en\"", "<h1>My photos</h1>", "Your studio has not deposited a photo yet."]);
    for (query, german_words, english_words) in [
        ("?state=new", "Es gibt keine neue Ablehnung.", "There is no new refusal."),
        ("?state=kept", "Kein Foto hat diesen Stand: für ein zweites Dokument", "No photo has this state: kept for"),
    ] {
        let path = format!("{PHOTOS}{query}");
        assert_contains(&shown(&mut german, &path).await, &[german_words]);
        assert_contains(&shown(&mut english, &path).await, &[english_words]);
    }
}

#[tokio::test]
async fn each_state_is_told_in_words_and_has_a_filter() {
    let (gateway, studio, office) = studio_and_office().await;
    let expired = studio.deposit_numbered(1).await;
    gateway.advance(200 * DAY);
    let waiting = studio.deposit_numbered(2).await;
    let leased = studio.deposit_numbered(3).await;
    office.collect_ok(&leased.code).await;
    let kept = studio.deposit_numbered(4).await;
    office.collect_and_settle(&kept.code, &json!({ "outcome": "kept", "until": "2027-06-30" })).await;
    let used = studio.deposit_numbered(5).await;
    office.collect_and_settle(&used.code, &json!({ "outcome": "used" })).await;
    let refused = studio.deposit_numbered(6).await;
    office.collect_and_settle(&refused.code, &refusal("Bitte <b>ohne</b> Brille & \"Hut\"")).await;
    let withdrawn = studio.deposit_numbered(7).await;
    studio.withdraw(&withdrawn.photo_id).await;

    let before = gateway.database.contents().await;
    let (mut german, mut english) = (browser(&studio).await, english_browser(&studio).await);
    let answer = german.get(PHOTOS).await;
    assert_private(&answer, &waiting.code);
    let all = shown(&mut german, PHOTOS).await;
    assert_eq!(listed(&all).len(), 7, "{all}");
    assert_contains(&all, &["<bdi>Kasse ", "<td data-column=\"Fotoprofil\"><code>small</code></td>"]);
    for (deposit, state, german_words, english_words) in [
        (&waiting, "available", "wartet auf das Amt, gültig bis", "waits for the office, valid until"),
        (&leased, "leased", "wird im Amt bearbeitet", "at the office now"),
        (&kept, "kept", "aufbewahrt, bis 30.06.2027", "for a second document until 30 Jun 2027"),
        (&used, "used", "verwendet<span", "used<span"),
        (&refused, "refused", "Blick nicht in die Kamera", "Not looking into the camera"),
        (&withdrawn, "withdrawn", "zurückgezogen<span", "withdrawn<span"),
        (&expired, "expired", "abgelaufen<span", "expired<span"),
    ] {
        let path = format!("{PHOTOS}?state={state}");
        let page = shown(&mut german, &path).await;
        assert_eq!(listed(&page), [deposit.photo_id.as_str()], "{state}");
        assert_contains(&page, &[german_words, &format!("<option value=\"{state}\" selected>")]);
        assert_contains(&shown(&mut english, &path).await, &[english_words]);
        let short = &deposit.photo_id[30..];
        assert_contains(&all, &[&format!("<a href=\"{}\"><code>{short}</code></a>", path_of(deposit))]);
    }
    // The note is text, not markup.
    assert_contains(&all, &["Notiz des Amts: <bdi>Bitte &lt;b&gt;ohne&lt;/b&gt; Brille &amp; &quot;Hut&quot;</bdi>"]);
    assert_eq!(listed(&shown(&mut german, &format!("{PHOTOS}?state=new")).await), [refused.photo_id.as_str()]);
    assert_eq!(listed(&shown(&mut german, &format!("{PHOTOS}?state=all")).await), listed(&all));
    for path in [PHOTOS, "/studio/photos?state=refused"] {
        let head = german.head(path).await;
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
    assert_eq!(gateway.database.contents().await, before, "looking changes nothing");
}

#[tokio::test]
async fn fifty_photos_are_a_page_and_the_links_keep_the_filter() {
    let (_gateway, studio, office) = studio_and_office().await;
    let mut newest_first = Vec::new();
    for number in 1..=52 {
        let deposit = studio.deposit_numbered(number).await;
        studio.withdraw(&deposit.photo_id).await;
        newest_first.push(deposit.photo_id);
    }
    newest_first.sort();
    newest_first.reverse();
    let mut browser = browser(&studio).await;
    for (first, query) in [(PHOTOS, ""), ("/studio/photos?state=withdrawn", "state=withdrawn&amp;")] {
        let page = shown(&mut browser, first).await;
        assert_eq!(listed(&page), newest_first[..50]);
        let link = format!("/studio/photos?{query}after={}", newest_first[49]);
        assert_contains(&page, &[&format!("id=\"older\" href=\"{link}\""), "Ältere Fotos"]);
        assert!(!page.contains("id=\"newest\""), "{page}");
        let page = shown(&mut browser, &link.replace("&amp;", "&")).await;
        assert_eq!(listed(&page), newest_first[50..]);
        assert_contains(&page, &[&format!("id=\"newest\" href=\"{first}\"")]);
        assert!(!page.contains("id=\"older\""), "{page}");
    }
    // A page after the last photo, from an old address.
    let page = shown(&mut browser, &format!("{PHOTOS}?after={}", newest_first[51])).await;
    assert_contains(&page, &["Auf dieser Seite steht kein Foto.", "id=\"newest\" href=\"/studio/photos\""]);
    // New refusals have pages of their own.
    for number in 101..=151 {
        refused(&studio, &office, number).await;
    }
    let page = shown(&mut browser, &format!("{PHOTOS}?state=new")).await;
    assert_eq!(listed(&page).len(), 50);
    assert_contains(&page, &["Ämter haben 51 Fotos abgelehnt.", "Diese 50 Ablehnungen als gesehen kennzeichnen"]);
    let link = page.split("id=\"older\" href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(listed(&shown(&mut browser, &link).await).len(), 1);
}

#[tokio::test]
async fn a_query_that_nobody_links_to_is_explained_with_the_way_back() {
    let (_gateway, studio) = studio_alone().await;
    let mut browser = browser(&studio).await;
    for query in ["?state=lost", "?after=7", "?page=2"] {
        let told = assert_problem_page(&browser.get(&format!("{PHOTOS}{query}")).await, 400, "request-malformed");
        assert_contains(&told, &["id=\"back\" href=\"/studio/photos\""]);
    }
}

#[tokio::test]
async fn names_with_characters_of_html_are_shown_as_they_are() {
    let gateway = TestGateway::start().await;
    let studio = gateway.studio("Foto <script>alert(1)</script> & \"Sohn\"").await;
    studio.deposit_numbered(1).await;
    let mut browser = browser(&studio).await;
    for path in [PHOTOS, "/studio/computer", "/studio/renewal"] {
        let page = shown(&mut browser, path).await;
        assert_contains(&page, &["Foto &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sohn&quot;"]);
        assert!(!page.contains("<script>alert"), "{page}");
    }
}
