//! What a profile asks of a face: the table `[face]`. A line that is missing is not judged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where and how large the face must be. Shares are of the picture's width or height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceLimits {
    /// Least distance of the pupils in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_inter_eye_px: Option<u32>,
    /// Greatest angle of the line through the pupils, in degrees to either side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_roll_degrees: Option<f64>,
    /// The point between the pupils, from the left, as share of the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal_position: Option<Shares>,
    /// The same point from the top, as share of the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_position: Option<Shares>,
    /// Width of the head as share of the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_width: Option<Shares>,
    /// Height of the head, chin to crown, as share of the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height: Option<Shares>,
    /// The same for children under ten, instead of `head_height`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height_under_10: Option<Shares>,
}

/// From one share to another, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl FaceLimits {
    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// The key and what its value must be.
    pub(in crate::validation) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.min_inter_eye_px.is_some_and(|pixels| !(1..=2500).contains(&pixels)) {
            return Err(("face.min_inter_eye_px", "must be 1 to 2500 pixels"));
        }
        if self.max_roll_degrees.is_some_and(|degrees| !(1.0..=45.0).contains(&degrees)) {
            return Err(("face.max_roll_degrees", "must be 1 to 45 degrees"));
        }
        for (key, shares) in [
            ("face.horizontal_position", self.horizontal_position),
            ("face.vertical_position", self.vertical_position),
            ("face.head_width", self.head_width),
            ("face.head_height", self.head_height),
            ("face.head_height_under_10", self.head_height_under_10),
        ] {
            if shares.is_some_and(|Shares { min, max }| !(0.0 <= min && min < max && max <= 1.0)) {
                return Err((key, "must have a min below its max, both 0 to 1"));
            }
        }
        Ok(())
    }
}

impl Shares {
    /// By how much a share is outside; 0 inside.
    pub(super) fn miss(&self, share: f64) -> f64 {
        (self.min - share).max(share - self.max).max(0.0)
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} - {:.2}", self.min, self.max)
    }
}
