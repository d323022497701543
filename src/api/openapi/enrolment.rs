//! Routes of the enrolment listener, for callers without a certificate.

use super::operation::{DocumentedBody, DocumentedOperation, get, post};
use super::parameters::Parameter::AcceptLanguage;
use super::shared::{BODY_PROBLEMS, PKCS7, PKCS10, REQUEST_PROBLEMS, ca_certificates, csr_attributes, description};
use crate::wire::enrolment::{InvitationBody, LookupBody, PendingBody};

/// Problems of a route that does not read the database.
const READER_PROBLEMS: &[&str] = &["request-malformed", "too-many-requests", "transfer-coding-unsupported", "internal"];

/// Problems of a route that reads an invitation.
const CALLER_PROBLEMS: &[&str] =
    &["request-malformed", "too-many-requests", "transfer-coding-unsupported", "storage-unavailable", "internal"];

const INVITATION_PROBLEMS: &[&str] =
    &["enrolment-code-expired", "enrolment-code-spent", "enrolment-code-exhausted", "enrolment-code-withdrawn"];

pub(super) fn operations() -> Vec<DocumentedOperation> {
    vec![
        post("/v1/invitations/lookup", "lookUpInvitation", "Returns the device that a code invites")
            .describe(
                "First request of an enrolment. It does not contain the code; the answer proves that the gateway knows it.",
            )
            .takes(&[AcceptLanguage])
            .with_body(DocumentedBody::json::<LookupBody>(), "Lookup id of the code, and a nonce.")
            .answers(200, "The invitation.", &[DocumentedBody::json::<InvitationBody>()], &[])
            .refuses(CALLER_PROBLEMS)
            .refuses(BODY_PROBLEMS)
            .refuses(INVITATION_PROBLEMS)
            .refuses(&["invitation-unknown", "enrolment-unavailable"])
            .anonymous(),
        ca_certificates().refuses(READER_PROBLEMS).anonymous(),
        csr_attributes().refuses(READER_PROBLEMS).anonymous(),
        post("/.well-known/est/simpleenroll", "enrolDevice", "Certifies the key of an invited device")
            .describe(
                "RFC 7030 section 4.2.1. HTTP Basic: the user is the device id, the password the enrolment code. The body is a PKCS#10 \
                 request in base64 (RFC 8951) or PEM.",
            )
            .takes(&[AcceptLanguage])
            .with_body(PKCS10, "The certificate request.")
            .answers(200, "The certificate, as PKCS#7 in base64.", &[PKCS7], &[])
            .answers(
                202,
                "An administrator has to approve the enrolment: repeat the request after `Retry-After`.",
                &[DocumentedBody::json::<PendingBody>()],
                &["Retry-After"],
            )
            .refuses(CALLER_PROBLEMS)
            .refuses(BODY_PROBLEMS)
            .refuses(INVITATION_PROBLEMS)
            .refuses(REQUEST_PROBLEMS)
            .refuses(&[
                "enrolment-credentials-missing",
                "enrolment-code-malformed",
                "enrolment-code-wrong",
                "studio-suspended",
                "office-suspended",
                "gateway-busy",
            ])
            .with_invitation(),
        description().refuses(READER_PROBLEMS).anonymous(),
        revocations("/crl/studio.crl", "readStudioRevocations", "Returns the revocation list of the studios' authority"),
        revocations("/crl/office.crl", "readOfficeRevocations", "Returns the revocation list of the offices' authority"),
        get("/readyz", "readReadiness", "Tells load balancers whether the gateway is ready")
            .answers(200, "Ready.", &[DocumentedBody::json::<crate::api::ops::Health>()], &[])
            .answers(503, "Not ready.", &[DocumentedBody::json::<crate::api::ops::Health>()], &[])
            .refuses(&["request-malformed", "transfer-coding-unsupported"])
            .anonymous(),
    ]
}

fn revocations(path: &'static str, id: &'static str, summary: &'static str) -> DocumentedOperation {
    get(path, id, summary)
        .takes(&[AcceptLanguage])
        .answers(
            200,
            "The list, in DER.",
            &[DocumentedBody::Bytes { media_type: "application/pkix-crl" }],
            &["ETag", "Cache-Control"],
        )
        .refuses(READER_PROBLEMS)
        .refuses(&["revocation-list-missing"])
        .anonymous()
}
