//! Message heads that HTTP/1.1 forbids or that a proxy could interpret differently, sent byte for byte over TCP.

skip_in!(postgres: "asks the database for nothing");

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use lichtbild::server::routes::ListenerKind;
use lichtbild::transport::accept::listener::{Listener, Security};
use lichtbild::transport::accept::peer::Admission;
use lichtbild::transport::http::limits::ListenerLimits;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::router_client::{peer, send_as_it_is};
use crate::support::test_gateway::TestGateway;

const GENEROUS_TIMEOUT: Duration = Duration::from_secs(20);
/// Path of a route of each listener.
const LISTENERS: [(ListenerKind, &str); 4] = [
    (ListenerKind::Studio, "/v1/me"),
    (ListenerKind::Office, "/v1/collections"),
    (ListenerKind::Enrolment, "/crl/studio.crl"),
    (ListenerKind::Ops, "/healthz"),
];

struct ServedRouter {
    address: SocketAddr,
    _stop: ShutdownTrigger,
}

impl ServedRouter {
    async fn start(gateway: &TestGateway, listener: ListenerKind) -> Self {
        let stop = ShutdownTrigger::new();
        let bound = Listener::bind("test", "127.0.0.1:0".parse().unwrap(), Security::Plain, ListenerLimits::default());
        let bound = bound.await.unwrap();
        let address = bound.local_address();
        tokio::spawn(bound.serve(gateway.router(listener), stop.subscribe()));
        Self { address, _stop: stop }
    }

    /// Sends the bytes and reads until the peer closes the connection.
    async fn exchange(&self, bytes: &str) -> String {
        let talk = async {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(bytes.as_bytes()).await.unwrap();
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer).await;
            answer
        };
        timeout(GENEROUS_TIMEOUT, talk).await.unwrap_or_else(|_| panic!("the connection stays open after {bytes:?}"))
    }
}

/// Statuses of all responses on one connection.
fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.").skip(1).map(|answer| &answer[2..5]).collect()
}

fn problem(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

#[tokio::test]
async fn a_request_without_exactly_one_valid_host_is_refused_on_every_listener() {
    let gateway = TestGateway::start().await;
    for (listener, path) in LISTENERS {
        let served = ServedRouter::start(&gateway, listener).await;
        for hosts in [
            "",
            "Host:\r\n",
            "Host: a\r\nHost: a\r\n",
            "Host: localhost\r\nHost: localhost\r\n",
            "Host: a b\r\n",
            "Host: user@localhost\r\n",
            "Host: localhost/\r\n",
            "Host: localhost:http\r\n",
            "Host: localhost, localhost\r\n",
        ] {
            // The gateway closes the connection and does not serve a second request.
            let request = format!("GET {path} HTTP/1.1\r\n{hosts}\r\nGET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let answers = served.exchange(&request).await;
            assert_eq!(statuses(&answers), ["400"], "{listener:?} {hosts:?}: {answers}");
            assert!(answers.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{answers}");
            assert_eq!(problem(&answers)["type"], "request-malformed", "{listener:?} {hosts:?}");
        }
        let valid = format!("GET {path} HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n");
        let older = format!("GET {path} HTTP/1.0\r\n\r\n");
        for served_request in [valid, older] {
            let answers = served.exchange(&served_request).await;
            assert!(!answers.contains("request-malformed"), "{listener:?} {served_request:?}: {answers}");
        }
    }
}

#[tokio::test]
async fn any_transfer_coding_but_one_chunked_is_refused_on_every_listener_and_ends_the_connection() {
    let gateway = TestGateway::start().await;
    let body = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (listener, path) in LISTENERS {
        let served = ServedRouter::start(&gateway, listener).await;
        for codings in [
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: , chunked\r\n",
        ] {
            let request = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{codings}\r\n{body}");
            let answers = served.exchange(&request).await;
            assert_eq!(statuses(&answers), ["501"], "{listener:?} {codings:?}: {answers}");
            assert_eq!(problem(&answers)["type"], "transfer-coding-unsupported", "{listener:?} {codings:?}");
        }
    }
}

/// hyper itself refuses these requests; RFC 9112 section 6.3 requires status 400.
#[tokio::test]
async fn a_length_that_cannot_be_known_is_refused_and_ends_the_connection() {
    let gateway = TestGateway::start().await;
    let served = ServedRouter::start(&gateway, ListenerKind::Ops).await;
    let rest = "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for head in [
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, gzip\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunkedx\r\n",
        "POST /healthz HTTP/1.0\r\nTransfer-Encoding: chunked\r\n",
        "POST /healthz HTTP/1.0\r\nTransfer-Encoding: gzip, chunked\r\nContent-Length: 5\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5, 5\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n",
    ] {
        let answers = served.exchange(&format!("{head}\r\n{rest}")).await;
        assert_eq!(statuses(&answers), ["400"], "{head:?}: {answers}");
    }
}

#[tokio::test]
async fn chunks_with_a_length_beside_them_are_read_as_chunks_and_nothing_behind_them_is_a_request() {
    let gateway = TestGateway::start().await;
    let served = ServedRouter::start(&gateway, ListenerKind::Ops).await;
    for framing in
        ["Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"]
    {
        let request = format!(
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        let answers = served.exchange(&request).await;
        assert_eq!(statuses(&answers), ["200"], "{framing:?}: {answers}");
        assert!(answers.contains("alive"), "{answers}");
    }
}

#[tokio::test]
async fn both_refusals_are_told_in_both_languages_and_on_a_page_of_the_desk() {
    let gateway = TestGateway::start().await;
    let office = gateway.router(ListenerKind::Office);
    let ask = async |path: &str, language: &str, header: Option<(&str, &str)>| {
        let request = Request::builder().uri(path).header("accept-language", language);
        let request = header.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let request = request.extension(peer(None, Admission::NoCertificate)).body(Body::empty()).unwrap();
        send_as_it_is(&office, request).await
    };
    let mut told = Vec::new();
    for language in ["de", "en"] {
        let coded = ask("/v1/collections", language, None).await.assert_problem(400, "request-malformed");
        told.push(coded["detail"].clone());
        let page =
            ask("/desk/", language, Some(("cookie", if language == "en" { "lichtbild_language=en" } else { "" })))
                .await;
        assert_eq!((page.status, page.header("connection")), (400, "close"), "{page:?}");
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
        assert!(
            String::from_utf8_lossy(&page.body).contains(coded["detail"].as_str().unwrap()),
            "{}",
            String::from_utf8_lossy(&page.body)
        );
    }
    assert_eq!(
        told,
        [
            json!("Zu jeder Anfrage gehört genau ein Header Host mit dem Namen des Gateways (RFC 9112)."),
            json!("Send exactly one Host header with the gateway's name (RFC 9112)."),
        ]
    );
    for (language, detail) in [
        ("de", "Als Transfer-Encoding gibt es hier nur chunked, einmal und ohne Komprimierung."),
        ("en", "The only supported Transfer-Encoding is chunked, once and without compression."),
    ] {
        let request =
            Request::builder().uri("/v1/collections").header("accept-language", language).header("host", "localhost");
        let request =
            request.header("transfer-encoding", "gzip, chunked").extension(peer(None, Admission::NoCertificate));
        let refused = send_as_it_is(&office, request.body(Body::empty()).unwrap()).await;
        assert_eq!(refused.assert_problem(501, "transfer-coding-unsupported")["detail"], detail);
        assert_eq!(refused.header("connection"), "close");
    }
}
