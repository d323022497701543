//! Names the field of a request that does not fit the interface, and the values that the interface allows.
//!
//! The messages of serde are texts that may repeat what the caller sent, such as a code. This error takes only static names from serde:
//! those of the interface. Requests are read with it after they were refused, so that it cannot change what is accepted.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::Value;

/// Reason why a request does not fit the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MisfitError {
    /// Name in the interface; `None` if the field is unknown there.
    pub field: Option<&'static str>,
    pub misfit: Misfit,
    /// Values that the interface lists for the field, or names of all fields if this one is unknown; empty if there is no list.
    pub allowed: &'static [&'static str],
}

/// Kind of a misfit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    Missing,
    Unknown,
    Repeated,
    /// Another type, or a value that the interface does not list.
    Value,
}

impl MisfitError {
    /// Finds the first misfit of a JSON object; `None` if it fits.
    pub fn in_json<T: DeserializeOwned>(document: &[u8]) -> Option<Self> {
        let Object(mut fields) = serde_json::from_slice(document).ok()?;
        let error = T::deserialize(Fields(&fields)).err()?;
        // serde does not say which values a missing field can have. A field that is null has a wrong value, and then it does.
        if let Self { field: Some(name), misfit: Misfit::Missing, .. } = error {
            fields.push((name.to_owned(), Value::Null));
            let probe = T::deserialize(Fields(&fields)).err().filter(|probe| probe.field == error.field);
            return Some(Self { allowed: probe.map_or(&[], |probe| probe.allowed), ..error });
        }
        Some(error)
    }

    /// Finds the first misfit of the parameters of a query; `None` if they fit.
    pub fn in_query<T: DeserializeOwned>(parameters: &[(String, String)]) -> Option<Self> {
        T::deserialize(Fields(parameters)).err()
    }

    const fn wrong_value(allowed: &'static [&'static str]) -> Self {
        Self { field: None, misfit: Misfit::Value, allowed }
    }
}

impl fmt::Display for MisfitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.misfit, self.field)
    }
}

impl std::error::Error for MisfitError {}

impl Error for MisfitError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::wrong_value(&[])
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::wrong_value(expected)
    }

    fn unknown_field(_: &str, expected: &'static [&'static str]) -> Self {
        Self { field: None, misfit: Misfit::Unknown, allowed: expected }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { field: Some(field), misfit: Misfit::Missing, allowed: &[] }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self { field: Some(field), misfit: Misfit::Repeated, allowed: &[] }
    }
}

/// Members of a JSON object in their order, repeated ones included.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A value of a field, as JSON or as text in a query.
trait FieldValue {
    fn read<'de, S: DeserializeSeed<'de>>(&self, seed: S) -> Result<S::Value, MisfitError>;
}

impl FieldValue for Value {
    fn read<'de, S: DeserializeSeed<'de>>(&self, seed: S) -> Result<S::Value, MisfitError> {
        seed.deserialize(JsonValue(self))
    }
}

impl FieldValue for String {
    fn read<'de, S: DeserializeSeed<'de>>(&self, seed: S) -> Result<S::Value, MisfitError> {
        seed.deserialize(TextValue(self))
    }
}

/// Deserializer of a request: its fields with their values.
struct Fields<'a, V>(&'a [(String, V)]);

impl<'de, F: FieldValue> Deserializer<'de> for Fields<'_, F> {
    type Error = MisfitError;

    fn deserialize_struct<T: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: T,
    ) -> Result<T::Value, MisfitError> {
        visitor.visit_map(FieldAccess { rest: self.0.iter(), names, current: None })
    }

    fn deserialize_any<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        self.deserialize_struct("", &[], visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

struct FieldAccess<'a, V> {
    rest: std::slice::Iter<'a, (String, V)>,
    names: &'static [&'static str],
    current: Option<&'a (String, V)>,
}

impl<'de, V: FieldValue> MapAccess<'de> for FieldAccess<'_, V> {
    type Error = MisfitError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, MisfitError> {
        self.current = self.rest.next();
        let Some((name, _)) = self.current else { return Ok(None) };
        let key: StrDeserializer<'_, MisfitError> = name.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, MisfitError> {
        let Some((name, value)) = self.current.take() else { return Err(MisfitError::wrong_value(&[])) };
        let field = self.names.iter().find(|known| *known == name).copied();
        value.read(seed).map_err(|error| MisfitError { field, ..error })
    }
}

/// Deserializer of a JSON value, which asks for the allowed values first.
struct JsonValue<'a>(&'a Value);

impl<'de> Deserializer<'de> for JsonValue<'_> {
    type Error = MisfitError;

    fn deserialize_any<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        // The value is copied, because `T` may outlive it.
        self.0.clone().deserialize_any(visitor).map_err(|_| MisfitError::wrong_value(&[]))
    }

    fn deserialize_option<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<T: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: T,
    ) -> Result<T::Value, MisfitError> {
        let read = self.0.clone().deserialize_enum(name, variants, visitor);
        read.map_err(|_| MisfitError::wrong_value(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// Deserializer of a parameter of a query.
struct TextValue<'a>(&'a str);

impl TextValue<'_> {
    fn parse<T: std::str::FromStr>(&self) -> Result<T, MisfitError> {
        self.0.parse().map_err(|_| MisfitError::wrong_value(&[]))
    }
}

impl<'de> Deserializer<'de> for TextValue<'_> {
    type Error = MisfitError;

    fn deserialize_any<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        visitor.visit_str(self.0)
    }

    fn deserialize_option<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        visitor.visit_some(self)
    }

    fn deserialize_u32<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        visitor.visit_u32(self.parse()?)
    }

    fn deserialize_u64<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        visitor.visit_u64(self.parse()?)
    }

    fn deserialize_i64<T: Visitor<'de>>(self, visitor: T) -> Result<T::Value, MisfitError> {
        visitor.visit_i64(self.parse()?)
    }

    fn deserialize_enum<T: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: T,
    ) -> Result<T::Value, MisfitError> {
        let text: StrDeserializer<'_, MisfitError> = self.0.into_deserializer();
        text.deserialize_enum(name, variants, visitor).map_err(|_| MisfitError::wrong_value(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 u8 u16 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::PhotoState;
    use crate::wire::collection::{CollectBody, SettleBody};

    const SECRET: &str = "G94ZJ-756FW-FHRWS-2ZVE8";
    const OUTCOMES: [&str; 4] = ["used", "kept", "refused", "released"];

    fn misfit<T: DeserializeOwned>(document: &str) -> (Option<&'static str>, Misfit, &'static [&'static str]) {
        let MisfitError { field, misfit, allowed } = MisfitError::in_json::<T>(document.as_bytes()).unwrap();
        (field, misfit, allowed)
    }

    #[test]
    fn a_misfit_in_json_names_the_field_and_the_allowed_values() {
        use Misfit::{Missing, Repeated, Unknown, Value};
        let settlement = misfit::<SettleBody>;
        for document in
            [r#"{"outcome":"lost"}"#, r#"{"outcome":7}"#, r#"{"outcome":{"used":1}}"#, r#"{"outcome":null}"#]
        {
            assert_eq!(settlement(document), (Some("outcome"), Value, &OUTCOMES[..]), "{document}");
        }
        assert_eq!(settlement("{}"), (Some("outcome"), Missing, &OUTCOMES[..]));
        assert_eq!(settlement(r#"{"outcome":"used","outcome":"used"}"#), (Some("outcome"), Repeated, &[][..]));
        assert_eq!(settlement(r#"{"outcome":"used","note":"x"}"#), (None, Unknown, &["outcome"][..]));
        assert_eq!(settlement(r#"{"outcome":"kept"}"#), (Some("until"), Missing, &[][..]));
        assert_eq!(settlement(r#"{"outcome":"kept","until":7}"#), (Some("until"), Value, &[][..]));
        let (field, kind, reasons) = settlement(r#"{"outcome":"refused"}"#);
        assert_eq!((field, kind, reasons.len(), reasons.contains(&"gaze")), (Some("reason"), Missing, 15, true));
        assert_eq!(settlement(r#"{"outcome":"refused","reason":"ugly"}"#), (Some("reason"), Value, reasons));
        assert_eq!(misfit::<CollectBody>(r#"{"code":7}"#), (Some("code"), Value, &[][..]));
        assert_eq!(misfit::<CollectBody>(r#"{"code":"x","code":"x"}"#), (Some("code"), Repeated, &[][..]));
        assert_eq!(MisfitError::in_json::<SettleBody>(br#"{"outcome":"used"}"#), None);
    }

    #[test]
    fn no_misfit_repeats_what_the_caller_sent() {
        for document in [
            format!(r#"{{"{SECRET}":1}}"#),
            format!(r#"{{"code":["{SECRET}"]}}"#),
            format!(r#"{{"code":{{"{SECRET}":"{SECRET}"}}}}"#),
        ] {
            let error = MisfitError::in_json::<CollectBody>(document.as_bytes()).unwrap();
            assert!(!format!("{error} {error:?}").contains("756FW"), "{error:?}");
        }
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Query {
        state: Option<PhotoState>,
        limit: Option<u32>,
    }

    #[test]
    fn a_misfit_in_a_query_names_the_parameter_and_the_allowed_values() {
        let misfit = |parameters: &[(&str, &str)]| {
            let parameters: Vec<_> = parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            MisfitError::in_query::<Query>(&parameters)
        };
        let state = misfit(&[("state", "gone")]).unwrap();
        assert_eq!((state.field, state.misfit, state.allowed.len()), (Some("state"), Misfit::Value, 7));
        for limit in ["x", "-1", "", "4294967296"] {
            assert_eq!(
                misfit(&[("limit", limit)]),
                Some(MisfitError { field: Some("limit"), ..MisfitError::wrong_value(&[]) })
            );
        }
        assert_eq!(misfit(&[("limit", "1"), ("limit", "2")]).unwrap().misfit, Misfit::Repeated);
        assert_eq!(misfit(&[("page", SECRET)]).unwrap().allowed, ["state", "limit"]);
        assert_eq!(misfit(&[("limit", "1"), ("state", "used")]), None);
    }
}
