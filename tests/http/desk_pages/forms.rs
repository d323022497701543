//! The gateway accepts only forms from the desk's own pages.

use super::scriptless_browser::{ScriptlessBrowser, assert_problem_page};
use crate::support::test_gateway::{DAY, TestGateway};

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing() {
    let gateway = TestGateway::start().await;
    let (studio, office) = (gateway.studio("Foto Koch").await, gateway.office("Bürgeramt").await);
    let deposit = studio.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&office).await;
    let photo = browser.enter(&deposit.code).await;
    let neighbour = ScriptlessBrowser::of(&gateway.device_of(&office.party).await).await.token;
    let own = browser.token.clone();
    let before = gateway.database.contents().await;
    let same = [("sec-fetch-site", "same-origin")];
    let cases: [(&str, &[(&str, &str)]); 8] = [
        ("", &same),
        ("x", &same),
        (&neighbour, &same),
        (&own, &[("sec-fetch-site", "cross-site")]),
        (&own, &[("sec-fetch-site", "same-site")]),
        (&own, &[("sec-fetch-site", "none")]),
        (&own, &[("origin", "https://example.org"), ("host", "gateway")]),
        (&own, &[("origin", "http://gateway"), ("host", "gateway")]),
    ];
    for (token, headers) in cases {
        for (path, fields) in [
            ("/desk/".to_owned(), vec![("code", deposit.code.as_str())]),
            (format!("{photo}/settle"), vec![("outcome", "used")]),
            ("/desk/language".to_owned(), vec![("language", "en")]),
        ] {
            let mut fields = fields;
            fields.push(("csrf", token));
            let told = assert_problem_page(&browser.post_exactly(&path, &fields, headers).await, 403, "form-foreign");
            assert!(told.contains("Nichts wurde geändert"), "{path} {headers:?}");
        }
    }
    assert_eq!(gateway.database.contents().await, before);
    assert!(browser.cookies().iter().all(|cookie| cookie.name != "lichtbild_language"));
    // For browsers that send no origin, the token decides.
    for headers in [&[][..], &[("origin", "null")], &[("origin", "https://gateway"), ("host", "gateway")]] {
        let fields = [("csrf", own.as_str()), ("code", deposit.code.as_str())];
        assert_eq!(browser.post_exactly("/desk/", &fields, headers).await.status, 303, "{headers:?}");
    }
}

#[tokio::test]
async fn a_page_left_open_over_night_asks_for_the_code_again() {
    let gateway = TestGateway::start().await;
    let deposit = gateway.studio("Foto Koch").await.deposit_numbered(1).await;
    let mut browser = ScriptlessBrowser::of(&gateway.office("Bürgeramt").await).await;
    gateway.advance(DAY);
    assert_problem_page(&browser.post("/desk/", &[("code", &deposit.code)]).await, 403, "form-foreign");
    browser.get("/desk/").await;
    browser.enter(&deposit.code).await;
}

#[tokio::test]
async fn what_is_no_form_is_refused() {
    let gateway = TestGateway::start().await;
    let office = gateway.office("Bürgeramt").await;
    let answer = office.post_text("/desk/", "{\"code\":\"\"}".into()).await;
    assert_problem_page(&answer, 415, "format-unsupported");
    let mut browser = ScriptlessBrowser::of(&office).await;
    let long = "0".repeat(20_000);
    assert_problem_page(&browser.post("/desk/", &[("code", &long)]).await, 413, "request-too-large");
    let token = browser.token.clone();
    let twice = [("csrf", token.as_str()), ("code", "a"), ("code", "b")];
    let answer = browser.post_exactly("/desk/", &twice, &[("sec-fetch-site", "same-origin")]).await;
    assert_problem_page(&answer, 400, "request-malformed");
}
