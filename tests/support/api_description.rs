//! Answers compared with the description of the API: every answer that a test gets has to be one that the description names.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use axum::http::response::Parts;
use lichtbild::api::openapi::{DescribedListener, document};
use lichtbild::api::problem::ProblemType;
use serde_json::Value;
use strum::VariantArray;

static DOCUMENTS: LazyLock<Vec<Value>> =
    LazyLock::new(|| DescribedListener::VARIANTS.iter().copied().map(document).collect());

/// Refusals of addresses that the listener does not have, of web pages, and of callers of the office listener that ask it for anything.
const UNDESCRIBED: [&str; 6] = [
    "route-unknown",
    "method-not-allowed",
    "host-foreign",
    "cross-site-request",
    "certificate-missing",
    "certificate-unusable",
];

/// Headers that HTTP itself defines for every answer; the description does not repeat them.
const COMMON_HEADERS: [&str; 7] =
    ["allow", "cache-control", "connection", "content-length", "content-type", "etag", "vary"];

/// Asserts that the description of the route has this answer: its status, its headers, its media type, and its body.
///
/// Routes that it does not describe, such as pages, are passed over. A route of several listeners needs one that fits.
pub fn assert_described(method: &str, path: &str, answer: &Parts, body: &[u8]) {
    let problem = answer.extensions.get::<ProblemType>().map(|ProblemType(kind)| *kind);
    if problem.is_some_and(|kind| UNDESCRIBED.contains(&kind)) {
        return;
    }
    let (status, headers) = (answer.status.as_u16(), &answer.headers);
    let described: Vec<_> =
        DOCUMENTS.iter().filter_map(|document| Some((document, operation(document, method, path)?))).collect();
    let differences: Vec<_> = described
        .iter()
        .filter_map(|(document, operation)| {
            let answer = operation["responses"].get(status.to_string()).ok_or("the status is not described".to_owned());
            let compared = answer.and_then(|answer| {
                header_difference(document, answer, headers)?;
                match method {
                    "HEAD" => head_difference(answer, problem, body),
                    _ => body_difference(document, answer, headers, body),
                }
            });
            compared.err()
        })
        .collect();
    assert!(
        described.is_empty() || differences.len() < described.len(),
        "{method} {path} {status}: {}\n{}",
        differences.join("; "),
        String::from_utf8_lossy(&body[..body.len().min(2000)])
    );
}

/// The operation whose path fits. A path without parameters takes precedence.
fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    let segments: Vec<_> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<_> = template.split('/').collect();
        parts.len() == segments.len()
            && parts.iter().zip(&segments).all(|(part, segment)| part == segment || part.starts_with('{'))
    };
    let paths = document["paths"].as_object().unwrap();
    let templates = paths.keys().filter(|template| fits(template));
    let path = templates.min_by_key(|template| template.matches('{').count())?;
    // A route for GET answers HEAD, too.
    let implied = (method == "HEAD").then_some("get");
    paths[path].get(method.to_lowercase()).or_else(|| paths[path].get(implied?))
}

/// An answer to HEAD has no body, so the text of the description names the problem.
fn head_difference(answer: &Value, problem: Option<&str>, body: &[u8]) -> Result<(), String> {
    let named = answer["description"].as_str().unwrap();
    match problem {
        _ if !body.is_empty() => Err("an answer to HEAD has a body".to_owned()),
        Some(kind) if !named.contains(&format!("`{kind}`")) => Err(format!("{kind} is not described")),
        _ => Ok(()),
    }
}

/// Every described header is there if it is always there, and has its type; every header is described or is one of HTTP itself.
fn header_difference(document: &Value, answer: &Value, headers: &HeaderMap) -> Result<(), String> {
    let described = answer["headers"].as_object().unwrap();
    for (name, header) in described {
        let reference = header["$ref"].as_str().unwrap();
        let header = document.pointer(reference.trim_start_matches('#')).ok_or(format!("no {reference}"))?;
        match headers.get(name.as_str()).map(|value| value.to_str().unwrap_or_default()) {
            None if header["required"] == true => return Err(format!("the header {name} is missing")),
            Some(value) if header["schema"]["type"] == "integer" && value.parse::<u64>().is_err() => {
                return Err(format!("{name}: {value} is no number"));
            }
            Some("") => return Err(format!("{name} is empty")),
            _ => {}
        }
    }
    // Pages are for browsers, which need headers that programs do not.
    let is_page = headers.get("content-type").is_some_and(|value| value.to_str().unwrap().starts_with("text/html"));
    if is_page {
        return Ok(());
    }
    let is_described = |name: &str| described.keys().any(|described| described.eq_ignore_ascii_case(name));
    let unknown = headers.keys().find(|name| !is_described(name.as_str()) && !COMMON_HEADERS.contains(&name.as_str()));
    unknown.map_or(Ok(()), |name| Err(format!("the header {name} is not described")))
}

fn body_difference(document: &Value, answer: &Value, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
    let media_type = headers.get("content-type").map_or("", |value| value.to_str().unwrap());
    let media_type = media_type.split(';').next().unwrap();
    let Some(content) = answer.get("content") else {
        return if body.is_empty() { Ok(()) } else { Err("a body is not described".to_owned()) };
    };
    if body.is_empty() && media_type.is_empty() {
        return Err("the body is missing".to_owned());
    }
    let schema = &content.get(media_type).ok_or_else(|| format!("{media_type} is not described"))?["schema"];
    let json = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).map_err(|error| error.to_string());
    if media_type == "application/jsonl" {
        let mut lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        return lines.try_for_each(|line| check(document, &schema["contentSchema"], &json(line)?, "line"));
    }
    if !media_type.ends_with("json") {
        return Ok(());
    }
    check(document, schema, &json(body)?, "body")
}

/// Checks a value against a schema, in the keywords that the description uses.
pub fn check(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).ok_or(format!("no {reference}"))?;
        return check(document, target, value, place);
    }
    // An open list of values: clients have to expect others, but this version sends only those that it names.
    if let Some(alternatives) = schema["anyOf"].as_array() {
        check(document, &alternatives[0], value, place)?;
    }
    if let Some(alternatives) = schema["oneOf"].as_array() {
        let errors: Vec<_> = alternatives.iter().filter_map(|one| check(document, one, value, place).err()).collect();
        if errors.len() + 1 != alternatives.len() {
            let fitting = alternatives.len() - errors.len();
            return Err(format!("{place}: {fitting} alternatives fit ({})", errors.join(", ")));
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |kind: &&str| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{place}: unknown type {other}"),
    };
    if !kinds.is_empty() && !kinds.iter().any(is) {
        return Err(format!("{place}: {value} is not {}", kinds.join(" or ")));
    }
    if schema.get("const").is_some_and(|constant| constant != value) {
        return Err(format!("{place}: {value} is not {}", schema["const"]));
    }
    if schema["enum"].as_array().is_some_and(|values| !values.contains(value)) {
        return Err(format!("{place}: {value} is not described"));
    }
    for item in value.as_array().into_iter().flatten().filter(|_| schema.get("items").is_some()) {
        check(document, &schema["items"], item, place)?;
    }
    let Some(members) = value.as_object().filter(|_| schema.get("properties").is_some()) else { return Ok(()) };
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(required) {
            return Err(format!("{place}: {required} is missing"));
        }
    }
    for (name, member) in members {
        let place = format!("{place}.{name}");
        match schema["properties"].get(name) {
            Some(property) => check(document, property, member, &place)?,
            None => return Err(format!("{place} is not described")),
        }
    }
    Ok(())
}
