//! Measurements of a photo, as other programs see them.

use serde::{Deserialize, Serialize};

/// A point of the picture: x and y in pixels from the middle of the upper left pixel.
pub type Point = [f64; 2];

/// Values that could be measured; a missing key says that the value is not known. Shares are of the picture's width or height.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MeasurementsBody {
    /// Size of the file in bytes.
    #[serde(default)]
    pub bytes: u64,
    /// Width in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// JPEG quality setting, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jpeg_quality: Option<u8>,
    /// Resolution as the file states it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels_per_inch: Option<u32>,
    /// Number of faces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<u64>,
    /// Middles of the pupils, the one on the left in the picture first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyes: Option<[Point; 2]>,
    /// Lowest point of the chin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chin: Option<Point>,
    /// Distance of the pupils in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inter_eye_distance_px: Option<f64>,
    /// Tilt of the head in degrees, -180 to 180; positive where the right eye in the picture is lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll_degrees: Option<f64>,
    /// Turn of the head in degrees; positive where the face looks to the right of the picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yaw_degrees: Option<f64>,
    /// Nod of the head in degrees; positive where the face looks down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch_degrees: Option<f64>,
    /// The point between the pupils from the left, as share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizontal_position: Option<f64>,
    /// The point between the pupils from the top, as share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vertical_position: Option<f64>,
    /// Width of the head, as share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_width: Option<f64>,
    /// Height of the head, chin to crown, as share; estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_height: Option<f64>,
    /// Highest place of the head, hair included, in pixels from the upper edge; measured in the studio and at the desk only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crown: Option<f64>,
}
