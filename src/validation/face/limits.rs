//! Limits of a face in a profile: the table `[face]`. A key that is missing is not judged; turn and nod have defaults.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::photo::declaration::Subject;

/// Limits for position, size and pose of the face. Shares are of the photo's width or height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaceLimits {
    /// Least distance of the pupils in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_inter_eye_px: Option<u32>,
    /// Greatest angle of the line through the pupils, in degrees to either side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_roll_degrees: Option<f64>,
    /// Greatest turn of the head to either side, in degrees; advice only. Without the key: 5, as BSI TR-03121-3 Volume 2 says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_yaw_degrees: Option<f64>,
    /// Greatest nod of the head up or down, in degrees; advice only. Without the key: 5, as BSI TR-03121-3 Volume 2 says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_pitch_degrees: Option<f64>,
    /// The point between the pupils, from the left, as share of the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal_position: Option<RatioRange>,
    /// The same point may be this many pixels off the middle of the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_centre_offset_px: Option<u32>,
    /// The same point from the top, as share of the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_position: Option<RatioRange>,
    /// Width of the head as share of the width. A child's may be as much narrower as its face may be smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_width: Option<RatioRange>,
    /// Height of the head, chin to crown, as share of the height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height: Option<RatioRange>,
    /// The same for children under ten, instead of `head_height`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height_under_10: Option<RatioRange>,
    /// Height of the head in pixels, instead of `head_height`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height_px: Option<PixelRange>,
    /// Pixels above the crown. Shown to people, not judged: hair hides the crown from every program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crown_margin_px: Option<PixelRange>,
    /// Pixels below the chin. Shown to people, not judged: it follows from the other two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chin_margin_px: Option<PixelRange>,
}

/// From one number of pixels to another, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PixelRange {
    /// The least.
    pub min: u32,
    /// The greatest.
    pub max: u32,
}

/// From one share to another, both allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioRange {
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl FaceLimits {
    /// Checks that the numbers make sense. `exact_height`: the photo's in pixels, where the profile asks for one size and no other.
    ///
    /// # Errors
    /// The key and what its value must be.
    pub(in crate::validation) fn check(&self, exact_height: Option<u32>) -> Result<(), (&'static str, &'static str)> {
        if self.min_inter_eye_px.is_some_and(|pixels| !(1..=2500).contains(&pixels)) {
            return Err(("face.min_inter_eye_px", "must be 1 to 2500 pixels"));
        }
        if self.max_roll_degrees.is_some_and(|degrees| !(1.0..=45.0).contains(&degrees)) {
            return Err(("face.max_roll_degrees", "must be 1 to 45 degrees"));
        }
        for (key, degrees) in
            [("face.max_yaw_degrees", self.max_yaw_degrees), ("face.max_pitch_degrees", self.max_pitch_degrees)]
        {
            if degrees.is_some_and(|degrees| !(1.0..=90.0).contains(&degrees)) {
                return Err((key, "must be 1 to 90 degrees"));
            }
        }
        for (key, shares) in [
            ("face.horizontal_position", self.horizontal_position),
            ("face.vertical_position", self.vertical_position),
            ("face.head_width", self.head_width),
            ("face.head_height", self.head_height),
            ("face.head_height_under_10", self.head_height_under_10),
        ] {
            if shares.is_some_and(|RatioRange { min, max }| !(0.0 <= min && min < max && max <= 1.0)) {
                return Err((key, "must have a min below its max, both 0 to 1"));
            }
        }
        self.check_pixels(exact_height)
    }

    fn check_pixels(&self, exact_height: Option<u32>) -> Result<(), (&'static str, &'static str)> {
        let offset = self.max_centre_offset_px.map(|max| PixelRange { min: 0, max });
        for (key, band, rival) in [
            ("face.max_centre_offset_px", offset, self.horizontal_position),
            ("face.head_height_px", self.head_height_px, self.head_height),
            ("face.crown_margin_px", self.crown_margin_px, None),
            ("face.chin_margin_px", self.chin_margin_px, None),
        ] {
            let Some(PixelRange { min, max }) = band else { continue };
            let Some(height) = exact_height else {
                return Err((key, "needs one exact size: pixels.width and pixels.height"));
            };
            if min >= max || max > height {
                return Err((key, "must be in pixels of the picture, a min below its max"));
            }
            if rival.is_some() {
                return Err((key, "says in pixels what another key says as a share: keep one of them"));
            }
        }
        Ok(())
    }
}

impl FaceLimits {
    /// Range for the height of the head as the profile states it in shares.
    pub(super) fn head_height_share(&self, subject: Subject) -> Option<RatioRange> {
        let of_children = match subject {
            Subject::Adult => None,
            Subject::Under10 | Subject::Under6 => self.head_height_under_10,
        };
        of_children.or(self.head_height)
    }

    /// Range for the height of the head as share of the photo's, which is `photo_height` pixels high.
    pub(in crate::validation) fn head_height_for(&self, subject: Subject, photo_height: f64) -> Option<RatioRange> {
        let in_pixels = self.head_height_px.map(|PixelRange { min, max }| RatioRange {
            min: f64::from(min) / photo_height,
            max: f64::from(max) / photo_height,
        });
        self.head_height_share(subject).or(in_pixels)
    }
}

impl RatioRange {
    /// By how much a share is outside; 0 inside.
    pub(super) fn deviation(&self, share: f64) -> f64 {
        (self.min - share).max(share - self.max).max(0.0)
    }
}

impl fmt::Display for RatioRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| (share * 1000.0).round() / 10.0;
        write!(f, "{} - {} %", percent(self.min), percent(self.max))
    }
}

impl fmt::Display for PixelRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} - {} px", self.min, self.max)
    }
}
