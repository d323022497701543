//! Description of one route: its parameters, bodies, answers and problems.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::parameters::{Parameter, headers};
use super::problems::{ProblemCatalogue, problem_answers};
use super::schema_collector::SchemaCollector;
use super::tags::tag;
use crate::wire::problem::PROBLEM_JSON;

/// Content of a request or an answer.
#[derive(Clone, Copy)]
pub(super) enum DocumentedBody {
    Json {
        media_type: &'static str,
        schema: fn(&mut SchemaCollector) -> Value,
    },
    /// Any JSON object.
    AnyJson,
    Bytes {
        media_type: &'static str,
    },
    Text {
        media_type: &'static str,
    },
    /// JSON objects, one on each line.
    JsonLines {
        schema: fn(&mut SchemaCollector) -> Value,
    },
}

impl DocumentedBody {
    pub(super) fn json<T: ToSchema>() -> Self {
        Self::Json { media_type: "application/json", schema: SchemaCollector::reference::<T> }
    }

    pub(super) fn json_lines<T: ToSchema>() -> Self {
        Self::JsonLines { schema: SchemaCollector::reference::<T> }
    }

    fn content(self, schemas: &mut SchemaCollector, example: Option<&Value>) -> Value {
        let (media_type, schema) = match self {
            Self::Json { media_type, schema } => (media_type, schema(schemas)),
            Self::AnyJson => ("application/json", json!({ "type": "object" })),
            // Not needed since OpenAPI 3.1, but generators of clients ask for it.
            Self::Bytes { media_type } => (media_type, json!({ "type": "string", "format": "binary" })),
            Self::Text { media_type } => (media_type, json!({ "type": "string" })),
            Self::JsonLines { schema } => {
                let media_type = "application/jsonl";
                let lines = json!({
                    "type": "string",
                    "contentMediaType": media_type,
                    "contentSchema": schema(schemas),
                    "description": "One JSON object on each line. `contentSchema` describes one line.",
                });
                (media_type, lines)
            }
        };
        let mut content = json!({ "schema": schema });
        if let Some(example) = example {
            content["example"] = example.clone();
        }
        json!({ media_type: content })
    }
}

/// An answer other than a problem.
struct DocumentedAnswer {
    status: u16,
    description: &'static str,
    bodies: Vec<DocumentedBody>,
    headers: &'static [&'static str],
}

/// One route with what callers need to know.
pub(super) struct DocumentedOperation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    parameters: Vec<Parameter>,
    request: Option<(DocumentedBody, &'static str)>,
    answers: Vec<DocumentedAnswer>,
    problems: Vec<&'static str>,
    security: Value,
}

pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> DocumentedOperation {
    DocumentedOperation::new("get", path, id, summary)
}

pub(super) fn head(path: &'static str, id: &'static str, summary: &'static str) -> DocumentedOperation {
    DocumentedOperation::new("head", path, id, summary)
}

pub(super) fn post(path: &'static str, id: &'static str, summary: &'static str) -> DocumentedOperation {
    DocumentedOperation::new("post", path, id, summary)
}

pub(super) fn delete(path: &'static str, id: &'static str, summary: &'static str) -> DocumentedOperation {
    DocumentedOperation::new("delete", path, id, summary)
}

impl DocumentedOperation {
    fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            description: "",
            parameters: Vec::new(),
            request: None,
            answers: Vec::new(),
            problems: Vec::new(),
            security: json!([{ "certificate": [] }]),
        }
    }

    pub(super) fn describe(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    pub(super) fn takes(mut self, parameters: &[Parameter]) -> Self {
        self.parameters.extend_from_slice(parameters);
        self
    }

    pub(super) fn with_body(self, body: DocumentedBody, description: &'static str) -> Self {
        Self { request: Some((body, description)), ..self }
    }

    pub(super) fn answers(
        mut self,
        status: u16,
        description: &'static str,
        bodies: &[DocumentedBody],
        headers: &'static [&'static str],
    ) -> Self {
        self.answers.push(DocumentedAnswer { status, description, bodies: bodies.to_vec(), headers });
        self
    }

    pub(super) fn refuses(mut self, problems: &[&'static str]) -> Self {
        self.problems.extend_from_slice(problems);
        self
    }

    /// A route for callers without a certificate.
    pub(super) fn anonymous(self) -> Self {
        Self { security: json!([]), ..self }
    }

    /// A route for callers with an enrolment code.
    pub(super) fn with_invitation(self) -> Self {
        Self { security: json!([{ "invitation": [] }]), ..self }
    }

    /// The operation as a member of a path item. `examples` are recorded answers by operation and status.
    pub(super) fn to_value(
        &self,
        schemas: &mut SchemaCollector,
        problems: &ProblemCatalogue,
        examples: &Value,
    ) -> Value {
        let examples = &examples[self.id];
        let mut operation = json!({
            "operationId": self.id,
            "tags": [tag(self.path)],
            "summary": self.summary,
            "parameters": self.parameters.iter().map(Parameter::reference).collect::<Vec<_>>(),
        });
        if !self.description.is_empty() {
            operation["description"] = self.description.into();
        }
        if let Some((body, description)) = self.request {
            let content = body.content(schemas, examples.get("request"));
            operation["requestBody"] = json!({ "description": description, "required": true, "content": content });
        }
        let mut responses = Map::new();
        for answer in &self.answers {
            let status = answer.status.to_string();
            let example = examples.get(&status);
            let mut response = json!({ "description": answer.description, "headers": headers(answer.headers) });
            for body in &answer.bodies {
                let Value::Object(content) = body.content(schemas, example) else { continue };
                for (media_type, content) in content {
                    response["content"][media_type] = content;
                }
            }
            responses.insert(status, response);
        }
        // A HEAD request is refused without a body.
        let media_type = (self.method != "head").then_some(PROBLEM_JSON);
        for (status, refusal) in problem_answers(&self.problems, problems, schemas, media_type, examples) {
            responses.insert(status, refusal);
        }
        operation["responses"] = Value::Object(responses);
        operation["security"] = self.security.clone();
        operation
    }
}
