//! Measurements of a photo, for other programs.

use serde::{Deserialize, Serialize};

/// A point of the photo: x and y in pixels from the middle of the upper left pixel.
pub type Point = [f64; 2];

/// Measured values; a missing key means that the value is unknown. Shares are of the photo's width or height.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MeasurementsBody {
    /// Size of the file.
    #[serde(default)]
    #[schema(required = true)]
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
    /// As stated in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels_per_inch: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub faces: Option<u64>,
    /// Middles of the pupils, with the one on the left of the photo first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Vec<f64>>>)]
    pub eyes: Option<[Point; 2]>,
    /// Lowest point of the chin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<f64>>)]
    pub chin: Option<Point>,
    /// Distance of the pupils.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inter_eye_distance_px: Option<f64>,
    /// Tilt of the head, -180 to 180; positive if the eye on the right of the photo is lower.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roll_degrees: Option<f64>,
    /// Turn of the head; positive if the face looks to the right of the photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yaw_degrees: Option<f64>,
    /// Nod of the head; positive if the face looks down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pitch_degrees: Option<f64>,
    /// Middle between the pupils from the left, as share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizontal_position: Option<f64>,
    /// Middle between the pupils from the top, as share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vertical_position: Option<f64>,
    /// As share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_width: Option<f64>,
    /// Chin to crown, as share; estimated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_height: Option<f64>,
    /// Highest point of head and hair, in pixels from the upper edge; measured only in the studio and at the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crown: Option<f64>,
}
