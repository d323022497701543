//! Routes of the studio listener.

use serde_json::{Value, json};

use super::operation::{DocumentedBody, DocumentedOperation, delete, get, post};
use super::parameters::Parameter::{
    AcceptLanguage, AfterPhoto, ContentDigest, IdempotencyKey, Limit, PhotoException, PhotoId, PhotoSubject, State,
};
use super::schema_collector::SchemaCollector;
use super::shared::{description, est, events};
use crate::validation::Profile;
use crate::wire::photo::{CheckBody, PhotoBody, PhotoListBody, ReceiptBody};
use crate::wire::studio::MeBody;

/// Problems of every route that reads the caller's device.
const CALLER_PROBLEMS: &[&str] = &[
    "request-malformed",
    "device-unknown",
    "device-revoked",
    "certificate-expired",
    "certificate-superseded",
    "studio-suspended",
    "too-many-connections",
    "too-many-requests",
    "transfer-coding-unsupported",
    "storage-unavailable",
    "internal",
];

const UPLOAD_PROBLEMS: &[&str] = &[
    "photo-subject-unknown",
    "photo-exception-unknown",
    "body-cut",
    "upload-too-slow",
    "photo-too-large",
    "format-unsupported",
    "gateway-busy",
];

const JPEG: DocumentedBody = DocumentedBody::Bytes { media_type: "image/jpeg" };

pub(super) fn operations() -> Vec<DocumentedOperation> {
    let mut operations = photos();
    operations.extend([
        get("/v1/profile", "readProfile", "Returns the photo rules in force")
            .takes(&[AcceptLanguage])
            .answers(
                200,
                "The profile: each table is a group of limits.",
                &[DocumentedBody::Json { media_type: "application/json", schema: profile }],
                &[],
            )
            .refuses(CALLER_PROBLEMS),
        get("/v1/me", "readStudio", "Returns the caller's studio, device and certificate")
            .describe("Compare `time` with the own clock, and renew the certificate before `certificate_expires_at`.")
            .takes(&[AcceptLanguage])
            .answers(200, "The caller.", &[DocumentedBody::json::<MeBody>()], &[])
            .refuses(CALLER_PROBLEMS),
    ]);
    operations.push(events(CALLER_PROBLEMS));
    operations.push(description().refuses(CALLER_PROBLEMS));
    operations.extend(est(CALLER_PROBLEMS, &[]));
    operations
}

/// The profile with its name, which its file does not contain.
fn profile(schemas: &mut SchemaCollector) -> Value {
    let reference = schemas.reference::<Profile>();
    schemas.add_member("Profile", "name", json!({ "type": "string" }));
    reference
}

fn photos() -> Vec<DocumentedOperation> {
    let photo = || DocumentedBody::json::<PhotoBody>();
    vec![
        post("/v1/photos", "depositPhoto", "Deposits a photo")
            .describe(
                "The receipt has the code for the citizen; no other answer contains it. Repeat the request with the same `Idempotency-Key` \
                 until an answer arrives: a repeat gives the same photo and code, with `Idempotent-Replayed: true` and the present state.",
            )
            .takes(&[AcceptLanguage, IdempotencyKey, ContentDigest, PhotoSubject, PhotoException])
            .with_body(JPEG, "The photo, unchanged, as the camera software has written it.")
            .answers(
                201,
                "The receipt. The photo is stored durably.",
                &[DocumentedBody::json::<ReceiptBody>()],
                &["Location", "Idempotent-Replayed"],
            )
            .refuses(CALLER_PROBLEMS)
            .refuses(UPLOAD_PROBLEMS)
            .refuses(&[
                "idempotency-key-missing",
                "idempotency-key-malformed",
                "content-digest-malformed",
                "deposit-in-progress",
                "photo-refused",
                "digest-mismatch",
                "idempotency-key-reused",
            ]),
        get("/v1/photos", "listPhotos", "Lists the studio's photos, newest first")
            .takes(&[AcceptLanguage, State, Limit, AfterPhoto])
            .answers(200, "A page.", &[DocumentedBody::json::<PhotoListBody>()], &["Page-Limit"])
            .refuses(CALLER_PROBLEMS),
        post("/v1/photos/check", "checkPhoto", "Checks a photo without a deposit")
            .describe("The same checks as for a deposit, with all measurements. Nothing is stored.")
            .takes(&[AcceptLanguage, PhotoSubject, PhotoException])
            .with_body(JPEG, "The photo.")
            .answers(200, "The verdict.", &[DocumentedBody::json::<CheckBody>()], &[])
            .refuses(CALLER_PROBLEMS)
            .refuses(UPLOAD_PROBLEMS),
        get("/v1/photos/{photo_id}", "readPhoto", "Returns the state of a photo")
            .describe("After a refusal at the counter, `refusal` has its reason. The picture and the code are never returned.")
            .takes(&[AcceptLanguage, PhotoId])
            .answers(200, "The photo.", &[photo()], &[])
            .refuses(CALLER_PROBLEMS)
            .refuses(&["photo-unknown"]),
        delete("/v1/photos/{photo_id}", "withdrawPhoto", "Withdraws a photo")
            .describe("Erases a photo that no office has leased or kept. A repeat gets the same answer.")
            .takes(&[AcceptLanguage, PhotoId])
            .answers(200, "The photo, withdrawn.", &[photo()], &[])
            .refuses(CALLER_PROBLEMS)
            .refuses(&["photo-unknown", "photo-leased", "photo-kept", "photo-settled", "photo-expired"]),
    ]
}
