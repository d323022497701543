//! JSON documents that must be objects. serde also reads a struct from an array of its fields, so it would accept `["used"]` for
//! `{"outcome":"used"}`.

use serde::de::{DeserializeOwned, Error, IgnoredAny, Unexpected};

/// Parses a document whose outermost value is an object.
///
/// # Errors
/// The error of serde_json, with the category `Data` for other JSON.
pub fn from_slice<T: DeserializeOwned>(document: &[u8]) -> serde_json::Result<T> {
    let first = first_byte(document);
    if first == Some(b'{') {
        return serde_json::from_slice(document);
    }
    serde_json::from_slice::<IgnoredAny>(document)?;
    let found = if first == Some(b'[') { Unexpected::Seq } else { Unexpected::Other("a single value") };
    Err(serde_json::Error::invalid_type(found, &"an object"))
}

/// True if a JSON document is an object.
pub fn is_object(document: &[u8]) -> bool {
    first_byte(document) == Some(b'{')
}

/// The first byte after white space (RFC 8259 section 2).
fn first_byte(document: &[u8]) -> Option<u8> {
    document.iter().copied().find(|byte| !b" \t\n\r".contains(byte))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::error::Category;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Settlement {
        outcome: String,
    }

    #[test]
    fn a_list_or_a_single_value_is_not_taken_for_an_object() {
        assert_eq!(from_slice::<Settlement>(b" \r\n{\"outcome\":\"used\"} ").unwrap().outcome, "used");
        for document in ["[\"used\"]", "\t[\"used\"]", "[]", "[{\"outcome\":\"used\"}]", "\"used\"", "7", "null"] {
            let error = from_slice::<Settlement>(document.as_bytes()).unwrap_err();
            assert_eq!(error.classify(), Category::Data, "{document}: {error}");
        }
        assert!(from_slice::<Option<Settlement>>(b"null").is_err());
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        assert_eq!(from_slice::<Settlement>(b"").unwrap_err().classify(), Category::Eof);
        assert_eq!(from_slice::<Settlement>(b"[\"used\"").unwrap_err().classify(), Category::Eof);
        let error = from_slice::<Settlement>(b"outcome=used").unwrap_err();
        assert_eq!((error.classify(), error.line(), error.column()), (Category::Syntax, 1, 1));
    }
}
