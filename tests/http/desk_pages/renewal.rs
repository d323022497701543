//! The page on which a counter renews its certificate, without its script.

use axum::body::Body;
use axum::http::Method;
use lichtbild::identity::key::DeviceKey;

use super::scriptless_browser::page;
use crate::support::enrolment::certificate;
use crate::support::router_client::{RouterClient, RouterResponse};
use crate::support::test_gateway::{DAY, TestGateway};

async fn get(client: &RouterClient, path: &str) -> RouterResponse {
    client.send(client.request(Method::GET, path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_counter_is_offered_a_renewal_in_the_last_third_of_its_certificate() {
    let gateway = TestGateway::start().await;
    let invite = gateway.invite_browser("Bürgeramt Mitte", "Schalter 3").await;
    let key = DeviceKey::generate().unwrap();
    let der = certificate(&gateway.anonymous_client().accept_invitation(&invite, &key).await);
    let counter = gateway.with_certificate(&invite, der);
    gateway.advance(243 * DAY);
    let early = page(&get(&counter, "/desk/renewal").await);
    assert!(early.contains("Erneuern lässt es sich ab 23.07.2027.") && !early.contains("id=\"renew\""), "{early}");
    assert!(!page(&get(&counter, "/desk/self-test").await).contains("/desk/renewal"));
    gateway.advance(DAY);
    let answer = get(&counter, "/desk/renewal").await;
    let policy = answer.header("content-security-policy").to_owned();
    assert!(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let due = page(&answer);
    assert!(due.contains("id=\"renew\"") && due.contains("data-test=\"/desk/self-test\""), "{due}");
    assert!(page(&get(&counter, "/desk/self-test").await).contains("href=\"/desk/renewal\""));
    assert!(!page(&get(&counter, "/desk/").await).contains("/desk/renewal"), "not yet on every page");
    gateway.advance(108 * DAY);
    assert!(page(&get(&counter, "/desk/").await).contains("<a href=\"/desk/renewal\">Jetzt erneuern</a>"));
}
