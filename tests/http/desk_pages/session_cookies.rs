//! The cookie that carries the code from page to page.

use super::scriptless_browser::{Cookie, ScriptlessBrowser, assert_problem_page};
use crate::http::setup::studio_alone;
use crate::support::test_gateway::TestGateway;

fn ticket(browser: &ScriptlessBrowser) -> Cookie {
    browser.cookies().iter().rfind(|cookie| cookie.name == "lichtbild_code").unwrap().clone()
}

#[tokio::test]
async fn it_is_sent_to_the_pages_of_its_collection_only_and_shows_nothing_of_the_code() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let photo = browser.enter(&deposit.code).await;
    let session = ticket(&browser);
    assert_eq!(session.path, photo);
    for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Max-Age=900"] {
        assert!(session.attributes.contains(attribute), "{session:?}");
    }
    assert!(deposit.code.split('-').all(|group| !session.value.contains(group)), "{session:?}");
}

#[tokio::test]
async fn it_opens_nothing_for_another_office_or_another_collection() {
    let (gateway, studio) = studio_alone().await;
    let (first, second) = (studio.deposit_numbered(1).await, studio.deposit_numbered(2).await);
    let office = gateway.office("Bürgeramt").await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let photo = browser.enter(&first.code).await;
    let of_first = ticket(&browser);
    let other = browser.enter(&second.code).await;
    browser.forget_cookies();
    browser.put_cookie(Cookie { path: other.clone(), ..of_first.clone() });
    assert_problem_page(&browser.get(&other).await, 200, "code-needed");
    // A colleague of the same office can continue; another office cannot see the collection.
    let mut colleague = ScriptlessBrowser::of(&gateway.device_of(&office.party).await).await;
    colleague.put_cookie(of_first.clone());
    assert!(super::scriptless_browser::page(&colleague.get(&photo).await).contains("id=\"photo\""));
    let mut anonymous = ScriptlessBrowser::of(&gateway.office("Anderes Amt").await).await;
    anonymous.put_cookie(of_first);
    for page in ["", "/use", "/refuse", "/done", "/photo.jpg"] {
        let answer = anonymous.get(&format!("{photo}{page}")).await;
        let problem = if page == "/photo.jpg" { (409, "lease-expired") } else { (404, "collection-unknown") };
        assert_problem_page(&answer, problem.0, problem.1);
    }
}

#[tokio::test]
async fn two_codes_in_two_tabs_do_not_meet_and_a_settlement_takes_its_own_away() {
    let (gateway, studio) = studio_alone().await;
    let (first, second) = (studio.deposit_numbered(1).await, studio.deposit_numbered(2).await);
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let (one, two) = (browser.enter(&first.code).await, browser.enter(&second.code).await);
    assert_eq!(browser.get(&format!("{one}/photo.jpg")).await.body, first.bytes);
    assert_eq!(browser.get(&format!("{two}/photo.jpg")).await.body, second.bytes);
    browser.post(&format!("{one}/settle"), &[("outcome", "used")]).await;
    // With the cookie about the saved file.
    assert!(browser.cookies().iter().all(|cookie| cookie.path != one), "{:?}", browser.cookies());
    assert_eq!(browser.get(&format!("{two}/photo.jpg")).await.body, second.bytes);
}

#[tokio::test]
async fn settling_changes_a_cookie_of_the_first_page_so_that_browsers_forget_the_photo() {
    let (gateway, studio) = studio_alone().await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    let mut values = Vec::new();
    for number in [1, 2] {
        let photo = browser.enter(&studio.deposit_numbered(number).await.code).await;
        browser.post(&format!("{photo}/settle"), &[("outcome", "released")]).await;
        let settled = browser.cookies().iter().find(|cookie| cookie.name == "lichtbild_settled").unwrap();
        assert_eq!(settled.path, "/desk/");
        for attribute in ["HttpOnly", "Secure", "SameSite=Strict"] {
            assert!(settled.attributes.contains(attribute), "{settled:?}");
        }
        values.push(settled.value.clone());
    }
    assert_ne!(values[0], values[1]);
}
