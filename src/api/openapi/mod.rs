//! Description of the API in OpenAPI 3.1, one document for each listener. `studio`, `office` and `enrolment` list the routes; the schemas come from
//! the types of the bodies, and the problems from [`Problem`].
//!
//! `docs/openapi` has the documents as files. `examples.json` has answers that a gateway gave; a test records them.

mod answer_enums;
mod enrolment;
mod office;
mod operation;
mod parameters;
mod problems;
mod schema_collector;
mod shared;
mod studio;
mod tags;

use std::sync::LazyLock;

use axum::extract::State;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use self::answer_enums::{open_answer_enums, referenced};
use self::operation::DocumentedOperation;
use self::problems::ProblemCatalogue;
use self::schema_collector::SchemaCollector;
use self::tags::tag_descriptions;
use super::caller::{ClientAddress, OfficeDevice, StudioCaller};
use super::{App, Problem};
use crate::flows::enrolment::enrol::admit_reader;

const EXAMPLES: &str = include_str!("examples.json");

/// Version of the interface, which stands in its paths.
const VERSION: &str = "1";

const INTRODUCTION: &str = "Errors are `application/problem+json` (RFC 9457) with a stable `type`; programs decide by it, and show \
`title` and `detail` to people. Ignore members, problem types, states, checks and other values that you do not know: a later version may add them. Times are UTC \
(RFC 3339). Every request may be repeated when its answer was lost. Each route for GET also answers HEAD, with the same status and \
headers and without a body. The gateway accepts TLS 1.2 and 1.3 and HTTP/1.1.";

/// The listener that a document describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum DescribedListener {
    Studio,
    Office,
    Enrolment,
}

impl DescribedListener {
    /// The name in the file name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Studio => "Lichtbild for studios",
            Self::Office => "Lichtbild for offices",
            Self::Enrolment => "Lichtbild: enrolment of devices",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Studio => 8443,
            Self::Office => 9443,
            Self::Enrolment => 7443,
        }
    }

    fn operations(self) -> Vec<DocumentedOperation> {
        let mut operations = match self {
            Self::Studio => studio::operations(),
            Self::Office => office::operations(),
            Self::Enrolment => enrolment::operations(),
        };
        // The studio listener accepts no connection without a certificate.
        let explanations = shared::explanations();
        match self {
            Self::Studio => operations.extend(explanations),
            Self::Office | Self::Enrolment => {
                operations.extend(explanations.into_iter().map(DocumentedOperation::anonymous));
            }
        }
        operations
    }
}

/// The description of a listener's routes.
pub fn document(listener: DescribedListener) -> Value {
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let (mut schemas, problems) = (SchemaCollector::default(), ProblemCatalogue::new());
    schemas.add_parts::<Problem>();
    let (mut paths, operations) = (json!({}), listener.operations());
    for operation in &operations {
        paths[operation.path][operation.method] = operation.to_value(&mut schemas, &problems, &examples);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": listener.title(),
            "version": VERSION,
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{
            "url": "https://{host}:{port}",
            "variables": {
                "host": { "default": "127.0.0.1", "description": "Name of the gateway." },
                "port": { "default": listener.port().to_string(), "description": "Port of the listener." },
            },
        }],
        "tags": tag_descriptions(operations.iter().map(|operation| operation.path)),
        "paths": paths,
        "components": {
            "schemas": schemas.into_value(),
            "parameters": parameters::parameters(),
            "headers": parameters::header_definitions(),
            "securitySchemes": {
                "certificate": { "type": "mutualTLS", "description": "Certificate of the device." },
                "invitation": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Device id and enrolment code of the invitation.",
                },
            },
        },
    });
    open_answer_enums(&mut document);
    remove_unused(&mut document);
    document
}

/// Removes parameters, headers, security schemes and schemas that no route of the listener uses.
fn remove_unused(document: &mut Value) {
    remove_unused_schemas(document);
    let text = document["paths"].to_string();
    for group in ["parameters", "headers"] {
        if let Some(members) = document["components"][group].as_object_mut() {
            members.retain(|name, _| text.contains(&format!("#/components/{group}/{name}\"")));
        }
    }
    if let Some(schemes) = document["components"]["securitySchemes"].as_object_mut() {
        schemes.retain(|name, _| text.contains(&format!("{{\"{name}\":[]}}")));
    }
}

fn remove_unused_schemas(document: &mut Value) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let used = referenced(vec![&document["paths"]], &schemas);
    document["components"]["schemas"] = schemas.into_iter().filter(|(name, _)| used.contains(name)).collect();
}

/// The text of the file and of the response.
pub fn document_text(listener: DescribedListener) -> String {
    let mut text = serde_json::to_string_pretty(&document(listener)).unwrap_or_default();
    text.push('\n');
    text
}

/// Returns the description of the studio listener.
pub async fn show_studio(_: StudioCaller) -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document_text(DescribedListener::Studio));
    respond(&TEXT)
}

/// Returns the description of the office listener.
pub async fn show_office(_: OfficeDevice) -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| document_text(DescribedListener::Office));
    respond(&TEXT)
}

/// Returns the description of the enrolment listener, to every caller.
pub async fn show_enrolment(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
) -> Result<Response, Problem> {
    static TEXT: LazyLock<String> = LazyLock::new(|| document_text(DescribedListener::Enrolment));
    admit_reader(&app.gateway, address)?;
    Ok(respond(&TEXT))
}

fn respond(text: &'static LazyLock<String>) -> Response {
    // The texts of the description are English for every caller.
    ([(CONTENT_TYPE, "application/json"), (CONTENT_LANGUAGE, "en")], text.as_str()).into_response()
}
