//! A gateway's profile as it shows it (`GET /v1/profile`), read back by a studio that judges in advance.

use serde_json::{Map, Value};

use super::profile::Profile;

/// Profile in force at a gateway, as far as a studio can judge by it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayProfile {
    /// The profile, as far as this version understands it.
    pub profile: Profile,
    /// Tables that it does not: the gateway alone judges by them.
    pub unsupported_tables: Vec<String>,
}

impl GatewayProfile {
    /// Reads the answer; `None` when not even name, title and sizes can be understood. Rules of a newer gateway are left out
    /// one by one, because a photo must never be refused here by other rules than the gateway's.
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

/// The answer has the keys of a profile's file, so it is read as one, by the same rules for its values.
fn parse(name: &str, tables: &Map<String, Value>) -> Option<Profile> {
    // By way of a TOML value, which writes plain keys before tables as the format wants it.
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
