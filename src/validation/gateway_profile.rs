//! A gateway's profile from `GET /v1/profile`, which a studio reads to check photos before the deposit.

use serde_json::{Map, Value};

use super::profile::Profile;

/// Current profile of a gateway, as far as a studio can check by it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayProfile {
    /// The profile, as far as this version understands it.
    pub profile: Profile,
    /// Tables that this version does not support; only the gateway checks them.
    pub unsupported_tables: Vec<String>,
}

impl GatewayProfile {
    /// Reads the answer; `None` if even name, title and sizes are unreadable. Unknown rules of a newer gateway are left out one
    /// by one, because the studio must never refuse a photo by rules that the gateway does not have.
    pub fn read(answer: &Value) -> Option<Self> {
        let mut rest = answer.as_object()?.clone();
        let name = rest.remove("name")?;
        let name = name.as_str()?;
        let mut supported = Map::new();
        for key in ["title", "pixels"] {
            supported.insert(key.to_owned(), rest.remove(key)?);
        }
        let mut profile = parse(name, &supported)?;
        let mut unsupported_tables = Vec::new();
        for (key, table) in rest {
            let mut more = supported.clone();
            more.insert(key.clone(), table);
            match parse(name, &more) {
                Some(with_table) => (profile, supported) = (with_table, more),
                None => unsupported_tables.push(key),
            }
        }
        Some(Self { profile, unsupported_tables })
    }
}

/// The answer has the keys of a profile file, so the parser of profile files reads it and checks its values.
fn parse(name: &str, tables: &Map<String, Value>) -> Option<Profile> {
    // Through a TOML value, which writes plain keys before tables as the format requires.
    let file = toml::Value::try_from(tables).ok()?;
    Profile::parse(name, &toml::to_string(&file).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_builtin_profile_comes_back_as_it_was() {
        for name in Profile::builtin_names() {
            let profile = Profile::builtin(name).unwrap();
            let answer = serde_json::to_value(&profile).unwrap();
            assert_eq!(GatewayProfile::read(&answer), Some(GatewayProfile { profile, unsupported_tables: Vec::new() }));
        }
    }

    #[test]
    fn rules_of_a_newer_gateway_are_listed_as_unsupported() {
        let mut answer = serde_json::to_value(Profile::builtin("icao-35x45").unwrap()).unwrap();
        answer["smile"] = json!({"max": 0});
        answer["colour"]["refuse_above_chroma"] = json!(200);
        let read = GatewayProfile::read(&answer).unwrap();
        assert_eq!(read.unsupported_tables, ["colour", "smile"]);
        assert!(read.profile.colour.is_none() && read.profile.blank.is_some());
    }

    #[test]
    fn a_malformed_profile_is_not_read() {
        for answer in [json!(null), json!({}), json!({"name": "x", "title": "x", "pixels": {"width": "wide"}})] {
            assert_eq!(GatewayProfile::read(&answer), None);
        }
    }
}
