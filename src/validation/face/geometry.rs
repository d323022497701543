//! Position, size and pose of a face, measured from its landmarks.
//!
//! All values are rounded, so that a comparison with a limit does not depend on the last bits of floating-point arithmetic.

use super::landmarks::Landmarks;
use super::rounding::{tenth, thousandth};

/// Pitch of a head that looks straight ahead, as measured by the mesh.
const LEVEL_PITCH: f64 = 4.5;
/// Height of a head (chin to crown) as multiple of the distance from the pupils to the chin: the pupils lie half-way, as in the
/// usual anthropometric tables.
pub(super) const HEAD_TO_CHIN: f64 = 2.0;
/// Measurements of a face. Coordinates are pixels of the whole picture from the centre of its upper left pixel, rounded to
/// tenths. Shares are of the picture's width or height, rounded to thousandths. Angles are rounded to tenths of a degree. All
/// fields are `None` if no face was found or the picture has too few pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FaceMeasurements {
    /// `None` if the picture was not searched for faces.
    pub faces: Option<usize>,
    /// Centres of the pupils (x, y), the left one in the picture first.
    pub eyes: Option<[(f64, f64); 2]>,
    /// Lowest point of the chin (x, y).
    pub chin: Option<(f64, f64)>,
    pub inter_eye_distance_px: Option<f64>,
    /// Angle of the line through the pupils in degrees, -180 to 180; positive if the right pupil in the picture is lower. Beyond
    /// 90 the head is upside down.
    pub roll_degrees: Option<f64>,
    /// Turn of the head in degrees; positive if the face looks to the right of the picture.
    pub yaw_degrees: Option<f64>,
    /// Tilt of the head up or down in degrees; positive if the face looks down.
    pub pitch_degrees: Option<f64>,
    /// Distance of the point between the pupils from the left edge, as share of the width.
    pub horizontal_position: Option<f64>,
    pub vertical_position: Option<f64>,
    /// Share of the picture's width.
    pub head_width: Option<f64>,
    /// Chin to crown, as share of the picture's height; estimated from chin and eyes.
    pub head_height: Option<f64>,
    /// Uppermost point of the head including hair (y), by the person mask of the studio and the desk; `None` at the gateway, and
    /// if the head reaches the upper edge.
    pub crown: Option<f64>,
}

/// One face in a picture.
pub(super) struct Geometry {
    pub(super) measured: FaceMeasurements,
    pub(super) photo_size: (f64, f64),
    /// Pixels per sample of the plane that was measured; no value is more exact than this.
    pub(super) pixels_per_sample: f64,
}

impl Geometry {
    pub(super) fn new(landmarks: &Landmarks, photo_size: (u32, u32), pixels_per_sample: u32) -> Self {
        let scale = f64::from(pixels_per_sample);
        let photo_size = (f64::from(photo_size.0), f64::from(photo_size.1));
        // From the plane's corner to the centre of the picture's first pixel.
        let place = |(x, y): (f32, f32)| (tenth(f64::from(x) * scale - 0.5), tenth(f64::from(y) * scale - 0.5));
        let eyes = landmarks.eyes().map(place);
        let chin = place(landmarks.chin());
        let [(left, left_y), (right, right_y)] = eyes;
        let middle = ((left + right) / 2.0, (left_y + right_y) / 2.0);
        let chin_distance = (chin.0 - middle.0).hypot(chin.1 - middle.1);
        let mut sorted = eyes;
        if left > right {
            sorted.swap(0, 1);
        }
        let measured = FaceMeasurements {
            faces: None,
            eyes: Some(sorted),
            chin: Some(chin),
            inter_eye_distance_px: Some(tenth((right - left).hypot(right_y - left_y))),
            roll_degrees: Some(tenth(f64::from(landmarks.angle().to_degrees()))),
            yaw_degrees: Some(tenth(f64::from(landmarks.yaw_degrees()))),
            pitch_degrees: Some(tenth(f64::from(landmarks.pitch_degrees()) - LEVEL_PITCH)),
            horizontal_position: Some(thousandth((middle.0 + 0.5) / photo_size.0)),
            vertical_position: Some(thousandth((middle.1 + 0.5) / photo_size.1)),
            head_width: Some(thousandth(f64::from(landmarks.width()) * scale / photo_size.0)),
            head_height: Some(thousandth(HEAD_TO_CHIN * chin_distance / photo_size.1)),
            crown: None,
        };
        Self { measured, photo_size, pixels_per_sample: scale }
    }

    pub(super) fn measurements(&self) -> FaceMeasurements {
        self.measured
    }
}
