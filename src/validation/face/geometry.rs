//! Where the face is and how large, held against a profile's limits.
//!
//! Every number here is a measurement by a program, so between good and refused lies a band of advice: wide enough that no
//! photo is refused because the program was off. On the portraits in `fixtures/`, turned, moved and scaled, the distance of the
//! pupils is off by less than 2 % and their angle by less than 1 degree; the bands below are several times that, since other
//! faces wear glasses.

use serde::Serialize;

use super::detect::Face;
use super::limits::{FaceLimits, PixelBand, Shares};
use crate::domain::check::Check;
use crate::domain::finding::{Finding, Severity};
use crate::domain::subject::Subject;

/// Distances this much shorter than the limit are advice, as part of it ...
const DISTANCE_BAND: f64 = 0.05;
/// ... and angles this much steeper, in degrees ...
const ROLL_BAND: f64 = 3.0;
/// ... and positions this far outside, as share of the picture.
const POSITION_BAND: f64 = 0.05;
/// Head sizes are estimated from the face, under whatever hair: this much outside the limit, as part of it, says nothing yet,
/// and beyond it there is advice only.
const HEAD_BAND: f64 = 0.10;
/// A head's height, chin to crown, as multiple of the face's side; its width is the side. (Men and women of the usual
/// anthropometric tables: 23 cm to 15 cm.)
const HEAD_TO_FACE: f64 = 1.55;
/// How much smaller a child's face may be than an adult's: Fotomustertafel, 22 mm (at the very least 17 mm) instead of 32 mm.
const CHILD_USUAL: f64 = 22.0 / 32.0;
const CHILD_LEAST: f64 = 17.0 / 32.0;

/// What was measured of a face. Coordinates are pixels of the whole picture from the middle of its upper left pixel; shares are
/// of the picture's width or height. All `None` where no face was found or the picture has too few pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct FaceMeasurements {
    /// How many faces; `None` if they were not looked for.
    pub faces: Option<usize>,
    /// Middles of the pupils (x, y), the one on the left in the picture first.
    pub eyes: Option<[(f64, f64); 2]>,
    /// Distance of the pupils in pixels.
    pub inter_eye_distance_px: Option<f64>,
    /// Angle of the line through the pupils in degrees; positive where the right one in the picture is lower.
    pub roll_degrees: Option<f64>,
    /// The point between the pupils, from the left, as share of the width.
    pub horizontal_position: Option<f64>,
    /// The same point from the top, as share of the height.
    pub vertical_position: Option<f64>,
    /// Width of the head as share of the width, estimated.
    pub head_width: Option<f64>,
    /// Height of the head as share of the height, estimated.
    pub head_height: Option<f64>,
}

/// One face in a picture.
pub(super) struct Geometry {
    pub(super) eyes: [(f64, f64); 2],
    /// Side of the face in pixels.
    pub(super) side: f64,
    /// Width and height of the picture in pixels.
    pub(super) picture: (f64, f64),
    /// Pixels for each sample the face was measured on: nothing is more exact than one of them.
    pub(super) pixels_per_sample: f64,
}

impl Geometry {
    pub(super) fn new(face: &Face, eyes: [(f32, f32); 2], picture: (u32, u32), pixels_per_sample: u32) -> Self {
        let scale = f64::from(pixels_per_sample);
        Self {
            // A sample is the mean of its pixels and stands for their middle.
            eyes: eyes.map(|(x, y)| (f64::from(x) * scale - 0.5, f64::from(y) * scale - 0.5)),
            side: f64::from(face.side) * scale,
            picture: (f64::from(picture.0), f64::from(picture.1)),
            pixels_per_sample: scale,
        }
    }

    pub(super) fn measurements(&self) -> FaceMeasurements {
        let [(left, left_y), (right, right_y)] = self.eyes;
        let (width, height) = self.picture;
        FaceMeasurements {
            faces: None,
            eyes: Some(self.eyes),
            inter_eye_distance_px: Some((right - left).hypot(right_y - left_y)),
            roll_degrees: Some((right_y - left_y).atan2(right - left).to_degrees()),
            horizontal_position: Some(((left + right) / 2.0 + 0.5) / width),
            vertical_position: Some(((left_y + right_y) / 2.0 + 0.5) / height),
            head_width: Some(self.side / width),
            head_height: Some(self.side * HEAD_TO_FACE / height),
        }
    }

    /// Holds the measurements against the limits.
    pub(super) fn judge(&self, limits: &FaceLimits, subject: Subject) -> Vec<Finding> {
        let measured = self.measurements();
        let of_children = match subject {
            Subject::Adult => None,
            Subject::Under10 | Subject::Under6 => limits.head_height_under_10,
        };
        let head_width = match subject {
            Subject::Adult => limits.head_width,
            Subject::Under10 | Subject::Under6 => {
                limits.head_width.map(|Shares { min, max }| Shares { min: min * CHILD_USUAL, max })
            }
        };
        let head_pixels = limits.head_height_px.filter(|_| of_children.is_none());
        [
            self.distance(measured.inter_eye_distance_px, limits, subject),
            self.roll(&measured, limits),
            position(Check::HorizontalPosition, measured.horizontal_position, limits.horizontal_position),
            self.centre_offset(measured.horizontal_position, limits.max_centre_offset_px),
            position(Check::VerticalPosition, measured.vertical_position, limits.vertical_position),
            head("width", measured.head_width, head_width),
            head("height", measured.head_height, of_children.or(limits.head_height)),
            self.head_pixels(measured.head_height, head_pixels),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn distance(&self, measured: Option<f64>, limits: &FaceLimits, subject: Subject) -> Option<Finding> {
        let (measured, limit) = (measured?, f64::from(limits.min_inter_eye_px?));
        let (usual, least) = match subject {
            Subject::Adult => (limit, limit),
            Subject::Under10 | Subject::Under6 => (limit * CHILD_USUAL, limit * CHILD_LEAST),
        };
        let band = (least * DISTANCE_BAND).max(self.pixels_per_sample);
        finding(Check::InterEyeDistance, usual - measured, measured < least - band, format!("{measured:.0} px"), || {
            format!(">= {usual:.0} px")
        })
    }

    fn roll(&self, measured: &FaceMeasurements, limits: &FaceLimits) -> Option<Finding> {
        let (roll, distance, limit) =
            (measured.roll_degrees?, measured.inter_eye_distance_px?, limits.max_roll_degrees?);
        let band = ROLL_BAND.max(self.pixels_per_sample.atan2(distance).to_degrees());
        let excess = roll.abs() - limit;
        finding(Check::Roll, excess, excess > band, format!("{roll:.1}°"), || format!("<= {limit}°"))
    }

    fn centre_offset(&self, measured: Option<f64>, limit: Option<u32>) -> Option<Finding> {
        let (offset, limit) = ((measured? - 0.5).abs() * self.picture.0, f64::from(limit?));
        let excess = offset - limit;
        finding(
            Check::HorizontalPosition,
            excess,
            excess > POSITION_BAND * self.picture.0,
            format!("{offset:.0} px"),
            || format!("<= {limit} px"),
        )
    }

    fn head_pixels(&self, measured: Option<f64>, limit: Option<PixelBand>) -> Option<Finding> {
        let (pixels, band) = (measured? * self.picture.1, limit?);
        let limit = Shares { min: f64::from(band.min), max: f64::from(band.max) };
        finding(Check::HeadSize, guarded(limit).miss(pixels), false, format!("height {pixels:.0} px"), || {
            format!("height {band}")
        })
    }
}

fn position(check: Check, measured: Option<f64>, limit: Option<Shares>) -> Option<Finding> {
    let (measured, limit) = (measured?, limit?);
    let miss = limit.miss(measured);
    finding(check, miss, miss > POSITION_BAND, format!("{measured:.2}"), || limit.to_string())
}

fn head(dimension: &str, measured: Option<f64>, limit: Option<Shares>) -> Option<Finding> {
    let (measured, limit) = (measured?, limit?);
    finding(Check::HeadSize, guarded(limit).miss(measured), false, format!("{dimension} {measured:.2}"), || {
        format!("{dimension} {limit}")
    })
}

/// A limit of the head's size with the band that an estimate needs around it.
fn guarded(limit: Shares) -> Shares {
    Shares { min: limit.min * (1.0 - HEAD_BAND), max: limit.max * (1.0 + HEAD_BAND) }
}

/// `excess` above 0 is outside the limit; whether it refuses is `clearly`.
fn finding(
    check: Check,
    excess: f64,
    clearly: bool,
    measured: String,
    limit: impl FnOnce() -> String,
) -> Option<Finding> {
    let severity = if clearly { Severity::Refuse } else { Severity::Advise };
    (excess > 0.0).then(|| Finding { check, severity, measured, limit: limit(), detail: None })
}
