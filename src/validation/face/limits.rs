//! Limits of a face in a profile: the table `[face]`. A missing key is not checked; yaw and pitch have defaults.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::photo::declaration::Subject;
use crate::validation::pixel_rule::PixelRule;
use crate::validation::rules::within;

/// Limits for position, size and pose of the face. Shares are of the photo's width or height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaceLimits {
    /// Distance of the pupils.
    #[serde(deserialize_with = "within::<u32, _, _, 1, 2500>", skip_serializing_if = "Option::is_none")]
    pub min_inter_eye_px: Option<u32>,
    /// Angle of the line through the pupils in either direction.
    #[serde(deserialize_with = "within::<f64, _, _, 1, 45>", skip_serializing_if = "Option::is_none")]
    pub max_roll_degrees: Option<f64>,
    /// In either direction; advice only. Default: 5, by BSI TR-03121-3 Volume 2.
    #[serde(deserialize_with = "within::<f64, _, _, 1, 90>", skip_serializing_if = "Option::is_none")]
    pub max_yaw_degrees: Option<f64>,
    /// Up or down; advice only. Default: 5, by BSI TR-03121-3 Volume 2.
    #[serde(deserialize_with = "within::<f64, _, _, 1, 90>", skip_serializing_if = "Option::is_none")]
    pub max_pitch_degrees: Option<f64>,
    /// Distance of the point between the pupils from the left edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizontal_position: Option<RatioRange>,
    /// Distance of the point between the pupils from the middle of the width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_centre_offset_px: Option<u32>,
    /// Distance of the point between the pupils from the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vertical_position: Option<RatioRange>,
    /// A child's head may be narrower in proportion to its smaller face.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_width: Option<RatioRange>,
    /// From chin to crown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height: Option<RatioRange>,
    /// Replaces `head_height` for children under ten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height_under_10: Option<RatioRange>,
    /// Replaces `head_height`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_height_px: Option<PixelRange>,
    /// Space above the crown. Shown, not checked: hair hides the crown from every program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crown_margin_px: Option<PixelRange>,
    /// Space below the chin. Shown, not checked: it follows from the other two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chin_margin_px: Option<PixelRange>,
}

/// Range of pixels; both ends are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PixelRange {
    pub min: u32,
    pub max: u32,
}

/// Range of shares; both ends are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatioRange {
    #[serde(deserialize_with = "within::<f64, _, _, 0, 1>")]
    pub min: f64,
    #[serde(deserialize_with = "within::<f64, _, _, 0, 1>")]
    pub max: f64,
}

impl FaceLimits {
    /// The first key that contradicts another one of the profile, with the condition that it must meet.
    pub(in crate::validation) fn contradiction(&self, photo: &PixelRule) -> Option<(&'static str, &'static str)> {
        for (key, shares) in [
            ("face.horizontal_position", self.horizontal_position),
            ("face.vertical_position", self.vertical_position),
            ("face.head_width", self.head_width),
            ("face.head_height", self.head_height),
            ("face.head_height_under_10", self.head_height_under_10),
        ] {
            if shares.is_some_and(|RatioRange { min, max }| min >= max) {
                return Some((key, "must have a min below its max"));
            }
        }
        let offset = self.max_centre_offset_px.map(|max| PixelRange { min: 0, max });
        for (key, band, rival) in [
            ("face.max_centre_offset_px", offset, self.horizontal_position),
            ("face.head_height_px", self.head_height_px, self.head_height),
            ("face.crown_margin_px", self.crown_margin_px, None),
            ("face.chin_margin_px", self.chin_margin_px, None),
        ] {
            let Some(PixelRange { min, max }) = band else { continue };
            let PixelRule::Exactly { height, .. } = *photo else {
                return Some((key, "needs one exact size: pixels.width and pixels.height"));
            };
            if min >= max || max > height {
                return Some((key, "must be in pixels of the picture, a min below its max"));
            }
            if rival.is_some() {
                return Some((key, "says in pixels what another key says as a share: keep one of them"));
            }
        }
        None
    }

    /// Permitted height of the head if the profile states it in shares.
    pub(super) fn head_height_share(&self, subject: Subject) -> Option<RatioRange> {
        let of_children = match subject {
            Subject::Adult => None,
            Subject::Under10 | Subject::Under6 => self.head_height_under_10,
        };
        of_children.or(self.head_height)
    }

    /// Permitted height of the head as share of the photo's height, which is `photo_height` pixels.
    pub(in crate::validation) fn head_height_for(&self, subject: Subject, photo_height: f64) -> Option<RatioRange> {
        let in_pixels = self.head_height_px.map(|PixelRange { min, max }| RatioRange {
            min: f64::from(min) / photo_height,
            max: f64::from(max) / photo_height,
        });
        self.head_height_share(subject).or(in_pixels)
    }
}

impl RatioRange {
    /// Distance of a share from the range; 0 inside.
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
