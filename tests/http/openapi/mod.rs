//! The description of the API: complete, true, and without changes that break clients.

mod compatibility;
mod described_operation;
mod examples;
mod own_problems;
mod problems;
mod requests;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use lichtbild::api::Problem;
use lichtbild::api::openapi::{DescribedListener, document, document_text};
use lichtbild::server::routes::routes;
use serde_json::{Value, json};
use strum::{VariantArray, VariantNames};

use self::compatibility::breaking_changes;
use crate::support::api_description::check;

fn listeners() -> impl Iterator<Item = DescribedListener> {
    DescribedListener::VARIANTS.iter().copied()
}

fn file(folder: &str, listener: DescribedListener) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), folder, &format!("{}.json", listener.name())].iter().collect()
}

#[test]
fn every_route_for_programs_is_described_and_nothing_else() {
    let mut described = BTreeSet::new();
    for listener in listeners() {
        for (path, methods) in document(listener)["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                described.insert(format!("{} {} {path}", listener.name(), method.to_uppercase()));
            }
        }
    }
    let is_for_programs = |path: &str| !["/desk", "/studio", "/connect"].iter().any(|pages| path.starts_with(pages));
    let served: BTreeSet<_> = routes()
        .iter()
        .filter(|route| route.listener.name() != "ops" && is_for_programs(route.path))
        .map(|route| format!("{} {} {}", route.listener.name(), route.method, route.path))
        .collect();
    assert_eq!(described, served);
}

#[test]
fn names_are_unique_and_every_reference_leads_somewhere() {
    for listener in listeners() {
        let document = document(listener);
        let mut names = BTreeSet::new();
        let mut references = Vec::new();
        visit(&document, &mut |value| {
            if let Some(name) = value["operationId"].as_str() {
                assert!(names.insert(name.to_owned()), "{name} twice");
            }
            references.extend(value["$ref"].as_str().map(str::to_owned));
        });
        for reference in references {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{listener:?}: {reference}");
        }
    }
}

fn visit(value: &Value, see: &mut impl FnMut(&Value)) {
    see(value);
    match value {
        Value::Object(members) => members.values().for_each(|member| visit(member, see)),
        Value::Array(items) => items.iter().for_each(|item| visit(item, see)),
        _ => {}
    }
}

#[test]
fn every_problem_type_is_described_where_it_can_occur() {
    // Of the desk's forms, of the monitoring listener, and of addresses that are no routes.
    let elsewhere = ["form-foreign", "host-foreign", "method-not-allowed"];
    let mut described = BTreeSet::new();
    for listener in listeners() {
        visit(&document(listener)["components"]["schemas"], &mut |schema| {
            described.extend(schema["properties"]["type"]["const"].as_str().map(str::to_owned));
        });
    }
    let known: BTreeSet<_> =
        Problem::VARIANTS.iter().filter(|kind| !elsewhere.contains(kind)).map(|kind| (*kind).to_owned()).collect();
    assert_eq!(described, known);
}

#[test]
fn the_files_are_those_that_the_command_writes() {
    for listener in listeners() {
        let path = file("docs/openapi", listener);
        let written = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == document_text(listener),
            "{} is stale: run `cargo run -- openapi --out docs/openapi`",
            path.display()
        );
    }
}

/// `fixtures/openapi` has the interface that clients were promised. A change that breaks none of them is added by
/// `LICHTBILD_UPDATE_OPENAPI=1`.
#[test]
fn no_change_breaks_a_client_of_this_version() {
    for listener in listeners() {
        let (path, new) = (file("fixtures/openapi/v1", listener), document(listener));
        let old: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(breaking_changes(&old, &new), Vec::<String>::new(), "{listener:?}");
        if std::env::var_os("LICHTBILD_UPDATE_OPENAPI").is_some() {
            fs::write(&path, document_text(listener)).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap();
        assert!(written == document_text(listener), "additions: run this test once with LICHTBILD_UPDATE_OPENAPI=1");
    }
}

#[test]
fn changes_that_break_clients_are_found_and_others_are_not() {
    let old = document(DescribedListener::Studio);
    let pointer = |path: &str, rest: &str| format!("/paths/{}{rest}", path.replace('/', "~1"));
    let receipt = "/components/schemas/ReceiptBody";
    let schema = |name: &str| format!("/components/schemas/{name}");
    let breaking: [(&str, String, Value); 16] = [
        ("a route", pointer("/v1/me", "/get"), Value::Null),
        ("a name", pointer("/v1/me", "/get/operationId"), json!("me")),
        ("a media type", pointer("/v1/photos", "/post/requestBody/content"), json!({ "image/png": {} })),
        ("a success", pointer("/v1/photos", "/post/responses/201"), Value::Null),
        ("a member", format!("{receipt}/properties/code"), Value::Null),
        ("a type", format!("{receipt}/properties/bytes"), json!({ "type": "string" })),
        ("a promise", format!("{receipt}/required"), json!(["photo_id"])),
        ("a state", format!("{}/enum", schema("KnownPhotoState")), json!(["free", "leased"])),
        ("an open list", schema("Verdict"), json!({ "type": "string", "enum": ["accepted", "refused"] })),
        ("a value of a request", "/components/parameters/PhotoSubject/schema/enum".to_owned(), json!(["adult"])),
        ("a header that is always there", "/components/headers/Link/required".to_owned(), json!(false)),
        ("a status", format!("{}/properties/status/const", schema("PhotoUnknownProblem")), json!(410)),
        ("a free value", "/components/parameters/IdempotencyKey/schema/enum".to_owned(), json!(["one"])),
        ("a certificate", pointer("/v1/me", "/get/security"), json!([])),
        ("a header", "/components/headers/Page-Limit/schema/type".to_owned(), json!("string")),
        ("a required parameter", "/components/parameters/Limit/required".to_owned(), json!(true)),
    ];
    for (what, place, value) in breaking {
        assert_ne!(breaking_changes(&old, &changed(&old, &place, value)), Vec::<String>::new(), "{what}");
    }
    let harmless = [
        ("a new member", format!("{receipt}/properties/colour"), json!({ "type": "string" })),
        ("a new route", pointer("/v1/news", ""), json!({ "get": { "operationId": "news", "responses": {} } })),
        (
            "a new state",
            "/components/schemas/KnownPhotoState/enum".to_owned(),
            json!(["available", "leased", "kept", "used", "refused", "withdrawn", "expired", "lost"]),
        ),
        (
            "a second refusal",
            pointer("/v1/photos/{photo_id}", "/get/responses/404/content/application~1problem+json/schema"),
            json!({ "anyOf": [
                { "oneOf": [{ "$ref": "#/components/schemas/PhotoUnknownProblem" }, { "type": "object" }] },
                { "$ref": "#/components/schemas/UnknownProblem" }
            ] }),
        ),
        (
            "a new value of a request",
            "/components/parameters/PhotoSubject/schema/enum".to_owned(),
            json!(["adult", "under10", "under6", "under3"]),
        ),
        ("a refusal less", pointer("/v1/photos", "/post/responses/409"), Value::Null),
        ("other words", pointer("/v1/me", "/get/summary"), json!("Tells the caller.")),
    ];
    for (what, place, value) in harmless {
        assert_eq!(breaking_changes(&old, &changed(&old, &place, value)), Vec::<String>::new(), "{what}");
    }
}

#[test]
fn lists_of_values_are_open_in_answers_and_closed_in_requests() {
    let office = document(DescribedListener::Office);
    let list = |name: &str| format!("/components/schemas/{name}/enum");
    for (place, values) in [("CheckpointFormat", ["lichtbild-checkpoint/v1", "v2"]), ("KnownRefusalReason", ["a", "b"])]
    {
        let other = changed(&office, &list(place), json!(values));
        assert_ne!(breaking_changes(&office, &other), Vec::<String>::new(), "{place}");
    }
    for listener in listeners() {
        let document = document(listener);
        let operations = || document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
        for (method, operation) in operations() {
            let place = format!("{method} {}", operation["operationId"]);
            let request = json!([operation["parameters"], operation["requestBody"]]);
            visit_resolved(&document, &request, &mut |schema| {
                assert!(schema.get("anyOf").is_none(), "{place}: {schema}")
            });
            visit_answer(&document, &operation["responses"], &mut |name| {
                assert!(["CheckpointFormat", "RepeatAdvice"].contains(&name), "{place}: {name} is a closed list");
            });
        }
    }
}

/// Clients have to expect new values, but our own tests accept only values that this version names.
#[test]
fn a_value_that_an_open_list_does_not_name_is_noticed() {
    let studio = document(DescribedListener::Studio);
    let state = json!({ "$ref": "#/components/schemas/PhotoState" });
    assert_eq!(check(&studio, &state, &json!("used"), "state"), Ok(()));
    assert!(check(&studio, &state, &json!("archived"), "state").is_err());
}

/// Sees each value and what it refers to.
fn visit_resolved(document: &Value, value: &Value, see: &mut impl FnMut(&Value)) {
    visit(value, &mut |value| {
        see(value);
        if let Some(reference) = value["$ref"].as_str() {
            visit_resolved(document, document.pointer(reference.trim_start_matches('#')).unwrap(), see);
        }
    });
}

/// Sees the name of each closed list of values; other lists are alternatives of an open one.
fn visit_answer(document: &Value, value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let target = document.pointer(reference.trim_start_matches('#')).unwrap();
                match target.get("enum") {
                    Some(_) => see(reference.rsplit('/').next().unwrap()),
                    None => visit_answer(document, target, see),
                }
            } else if members.get("enum").is_some_and(Value::is_array) {
                see("an inner list");
            }
            // An example is no schema.
            let inner = members.iter().filter(|(name, _)| !["anyOf", "example", "examples"].contains(&name.as_str()));
            inner.for_each(|(_, member)| visit_answer(document, member, see));
        }
        Value::Array(items) => items.iter().for_each(|item| visit_answer(document, item, see)),
        _ => {}
    }
}

/// The document with another value at a place, or without it.
fn changed(document: &Value, place: &str, value: Value) -> Value {
    let mut document = document.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let name = name.replace("~1", "/");
    match value {
        Value::Null => drop(parent.remove(&name)),
        value => drop(parent.insert(name, value)),
    }
    document
}
