//! Tables of a profile's file. A rule whose table is missing is not checked; only `embedded` has a default.
//!
//! The comments here define the numbers; the profiles give their sources. A key with a limited range of values states it with
//! `within`.

use serde::{Deserialize, Deserializer, Serialize, de};

/// Limit of every file size, in bytes: 64 MiB.
const MAX_BYTES: u32 = 64 * 1024 * 1024;

/// Size of the file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    #[serde(default, deserialize_with = "within::<u64, _, _, 1, MAX_BYTES>", skip_serializing_if = "Option::is_none")]
    pub min_bytes: Option<u64>,
    #[serde(default, deserialize_with = "within::<u64, _, _, 1, MAX_BYTES>", skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

/// Bytes of the application segments and comments of one kind. EXIF, XMP and the colour profile are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EmbeddedRule {
    #[serde(deserialize_with = "within::<u64, _, _, 0, MAX_BYTES>")]
    pub advise_above_bytes: u64,
    #[serde(deserialize_with = "within::<u64, _, _, 0, MAX_BYTES>", skip_serializing_if = "Option::is_none")]
    pub refuse_above_bytes: Option<u64>,
}

impl Default for EmbeddedRule {
    /// Our own policy: cameras and programs write a few hundred bytes of their own, and a portrait that can be recognised takes more
    /// than 4 KiB.
    fn default() -> Self {
        Self { advise_above_bytes: 4096, refuse_above_bytes: None }
    }
}

/// Compression: advice is given when a photo misses both numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompressionRule {
    /// Quality setting by the formula of the Independent JPEG Group.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 100>")]
    pub advise_min_quality: u8,
    /// Ratio of the uncompressed photo (24 bits per pixel) to the file.
    #[serde(deserialize_with = "within::<f64, _, _, 1, 1000>")]
    pub advise_max_ratio: f64,
}

/// Maximum age of a photo by its own capture time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureRule {
    /// In calendar months; a photo older by another day is refused.
    #[serde(deserialize_with = "within::<u16, _, _, 1, 120>")]
    pub max_age_months: u16,
}

/// Resolution that a file may state.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DensityRule {
    #[serde(deserialize_with = "within::<f64, _, _, 1, 1000>")]
    pub print_width_mm: f64,
    /// Deviation of the stated resolution from the one that the width requires, in per cent of the latter.
    #[serde(deserialize_with = "within::<f64, _, _, 0, 1000>")]
    pub advise_tolerance_percent: f64,
}

/// Limit below which a colour file is a grey photo.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ColourRule {
    /// The photo is grey if 19 of 20 blocks differ from neutral by less than this in both chroma values, in steps of 256.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 20>")]
    pub refuse_below_chroma: u8,
}

/// Limit below which a photo counts as blank.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlankRule {
    /// Range of luma without the darkest and the brightest hundredth of the blocks, in steps of 256.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 64>")]
    pub refuse_below_luma_range: u8,
}

/// Brightness and tones.
//
// Profiles of versions before 0.2 limited the brightness of the middle of the photo, which concerned dark skin only; their keys are
// accepted and ignored.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExposureRule {
    /// Luma of the brightest hundredth of the photo without the face, in steps of 256.
    //
    // The default is our own policy: 360 good portraits reach 174 at least; none of them reaches 161 with one and a half stops less light.
    #[serde(default = "default_highlight")]
    pub advise_min_highlight: u8,
    /// Share of the face with a luma of 247 to 255.
    #[serde(deserialize_with = "within::<f64, _, _, 0, 100>")]
    pub advise_max_bright_percent: f64,
    /// Entropy of the luma histogram of the middle of the photo.
    #[serde(deserialize_with = "within::<f64, _, _, 0, 8>")]
    pub advise_min_entropy_bits: f64,
    #[serde(default, skip_serializing)]
    advise_min_mean: Option<u8>,
    #[serde(default, skip_serializing)]
    advise_max_mean: Option<u8>,
    #[serde(default, skip_serializing)]
    advise_max_dark_percent: Option<f64>,
}

fn default_highlight() -> u8 {
    160
}

/// Plain background, measured in the two upper corners. Luma is in steps of 256.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackgroundRule {
    /// Standard deviation of luma within a corner.
    #[serde(deserialize_with = "within::<f64, _, _, 0, 255>")]
    pub advise_max_deviation: f64,
    /// Difference between the mean luma of both corners.
    #[serde(deserialize_with = "within::<f64, _, _, 0, 255>")]
    pub advise_max_difference: f64,
}

/// Detail of a photo: how far its finest blocks go, in places of the zigzag order. Checked within a range of quality settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SharpnessRule {
    /// Place of the last coefficient.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 63>")]
    pub advise_min_detail: u8,
    /// Below this quality, missing detail may be due to compression.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 100>")]
    pub from_quality: u8,
    /// Above this quality, the quantisation steps are so fine that rounding alone looks like detail.
    #[serde(deserialize_with = "within::<u8, _, _, 1, 100>")]
    pub to_quality: u8,
}

/// Reads a number of type `N` from `LEAST` to `MOST`; not-a-number is outside of every range.
pub(super) fn within<'de, N, T, D, const LEAST: u32, const MOST: u32>(deserializer: D) -> Result<T, D::Error>
where
    N: Deserialize<'de> + PartialOrd + TryFrom<u32>,
    T: From<N>,
    D: Deserializer<'de>,
{
    let number = N::deserialize(deserializer)?;
    let is_within =
        N::try_from(LEAST).is_ok_and(|least| least <= number) && N::try_from(MOST).is_ok_and(|most| number <= most);
    if is_within { Ok(number.into()) } else { Err(de::Error::custom(format_args!("must be {LEAST} to {MOST}"))) }
}
