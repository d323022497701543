//! A profile's file as it is written, and what is wrong with it when it is not one.

use std::fmt;

use serde::Deserialize;
use toml::de::DeTable;

use super::face::FaceLimits;
use super::limits::{MAX_HEIGHT, MAX_WIDTH};
use super::pixel_rule::{AspectRule, PixelRule};
use super::rules::{
    BackgroundRule, BlankRule, CaptureRule, ColourRule, CompressionRule, DensityRule, EmbeddedRule, ExposureRule,
    FileRule, ProfileRules, SharpnessRule,
};

/// The tables of a file. They become a profile once their values are found sensible.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    pub(super) title: String,
    pub(super) pixels: PixelTable,
    file: Option<FileRule>,
    #[serde(default)]
    embedded: EmbeddedRule,
    compression: Option<CompressionRule>,
    capture: Option<CaptureRule>,
    density: Option<DensityRule>,
    colour: Option<ColourRule>,
    blank: Option<BlankRule>,
    exposure: Option<ExposureRule>,
    background: Option<BackgroundRule>,
    sharpness: Option<SharpnessRule>,
    upscaled: Option<SharpnessRule>,
    pub(super) face: Option<FaceLimits>,
}

impl ProfileFile {
    pub(super) fn rules(&self) -> ProfileRules {
        ProfileRules {
            file: self.file,
            embedded: self.embedded,
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
pub(super) struct PixelTable {
    width: Option<u32>,
    height: Option<u32>,
    min_width: Option<u32>,
    min_height: Option<u32>,
    aspect_width: Option<u32>,
    aspect_height: Option<u32>,
    aspect_tolerance_percent: Option<f64>,
    taller_than_wide: Option<bool>,
}

/// The key, and what its value must be.
type InvalidValue = (&'static str, &'static str);

impl PixelTable {
    pub(super) fn into_rule(self) -> Result<PixelRule, InvalidValue> {
        let exact = self.width.is_some() || self.height.is_some();
        let least = self.min_width.is_some() || self.min_height.is_some();
        if exact && (least || self.has_aspect_ratio() || self.taller_than_wide.is_some()) {
            return Err(("pixels", "has either width and height or a minimum with or without a ratio, not both"));
        }
        if exact {
            return Ok(PixelRule::Exactly {
                width: within(self.width, MAX_WIDTH, "pixels.width", "must be 1 to 2500 pixels")?,
                height: within(self.height, MAX_HEIGHT, "pixels.height", "must be 1 to 3200 pixels")?,
            });
        }
        if self.taller_than_wide == Some(false) {
            return Err(("pixels.taller_than_wide", "must be true, or left out"));
        }
        Ok(PixelRule::AtLeast {
            min_width: within(self.min_width, MAX_WIDTH, "pixels.min_width", "must be 1 to 2500 pixels")?,
            min_height: within(self.min_height, MAX_HEIGHT, "pixels.min_height", "must be 1 to 3200 pixels")?,
            aspect: self.has_aspect_ratio().then(|| self.aspect()).transpose()?,
            taller_than_wide: self.taller_than_wide == Some(true),
        })
    }

    fn has_aspect_ratio(&self) -> bool {
        self.aspect_width.or(self.aspect_height).is_some() || self.aspect_tolerance_percent.is_some()
    }

    fn aspect(&self) -> Result<AspectRule, InvalidValue> {
        let tolerance = self.aspect_tolerance_percent.filter(|percent| (0.0..=10.0).contains(percent));
        Ok(AspectRule {
            aspect_width: within(self.aspect_width, 10_000, "pixels.aspect_width", "must be 1 to 10000")?,
            aspect_height: within(self.aspect_height, 10_000, "pixels.aspect_height", "must be 1 to 10000")?,
            aspect_tolerance_percent: tolerance
                .ok_or(("pixels.aspect_tolerance_percent", "must be 0 to 10 per cent"))?,
        })
    }
}

fn within(value: Option<u32>, max: u32, key: &'static str, problem: &'static str) -> Result<u32, InvalidValue> {
    value.filter(|value| (1..=max).contains(value)).ok_or((key, problem))
}

/// The line of a key such as `pixels.width`, from 1; where it is missing, that of its table. `None` if neither is there.
pub(super) fn line_of(toml_text: &str, key: &str) -> Option<usize> {
    let file = DeTable::parse(toml_text).ok()?;
    let (table, inside) = key.split_once('.').map_or((key, None), |(table, inside)| (table, Some(inside)));
    let (name, content) = file.get_ref().iter().find(|(name, _)| name.get_ref() == table)?;
    let inner = inside.zip(content.get_ref().as_table());
    let found = inner.and_then(|(inside, table)| table.keys().find(|name| name.get_ref() == inside)).unwrap_or(name);
    Some(1 + toml_text.get(..found.span().start)?.matches('\n').count())
}

/// Reason for which a file is not a profile.
#[derive(Debug)]
pub enum ProfileError {
    /// Not TOML, or a key is missing or unknown; the source says which and where.
    Toml {
        profile: String,
        /// Error of the TOML reader.
        source: Box<toml::de::Error>,
    },
    /// A value is missing or makes no sense.
    Value {
        profile: String,
        /// The key with its table: `pixels.width`.
        key: &'static str,
        /// Requirement for the value.
        problem: &'static str,
        /// Line of the key in the file, from 1; if the key is missing, the line of its table.
        line: Option<usize>,
    },
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Toml { profile, .. } => write!(f, "photo profile {profile} cannot be read"),
            Self::Value { profile, key, problem, line } => {
                write!(f, "photo profile {profile}")?;
                if let Some(line) = line {
                    write!(f, ", line {line}")?;
                }
                write!(f, ": {key} {problem}")
            }
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
