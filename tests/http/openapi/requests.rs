//! Query parameters and headers of requests: the description names those that the gateway reads, and no others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::body::Body;

use super::described_operation::{Callers, DescribedOperation, problem_type};
use crate::support::router_client::{RouterResponse, idempotency_key, send_as_it_is};
use crate::support::test_gateway::TestGateway;

/// Headers that the code of the API names and the description does not, with the reason.
const OF_HTTP: [(&str, &str); 11] = [
    ("accept", "the media types of the answers stand for it (OpenAPI forbids it as a parameter)"),
    ("allow", "sent with 405, for a method that is not described"),
    ("authorization", "the security scheme stands for it"),
    ("connection", "ends a connection"),
    ("content-length", "frames a message"),
    ("content-type", "the media types of the bodies stand for it"),
    ("host", "every HTTP client sends it"),
    ("sec-fetch-site", "read on the listener for monitoring only"),
    ("transfer-encoding", "frames a message"),
    ("user-agent", "decides only on line breaks in base64"),
    ("vary", "for caches"),
];

/// A wrong value of each header, by operation, and the problem with which the gateway notices it.
const WRONG_VALUES: [(&str, &str, &str, &str); 9] = [
    ("depositPhoto", "Idempotency-Key", "?", "idempotency-key-malformed"),
    ("depositPhoto", "Content-Digest", "sha-256=:x:", "content-digest-malformed"),
    ("depositPhoto", "Photo-Subject", "?", "photo-subject-unknown"),
    ("depositPhoto", "Photo-Exception", "?", "photo-exception-unknown"),
    ("checkPhoto", "Photo-Subject", "?", "photo-subject-unknown"),
    ("checkPhoto", "Photo-Exception", "?", "photo-exception-unknown"),
    ("fetchPhoto", "Retrieval-Code", "?", "code-malformed"),
    ("inspectPhoto", "Retrieval-Code", "?", "code-malformed"),
    ("readEvents", "Last-Event-ID", "?", "request-malformed"),
];

#[tokio::test]
async fn each_operation_reads_the_query_parameters_that_are_described() {
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 1_000).await;
    let callers = Callers::new(&gateway).await;
    let mut with_query = 0;
    for operation in DescribedOperation::all() {
        let described = operation.parameters("query");
        let answer = operation.send(&gateway, operation.request(callers.of(&operation), "?no-such-parameter=1")).await;
        let read: BTreeSet<String> = match problem_type(&answer).as_deref() {
            Some("request-malformed") => serde_json::from_value(answer.json()["allowed"].clone()).unwrap_or_default(),
            _ => BTreeSet::new(),
        };
        assert_eq!(described, read, "{}: {answer:?}", operation.place());
        with_query += usize::from(!described.is_empty());
    }
    assert!(with_query >= 10, "{with_query}");
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 1_000).await;
    let callers = Callers::new(&gateway).await;
    for operation in DescribedOperation::all().into_iter().filter(|operation| operation.method == "get") {
        let get = operation.send(&gateway, operation.request(callers.of(&operation), "")).await;
        let head = operation.send(&gateway, operation.request(callers.of(&operation), "").method("HEAD")).await;
        let names = |answer: &RouterResponse| answer.headers.keys().map(ToString::to_string).collect::<BTreeSet<_>>();
        assert_eq!((get.status, names(&get)), (head.status, names(&head)), "{}", operation.place());
        assert!(head.body.is_empty() && !get.body.is_empty(), "{}", operation.place());
    }
}

#[test]
fn each_header_that_the_api_names_is_described_or_belongs_to_http() {
    let mut named = headers_named_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api"));
    named.extend(headers_named_in(include_str!("../../../src/pages/problem_help.rs")));
    let (mut of_requests, mut of_answers) = (BTreeSet::new(), BTreeSet::new());
    for operation in DescribedOperation::all() {
        of_requests.extend(operation.parameters("header").iter().map(|name| name.to_lowercase()));
        for answer in operation.value()["responses"].as_object().unwrap().values() {
            of_answers.extend(answer["headers"].as_object().unwrap().keys().map(|name| name.to_lowercase()));
        }
    }
    assert_eq!(of_requests.difference(&named).collect::<Vec<_>>(), Vec::<&String>::new(), "described and never read");
    let others = named.iter().filter(|name| !of_requests.contains(*name) && !of_answers.contains(*name));
    assert_eq!(others.map(String::as_str).collect::<Vec<_>>(), OF_HTTP.map(|(name, _)| name));
}

fn headers_named_below(folder: &Path) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            named.extend(headers_named_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            named.extend(headers_named_in(&fs::read_to_string(path).unwrap()));
        }
    }
    named
}

/// Names of headers in a source: constants of `http::header`, own constants, and names in a call.
fn headers_named_in(source: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for opening in ["HeaderName::from_static(\"", "headers.get(\"", "headers.get_all(\"", "headers.contains_key(\""] {
        named.extend(source.split(opening).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    for rest in source.split("http::header::").skip(1) {
        let list = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap(),
            None => rest.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_').next().unwrap(),
        };
        let constants =
            list.split(',').map(str::trim).filter(|name| name.contains(|letter: char| letter.is_ascii_uppercase()));
        named.extend(constants.map(|name| name.to_lowercase().replace('_', "-")));
    }
    named
}

#[tokio::test]
async fn each_described_header_is_read() {
    let gateway = TestGateway::with(|setup| setup.limits.enrolments_per_minute = 1_000).await;
    let callers = Callers::new(&gateway).await;
    let mut described = BTreeSet::new();
    for operation in DescribedOperation::all() {
        let headers = operation.parameters("header");
        let request = || operation.request(callers.of(&operation), "");
        for name in &headers {
            let place = format!("{}: {name}", operation.place());
            if name == "Accept-Language" {
                // Without `Host` every operation refuses the request, in this language.
                for language in ["de", "en"] {
                    let request = request().header("accept-language", language).body(Body::empty()).unwrap();
                    let answer = send_as_it_is(&gateway.router(operation.kind()), request).await;
                    assert_eq!((answer.status, answer.header("content-language")), (400, language), "{place}");
                }
                continue;
            }
            described.insert((operation.id().to_owned(), name.clone()));
            let expected = WRONG_VALUES.iter().find(|(id, header, ..)| (*id, *header) == (operation.id(), name));
            let (_, _, value, problem) = expected.unwrap_or_else(|| panic!("{place} is not in the table"));
            let mut request = request().header(name, *value);
            if name != "Idempotency-Key" && headers.contains("Idempotency-Key") {
                request = request.header("idempotency-key", idempotency_key(1));
            }
            let answer = operation.send(&gateway, request).await;
            assert_eq!(problem_type(&answer).as_deref(), Some(*problem), "{place}: {answer:?}");
        }
    }
    assert_eq!(described.len(), WRONG_VALUES.len());
}
