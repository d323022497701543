//! `profile list|show|check`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::{CommonOptions, ConfigOption, JsonOption};
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_file, print_json};
use crate::config::Config;
use crate::server::start::profile_from_file;
use crate::texts::{has_text, text};
use crate::validation::Profile;

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    List(JsonOption),
    Show {
        #[arg(value_name = "NAME|FILE")]
        which: Option<PathBuf>,
        #[command(flatten)]
        common: CommonOptions,
    },
    Check {
        file: PathBuf,
        #[command(flatten)]
        output: JsonOption,
    },
}

/// Endings of keys with their units: a word of the catalogue, or a sign.
const UNITS: [(&str, &str); 8] = [
    ("_px", "px"),
    ("_percent", "%"),
    ("_months", "months"),
    ("_degrees", "degrees"),
    ("_bytes", "bytes"),
    ("_mm", "mm"),
    ("_bits", "bits"),
    ("_ratio", ": 1"),
];

pub(in crate::cli::gateway) fn run(command: Command) -> Result<(), CommandError> {
    match command {
        Command::List(output) => list(output.json),
        Command::Show { which, common } => {
            let (profile, text) = match &which {
                Some(which) => find_profile(which)?,
                None => active_profile(&common.file)?,
            };
            if common.json { print_json(&profile) } else { print_file(&text) }
        }
        Command::Check { file, output } => check(&file, output.json),
    }
}

fn list(json: bool) -> Result<(), CommandError> {
    let profiles: Vec<Profile> = Profile::builtin_names().filter_map(Profile::builtin).collect();
    if json {
        let all = profiles.iter().map(|profile| json!({ "name": profile.name(), "title": profile.title() }));
        return print_json(&Value::Array(all.collect()));
    }
    let widest = profiles.iter().map(|profile| profile.name().len()).max().unwrap_or_default();
    profiles.iter().try_for_each(|profile| print(format!("{:widest$}  {}", profile.name(), profile.title())))
}

/// Finds a profile of the program by its name, else a file.
fn find_profile(which: &Path) -> Result<(Profile, String), CommandError> {
    if let Some(found) = which.to_str().and_then(builtin) {
        return Ok(found);
    }
    if !which.exists() {
        return Err(CommandError::plain(phrase!("gateway-profile-unknown", name = which.display())));
    }
    Ok(profile_from_file(which)?)
}

fn builtin(name: &str) -> Option<(Profile, String)> {
    Some((Profile::builtin(name)?, Profile::builtin_text(name)?.to_owned()))
}

fn active_profile(file: &ConfigOption) -> Result<(Profile, String), CommandError> {
    let config = Config::load(&file.config)?;
    match &config.profile_file {
        Some(own) => Ok(profile_from_file(own)?),
        None => find_profile(Path::new(&config.profile)),
    }
}

fn check(file: &Path, json: bool) -> Result<(), CommandError> {
    let (profile, _) = profile_from_file(file)
        .map_err(|error| CommandError::from(error).with_advice(phrase!("gateway-profile-wrong")))?;
    if json {
        return print_json(&json!(profile));
    }
    print(format!("{}: {}", profile.name(), profile.title()))?;
    let demands = requirements(&profile);
    let widest = demands.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    demands.iter().try_for_each(|(key, value)| print(format!("  {key:widest$}  {value}")))?;
    eprint(phrase!("gateway-profile-good", file = file.display()));
    Ok(())
}

/// Each key with its table, and its value with its unit.
fn requirements(profile: &Profile) -> Vec<(String, String)> {
    let Value::Object(tables) = json!(profile) else { return Vec::new() };
    let mut tables: Vec<(String, Value)> = tables.into_iter().collect();
    // A JSON map is sorted by key. The text has the tables in the order in which a profile is written.
    let text = serde_json::to_string(profile).unwrap_or_default();
    tables.sort_by_key(|(group, _)| text.find(&format!("\"{group}\":{{")));
    let mut demands = Vec::new();
    for (group, table) in tables {
        // Name and title are not tables.
        let Value::Object(keys) = table else { continue };
        if keys.is_empty() {
            demands.push((group.clone(), phrase!("gateway-profile-no-limits")));
        }
        for (key, value) in keys {
            let unit = unit(&group, &key, &value);
            let value = match (&value["min"], &value["max"]) {
                (Value::Number(min), Value::Number(max)) => format!("{min} - {max}"),
                _ => value.to_string(),
            };
            demands.push((format!("{group}.{key}"), format!("{value} {unit}").trim_end().to_owned()));
        }
    }
    demands
}

fn unit(group: &str, key: &str, value: &Value) -> String {
    let by_ending = UNITS.iter().find(|(end, _)| key.ends_with(end)).map(|(_, unit)| *unit);
    let unit = match (by_ending, group, value) {
        (Some(unit), ..) => unit,
        (None, "pixels", Value::Number(_)) if !key.starts_with("aspect") => "px",
        (None, "face", Value::Object(_)) if key.contains("width") || key.contains("horizontal") => "of-the-width",
        (None, "face", Value::Object(_)) => "of-the-height",
        _ => return String::new(),
    };
    let id = format!("gateway-unit-{unit}");
    if has_text(&id) { text!(language(), id) } else { unit.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_every_profile_is_listed() {
        for profile in Profile::builtin_names().filter_map(Profile::builtin) {
            let listed = requirements(&profile).len();
            let Value::Object(tables) = json!(profile) else { panic!("a table") };
            let keys: usize = tables.values().filter_map(Value::as_object).map(|table| table.len().max(1)).sum();
            assert_eq!(listed, keys, "{}", profile.name());
        }
    }
}
