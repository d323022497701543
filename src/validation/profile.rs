//! A photo profile: the numbers that photos are judged by, from a TOML file with a table for each group of rules.
//!
//! A rule that a profile does not mention is not judged; only `embedded` has a default. New groups of rules become new tables;
//! old files stay valid, and a misspelt key is an error rather than a rule that silently does not apply.

use serde::Serialize;

use super::face::FaceLimits;
use super::pixel_rule::PixelRule;
use super::profile_file::{ProfileFile, line_of};
use super::rules::ProfileRules;

pub use super::profile_file::ProfileError;

/// The profiles that come with the program.
const BUILTIN: [(&str, &str); 5] = [
    ("de-tr03121", include_str!("../../config/profiles/de-tr03121.toml")),
    ("icao-35x45", include_str!("../../config/profiles/icao-35x45.toml")),
    ("fi-500x653", include_str!("../../config/profiles/fi-500x653.toml")),
    ("ie-passport-online", include_str!("../../config/profiles/ie-passport-online.toml")),
    ("ee-digital", include_str!("../../config/profiles/ee-digital.toml")),
];

/// Limits that photos are judged by. Serialises to the JSON that studios see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    name: String,
    title: String,
    pixels: PixelRule,
    #[serde(flatten)]
    rules: ProfileRules,
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<FaceLimits>,
}

impl Profile {
    /// Reads a profile. Its name is the file's name without `.toml`.
    ///
    /// # Errors
    /// [`ProfileError`] names the key that is missing, unknown or out of range.
    pub fn parse(name: &str, toml_text: &str) -> Result<Self, ProfileError> {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let invalid = |(key, problem): (&'static str, &'static str)| ProfileError::Value {
            profile: name.to_owned(),
            key,
            problem,
            line: line_of(toml_text, key),
        };
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
            return Err(invalid(("(file name)", "must be 1 to 64 of a-z, 0-9 and -")));
        }
        let file: ProfileFile = toml::from_str(toml_text)
            .map_err(|source| ProfileError::Toml { profile: name.to_owned(), source: Box::new(source) })?;
        let (rules, face) = (file.rules(), file.face);
        if file.title.trim().is_empty() {
            return Err(invalid(("title", "must not be empty")));
        }
        if let Some(value) = rules.first_invalid() {
            return Err(invalid(value));
        }
        let pixels = file.pixels.into_rule().map_err(invalid)?;
        if let Some(limits) = &face {
            let exact_height = match pixels {
                PixelRule::Exactly { height, .. } => Some(height),
                PixelRule::AtLeast { .. } => None,
            };
            limits.check(exact_height).map_err(invalid)?;
        }
        Ok(Self { name: name.to_owned(), title: file.title, pixels, rules, face })
    }

    /// A profile that comes with the program.
    pub fn builtin(name: &str) -> Option<Self> {
        // A test reads every one of them, so none is lost here.
        Self::parse(name, Self::builtin_text(name)?).ok()
    }

    /// The file of a profile that comes with the program, with the source of each number.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        BUILTIN.into_iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| text)
    }

    /// The names of the profiles that come with the program.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.into_iter().map(|(name, _)| name)
    }

    /// The name under which a photo remembers the profile it was judged by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Purpose of the profile, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Accepted sizes.
    pub fn pixels(&self) -> &PixelRule {
        &self.pixels
    }

    /// All other rules.
    pub fn rules(&self) -> &ProfileRules {
        &self.rules
    }

    /// Limits for position, size and pose of the face; `None` for not judged.
    pub fn face(&self) -> Option<&FaceLimits> {
        self.face.as_ref()
    }
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

    /// Whole numbers and others alike, so that 15 is 15.0.
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
            let rule = Profile::parse("test", &format!("{pixels}{table}")).unwrap().rules().embedded;
            (rule.advise_above_bytes, rule.refuse_above_bytes)
        };
        assert_eq!(embedded(""), (4096, None));
        assert_eq!(embedded("[embedded]"), (4096, None));
        assert_eq!(embedded("[embedded]\nrefuse_above_bytes = 65536"), (4096, Some(65_536)));
        assert_eq!(embedded("[embedded]\nadvise_above_bytes = 0\nrefuse_above_bytes = 1"), (0, Some(1)));
    }

    #[test]
    fn errors_name_the_line() {
        let error = |text: &str| match Profile::parse("test", text).unwrap_err() {
            ProfileError::Toml { source, .. } => source.to_string(),
            error => error.to_string(),
        };
        for (text, line) in [
            ("title = 'x'\n[pixels]\nwidth = 5\n\nheight = 9999", "line 5"),
            ("title = 'x'\n[pixels]\nwidht = 1244", "line 3"),
            (
                "title = 'x'\n[pixels]\nmin_width = 1\nmin_height = 1\n\n[face]\nhead_height_px = { min = 1, max = 2 }",
                "line 7",
            ),
            // A key that is missing has the line of its table.
            ("title = 'x'\n\n[pixels]\nwidth = 1244", "line 3"),
            ("title = 'x'\n[pixels", "line 2"),
        ] {
            assert!(error(text).contains(line), "{text}: {}", error(text));
        }
    }

    #[test]
    fn errors_name_the_key() {
        let whole_error = |text: &str| match Profile::parse("test", text).unwrap_err() {
            ProfileError::Toml { source, .. } => source.to_string(),
            error => error.to_string(),
        };
        for (text, key) in [
            ("title = 'x'\n[pixels]\nwidth = 0\nheight = 1600", "pixels.width"),
            ("title = 'x'\n[pixels]\nwidth = 1244", "pixels.height"),
            ("title = 'x'\n[pixels]\nwidth = 1244\nheight = 9999", "pixels.height"),
            ("title = 'x'\n[pixels]\nwidth = 1244\nheight = 1600\nmin_width = 3", "pixels"),
            ("title = 'x'\n[pixels]\nmin_width = 413\nmin_height = 531\naspect_width = 35", "pixels.aspect_height"),
            ("title = ' '\n[pixels]\nwidth = 1244\nheight = 1600", "title"),
            ("title = 'x'", "pixels"),
            ("title = 'x'\n[pixels]\nwidht = 1244", "widht"),
            ("title = 'x'\n[pixel]\nwidth = 1244", "pixel"),
            (
                "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[compression]\nadvise_min_quality = 0\nadvise_max_ratio = 15",
                "compression.advise_min_quality",
            ),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[capture]\nmax_age_months = 0", "capture.max_age_months"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[capture]\nmax_age_moons = 6", "max_age_moons"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[blank]\nrefuse_below_luma_range = 255", "blank.refuse"),
            (
                "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[background]\nadvise_max_deviation = nan\n\
                 advise_max_difference = 1",
                "background.advise_max_deviation",
            ),
            (
                "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[upscaled]\nadvise_min_detail = 64\nfrom_quality = 1\n\
                 to_quality = 100",
                "upscaled",
            ),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nmax_roll_degrees = 0", "face.max_roll_degrees"),
            (
                "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nhead_width = { min = 0.7, max = 0.5 }",
                "face.head_width",
            ),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nmax_tilt_degrees = 5", "max_tilt_degrees"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nmax_yaw_degrees = 0", "face.max_yaw_degrees"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nmax_pitch_degrees = 91", "face.max_pitch_degrees"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[file]\nmax_kb = 250", "max_kb"),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[embedded]\nadvise_above = 1", "advise_above"),
            (
                "title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[embedded]\nrefuse_above_bytes = 67108865",
                "embedded.refuse_above_bytes",
            ),
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[file]\nmin_bytes = 2\nmax_bytes = 1", "file.max_bytes"),
            (
                "title = 'x'\n[pixels]\nmin_width = 1\nmin_height = 1\ntaller_than_wide = false",
                "pixels.taller_than_wide",
            ),
            (
                "title = 'x'\n[pixels]\nmin_width = 1\nmin_height = 1\n[face]\nmax_centre_offset_px = 21",
                "face.max_centre_offset_px",
            ),
            (
                "title = 'x'\n[pixels]\nwidth = 9\nheight = 9\n[face]\ncrown_margin_px = { min = 5, max = 10 }",
                "face.crown_margin_px",
            ),
            (
                "title = 'x'\n[pixels]\nwidth = 9\nheight = 9\n[face]\nhead_height_px = { min = 5, max = 6 }\n\
                 head_height = { min = 0.5, max = 0.6 }",
                "face.head_height_px",
            ),
        ] {
            assert!(whole_error(text).contains(key), "{text}: {}", whole_error(text));
        }
        let nan = "title = 'x'\n[pixels]\nmin_width = 1\nmin_height = 1\naspect_width = 1\naspect_height = 1\n\
                   aspect_tolerance_percent = nan";
        assert!(whole_error(nan).contains("aspect_tolerance_percent"));
        assert!(Profile::parse("../etc", "").is_err());
    }
}
