//! `profile list|show|check`

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::gateway::command_error::CommandError;
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::message::eprint;
use crate::cli::gateway::output::{print, print_file, print_json};
use crate::config::Config;
use crate::server::start::profile_from_file;
use crate::validation::Profile;

#[derive(Subcommand)]
pub(in crate::cli::gateway) enum Command {
    /// List the profiles that come with the program.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print a profile: its file, in which every number has its source beside it. A good beginning for one of your own.
    Show {
        /// A profile that comes with the program, or a file [default: the one in force, as gateway.toml says].
        #[arg(value_name = "NAME|FILE")]
        which: Option<PathBuf>,
        #[command(flatten)]
        file: ConfigOption,
        /// Print JSON, as studios see it at /v1/profile.
        #[arg(long)]
        json: bool,
    },
    /// Check a file of your own: what it asks for, or what is wrong with it and in which line.
    Check {
        /// The file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Endings of keys, each with the unit that it stands for.
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
        Command::List { json } => list(json),
        Command::Show { which, file, json } => {
            let (profile, text) = match &which {
                Some(which) => find_profile(which)?,
                None => active_profile(&file)?,
            };
            if json { print_json(&profile) } else { print_file(&text) }
        }
        Command::Check { file, json } => check(&file, json),
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

/// One that comes with the program, else a file.
fn find_profile(which: &Path) -> Result<(Profile, String), CommandError> {
    if let Some(found) = which.to_str().and_then(builtin) {
        return Ok(found);
    }
    if !which.exists() {
        return Err(CommandError::plain(format!(
            "there is neither a profile nor a file {}: `lichtbild-gateway profile list` shows the profiles",
            which.display()
        )));
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
    let (profile, _) = profile_from_file(file).map_err(|error| {
        CommandError::from(error).with_advice(
            "correct the file and check it again; `lichtbild-gateway profile show de-tr03121` prints one that is right",
        )
    })?;
    if json {
        return print_json(&json!(profile));
    }
    print(format!("{}: {}", profile.name(), profile.title()))?;
    let demands = requirements(&profile);
    let widest = demands.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
    demands.iter().try_for_each(|(key, value)| print(format!("  {key:widest$}  {value}")))?;
    eprint(format_args!(
        "A profile. Next: profile_file = \"{}\" in gateway.toml, and restart the gateway. What is not listed is not judged.",
        file.display()
    ));
    Ok(())
}

/// Every key with its table, and its value with its unit.
fn requirements(profile: &Profile) -> Vec<(String, String)> {
    let Value::Object(tables) = json!(profile) else { return Vec::new() };
    let mut tables: Vec<(String, Value)> = tables.into_iter().collect();
    // A JSON map is sorted by key. The text has the tables in the order in which a profile is written.
    let text = serde_json::to_string(profile).unwrap_or_default();
    tables.sort_by_key(|(group, _)| text.find(&format!("\"{group}\":{{")));
    let mut demands = Vec::new();
    for (group, table) in tables {
        // The name and the title are not tables.
        let Value::Object(keys) = table else { continue };
        if keys.is_empty() {
            demands.push((group.clone(), "(judged without limits)".to_owned()));
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

fn unit(group: &str, key: &str, value: &Value) -> &'static str {
    if let Some((_, unit)) = UNITS.iter().find(|(end, _)| key.ends_with(end)) {
        return unit;
    }
    match (group, value) {
        ("pixels", Value::Number(_)) if !key.starts_with("aspect") => "px",
        ("face", Value::Object(_)) if key.contains("width") || key.contains("horizontal") => "of the width",
        ("face", Value::Object(_)) => "of the height",
        _ => "",
    }
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
