//! An answer of the gateway, and the form that every answer has.

use std::fmt;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use lichtbild::api::Problem;
use strum::VariantNames;
use tower::ServiceExt;

use super::gateway::{FuzzCaller, FuzzGateway};

/// An answer, read to its end.
#[derive(Clone)]
pub(super) struct FuzzAnswer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl FuzzAnswer {
    /// Sends a request to a router, without a connection.
    pub(super) fn of(gateway: &FuzzGateway, caller: FuzzCaller, mut request: Request<Body>) -> Self {
        request.extensions_mut().insert(gateway.peer(caller));
        let router = gateway.router(caller).clone();
        gateway.runtime.block_on(async {
            let response = router.oneshot(request).await.expect("a router answers");
            let (head, body) = response.into_parts();
            let body = body.collect().await.expect("a body that can be read").to_bytes().to_vec();
            Self { status: head.status.as_u16(), headers: head.headers, body }
        })
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header of text"))
    }

    /// The `type` of a problem; empty for another answer.
    pub(super) fn problem(&self) -> String {
        if self.header("content-type") != "application/problem+json" {
            return String::new();
        }
        let problem: serde_json::Value = serde_json::from_slice(&self.body).expect("a problem is JSON");
        problem["type"].as_str().expect("a problem has a type").to_owned()
    }

    /// True if the gateway did what the request asks for: the desk answers an accepted form with a redirect (303).
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.status, 200..=299 | 303)
    }

    /// Asserts that this is an answer that a caller can read: no error of the gateway, and if it is a refusal a documented one.
    pub(super) fn assert_sound(&self, method: &Method, path: &str, codes: [&str; 2]) {
        // On every other route 503 would be an error here: this gateway serves one request at a time from a database that is always
        // there, so it is never busy, except after a panic in a worker.
        let is_listed = matches!(self.status, 200..=308 | 400..=431 | 501) || (self.status == 503 && path == "/readyz");
        assert!(is_listed, "{self:?}");
        self.assert_without(codes, method, path);
        for (name, value) in &self.headers {
            let is_text = value.as_bytes().iter().all(|byte| (0x20..0x7F).contains(byte));
            assert!(is_text, "{name}: {value:?}");
        }
        if method == Method::HEAD {
            return;
        }
        if self.status < 400 {
            assert!(self.body.is_empty() || self.headers.contains_key("content-type"), "{self:?}");
            return;
        }
        assert_eq!(self.header("cache-control"), "no-store", "{self:?}");
        match self.header("content-type") {
            "application/problem+json" => self.assert_problem(),
            "text/html; charset=utf-8" => {
                assert!(path == "/desk" || path.starts_with("/desk/") || path == "/", "a page for {path}");
                assert!(self.body.starts_with(b"<!DOCTYPE html>"), "{self:?}");
            }
            // The state of the gateway, for monitoring.
            "application/json" => assert!(path == "/readyz" && self.status == 503, "{self:?}"),
            _ => panic!("neither a problem nor a page: {self:?}"),
        }
    }

    fn assert_problem(&self) {
        let problem: serde_json::Value = serde_json::from_slice(&self.body).expect("a problem is JSON");
        assert_eq!(problem["status"], self.status, "{self:?}");
        let kind = problem["type"].as_str().expect("a problem has a type");
        assert!(Problem::VARIANTS.contains(&kind), "undocumented: {kind}");
        for sentence in ["title", "detail"] {
            assert!(problem[sentence].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
        }
    }

    /// Asserts that the answer has no code in it, with or without hyphens. The desk may repeat what a clerk has typed into a form, and
    /// the address of the page.
    fn assert_without(&self, codes: [&str; 2], method: &Method, path: &str) {
        let contains = |text: &[u8], code: &str| {
            let text = String::from_utf8_lossy(text).to_ascii_uppercase();
            text.contains(code) || text.contains(&code.replace('-', ""))
        };
        let is_form = method == Method::POST && path.starts_with("/desk/");
        for code in codes.into_iter().filter(|code| !is_form && !contains(path.as_bytes(), code)) {
            let mut parts = self.headers.values().map(HeaderValue::as_bytes).chain([self.body.as_slice()]);
            assert!(!parts.any(|part| contains(part, code)), "an answer with the code: {self:?}");
        }
    }
}

impl fmt::Debug for FuzzAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = &self.body[..self.body.len().min(1_000)];
        write!(f, "{} {:?} {}", self.status, self.headers, String::from_utf8_lossy(body))
    }
}
