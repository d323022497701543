//! Comparison of two descriptions of the API: what programs that were written for the old one would notice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The side that writes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    Client,
    Gateway,
}

/// Keywords that limit a value further.
const LIMITS: [&str; 9] =
    ["pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "format", "const"];

/// Differences between two documents, each with its place.
struct DescriptionComparison<'a> {
    old: &'a Value,
    new: &'a Value,
    found: Vec<String>,
}

/// The changes from `old` to `new` that break clients.
pub(super) fn breaking_changes(old: &Value, new: &Value) -> Vec<String> {
    let mut comparison = DescriptionComparison { old, new, found: Vec::new() };
    for (path, methods) in members(&old["paths"]) {
        for (method, operation) in members(methods) {
            let place = format!("{} {path}", method.to_uppercase());
            match new["paths"].get(path).and_then(|methods| methods.get(method)) {
                Some(other) => comparison.operation(&place, operation, other),
                None => comparison.found.push(format!("{place}: removed")),
            }
        }
    }
    let problems = problem_statuses(new);
    for (kind, status) in problem_statuses(old) {
        if problems.get(&kind).is_some_and(|other| *other != status) {
            comparison.found.push(format!("{kind}: another status"));
        }
    }
    comparison.found
}

/// Status of each type of problem.
fn problem_statuses(document: &Value) -> BTreeMap<String, Value> {
    let schemas = members(&document["components"]["schemas"]).map(|(_, schema)| &schema["properties"]);
    let typed =
        schemas.filter_map(|own| Some((own["type"]["const"].as_str()?.to_owned(), own["status"]["const"].clone())));
    typed.collect()
}

impl DescriptionComparison<'_> {
    fn note(&mut self, place: &str, what: &str) {
        self.found.push(format!("{place}: {what}"));
    }

    fn operation(&mut self, place: &str, old: &Value, new: &Value) {
        if old["operationId"] != new["operationId"] {
            self.note(place, "another operationId");
        }
        if old["security"] != new["security"] {
            self.note(place, "another security");
        }
        self.parameters(place, old, new);
        for (media_type, content) in members(&old["requestBody"]["content"]) {
            let place = format!("{place} request");
            match new["requestBody"]["content"].get(media_type) {
                Some(other) => self.schema(&place, &content["schema"], &other["schema"], Writer::Client, 0),
                None => self.note(&place, &format!("{media_type} is no longer accepted")),
            }
        }
        if old.get("requestBody").is_none() && new["requestBody"]["required"] == true {
            self.note(place, "a body is required now");
        }
        for (status, answer) in members(&old["responses"]) {
            let place = format!("{place} {status}");
            let Some(other) = new["responses"].get(status) else {
                // A refusal that no longer occurs breaks nothing.
                if status.starts_with('2') {
                    self.note(&place, "removed");
                }
                continue;
            };
            for (name, _) in members(&answer["headers"]) {
                let header = |document, headers: &Value| resolve(document, &headers[name])["schema"].clone();
                if other["headers"].get(name).is_none() {
                    self.note(&place, &format!("header {name} removed"));
                } else if is_required_header(self.old, &answer["headers"][name])
                    && !is_required_header(self.new, &other["headers"][name])
                {
                    self.note(&place, &format!("header {name} may be absent now"));
                } else if header(self.old, &answer["headers"]) != header(self.new, &other["headers"]) {
                    self.note(&place, &format!("header {name} of another type"));
                }
            }
            for (media_type, content) in members(&answer["content"]) {
                match other["content"].get(media_type) {
                    Some(other) => self.schema(&place, &content["schema"], &other["schema"], Writer::Gateway, 0),
                    None => self.note(&place, &format!("{media_type} removed")),
                }
            }
        }
        for (status, _) in members(&new["responses"]) {
            if status.starts_with('2') && old["responses"].get(status).is_none() {
                self.note(place, &format!("new success {status}"));
            }
        }
    }

    fn parameters(&mut self, place: &str, old: &Value, new: &Value) {
        let resolved = |document, operation: &Value| -> Vec<Value> {
            items(&operation["parameters"]).map(|parameter| resolve(document, parameter).clone()).collect()
        };
        let (old, new) = (resolved(self.old, old), resolved(self.new, new));
        let id = |parameter: &Value| (parameter["in"].clone(), parameter["name"].clone());
        for parameter in &old {
            let place = format!("{place} {}", parameter["name"]);
            match new.iter().find(|other| id(other) == id(parameter)) {
                Some(other) => {
                    if other["required"] == true && parameter["required"] != true {
                        self.note(&place, "required now");
                    }
                    self.schema(&place, &parameter["schema"], &other["schema"], Writer::Client, 0);
                }
                None => self.note(&place, "removed"),
            }
        }
        for parameter in new.iter().filter(|parameter| parameter["required"] == true) {
            if !old.iter().any(|other| id(other) == id(parameter)) {
                self.note(place, &format!("new required parameter {}", parameter["name"]));
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, writer: Writer, depth: usize) {
        // Schemas do not contain themselves; the limit is for one that does by mistake.
        if depth > 20 {
            return self.note(place, "nested too deeply");
        }
        let (old_reference, new_reference) = (old, new);
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        if let (Some(old), Some(new)) = (known_problems(old), known_problems(new)) {
            return self.schema(place, old, new, writer, depth + 1);
        }
        // A status with one problem may get a second one, and the other way round.
        if old.get("oneOf").is_some() != new.get("oneOf").is_some() {
            let alternatives = |schema: &Value, reference: &Value| match schema.get("oneOf") {
                Some(several) => several.clone(),
                None => json!([reference]),
            };
            let (old, new) = (alternatives(old, old_reference), alternatives(new, new_reference));
            return items(&old).for_each(|alternative| self.alternative(place, alternative, &new, writer, depth));
        }
        let (old_list, new_list) = (open_list(self.old, old), open_list(self.new, new));
        if old_list.is_some() || new_list.is_some() {
            if new_list.is_none() {
                self.note(place, "no longer open for other values");
            }
            return self.values(place, old_list.unwrap_or(old), new_list.unwrap_or(new));
        }
        if old["type"] != new["type"] {
            return self.note(place, "another type");
        }
        for limit in LIMITS {
            if old.get(limit) != new.get(limit) && (writer == Writer::Gateway || new.get(limit).is_some()) {
                self.note(place, &format!("another {limit}"));
            }
        }
        let (had, has) = (values(old), values(new));
        self.values(place, old, new);
        if writer == Writer::Client && had.is_empty() && !has.is_empty() {
            self.note(place, "not every value is accepted now");
        }
        if writer == Writer::Gateway && !had.is_empty() && !has.is_subset(&had) {
            self.note(place, "new values in a closed list");
        }
        self.members(place, old, new, writer, depth);
        if old.get("items").is_some() {
            self.schema(&format!("{place}[]"), &old["items"], &new["items"], writer, depth + 1);
        }
        for alternative in items(&old["oneOf"]) {
            self.alternative(place, alternative, &new["oneOf"], writer, depth);
        }
    }

    /// Compares lists of values, of which a client may know each old one.
    fn values(&mut self, place: &str, old: &Value, new: &Value) {
        let has = values(new);
        if !has.is_empty() && !values(old).is_subset(&has) {
            self.note(place, "values are missing");
        }
    }

    fn members(&mut self, place: &str, old: &Value, new: &Value, writer: Writer, depth: usize) {
        let is_required = |schema: &Value, name: &str| items(&schema["required"]).any(|required| required == name);
        for (name, member) in members(&old["properties"]) {
            let inner = format!("{place}.{name}");
            match new["properties"].get(name) {
                Some(other) => self.schema(&inner, member, other, writer, depth + 1),
                None => self.note(&inner, "removed"),
            }
            match writer {
                Writer::Gateway if is_required(old, name) && !is_required(new, name) => {
                    self.note(&inner, "may be absent now")
                }
                Writer::Client if !is_required(old, name) && is_required(new, name) => {
                    self.note(&inner, "required now")
                }
                _ => {}
            }
        }
        for (name, _) in members(&new["properties"]) {
            if writer == Writer::Client && is_required(new, name) && old["properties"].get(name).is_none() {
                self.note(&format!("{place}.{name}"), "new and required");
            }
        }
    }

    /// Compares an alternative with the one of the same kind: the same constant, or the same first member.
    fn alternative(&mut self, place: &str, old: &Value, new: &Value, writer: Writer, depth: usize) {
        let kind = |document: &Value, schema: &Value| {
            let resolved = resolve(document, schema);
            let tag = ["type", "outcome"].into_iter().map(|name| &resolved["properties"][name]).find_map(|member| {
                member
                    .get("const")
                    .cloned()
                    .or_else(|| items(&member["enum"]).next().filter(|_| items(&member["enum"]).count() == 1).cloned())
            });
            let names = || json!(members(&resolved["properties"]).map(|(name, _)| name).next());
            tag.unwrap_or_else(names)
        };
        let wanted = kind(self.old, old);
        let other = items(new).find(|other| kind(self.new, other) == wanted).cloned();
        match other {
            Some(other) => self.schema(place, old, &other, writer, depth + 1),
            // A problem that no longer occurs breaks nothing.
            None if writer == Writer::Gateway => {}
            None => self.note(place, &format!("{wanted} is no longer accepted")),
        }
    }
}

fn values(schema: &Value) -> BTreeSet<String> {
    items(&schema["enum"]).map(Value::to_string).collect()
}

/// The known values of a list that is open for others: `anyOf` of a list and of any string.
fn open_list<'a>(document: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let alternatives: Vec<_> = items(&schema["anyOf"]).map(|one| resolve(document, one)).collect();
    let [list, other] = alternatives.as_slice() else { return None };
    (list.get("enum").is_some() && **other == json!({ "type": "string" })).then_some(list)
}

/// The problems that a version names for a status, if clients have to expect others.
fn known_problems(schema: &Value) -> Option<&Value> {
    let alternatives: Vec<_> = items(&schema["anyOf"]).collect();
    let [known, other] = alternatives.as_slice() else { return None };
    (other["$ref"] == "#/components/schemas/UnknownProblem").then_some(known)
}

fn is_required_header(document: &Value, header: &Value) -> bool {
    resolve(document, header)["required"] == true
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn items(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}

/// The part of the document that a reference names.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => document.pointer(pointer).unwrap_or(value),
        None => value,
    }
}
