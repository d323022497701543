//! The rules a profile may hold, a table of its file for each. A table that is missing is a rule that is not judged, but for
//! `embedded`, which then has its default.
//!
//! The meaning of the numbers is documented here, their sources in the profiles.

use serde::{Deserialize, Serialize};

/// No file that is judged is larger, in bytes: 64 MiB.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// All rules but the one on size, which every profile has.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProfileRules {
    /// Limits for the size of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileRule>,
    /// Limits for data beside the picture.
    pub embedded: EmbeddedRule,
    /// Limits for the compression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<CompressionRule>,
    /// Limit for the age of a photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureRule>,
    /// Size of a photo on paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<DensityRule>,
    /// Limit below which a colour file holds a grey photo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<ColourRule>,
    /// Limit below which a photo counts as blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank: Option<BlankRule>,
    /// Limits for brightness and tones of a face.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<ExposureRule>,
    /// Limits for a plain background.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<BackgroundRule>,
    /// Least detail of a face in focus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharpness: Option<SharpnessRule>,
    /// Least detail of a photo that was not enlarged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upscaled: Option<SharpnessRule>,
}

/// Limits for the size of a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// The least size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u64>,
    /// The greatest size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

/// Limits for the application segments and comments of one kind. EXIF, XMP and the colour profile are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedRule {
    /// The most bytes of one kind without advice.
    #[serde(default = "EmbeddedRule::default_advice")]
    pub advise_above_bytes: u64,
    /// The most bytes of one kind that are not refused; `None` for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refuse_above_bytes: Option<u64>,
}

impl EmbeddedRule {
    /// Our own policy: what cameras and programs write of their own takes a few hundred bytes, a portrait that is fit to be
    /// recognised takes more than this.
    const fn default_advice() -> u64 {
        4096
    }
}

impl Default for EmbeddedRule {
    fn default() -> Self {
        Self { advise_above_bytes: Self::default_advice(), refuse_above_bytes: None }
    }
}

/// Limits for the compression: advice is given when a photo misses both numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompressionRule {
    /// The least quality setting, 1 to 100, by the formula of the Independent JPEG Group.
    pub advise_min_quality: u8,
    /// The greatest ratio of the uncompressed picture (24 bits a pixel) to the file.
    pub advise_max_ratio: f64,
}

/// Limit for the age of a photo, by its own capture time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureRule {
    /// In calendar months; a photo older by another day is refused.
    pub max_age_months: u16,
}

/// Resolution that a file may state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DensityRule {
    /// Width of the photo on paper, in millimetres.
    pub print_width_mm: f64,
    /// By how much the stated resolution may miss the one that follows, in per cent of it.
    pub advise_tolerance_percent: f64,
}

/// Limit below which a colour file holds a grey photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColourRule {
    /// Grey when nineteen of twenty blocks differ less than this from neutral in both chroma values, in steps of 256.
    pub refuse_below_chroma: u8,
}

/// Limit below which a photo counts as blank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlankRule {
    /// Blank when the luma of all but the darkest and the brightest hundredth spans less than this, in steps of 256.
    pub refuse_below_luma_range: u8,
}

/// Limits for brightness and tones. Profiles of versions before 0.2 limited the brightness of the middle of the photo, which spoke to dark
/// skin alone; their keys are accepted and no longer judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExposureRule {
    /// The least luma of the brightest hundredth of the photo without the face, in steps of 256.
    #[serde(default = "ExposureRule::default_highlight")]
    pub advise_min_highlight: u8,
    /// The greatest share of the face with a luma of 247 to 255, in per cent.
    pub advise_max_bright_percent: f64,
    /// The least entropy of the luma histogram of the middle of the photo, in bits; 8 at most.
    pub advise_min_entropy_bits: f64,
    /// No longer judged.
    #[serde(default, skip_serializing)]
    advise_min_mean: Option<u8>,
    /// No longer judged.
    #[serde(default, skip_serializing)]
    advise_max_mean: Option<u8>,
    /// No longer judged.
    #[serde(default, skip_serializing)]
    advise_max_dark_percent: Option<f64>,
}

impl ExposureRule {
    /// Our own policy: 360 good portraits reach 174 at least; none of them reaches 161 with one and a half stops less light.
    const fn default_highlight() -> u8 {
        160
    }
}

/// Limits for a plain background; measured in the two upper corners.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundRule {
    /// The greatest standard deviation of luma within a corner, in steps of 256.
    pub advise_max_deviation: f64,
    /// The greatest difference between the mean luma of both corners, in steps of 256.
    pub advise_max_difference: f64,
}

/// Limit for the detail of a photo: how far its finest blocks go, in places of the zigzag order.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharpnessRule {
    /// The least place of the last coefficient, 1 to 63.
    pub advise_min_detail: u8,
    /// Pictures below this quality are not judged: what is missing in them may be the compression's doing.
    pub from_quality: u8,
    /// Pictures above this quality are not judged: their steps are so fine that rounding alone passes for detail.
    pub to_quality: u8,
}

impl ProfileRules {
    /// The first value that makes no sense: its key with its table, and what it must be.
    pub(super) fn first_invalid(&self) -> Option<(&'static str, &'static str)> {
        self.file_requirements()
            .into_iter()
            .chain(self.pixel_requirements())
            .find_map(|(is_invalid, key, must)| is_invalid.then_some((key, must)))
    }

    fn file_requirements(&self) -> Vec<Requirement> {
        let mut checks = Vec::new();
        if let Some(FileRule { min_bytes, max_bytes }) = self.file {
            let least = min_bytes.unwrap_or(1);
            checks.push((!within(least, 1, MAX_BYTES), "file.min_bytes", "must be 1 to 67108864 bytes"));
            let most = max_bytes.unwrap_or(MAX_BYTES);
            checks.push((!within(most, least, MAX_BYTES), "file.max_bytes", "must be min_bytes to 67108864 bytes"));
        }
        const BYTES: &str = "must be 0 to 67108864 bytes";
        checks.push((self.embedded.advise_above_bytes > MAX_BYTES, "embedded.advise_above_bytes", BYTES));
        let refused = self.embedded.refuse_above_bytes.is_some_and(|bytes| bytes > MAX_BYTES);
        checks.push((refused, "embedded.refuse_above_bytes", BYTES));
        if let Some(rule) = &self.compression {
            checks.push((
                !within(rule.advise_min_quality, 1, 100),
                "compression.advise_min_quality",
                "must be 1 to 100",
            ));
            let ratio = !within(rule.advise_max_ratio, 1.0, 1000.0);
            checks.push((ratio, "compression.advise_max_ratio", "must be 1 to 1000"));
        }
        if let Some(rule) = &self.capture {
            checks.push((!within(rule.max_age_months, 1, 120), "capture.max_age_months", "must be 1 to 120"));
        }
        if let Some(rule) = &self.density {
            let width = !within(rule.print_width_mm, 1.0, 1000.0);
            checks.push((width, "density.print_width_mm", "must be 1 to 1000 millimetres"));
            let tolerance = !within(rule.advise_tolerance_percent, 0.0, 1000.0);
            checks.push((tolerance, "density.advise_tolerance_percent", "must be 0 to 1000 per cent"));
        }
        checks
    }

    fn pixel_requirements(&self) -> Vec<Requirement> {
        const PERCENT: &str = "must be 0 to 100 per cent";
        const LUMA: &str = "must be 0 to 255";
        let mut checks = Vec::new();
        if let Some(rule) = &self.colour {
            checks.push((!within(rule.refuse_below_chroma, 1, 20), "colour.refuse_below_chroma", "must be 1 to 20"));
        }
        if let Some(rule) = &self.blank {
            let range = !within(rule.refuse_below_luma_range, 1, 64);
            checks.push((range, "blank.refuse_below_luma_range", "must be 1 to 64"));
        }
        if let Some(rule) = &self.exposure {
            let bright = !within(rule.advise_max_bright_percent, 0.0, 100.0);
            checks.push((bright, "exposure.advise_max_bright_percent", PERCENT));
            let entropy = !within(rule.advise_min_entropy_bits, 0.0, 8.0);
            checks.push((entropy, "exposure.advise_min_entropy_bits", "must be 0 to 8 bits"));
        }
        if let Some(rule) = &self.background {
            let deviation = !within(rule.advise_max_deviation, 0.0, 255.0);
            checks.push((deviation, "background.advise_max_deviation", LUMA));
            let difference = !within(rule.advise_max_difference, 0.0, 255.0);
            checks.push((difference, "background.advise_max_difference", LUMA));
        }
        if let Some(rule) = &self.sharpness {
            checks.push((!rule.is_sensible(), "sharpness", SharpnessRule::REQUIREMENT));
        }
        if let Some(rule) = &self.upscaled {
            checks.push((!rule.is_sensible(), "upscaled", SharpnessRule::REQUIREMENT));
        }
        checks
    }
}

/// Result of checking one key: true if its value is wrong, the key, and what its value must be.
type Requirement = (bool, &'static str, &'static str);

/// Not-a-number lies within nothing.
fn within<T: PartialOrd>(value: T, least: T, most: T) -> bool {
    least <= value && value <= most
}

impl SharpnessRule {
    const REQUIREMENT: &'static str = "must have a detail of 1 to 63 and qualities of 1 to 100 in order";

    fn is_sensible(&self) -> bool {
        within(self.advise_min_detail, 1, 63)
            && within(self.from_quality, 1, 100)
            && within(self.to_quality, self.from_quality, 100)
    }
}
