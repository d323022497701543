//! Routes of the office listener.

use super::operation::{DocumentedBody, DocumentedOperation, get, head, post};
use super::parameters::Parameter::{
    AcceptLanguage, AfterCheckpoint, AfterCollection, AfterRow, CheckpointCount, CollectionId, Limit, LogLimit,
    RetrievalCode,
};
use super::shared::{BODY_PROBLEMS, description, est, events};
use crate::domain::log::chain::ChainRow;
use crate::wire::audit::CheckpointListBody;
use crate::wire::collection::{
    CollectBody, CollectionBody, CollectionListBody, CollectionSummaryBody, SettleBody, SettlementBody,
};
use crate::wire::office::OfficeMeBody;

/// Problems of every route that reads the caller's device.
const DEVICE_PROBLEMS: &[&str] = &[
    "request-malformed",
    "certificate-missing",
    "certificate-unusable",
    "certificate-expired",
    "certificate-superseded",
    "device-unknown",
    "device-revoked",
    "office-suspended",
    "too-many-connections",
    "too-many-requests",
    "transfer-coding-unsupported",
    "storage-unavailable",
    "internal",
];

const PHOTO_PROBLEMS: &[&str] = &[
    "retrieval-code-missing",
    "code-malformed",
    "code-is-test",
    "collection-unknown",
    "code-unknown",
    "lease-expired",
    "collection-over",
    "photo-quarantined",
    "too-many-codes",
    "photo-damaged",
    "gateway-busy",
];

const JPEG: DocumentedBody = DocumentedBody::Bytes { media_type: "image/jpeg" };
const SIGNATURE: DocumentedBody = DocumentedBody::Bytes { media_type: "application/octet-stream" };

pub(super) fn operations() -> Vec<DocumentedOperation> {
    let mut operations = collections();
    operations.push(
        get("/v1/me", "readOffice", "Returns the caller's office, device and certificate")
            .takes(&[AcceptLanguage])
            .answers(200, "The caller.", &[DocumentedBody::json::<OfficeMeBody>()], &[])
            .refuses(DEVICE_PROBLEMS),
    );
    operations.extend(audit());
    operations.push(events(DEVICE_PROBLEMS).refuses(&["device-is-auditors"]));
    operations.push(description().refuses(DEVICE_PROBLEMS));
    // Certificates of other CAs are accepted here only.
    operations.extend(est(DEVICE_PROBLEMS, &["certificate-foreign"]));
    operations
}

fn collections() -> Vec<DocumentedOperation> {
    let photos_only: &[&str] = &["device-is-auditors"];
    vec![
        post("/v1/collections", "collectPhoto", "Leases the photo of a code")
            .describe(
                "The lease reserves the photo for this office, for 15 minutes unless configured otherwise. The same code gives the same \
                 collection while the lease runs (status 200). Nothing is erased before the settlement.",
            )
            .takes(&[AcceptLanguage])
            .with_body(DocumentedBody::json::<CollectBody>(), "The citizen's code.")
            .answers(201, "A new lease.", &[DocumentedBody::json::<CollectionBody>()], &[])
            .answers(200, "The lease that this office already has.", &[DocumentedBody::json::<CollectionBody>()], &[])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only)
            .refuses(BODY_PROBLEMS)
            .refuses(&[
                "code-malformed",
                "code-is-test",
                "code-unknown",
                "photo-quarantined",
                "photo-leased-elsewhere",
                "photo-settled",
                "photo-withdrawn",
                "photo-expired",
                "too-many-codes",
                "photo-damaged",
                "gateway-busy",
            ]),
        get("/v1/collections", "listCollections", "Lists the office's collections, newest first")
            .takes(&[AcceptLanguage, Limit, AfterCollection])
            .answers(200, "A page, without the photos.", &[DocumentedBody::json::<CollectionListBody>()], &["Page-Limit"])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only),
        get("/v1/collections/{collection_id}", "readCollection", "Returns one of the office's collections")
            .takes(&[AcceptLanguage, CollectionId])
            .answers(200, "The collection, without the photo.", &[DocumentedBody::json::<CollectionSummaryBody>()], &[])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only)
            .refuses(&["collection-unknown"]),
        get("/v1/collections/{collection_id}/photo", "fetchPhoto", "Hands over the photo")
            .describe(
                "The bytes are those that the studio sent. The request can be repeated during the lease, and after a first hand-over until \
                 the settlement. Compare the SHA-256 with `photo.sha256` of the collection.",
            )
            .takes(&[AcceptLanguage, CollectionId, RetrievalCode])
            .answers(200, "The photo.", &[JPEG], &["Content-Digest"])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only)
            .refuses(PHOTO_PROBLEMS),
        head("/v1/collections/{collection_id}/photo", "inspectPhoto", "Returns size and digest of the photo")
            .describe("Does not count as a hand-over.")
            .takes(&[AcceptLanguage, CollectionId, RetrievalCode])
            .answers(200, "Size and digest, in the headers.", &[], &["Content-Digest"])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only)
            .refuses(PHOTO_PROBLEMS),
        post("/v1/collections/{collection_id}/settle", "settleCollection", "Ends a collection with its outcome")
            .describe(
                "`used` and `refused` erase the photo, `kept` leaves it collectable with the same code, and `released` gives the lease back. \
                 A repeat of the same outcome gets the same receipt. All but `released` need a device that has sent the code.",
            )
            .takes(&[AcceptLanguage, CollectionId])
            .with_body(DocumentedBody::json::<SettleBody>(), "The outcome.")
            .answers(200, "The receipt of the settlement.", &[DocumentedBody::json::<SettlementBody>()], &[])
            .refuses(DEVICE_PROBLEMS)
            .refuses(photos_only)
            .refuses(BODY_PROBLEMS)
            .refuses(&[
                "collection-unknown",
                "collection-code-required",
                "collection-settled",
                "lease-expired",
                "settlement-date",
                "note-too-long",
            ]),
    ]
}

fn audit() -> Vec<DocumentedOperation> {
    let auditors_only: &[&str] = &["auditors-only"];
    let checkpoint = |path, id, summary| {
        get(path, id, summary)
            .takes(&[AcceptLanguage, CheckpointCount])
            .refuses(DEVICE_PROBLEMS)
            .refuses(auditors_only)
            .refuses(&["checkpoint-unknown"])
    };
    vec![
        get("/v1/audit/log", "readLog", "Returns rows of the audit log, for auditors' devices")
            .describe("One JSON object on each line, oldest first, 1,000 at most.")
            .takes(&[AcceptLanguage, LogLimit, AfterRow])
            .answers(200, "The rows.", &[DocumentedBody::json_lines::<ChainRow>()], &["Page-Limit"])
            .refuses(DEVICE_PROBLEMS)
            .refuses(auditors_only),
        get("/v1/audit/checkpoints", "listCheckpoints", "Lists checkpoints of the audit log, for auditors' devices")
            .takes(&[AcceptLanguage, Limit, AfterCheckpoint])
            .answers(200, "A page, oldest first.", &[DocumentedBody::json::<CheckpointListBody>()], &["Page-Limit"])
            .refuses(DEVICE_PROBLEMS)
            .refuses(auditors_only),
        checkpoint("/v1/audit/checkpoints/{count}", "readCheckpoint", "Returns the signed text of a checkpoint")
            .answers(
                200,
                "The text, byte for byte.",
                &[DocumentedBody::json::<crate::domain::log::checkpoint::Checkpoint>()],
                &[],
            ),
        checkpoint(
            "/v1/audit/checkpoints/{count}/signature",
            "readCheckpointSignature",
            "Returns the signature of a checkpoint",
        )
        .answers(200, "ECDSA with SHA-256, in DER.", &[SIGNATURE], &[]),
    ]
}
