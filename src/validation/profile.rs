//! A photo profile: the limits that photos are checked against, from a TOML file with one table for each group of limits.
//!
//! A limit is a field of its table's type, with its range, and a value in the files of `config/profiles`. A table that a file leaves out
//! is not checked; only `embedded` has a default. New tables leave old files valid. A misspelt key is an error, because the limit would
//! silently not apply otherwise.

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use super::face::FaceLimits;
use super::pixel_rule::PixelRule;
use super::rules::{
    BackgroundRule, BlankRule, CaptureRule, ColourRule, CompressionRule, DensityRule, EmbeddedRule, ExposureRule,
    FileRule, SharpnessRule,
};

const BUILTIN: [(&str, &str); 5] = [
    ("de-tr03121", include_str!("../../config/profiles/de-tr03121.toml")),
    ("icao-35x45", include_str!("../../config/profiles/icao-35x45.toml")),
    ("fi-500x653", include_str!("../../config/profiles/fi-500x653.toml")),
    ("ie-passport-online", include_str!("../../config/profiles/ie-passport-online.toml")),
    ("ee-digital", include_str!("../../config/profiles/ee-digital.toml")),
];

/// Limits by which photos are checked. Each member is a group of limits; without it these checks are not made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    #[serde(skip_deserializing)]
    name: String,
    title: String,
    pub pixels: PixelRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRule>,
    #[serde(default)]
    pub embedded: EmbeddedRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<CompressionRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<DensityRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<ColourRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank: Option<BlankRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<ExposureRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<BackgroundRule>,
    /// Detail of a face in focus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharpness: Option<SharpnessRule>,
    /// Detail of a photo that was not enlarged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upscaled: Option<SharpnessRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub face: Option<FaceLimits>,
}

/// Reason why a file is not a profile.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Not TOML, or a key is missing, unknown or out of its range. The source names the line.
    #[error("photo profile {profile}{} is not valid", .key.as_ref().map(|key| format!(": {key}")).unwrap_or_default())]
    Toml {
        profile: String,
        /// The key with its table; `None` if the text is not TOML or the error is about no single value.
        key: Option<String>,
        source: Box<toml::de::Error>,
    },
    /// A value that contradicts another one.
    #[error("photo profile {profile}{}: {key} {problem}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Value {
        profile: String,
        /// The key with its table: `face.head_width`.
        key: &'static str,
        problem: &'static str,
        line: Option<usize>,
    },
}

impl Profile {
    /// Reads a profile. Its name is the file's name without `.toml`.
    ///
    /// # Errors
    /// [`ProfileError`] names the key with the error, or its source the line.
    pub fn parse(name: &str, toml_text: &str) -> Result<Self, ProfileError> {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let invalid = |(key, problem)| {
            let line = line_of(toml_text, key);
            ProfileError::Value { profile: name.to_owned(), key, problem, line }
        };
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
            return Err(invalid(("(file name)", "must be 1 to 64 of a-z, 0-9 and -")));
        }
        let profile: Self = toml::from_str(toml_text).map_err(|source| ProfileError::Toml {
            profile: name.to_owned(),
            key: source.span().and_then(|span| key_at(toml_text, span.start)),
            source: Box::new(source),
        })?;
        match profile.contradiction() {
            Some(contradiction) => Err(invalid(contradiction)),
            None => Ok(Self { name: name.to_owned(), ..profile }),
        }
    }

    /// The first key that contradicts another one, with its table and the condition that it must meet.
    fn contradiction(&self) -> Option<(&'static str, &'static str)> {
        let is_reversed = |rule: SharpnessRule| rule.from_quality > rule.to_quality;
        let is_above_greatest = |rule: FileRule| rule.max_bytes.is_some_and(|bytes| rule.min_bytes > Some(bytes));
        let contradictions = [
            (self.title.trim().is_empty(), "title", "must not be empty"),
            (self.file.is_some_and(is_above_greatest), "file.max_bytes", "must be min_bytes or more"),
            (self.sharpness.is_some_and(is_reversed), "sharpness.to_quality", "must be from_quality or more"),
            (self.upscaled.is_some_and(is_reversed), "upscaled.to_quality", "must be from_quality or more"),
        ];
        let found = contradictions.into_iter().find_map(|(is_found, key, must)| is_found.then_some((key, must)));
        found.or_else(|| self.face?.contradiction(&self.pixels))
    }

    /// A built-in profile.
    pub fn builtin(name: &str) -> Option<Self> {
        // A test reads all of them, so no profile is lost here.
        Self::parse(name, Self::builtin_text(name)?).ok()
    }

    /// The file of a built-in profile, with the source of each number.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        BUILTIN.into_iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| text)
    }

    /// The names of the profiles that come with the program.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.into_iter().map(|(name, _)| name)
    }

    /// Stored with every photo that was checked against it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Purpose of the profile, for people.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// The key, such as `face.head_width`, whose value is at this byte of the text.
fn key_at(toml_text: &str, at: usize) -> Option<String> {
    let file = DeTable::parse(toml_text).ok()?;
    let tables = file.get_ref().iter().filter_map(|(table, content)| Some((table, content.get_ref().as_table()?)));
    let mut keys = tables.flat_map(|(table, keys)| keys.iter().map(move |(key, value)| (table, key, value)));
    let (table, key, _) = keys.find(|(_, _, value)| value.span().contains(&at))?;
    Some(format!("{}.{}", table.get_ref(), key.get_ref()))
}

/// Line number of a key such as `face.head_width`, from 1; if the key is missing, that of its table.
fn line_of(toml_text: &str, key: &str) -> Option<usize> {
    let file = DeTable::parse(toml_text).ok()?;
    let (table, inside) = key.split_once('.').map_or((key, None), |(table, inside)| (table, Some(inside)));
    let (name, content) = file.get_ref().iter().find(|(name, _)| name.get_ref() == table)?;
    let inner = inside.zip(content.get_ref().as_table());
    let found = inner.and_then(|(inside, table)| table.keys().find(|name| name.get_ref() == inside)).unwrap_or(name);
    Some(1 + toml_text.get(..found.span().start)?.matches('\n').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_profile_can_be_read() {
        for name in Profile::builtin_names() {
            assert_eq!(Profile::builtin(name).unwrap().name(), name);
        }
        assert_eq!(Profile::builtin("no-such-profile"), None);
    }

    #[test]
    fn a_profile_in_json_has_the_keys_of_its_file() {
        let json = serde_json::to_value(Profile::builtin("de-tr03121").unwrap()).unwrap();
        assert_eq!(json["name"], "de-tr03121");
        assert_eq!(json["pixels"]["width"], 1244);
        assert_eq!(json["compression"]["advise_min_quality"], 95);
        let json = serde_json::to_value(Profile::builtin("icao-35x45").unwrap()).unwrap();
        assert_eq!(json["pixels"]["aspect_tolerance_percent"], 0.5);
        assert!(json.get("compression").is_none());
        assert_eq!(json["face"]["min_inter_eye_px"], 90);
    }

    /// Compares whole numbers as floats, so that 15 equals 15.0.
    fn with_plain_numbers(value: serde_json::Value) -> serde_json::Value {
        use serde_json::Value;
        match value {
            Value::Number(number) => number.as_f64().into(),
            Value::Object(all) => {
                Value::Object(all.into_iter().map(|(key, value)| (key, with_plain_numbers(value))).collect())
            }
            other => other,
        }
    }

    #[test]
    fn every_builtin_profile_is_shown_with_the_keys_and_values_of_its_file_and_no_others() {
        for name in Profile::builtin_names() {
            let text = Profile::builtin_text(name).unwrap();
            let mut file = serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
            file["name"] = name.into();
            let shown = serde_json::to_value(Profile::builtin(name).unwrap()).unwrap();
            assert_eq!(with_plain_numbers(shown), with_plain_numbers(file), "{name}");
        }
    }

    #[test]
    fn a_profile_without_a_word_on_embedded_data_has_the_default() {
        let pixels = "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n";
        let embedded = |table: &str| {
            let rule = Profile::parse("test", &format!("{pixels}{table}")).unwrap().embedded;
            (rule.advise_above_bytes, rule.refuse_above_bytes)
        };
        assert_eq!(embedded(""), (4096, None));
        assert_eq!(embedded("[embedded]"), (4096, None));
        assert_eq!(embedded("[embedded]\nrefuse_above_bytes = 65536"), (4096, Some(65_536)));
        assert_eq!(embedded("[embedded]\nadvise_above_bytes = 0\nrefuse_above_bytes = 1"), (0, Some(1)));
    }

    /// The whole text of the error; `[pixels]` is complete unless the text has a table of its own.
    fn error(text: &str) -> String {
        let pixels = if text.contains("[pixel") { "" } else { "[pixels]\nwidth = 9\nheight = 9\n" };
        match Profile::parse("test", &format!("title = 'x'\n{pixels}{text}")).unwrap_err() {
            ProfileError::Toml { source, .. } => source.to_string(),
            error => error.to_string(),
        }
    }

    #[test]
    fn errors_name_the_line() {
        for (text, line) in [
            ("[pixels]\nwidth = 5\n\nheight = 9999", "line 5"),
            ("[pixels]\nwidht = 1244", "line 3"),
            ("[pixels]\nmin_width = 1\nmin_height = 1\n\n[face]\nhead_height_px = { min = 1, max = 2 }", "line 7"),
            // A missing key has the line of its table.
            ("\n[pixels]\nwidth = 1244", "line 3"),
            ("[pixels", "line 2"),
        ] {
            assert!(error(text).contains(line), "{text}: {}", error(text));
        }
    }

    #[test]
    fn errors_name_the_key_and_what_it_must_be() {
        let min = "[pixels]\nmin_width = 1\nmin_height = 1\n";
        for (text, parts) in [
            ("[pixels]\nwidth = 0\nheight = 1600", ["width = 0", "must be 1 to 2500"]),
            ("[pixels]\nwidth = 1244\nheight = 9999", ["height = 9999", "must be 1 to 3200"]),
            ("[pixels]\nwidth = 1244", ["[pixels]", "needs either width and height"]),
            ("[pixels]\nwidth = 1244\nheight = 1600\nmin_width = 3", ["[pixels]", "needs either width and height"]),
            (&format!("{min}aspect_width = 35"), ["[pixels]", "a ratio needs aspect_width, aspect_height"]),
            (
                &format!("{min}aspect_width = 1\naspect_height = 1\naspect_tolerance_percent = nan"),
                ["aspect_tolerance_percent = nan", "must be 0 to 10"],
            ),
            (&format!("{min}taller_than_wide = false"), ["[pixels]", "taller_than_wide must be true"]),
            ("[pixels]\nwidht = 1244", ["widht", "unknown field"]),
            ("[pixel]\nwidth = 1244", ["pixel", "unknown field"]),
            ("name = 'y'", ["name", "unknown field"]),
            ("[compression]\nadvise_min_quality = 0\nadvise_max_ratio = 15", ["advise_min_quality = 0", "1 to 100"]),
            ("[capture]\nmax_age_months = 0", ["max_age_months = 0", "1 to 120"]),
            ("[capture]\nmax_age_moons = 6", ["max_age_moons", "unknown field"]),
            ("[blank]\nrefuse_below_luma_range = 255", ["refuse_below_luma_range = 255", "1 to 64"]),
            (
                "[background]\nadvise_max_deviation = nan\nadvise_max_difference = 1",
                ["advise_max_deviation = nan", "0 to 255"],
            ),
            ("[upscaled]\nadvise_min_detail = 64\nfrom_quality = 1\nto_quality = 100", ["min_detail = 64", "1 to 63"]),
            (
                "[upscaled]\nadvise_min_detail = 6\nfrom_quality = 9\nto_quality = 8",
                ["line 8", "upscaled.to_quality must be from_quality or more"],
            ),
            ("[face]\nmax_roll_degrees = 0", ["max_roll_degrees = 0", "1 to 45"]),
            ("[face]\nhead_width = { min = 0.7, max = 0.5 }", ["face.head_width", "a min below its max"]),
            ("[face]\nhead_width = { min = 0.7, max = 1.5 }", ["head_width", "0 to 1"]),
            ("[face]\nmax_tilt_degrees = 5", ["max_tilt_degrees", "unknown field"]),
            ("[face]\nmax_yaw_degrees = 0", ["max_yaw_degrees = 0", "1 to 90"]),
            ("[face]\nmax_pitch_degrees = 91", ["max_pitch_degrees = 91", "1 to 90"]),
            ("[file]\nmax_kb = 250", ["max_kb", "unknown field"]),
            ("[embedded]\nadvise_above = 1", ["advise_above", "unknown field"]),
            ("[embedded]\nrefuse_above_bytes = 67108865", ["refuse_above_bytes = 67108865", "0 to 67108864"]),
            ("[file]\nmin_bytes = 2\nmax_bytes = 1", ["file.max_bytes", "must be min_bytes or more"]),
            (&format!("{min}[face]\nmax_centre_offset_px = 21"), ["face.max_centre_offset_px", "one exact size"]),
            ("[face]\ncrown_margin_px = { min = 5, max = 10 }", ["face.crown_margin_px", "in pixels of the picture"]),
            (
                "[face]\nhead_height_px = { min = 5, max = 6 }\nhead_height = { min = 0.5, max = 0.6 }",
                ["face.head_height_px", "keep one of them"],
            ),
        ] {
            assert!(parts.iter().all(|part| error(text).contains(part)), "{text}: {}", error(text));
        }
        for (name, text, part) in [
            ("test", "title = ' '\n[pixels]\nwidth = 9\nheight = 9", "line 1: title must not be empty"),
            ("test", "title = 'x'", "is not valid"),
            ("../etc", "", "1 to 64 of a-z"),
        ] {
            let error = Profile::parse(name, text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
