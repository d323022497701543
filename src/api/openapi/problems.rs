//! Problems as schemas: one for each type, with the members that it adds.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use strum::VariantNames;

use super::parameters::headers;
use super::schema_collector::SchemaCollector;
use crate::api::Problem;
use crate::api::problem::help::ProblemHelp;
use crate::texts::language::Language;
use crate::wire::finding::FindingBody;

/// Members of a problem type beyond those of RFC 9457, with their schemas, and those that are always there.
#[derive(Default, Clone)]
struct ProblemMembers {
    properties: Map<String, Value>,
    required: Vec<Value>,
}

/// The problem types by name.
pub(super) struct ProblemCatalogue(BTreeMap<&'static str, ProblemMembers>);

impl ProblemCatalogue {
    /// Reads the members from the fields of [`Problem`].
    pub(super) fn new() -> Self {
        let schema = SchemaCollector::of::<Problem>();
        let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
        let mut types: BTreeMap<&'static str, ProblemMembers> = BTreeMap::new();
        for (kind, variant) in Problem::VARIANTS.iter().zip(variants) {
            let properties = variant["properties"].as_object().cloned().unwrap_or_default();
            let required = variant["required"].as_array().cloned().unwrap_or_default();
            match types.get_mut(kind) {
                // Two variants of one type: only members of both are always there.
                Some(members) => {
                    members.properties.extend(properties);
                    members.required.retain(|name| required.contains(name));
                }
                None => drop(types.insert(kind, ProblemMembers { properties, required })),
            }
        }
        Self(types)
    }

    /// A reference to the schema of the type.
    fn reference(&self, kind: &'static str, schemas: &mut SchemaCollector) -> Value {
        let ProblemMembers { properties, required } = self.0.get(kind).cloned().unwrap_or_default();
        let mut all = json!({
            "type": { "type": "string", "const": kind },
            "title": { "type": "string", "description": "The type in the reader's language." },
            "status": { "type": "integer", "const": status(kind) },
            "detail": { "type": "string", "description": "Cause and remedy, in the reader's language." },
            "test": { "type": "boolean", "description": "True in the answer to a test code of `POST /v1/collections`." },
        });
        if let Some(all) = all.as_object_mut() {
            all.extend(properties);
            if kind == "photo-refused" {
                let findings = schemas.reference::<FindingBody>();
                all.insert("findings".to_owned(), json!({ "type": "array", "items": findings }));
            }
        }
        let mut names = vec![json!("type"), json!("title"), json!("status"), json!("detail")];
        names.extend((kind == "photo-refused").then(|| json!("findings")));
        names.extend(required);
        let explained = |help: ProblemHelp| {
            let [title, cause, remedy] =
                [help.title(Language::English), help.cause(Language::English), help.remedy(Language::English)];
            format!("{title}. {cause} {remedy}")
        };
        let description = ProblemHelp::find(kind).map(explained).unwrap_or_default();
        let schema = json!({ "type": "object", "description": description, "required": names, "properties": all });
        schemas.add(schema_name(kind), schema)
    }
}

fn status(kind: &str) -> u16 {
    ProblemHelp::find(kind).map_or(0, |help| help.status().as_u16())
}

/// `PhotoRefusedProblem` for `photo-refused`.
fn schema_name(kind: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    kind.split('-').map(capital).chain(["Problem".to_owned()]).collect()
}

/// A problem of a later version: clients decide by its status.
fn unknown_problem() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "description": "A problem of a type that this version does not have. Decide by the status.",
        "required": ["type", "title", "status", "detail"],
        "properties": { "type": text, "title": text, "status": { "type": "integer" }, "detail": text },
    })
}

/// Answers that are one of these problems, by status. Without a media type they have no body.
pub(super) fn problem_answers(
    kinds: &[&'static str],
    catalogue: &ProblemCatalogue,
    schemas: &mut SchemaCollector,
    media_type: Option<&str>,
    examples: &Value,
) -> BTreeMap<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for kind in kinds {
        let same_status = by_status.entry(status(kind)).or_default();
        if !same_status.contains(kind) {
            same_status.push(kind);
        }
    }
    let answer = |(status, kinds): (u16, Vec<&'static str>)| {
        let names: Vec<_> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
        let own: &[&str] = match status {
            401 => &["Link", "WWW-Authenticate"],
            409 | 429 | 503 => &["Link", "Retry-After"],
            _ => &["Link"],
        };
        let mut response = json!({ "description": names.join(", "), "headers": headers(own) });
        let references: Vec<_> = kinds.iter().map(|kind| catalogue.reference(kind, schemas)).collect();
        let mapping: Map<_, _> =
            kinds.iter().zip(&references).map(|(kind, schema)| ((*kind).to_owned(), schema["$ref"].clone())).collect();
        if let Some(media_type) = media_type {
            let known = match references.as_slice() {
                [only] => only.clone(),
                _ => json!({ "oneOf": references, "discriminator": { "propertyName": "type", "mapping": mapping } }),
            };
            let unknown = schemas.add("UnknownProblem".to_owned(), unknown_problem());
            let mut content = json!({ "schema": { "anyOf": [known, unknown] } });
            if let Some(recorded) = examples.get(status.to_string()).and_then(Value::as_object) {
                let named = recorded.iter().map(|(name, value)| (name.clone(), json!({ "value": value })));
                content["examples"] = named.collect::<Map<_, _>>().into();
            }
            response["content"] = json!({ media_type: content });
        }
        (status.to_string(), response)
    };
    by_status.into_iter().map(answer).collect()
}
