//! Page of the studio listener for browsers without an accepted certificate.

use axum::body::Body;
use axum::http::{Method, Request};
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::peer::{Admission, Peer, PeerCertificate};
use lichtbild::transport::http::alert_instead::AlertInstead;
use lichtbild::transport::tls::certificate_fault::CertificateFault;
use tower::ServiceExt;

use crate::support::router_client::{RouterResponse, peer, send};
use crate::support::test_gateway::{DAY, TestGateway};

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const CONNECT: &str = "https://gateway.example:7443/connect/";

fn request(method: Method, path: &str, peer: Peer, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).extension(peer);
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).body(Body::empty()).unwrap()
}

async fn page(gateway: &TestGateway, admission: Admission, language: &str) -> String {
    let headers = [("accept", HTML), ("accept-language", language)];
    let request = request(Method::GET, "/studio/", peer(None, admission), &headers);
    text(&send(&gateway.router(ListenerKind::Studio), request).await)
}

fn text(answer: &RouterResponse) -> String {
    assert_eq!((answer.status, answer.header("content-type")), (403, "text/html; charset=utf-8"), "{answer:?}");
    String::from_utf8(answer.body.to_vec()).unwrap()
}

/// The page names the cause in these words, and has these steps.
fn assert_page(page: &str, problem: &str, cause: &[&str], steps: &[&str]) {
    assert!(page.contains(&format!("data-problem=\"{problem}\"")), "{page}");
    for words in cause {
        assert!(page.contains(words), "no {words:?}: {page}");
    }
    let list = page.split("<ol id=\"steps\">").nth(1).unwrap().split("</ol>").next().unwrap();
    let shown: Vec<_> = list.split("<li>").skip(1).collect();
    assert_eq!(shown.len(), steps.len(), "{list}");
    for (step, words) in shown.iter().zip(steps) {
        assert!(step.contains(words), "no {words:?}: {step}");
    }
}

#[tokio::test]
async fn each_cause_has_its_steps_in_german_and_english() {
    let contact = "Tel. 0211 <123>".to_owned();
    let gateway = TestGateway::with(|setup| setup.operator_contact = contact.try_into().unwrap()).await;
    let rejected = Admission::CertificateRejected;
    let expired = rejected(CertificateFault::Expired { at: gateway.now() - DAY });
    let early = rejected(CertificateFault::NotYetValid { from: gateway.now() + DAY });
    let german = [
        (
            Admission::NoCertificate,
            "certificate-missing",
            vec!["Dieser Browser hat kein Zertifikat gezeigt"],
            vec![CONNECT, ".p12", "Schließen Sie alle Fenster", "<code>certificate-missing</code>"],
        ),
        (
            expired,
            "certificate-expired",
            vec!["Das Zertifikat dieses Computers ist abgelaufen", "Es galt bis 21.11.2026, 10:30 Uhr"],
            vec![".p12", CONNECT, "Schließen Sie alle Fenster", "<code>certificate-expired</code>"],
        ),
        (
            early,
            "certificate-unusable",
            vec!["Es gilt erst ab 23.11.2026, 10:30 Uhr. Vermutlich geht eine Uhr falsch."],
            vec!["22.11.2026, 10:30 Uhr</time>", "<code>certificate-unusable</code>"],
        ),
        (
            rejected(CertificateFault::Revoked),
            "device-revoked",
            vec!["Dieser Computer ist gesperrt", "Dieser Computer oder sein Zertifikat wurde gesperrt."],
            vec!["Rufen Sie die Verwaltung des Gateways an", CONNECT, "Schließen Sie alle Fenster"],
        ),
        (
            rejected(CertificateFault::UnknownIssuer),
            "certificate-unusable",
            vec!["Dieses Zertifikat gilt hier nicht", "Vielleicht gehört es einem Amt"],
            vec!["Schließen Sie alle Fenster", CONNECT, "<code>certificate-unusable</code>"],
        ),
    ];
    for (admission, problem, cause, steps) in german {
        assert_page(&page(&gateway, admission, "de-DE,de;q=0.9").await, problem, &cause, &steps);
    }
    let english = page(&gateway, expired, "en-GB").await;
    let steps = ["Import the newest one", CONNECT, "Close all windows", "<code>certificate-expired</code>"];
    assert_page(&english, "certificate-expired", &["It was valid until 21 Nov 2026, 10:30"], &steps);
    assert!(english.contains("<html lang=\"en\">") && english.contains("Tel. 0211 &lt;123&gt;"), "{english}");
    for fault in [CertificateFault::WrongPurpose, CertificateFault::WeakKey, CertificateFault::Other] {
        for (language, title) in
            [("de", "Dieses Zertifikat gilt hier nicht"), ("en", "This certificate is not accepted")]
        {
            let page = page(&gateway, rejected(fault), language).await;
            assert!(page.contains(title) && page.contains("<ol id=\"steps\">"), "{page}");
        }
    }
}

#[tokio::test]
async fn the_page_stands_at_every_address_and_reads_nothing() {
    let gateway = TestGateway::start().await;
    let router = gateway.router(ListenerKind::Studio);
    for path in ["/studio/", "/nowhere", "/v1/photos", "/%00"] {
        for method in [Method::GET, Method::POST, Method::PUT] {
            let anonymous = peer(None, Admission::NoCertificate);
            let answer = send(&router, request(method, path, anonymous, &[("accept", HTML)])).await;
            assert!(text(&answer).contains("data-problem=\"certificate-missing\""));
            assert_eq!(answer.header("connection"), "close");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(answer.header("content-security-policy").contains("script-src 'none'"), "{answer:?}");
            let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert!(vary.contains(&&"accept".parse().unwrap()) && vary.contains(&&"accept-language".parse().unwrap()));
        }
    }
    // What a browser once chose in these pages counts more than its own language.
    let headers = [("accept", HTML), ("accept-language", "de"), ("cookie", "lichtbild_language=en")];
    let answer = send(&router, request(Method::GET, "/x", peer(None, Admission::NoCertificate), &headers)).await;
    assert!(text(&answer).contains("This browser sent no certificate"));
    let root = request(Method::GET, "/", peer(None, Admission::NoCertificate), &headers);
    assert_eq!(send(&router, root).await.header("location"), "/studio/");
    // The explanations of problems stay open.
    let headers = [("accept", HTML)];
    let help = request(Method::GET, "/problems/certificate-missing", peer(None, Admission::NoCertificate), &headers);
    assert_eq!(send(&router, help).await.status, 200);
}

#[tokio::test]
async fn programs_get_the_alert_and_scripts_of_pages_the_problem() {
    let gateway = TestGateway::start().await;
    let router = gateway.router(ListenerKind::Studio);
    let cases: [(&[(&str, &str)], bool); 5] = [
        (&[], true),
        (&[("accept", "*/*")], true),
        (&[("accept", "application/json")], true),
        (&[("accept", "application/json"), ("sec-fetch-site", "same-origin")], false),
        (&[("accept", HTML)], false),
    ];
    for (headers, is_program) in cases {
        for path in ["/v1/photos", "/problems/"] {
            let asked = request(Method::GET, path, peer(None, Admission::NoCertificate), headers);
            let answer = router.clone().oneshot(asked).await.unwrap();
            assert_eq!(answer.extensions().get::<AlertInstead>().is_some(), is_program, "{path} {headers:?}");
        }
    }
    let script = [("accept", "application/json"), ("sec-fetch-site", "same-origin")];
    let asked = request(Method::GET, "/v1/photos", peer(None, Admission::NoCertificate), &script);
    send(&router, asked).await.assert_problem(403, "certificate-missing");
    // A device that is revoked while it is connected gets the problem, whoever it is.
    let somebody = peer(Some(PeerCertificate::new(b"a certificate".to_vec().into())), Admission::WithinLimit);
    for headers in [&[][..], &[("accept", HTML)]] {
        let answer =
            router.clone().oneshot(request(Method::GET, "/v1/photos", somebody.clone(), headers)).await.unwrap();
        assert!(answer.extensions().get::<AlertInstead>().is_none());
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn the_desk_tells_the_way_to_a_certificate_too() {
    let gateway = TestGateway::start().await;
    let router = gateway.router(ListenerKind::Office);
    let rejected = Admission::CertificateRejected;
    for (admission, is_told) in [
        (Admission::NoCertificate, true),
        (rejected(CertificateFault::Revoked), true),
        (rejected(CertificateFault::Expired { at: gateway.now() }), true),
        (rejected(CertificateFault::UnknownIssuer), true),
        (rejected(CertificateFault::NotYetValid { from: gateway.now() }), false),
        (Admission::OverLimit, false),
    ] {
        let certificate = (admission == Admission::OverLimit).then(|| PeerCertificate::new(b"a".to_vec().into()));
        let answer = send(&router, request(Method::GET, "/desk/", peer(certificate, admission), &[])).await;
        assert_eq!(String::from_utf8_lossy(&answer.body).contains(CONNECT), is_told, "{admission:?}");
    }
}
