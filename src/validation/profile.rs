//! A photo profile: the numbers that photos are judged by, from a TOML file with a table for each group of rules.
//!
//! A rule that a profile does not mention is not judged. New groups of rules become new tables; old files stay valid, and a
//! misspelt key is an error rather than a rule that silently does not apply.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::face::FaceLimits;
use super::rules::{
    BackgroundRule, BlankRule, CaptureRule, ColourRule, CompressionRule, DensityRule, DetailRule, ExposureRule, Rules,
};
use super::{MAX_HEIGHT, MAX_WIDTH};

/// The profiles that come with the program.
const BUILTIN: [(&str, &str); 2] = [
    ("de-tr03121", include_str!("../../config/profiles/de-tr03121.toml")),
    ("icao-35x45", include_str!("../../config/profiles/icao-35x45.toml")),
];

/// What photos are judged by. Serialises to the JSON that studios see.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Profile {
    name: String,
    title: String,
    pixels: PixelRule,
    #[serde(flatten)]
    rules: Rules,
    #[serde(skip_serializing_if = "Option::is_none")]
    face: Option<FaceLimits>,
}

/// Which sizes are accepted, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PixelRule {
    /// One size and no other.
    Exactly {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// Any size from this one on, in a ratio.
    AtLeast {
        /// The least width in pixels.
        min_width: u32,
        /// The least height in pixels.
        min_height: u32,
        /// The width's part in the ratio: 35 of 35:45.
        aspect_width: u32,
        /// The height's part in the ratio: 45 of 35:45.
        aspect_height: u32,
        /// By how much the ratio may be missed, in per cent of it.
        aspect_tolerance_percent: f64,
    },
}

impl Profile {
    /// Reads a profile. Its name is the file's name without `.toml`.
    ///
    /// # Errors
    /// [`ProfileError`] names the key that is missing, unknown or out of range.
    pub fn parse(name: &str, toml_text: &str) -> Result<Self, ProfileError> {
        let fault =
            |key: &'static str, problem: &'static str| ProfileError::Value { profile: name.to_owned(), key, problem };
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
            return Err(fault("(file name)", "must be 1 to 64 of a-z, 0-9 and -"));
        }
        let file: ProfileFile = toml::from_str(toml_text)
            .map_err(|source| ProfileError::Toml { profile: name.to_owned(), source: Box::new(source) })?;
        if file.title.trim().is_empty() {
            return Err(fault("title", "must not be empty"));
        }
        let rules = file.rules();
        if let Some((key, problem)) = rules.fault() {
            return Err(fault(key, problem));
        }
        if let Some(limits) = &file.face {
            limits.check().map_err(|(key, problem)| fault(key, problem))?;
        }
        let pixels = file.pixels.into_rule().map_err(|(key, problem)| fault(key, problem))?;
        Ok(Self { name: name.to_owned(), title: file.title, pixels, rules, face: file.face })
    }

    /// A profile that comes with the program.
    pub fn builtin(name: &str) -> Option<Self> {
        let (name, text) = BUILTIN.into_iter().find(|(builtin, _)| *builtin == name)?;
        // A test reads every one of them, so none is lost here.
        Self::parse(name, text).ok()
    }

    /// The names of the profiles that come with the program.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.into_iter().map(|(name, _)| name)
    }

    /// The name under which a photo remembers the profile it was judged by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Which sizes are accepted.
    pub fn pixels(&self) -> &PixelRule {
        &self.pixels
    }

    /// All other rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Where and how large the face must be; `None` for not judged.
    pub fn face(&self) -> Option<&FaceLimits> {
        self.face.as_ref()
    }
}

/// The file as it is written; becomes a [`Profile`] once its values are found sensible.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    title: String,
    pixels: PixelTable,
    compression: Option<CompressionRule>,
    capture: Option<CaptureRule>,
    density: Option<DensityRule>,
    colour: Option<ColourRule>,
    blank: Option<BlankRule>,
    exposure: Option<ExposureRule>,
    background: Option<BackgroundRule>,
    sharpness: Option<DetailRule>,
    upscaled: Option<DetailRule>,
    face: Option<FaceLimits>,
}

impl ProfileFile {
    fn rules(&self) -> Rules {
        Rules {
            compression: self.compression,
            capture: self.capture,
            density: self.density,
            colour: self.colour,
            blank: self.blank,
            exposure: self.exposure,
            background: self.background,
            sharpness: self.sharpness,
            upscaled: self.upscaled,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PixelTable {
    width: Option<u32>,
    height: Option<u32>,
    min_width: Option<u32>,
    min_height: Option<u32>,
    aspect_width: Option<u32>,
    aspect_height: Option<u32>,
    aspect_tolerance_percent: Option<f64>,
}

impl PixelTable {
    fn into_rule(self) -> Result<PixelRule, (&'static str, &'static str)> {
        let exact = self.width.is_some() || self.height.is_some();
        let least = self.min_width.is_some() || self.min_height.is_some();
        let ratio = self.aspect_width.or(self.aspect_height).is_some() || self.aspect_tolerance_percent.is_some();
        if exact && (least || ratio) {
            return Err(("pixels", "has either width and height or a minimum with a ratio, not both"));
        }
        if exact {
            return Ok(PixelRule::Exactly {
                width: within(self.width, MAX_WIDTH, "pixels.width", "must be 1 to 2500 pixels")?,
                height: within(self.height, MAX_HEIGHT, "pixels.height", "must be 1 to 3200 pixels")?,
            });
        }
        let tolerance = self.aspect_tolerance_percent.filter(|percent| (0.0..=10.0).contains(percent));
        Ok(PixelRule::AtLeast {
            min_width: within(self.min_width, MAX_WIDTH, "pixels.min_width", "must be 1 to 2500 pixels")?,
            min_height: within(self.min_height, MAX_HEIGHT, "pixels.min_height", "must be 1 to 3200 pixels")?,
            aspect_width: within(self.aspect_width, 10_000, "pixels.aspect_width", "must be 1 to 10000")?,
            aspect_height: within(self.aspect_height, 10_000, "pixels.aspect_height", "must be 1 to 10000")?,
            aspect_tolerance_percent: tolerance
                .ok_or(("pixels.aspect_tolerance_percent", "must be 0 to 10 per cent"))?,
        })
    }
}

fn within(
    value: Option<u32>,
    max: u32,
    key: &'static str,
    problem: &'static str,
) -> Result<u32, (&'static str, &'static str)> {
    value.filter(|value| (1..=max).contains(value)).ok_or((key, problem))
}

/// Why a file is not a profile.
#[derive(Debug)]
pub enum ProfileError {
    /// Not TOML, or a key is missing or unknown; the source says which and where.
    Toml {
        /// The profile.
        profile: String,
        /// What the TOML reader says.
        source: Box<toml::de::Error>,
    },
    /// A value is missing or makes no sense.
    Value {
        /// The profile.
        profile: String,
        /// The key with its table: `pixels.width`.
        key: &'static str,
        /// What the value must be.
        problem: &'static str,
    },
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml { profile, .. } => write!(f, "photo profile {profile} cannot be read"),
            Self::Value { profile, key, problem } => write!(f, "photo profile {profile}: {key} {problem}"),
        }
    }
}

impl std::error::Error for ProfileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Toml { source, .. } => Some(source),
            Self::Value { .. } => None,
        }
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
            ("title = 'x'\n[pixels]\nwidth = 1\nheight = 1\n[face]\nmax_yaw_degrees = 5", "max_yaw_degrees"),
        ] {
            assert!(whole_error(text).contains(key), "{text}: {}", whole_error(text));
        }
        let nan = "title = 'x'\n[pixels]\nmin_width = 1\nmin_height = 1\naspect_width = 1\naspect_height = 1\n\
                   aspect_tolerance_percent = nan";
        assert!(whole_error(nan).contains("aspect_tolerance_percent"));
        assert!(Profile::parse("../etc", "").is_err());
    }
}
