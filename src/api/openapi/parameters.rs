//! Parameters of requests, and headers of answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use strum::{VariantArray, VariantNames};

use crate::api::Problem;
use crate::domain::photo::PhotoState;

/// A parameter of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
pub(super) enum Parameter {
    AcceptLanguage,
    IdempotencyKey,
    ContentDigest,
    PhotoSubject,
    PhotoException,
    RetrievalCode,
    PhotoId,
    CollectionId,
    CheckpointCount,
    State,
    Limit,
    LogLimit,
    AfterPhoto,
    AfterCollection,
    AfterRow,
    AfterCheckpoint,
    ProblemType,
    Language,
    AfterEvent,
    LastEventId,
    Wait,
}

impl Parameter {
    pub(super) fn reference(&self) -> Value {
        json!({ "$ref": format!("#/components/parameters/{}", <&str>::from(self)) })
    }

    fn definition(self) -> Value {
        let uuid = || json!({ "type": "string", "format": "uuid" });
        let number = |maximum: Option<u32>| {
            let mut schema = json!({ "type": "integer", "minimum": 1 });
            if let Some(maximum) = maximum {
                schema["maximum"] = maximum.into();
            }
            schema
        };
        let row = || json!({ "type": "integer", "format": "int64", "minimum": 0 });
        let header = |name, is_required, schema, description| ("header", name, is_required, schema, description);
        let query = |name, schema, description| ("query", name, false, schema, description);
        let path = |name, schema, description| ("path", name, true, schema, description);
        let (place, name, is_required, schema, description) = match self {
            Self::AcceptLanguage => header(
                "Accept-Language",
                false,
                json!({ "type": "string", "examples": ["en", "de-DE, en;q=0.5"] }),
                "Language of the texts for people: German (`de`, the default) or English (`en`).",
            ),
            Self::IdempotencyKey => header(
                "Idempotency-Key",
                true,
                json!({ "type": "string", "pattern": "^[!-~]{16,128}$", "examples": ["7b0c1f5e-6a55-4b64-9d3e-5f6a7b8c9d0e"] }),
                "A new value for each photo, such as a UUID, kept until the receipt has arrived. The same key with the same photo gives the \
                 same photo and the same code; with another photo it is refused.",
            ),
            Self::ContentDigest => header(
                "Content-Digest",
                false,
                json!({ "type": "string", "examples": ["sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"] }),
                "SHA-256 of the body (RFC 9530). The gateway refuses a photo that arrives with another `sha-256`, and ignores other algorithms.",
            ),
            Self::PhotoSubject => header(
                "Photo-Subject",
                false,
                json!({ "type": "string", "enum": ["adult", "under10", "under6"] }),
                "Declares a child, for whom some rules about the face do not apply.",
            ),
            Self::PhotoException => header(
                "Photo-Exception",
                false,
                json!({ "type": "string", "enum": ["medical", "religious"] }),
                "Declares a reason why this person cannot meet a rule about the face. The clerk decides.",
            ),
            Self::RetrievalCode => header(
                "Retrieval-Code",
                true,
                json!({ "type": "string", "examples": ["G94ZJ-756FW-FHRWS-2ZVE8"] }),
                "The citizen's code, in any case, with or without hyphens and spaces.",
            ),
            Self::PhotoId => path("photo_id", uuid(), "`photo_id` of the receipt."),
            Self::CollectionId => path("collection_id", uuid(), "`collection_id` of the collection."),
            Self::CheckpointCount => path("count", row(), "`count` of the checkpoint."),
            Self::State => {
                let states: Vec<_> = PhotoState::VARIANTS.iter().map(|state| state.name()).collect();
                query("state", json!({ "type": "string", "enum": states }), "Only photos in this state.")
            }
            Self::Limit => query("limit", number(None), "Entries of a page; 50 without it, 200 at most."),
            Self::LogLimit => query("limit", number(None), "Rows of a page; 1,000 at most, and without it."),
            Self::AfterPhoto => query("after", uuid(), "`next_after` of the page before."),
            Self::AfterCollection => query("after", uuid(), "`next_after` of the page before."),
            Self::AfterRow => query("after", row(), "Number of the last row that is already known."),
            Self::AfterEvent => query(
                "after",
                json!({ "type": "string" }),
                "`next_after` of the list before, or the last `id` of a stream; opaque. Without it the oldest stored event comes first.",
            ),
            Self::LastEventId => header(
                "Last-Event-ID",
                false,
                json!({ "type": "string" }),
                "The last `id` of a stream, in place of `after`.",
            ),
            Self::Wait => query(
                "wait",
                json!({ "type": "integer", "minimum": 0 }),
                "Seconds for which a list without events waits for one; 0 without it, 25 at most. Streams ignore it.",
            ),
            Self::ProblemType => {
                let types: BTreeSet<_> = Problem::VARIANTS.iter().collect();
                path("problem_type", json!({ "type": "string", "enum": types }), "`type` of the problem.")
            }
            Self::Language => query(
                "lang",
                json!({ "type": "string", "enum": ["de", "en"] }),
                "Language, in place of `Accept-Language`.",
            ),
            Self::AfterCheckpoint => query("after", row(), "`next_after` of the page before."),
        };
        json!({ "name": name, "in": place, "required": is_required, "schema": schema, "description": description })
    }
}

/// Definitions of all parameters by name.
pub(super) fn parameters() -> Value {
    let all = Parameter::VARIANTS.iter();
    all.map(|parameter| (<&str>::from(parameter).to_owned(), parameter.definition())).collect::<Map<_, _>>().into()
}

/// A header of answers.
struct DocumentedHeader {
    name: &'static str,
    kind: &'static str,
    /// Every answer for which it is described has it.
    is_always_there: bool,
    description: &'static str,
}

const fn always(name: &'static str, kind: &'static str, description: &'static str) -> DocumentedHeader {
    DocumentedHeader { name, kind, is_always_there: true, description }
}

const fn sometimes(name: &'static str, kind: &'static str, description: &'static str) -> DocumentedHeader {
    DocumentedHeader { name, kind, is_always_there: false, description }
}

const HEADERS: [DocumentedHeader; 11] = [
    always(
        "Request-Id",
        "string",
        "Identifies the request in the log of the gateway. Give it to the administrator with a question.",
    ),
    always("Content-Language", "string", "Language of the texts: `de` or `en`."),
    always("Location", "string", "Address of what was created."),
    sometimes(
        "Idempotent-Replayed",
        "string",
        "`true` if an earlier request with this `Idempotency-Key` has deposited the photo.",
    ),
    always("Content-Digest", "string", "SHA-256 of the body (RFC 9530)."),
    always("Page-Limit", "integer", "Length of a page that was applied."),
    sometimes("Retry-After", "integer", "Seconds after which the same request can succeed."),
    always(
        "WWW-Authenticate",
        "string",
        "Asks for HTTP Basic (RFC 7617). Left out for the scripts of web pages (`Sec-Fetch-Dest: empty`).",
    ),
    always("Link", "string", "Page that explains the problem, with `rel=\"help\"` (RFC 8288)."),
    always("ETag", "string", "Version of the list (RFC 9110 section 8.8.3)."),
    always("Cache-Control", "string", "Time for which the answer may be stored (RFC 9111)."),
];

fn header_reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// Definitions of all headers by name.
pub(super) fn header_definitions() -> Value {
    let definition = |header: &DocumentedHeader| {
        let DocumentedHeader { name, kind, is_always_there, description } = *header;
        (
            name.to_owned(),
            json!({ "description": description, "required": is_always_there, "schema": { "type": kind } }),
        )
    };
    HEADERS.iter().map(definition).collect::<Map<_, _>>().into()
}

/// References to the headers that every answer has, and to these.
pub(super) fn headers(names: &[&str]) -> Value {
    let all = ["Request-Id", "Content-Language"].iter().chain(names);
    all.map(|name| ((*name).to_owned(), header_reference(name))).collect::<Map<_, _>>().into()
}
