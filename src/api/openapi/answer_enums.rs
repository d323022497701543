//! Lists of values in answers. They are open: a client has to expect a value that a later version adds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Lists of which a client has to refuse every other value.
const CLOSED: [&str; 2] = ["CheckpointFormat", "RepeatAdvice"];

const SCHEMAS: &str = "#/components/schemas/";

/// Opens each list of values that answers contain: it becomes a string, and `Known…` has the values of this version. Requests refer to
/// `Known…` only.
///
/// Generators of clients make a list of `Known…`, and read other values as strings.
pub(super) fn open_answer_enums(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object().cloned() else { return };
    let below = |parts: &[&str]| referenced(parts_of_operations(document, parts), &schemas);
    let (sent, answered) = (below(&["parameters", "requestBody"]), below(&["responses"]));
    let is_open = |name: &String| {
        let is_list = schemas.get(name).is_some_and(|schema| schema.get("enum").is_some());
        is_list && !CLOSED.contains(&name.as_str())
    };
    let open: Vec<_> = answered.iter().filter(|name| is_open(name)).cloned().collect();
    let Some(all) = document["components"]["schemas"].as_object_mut() else { return };
    // A later version may add members to answers. Types that are read from files too allow no others there.
    for name in answered.difference(&sent) {
        let schema = all.get_mut(name).and_then(Value::as_object_mut);
        schema.into_iter().for_each(|schema| {
            schema.retain(|keyword, value| keyword != "additionalProperties" || *value != json!(false))
        });
    }
    let known: BTreeMap<_, _> = open.iter().map(|name| (reference(name), reference(&format!("Known{name}")))).collect();
    for name in &sent {
        all.get_mut(name).into_iter().for_each(|schema| rename(schema, &known));
    }
    for name in open {
        let (values, description) = (&schemas[&name]["enum"], &schemas[&name]["description"]);
        let list = json!({
            "type": "string",
            "enum": values,
            "description": format!("Values of `{name}` in this version."),
        });
        let either = json!([{ "$ref": reference(&format!("Known{name}")) }, { "type": "string" }]);
        all.insert(format!("Known{name}"), list);
        all.insert(name, json!({ "description": description, "anyOf": either }));
    }
}

fn reference(name: &str) -> String {
    format!("{SCHEMAS}{name}")
}

/// These members of all operations.
fn parts_of_operations<'a>(document: &'a Value, names: &[&str]) -> Vec<&'a Value> {
    let methods = document["paths"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_object);
    methods.flat_map(Map::values).flat_map(|operation| names.iter().filter_map(|name| operation.get(name))).collect()
}

/// Names of the schemas to which these values refer, directly or through other schemas.
pub(super) fn referenced<'a>(mut rest: Vec<&'a Value>, schemas: &'a Map<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(members) => {
                let name = members.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(SCHEMAS));
                if let Some(name) = name
                    && found.insert(name.to_owned())
                {
                    rest.extend(schemas.get(name));
                }
                rest.extend(members.values());
            }
            Value::Array(items) => rest.extend(items),
            _ => {}
        }
    }
    found
}

/// Replaces references.
fn rename(value: &mut Value, references: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get_mut("$ref")
                && let Some(other) = reference.as_str().and_then(|old| references.get(old))
            {
                *reference = other.as_str().into();
            }
            members.values_mut().for_each(|member| rename(member, references));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, references)),
        _ => {}
    }
}
