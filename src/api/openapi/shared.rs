//! Routes that several listeners have, and lists of problems that routes share.

use super::operation::{DocumentedBody, DocumentedOperation, get, post};
use super::parameters::Parameter::{AcceptLanguage, AfterEvent, Language, LastEventId, Limit, ProblemType, Wait};
use crate::wire::events::EventListBody;
use crate::wire::problem::{ProblemHelpBody, ProblemHelpListBody};

/// Problems of reading a short body.
pub(super) const BODY_PROBLEMS: &[&str] = &["body-cut", "upload-too-slow", "request-too-large", "format-unsupported"];

/// Problems of a certificate request.
pub(super) const REQUEST_PROBLEMS: &[&str] = &[
    "request-signature-wrong",
    "request-signature-unsupported",
    "key-too-weak",
    "key-reused",
    "request-subject-foreign",
    "enrolment-unavailable",
];

/// The description of the API itself.
pub(super) fn description() -> DocumentedOperation {
    get("/v1/openapi.json", "readDescription", "Returns this description of the API").takes(&[AcceptLanguage]).answers(
        200,
        "OpenAPI 3.1.",
        &[DocumentedBody::AnyJson],
        &[],
    )
}

/// Events of the caller's studio or office.
pub(super) fn events(caller: &'static [&'static str]) -> DocumentedOperation {
    get("/v1/events", "readEvents", "Returns events after a cursor, as a list or as a stream")
        .describe(
            "With `Accept: text/event-stream` the answer is a stream (Server-Sent Events): `id` is the cursor, `event` the kind, `data` the \
             event as JSON, and a comment is sent every 20 seconds. Each event is delivered at least once, in the order in which the gateway \
             recorded them; they are stored for 30 days. A device has one stream or wait on a node: a newer one ends the older one.",
        )
        .takes(&[AcceptLanguage, AfterEvent, LastEventId, Wait, Limit])
        .answers(
            200,
            "Events.",
            &[DocumentedBody::json::<EventListBody>(), DocumentedBody::Text { media_type: "text/event-stream" }],
            &["Page-Limit"],
        )
        .refuses(caller)
        .refuses(&["cross-site-request"])
}

/// Explanations of problems, for callers with and without a certificate.
pub(super) fn explanations() -> Vec<DocumentedOperation> {
    let describe = |operation: DocumentedOperation, body: DocumentedBody| {
        operation
            .describe("A page, or JSON for callers that ask for it with `Accept`.")
            .takes(&[AcceptLanguage, Language])
            .answers(200, "Cause and remedy.", &[body, DocumentedBody::Text { media_type: "text/html" }], &[])
            .refuses(&[
                "request-malformed",
                "too-many-requests",
                "too-many-connections",
                "transfer-coding-unsupported",
                "internal",
            ])
    };
    let list = get("/problems/", "listProblems", "Explains all types of problems");
    let one = get("/problems/{problem_type}", "readProblem", "Explains a type of problem");
    vec![
        describe(list, DocumentedBody::json::<ProblemHelpListBody>()),
        describe(one, DocumentedBody::json::<ProblemHelpBody>()).takes(&[ProblemType]).refuses(&["route-unknown"]),
    ]
}

/// Enrolment over Secure Transport (RFC 7030) for devices that have a certificate. `renewal` are problems of the renewal on this listener
/// only.
pub(super) fn est(caller: &'static [&'static str], renewal: &[&'static str]) -> Vec<DocumentedOperation> {
    vec![
        ca_certificates().refuses(caller),
        csr_attributes().refuses(caller),
        post("/.well-known/est/simplereenroll", "renewCertificate", "Renews the caller's certificate")
            .describe(
                "RFC 7030 section 4.2.2: a PKCS#10 request of a new key, in base64 (RFC 8951) or PEM, whose subject is empty or that of the \
                 certificate. The old certificate goes on until its end, but cannot renew once the new one has been used. A repeat with the \
                 same key gets the same certificate until half of its time has passed.",
            )
            .takes(&[AcceptLanguage])
            .with_body(PKCS10, "The certificate request.")
            .answers(200, "The certificate, as PKCS#7 in base64.", &[PKCS7], &[])
            .refuses(caller)
            .refuses(BODY_PROBLEMS)
            .refuses(REQUEST_PROBLEMS)
            .refuses(renewal)
            .refuses(&["renewal-too-soon"]),
    ]
}

pub(super) const PKCS10: DocumentedBody = DocumentedBody::Text { media_type: "application/pkcs10" };
pub(super) const PKCS7: DocumentedBody = DocumentedBody::Text { media_type: "application/pkcs7-mime" };

pub(super) fn ca_certificates() -> DocumentedOperation {
    get("/.well-known/est/cacerts", "readAuthorities", "Returns the certificates of the gateway's authorities")
        .describe("RFC 7030 section 4.1: the authorities of server, studios and offices, as PKCS#7 in base64.")
        .takes(&[AcceptLanguage])
        .answers(200, "The certificates.", &[PKCS7], &[])
        .refuses(&["enrolment-unavailable"])
}

pub(super) fn csr_attributes() -> DocumentedOperation {
    get("/.well-known/est/csrattrs", "readRequestAttributes", "Returns what a certificate request should contain")
        .describe("RFC 7030 section 4.5, in base64.")
        .takes(&[AcceptLanguage])
        .answers(200, "The attributes.", &[DocumentedBody::Text { media_type: "application/csrattrs" }], &[])
}
