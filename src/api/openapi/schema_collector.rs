//! Schemas of the bodies, gathered from their types.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// Schemas of the types that a document refers to, by name.
#[derive(Default)]
pub(super) struct SchemaCollector(BTreeMap<String, Value>);

impl SchemaCollector {
    /// A reference to the schema of `T`, which becomes part of the document with all that it refers to.
    pub(super) fn reference<T: ToSchema>(&mut self) -> Value {
        let name = T::name().into_owned();
        if !self.0.contains_key(&name) {
            self.0.insert(name.clone(), to_value(&T::schema()));
            self.add_parts::<T>();
        }
        reference(&name)
    }

    /// Adds all schemas that `T` refers to.
    pub(super) fn add_parts<T: ToSchema>(&mut self) {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        for (name, schema) in schemas {
            self.0.entry(name).or_insert_with(|| to_value(&schema));
        }
    }

    /// Adds a member that is always there to a schema.
    pub(super) fn add_member(&mut self, schema: &str, name: &str, member: Value) {
        let Some(schema) = self.0.get_mut(schema) else { return };
        schema["properties"][name] = member;
        if let Some(required) = schema["required"].as_array_mut() {
            required.push(name.into());
        }
    }

    pub(super) fn add(&mut self, name: String, schema: Value) -> Value {
        let reference = reference(&name);
        self.0.entry(name).or_insert(schema);
        reference
    }

    /// All schemas by name.
    pub(super) fn into_value(mut self) -> Value {
        let parts = self.0.clone();
        self.0.values_mut().for_each(|schema| merge_parts(schema, &parts));
        for schema in parts.keys() {
            self.name_alternatives(schema);
        }
        json!(self.0)
    }

    /// Makes a schema of each alternative with a title, since generators of clients invent names for others. Alternatives with a common
    /// member of one value each get a discriminator.
    fn name_alternatives(&mut self, schema: &str) {
        let alternatives = self.0[schema]["oneOf"].as_array().cloned().unwrap_or_default();
        let named: Option<Vec<_>> =
            alternatives.iter().map(|one| Some((one["title"].as_str()?.to_owned(), one.clone()))).collect();
        let Some(named) = named.filter(|named| !named.is_empty()) else { return };
        let either: Vec<_> = named.iter().map(|(name, _)| reference(name)).collect();
        let tagged = named.iter().map(|(name, one)| {
            let mut members = one["properties"].as_object()?.iter();
            let (tag, value) = members.find_map(|(tag, member)| match member["enum"].as_array()?.as_slice() {
                [only] => Some((tag.clone(), only.as_str()?.to_owned())),
                _ => None,
            })?;
            Some((tag, (value, reference(name)["$ref"].clone())))
        });
        let tagged: Option<Vec<_>> = tagged.collect();
        if let (Some(schema), Some(tagged)) = (self.0.get_mut(schema), tagged)
            && let Some((tag, _)) = tagged.first().cloned()
        {
            let mapping: Map<_, _> = tagged.into_iter().map(|(_, value)| value).collect();
            schema["discriminator"] = json!({ "propertyName": tag, "mapping": mapping });
        }
        if let Some(schema) = self.0.get_mut(schema) {
            schema["oneOf"] = json!(either);
        }
        self.0.extend(named);
    }

    /// The schema of `T` without references to it.
    pub(super) fn of<T: ToSchema>() -> Value {
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        let parts = parts.iter().map(|(name, schema)| (name.clone(), to_value(schema))).collect();
        let mut schema = to_value(&T::schema());
        merge_parts(&mut schema, &parts);
        schema
    }
}

/// Replaces `allOf`, which stands for flattened members, by one object with the members of all parts.
fn merge_parts(schema: &mut Value, named: &BTreeMap<String, Value>) {
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| merge_parts(member, named)),
        Value::Array(items) => items.iter_mut().for_each(|item| merge_parts(item, named)),
        _ => {}
    }
    let Some(parts) = schema.get("allOf").and_then(Value::as_array).cloned() else { return };
    let mut whole = json!({ "type": "object", "required": [], "properties": {} });
    for name in ["title", "description"] {
        if let Some(text) = schema.get(name) {
            whole[name] = text.clone();
        }
    }
    for part in parts {
        // An optional part is null or a reference.
        let is_optional = part.get("oneOf").is_some();
        let part = part["oneOf"].as_array().and_then(|either| either.last()).unwrap_or(&part);
        let name = part["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/components/schemas/"));
        let part = name.and_then(|name| named.get(name)).unwrap_or(part);
        for (name, property) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][name] = property.clone();
        }
        if let (false, Some(required), Some(all)) =
            (is_optional, part["required"].as_array(), whole["required"].as_array_mut())
        {
            all.extend(required.iter().cloned());
        }
    }
    *schema = whole;
}

/// Turns doc comments into plain text: links to code become its name, and lines become sentences.
fn plain_text(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                *text = without_links(&text.replace('\n', " "));
            }
            members.values_mut().for_each(plain_text);
        }
        Value::Array(items) => items.iter_mut().for_each(plain_text),
        _ => {}
    }
}

/// The text with `name` in place of `[name](target)` and `[name]`.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((name, after)) = link.split_once(']') else { break };
        plain.push_str(before);
        plain.push_str(name);
        rest = after;
        if let Some((_, after)) = after.strip_prefix('(').and_then(|target| target.split_once(')')) {
            rest = after;
        }
    }
    plain + rest
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema as JSON. A member that may be absent is never null: the gateway leaves it out.
fn to_value(schema: &RefOr<Schema>) -> Value {
    let mut value = serde_json::to_value(schema).unwrap_or_default();
    forbid_null(&mut value);
    plain_text(&mut value);
    value
}

fn forbid_null(schema: &mut Value) {
    let required: Vec<Value> = schema["required"].as_array().cloned().unwrap_or_default();
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, property) in properties {
            if !required.iter().any(|required| required == name) {
                without_null(property);
            }
        }
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(forbid_null),
        Value::Array(items) => items.iter_mut().for_each(forbid_null),
        _ => {}
    }
}

/// Removes null from the types or alternatives of `schema`.
fn without_null(schema: &mut Value) {
    let types: Vec<_> = schema["type"].as_array().into_iter().flatten().filter(|name| *name != "null").collect();
    if let [only] = types.as_slice() {
        schema["type"] = (*only).clone();
    }
    if let Some(members) = schema.as_object_mut().filter(|members| members.get("default").is_some_and(Value::is_null)) {
        members.remove("default");
    }
    let Some(alternatives) = schema.get_mut("oneOf").and_then(Value::as_array_mut) else { return };
    alternatives.retain(|alternative| alternative["type"] != "null");
    if let [only] = alternatives.as_slice() {
        let mut only = only.clone();
        if let (Some(only), Some(description)) = (only.as_object_mut(), schema.get("description")) {
            only.insert("description".to_owned(), description.clone());
        }
        *schema = only;
    }
}
