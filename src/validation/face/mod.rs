//! Checks of the face: exactly one, with position, size and pose within the limits of the profile.
//!
//! ```text
//! luma at 1/8 --> detector (upright, and turned where that is doubtful) --> faces
//!                                  the first one --> landmarks --> geometry --> findings
//!                                           |                      limits, guard bands
//!                                           +--> mouth, eyes, light on the skin --> advice
//! ```
//! The checks use the photo at an eighth of its size: a face of 90 samples is enough for networks with inputs of 128 and 192
//! pixels, so no pixel is decoded.
//!
//! Measurements of faces can be wrong. Therefore every limit has a guard band, weak evidence gives advice, and [`Exception`] and
//! [`Subject`] relax the checks for people whom such programs measure badly. `docs/judge.md` lists the errors of all
//! measurements.

mod detector;
mod expression;
mod eyes;
mod geometry;
mod landmarks;
mod limits;
mod networks;
mod placement;
pub(super) mod resample;
mod rotation;
mod rounding;
mod skin;
#[cfg(test)]
mod tests;

pub use geometry::FaceMeasurements;
pub use landmarks::HeadExtent;
pub use limits::{FaceLimits, PixelRange, RatioRange};
pub use placement::UPRIGHT_DEGREES;

use lichtbild_inference::SimdLevel;

use super::downscaled::{DownscaledPhoto, Plane};
use crate::domain::check::Check;
use crate::domain::check::finding::{Finding, Severity};
use crate::domain::check::quantity::Quantity;
use crate::domain::photo::declaration::{Exception, Subject};
use detector::DetectedFace;
use geometry::Geometry;
use landmarks::Landmarks;
use networks::Networks;
use skin::SkinTone;

/// Minimum score at which the detector alone decides; below it the landmark network must find a face, too. None of 360 good
/// portraits had less than 0.83, and the landmark network found a face in all of them.
const CONFIDENT_SCORE: f32 = 0.8;
/// Minimum score for reporting a second face. Wrong ones had at most 0.43, 60 true ones at least 0.59.
const SECOND_FACE_SCORE: f32 = 0.45;
/// Minimum score at which a second face refuses, if it is also large enough.
const CONFIDENT_SECOND_FACE_SCORE: f32 = 0.6;
/// Minimum side of a second face that refuses, as share of the first one's. Smaller ones may be pictures on a wall, which the
/// clerk can judge.
const SECOND_FACE_MIN_SIZE: f32 = 0.4;
/// Maximum ratio of length to width of a photo of a person.
const MAX_ASPECT: usize = 3;
/// Shortest side of a plane in which a face can be found, in samples, and longest side, which bounds the work: 400 is the tallest
/// picture at an eighth.
const MIN_SIDE: usize = 16;
const MAX_SIDE: usize = 4096;

/// Measurements of the face and findings about it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceCheckOutcome {
    pub measurements: FaceMeasurements,
    pub findings: Vec<Finding>,
    /// Share of the face that is white, 0 to 1; `None` if no upright face was measured.
    pub(super) white_share: Option<f64>,
    /// `None` if no upright face was measured.
    pub(super) head: Option<HeadExtent>,
}

impl FaceCheckOutcome {
    /// Severity of the finding that the head is on its side or upside down; `None` if it is upright or was not found.
    pub(super) fn upright_severity(&self) -> Option<Severity> {
        self.findings.iter().find(|finding| finding.check == Check::Upright).map(|finding| finding.severity)
    }
}

/// Checks the face in a picture.
///
/// # Parameters
/// `photo`: planes at a half, a quarter, an eighth or the whole of the picture's size; partial samples at the end of a row or
/// column are rounded up. Planes of another size, or too small, too large or too long for a photo of a person, are not checked:
/// such pictures fail the rules of their size.
/// - `photo_width`, `photo_height`: size of the photo in pixels
/// - `limits`: from the profile
/// - `subject`: children have smaller faces, and the small ones move
/// - `exception`: with any, nothing is refused
///
/// Never panics. The work is the same for all pictures, except that the detector runs four times instead of once if no upright
/// face is certain.
pub fn check(
    photo: &DownscaledPhoto,
    photo_width: u32,
    photo_height: u32,
    limits: &FaceLimits,
    subject: Subject,
    exception: Exception,
) -> FaceCheckOutcome {
    check_with(photo, (photo_width, photo_height), limits, subject, exception, SimdLevel::default())
}

/// As [`check`] with a chosen SIMD level, so that a test can compare them.
fn check_with(
    photo: &DownscaledPhoto,
    photo_size: (u32, u32),
    limits: &FaceLimits,
    subject: Subject,
    exception: Exception,
    vectors: SimdLevel,
) -> FaceCheckOutcome {
    let (Some(scale), Some(networks)) = (pixels_per_sample(&photo.luma, photo_size), networks::NETWORKS.as_ref())
    else {
        return FaceCheckOutcome::default();
    };
    if ![&photo.luma, &photo.blue, &photo.red].into_iter().all(can_show_a_face) {
        return FaceCheckOutcome::default();
    }
    let mut outcome = check_planes(photo, networks, vectors, photo_size, scale, limits, subject);
    for finding in &mut outcome.findings {
        if is_relaxed(finding.check, subject, exception) {
            finding.severity = Severity::Advise;
        }
    }
    outcome
}

fn can_show_a_face(plane: &Plane) -> bool {
    let (short, long) = (plane.width.min(plane.height), plane.width.max(plane.height));
    let whole = plane.samples.len() == plane.width * plane.height;
    whole && short >= MIN_SIDE && long <= short * MAX_ASPECT && long <= MAX_SIDE
}

fn check_planes(
    photo: &DownscaledPhoto,
    networks: &Networks,
    vectors: SimdLevel,
    photo_size: (u32, u32),
    pixels_per_sample: u32,
    limits: &FaceLimits,
    subject: Subject,
) -> FaceCheckOutcome {
    let luma = &photo.luma;
    let faces = detector::detect(luma, networks, vectors);
    let Some((first, others)) = faces.split_first() else { return without_face() };
    let landmarks = landmarks::locate(luma, first, networks, vectors);
    let others: Vec<&DetectedFace> = others.iter().filter(|face| face.score >= SECOND_FACE_SCORE).collect();
    let mut outcome = match landmarks {
        Some(landmarks) => check_landmarks(photo, &landmarks, photo_size, pixels_per_sample, limits, subject),
        // One network finds no face, and the other one is not certain.
        None if first.score < CONFIDENT_SCORE => return without_face(),
        // A face without measurements.
        None => FaceCheckOutcome {
            findings: vec![Finding::advise(Check::FaceMissing, "0 - 1", "1")],
            ..FaceCheckOutcome::default()
        },
    };
    let count = 1 + others.len();
    if !others.is_empty() {
        let sure = others.iter().any(|face| {
            face.score >= CONFIDENT_SECOND_FACE_SCORE && face.side() >= SECOND_FACE_MIN_SIZE * first.side()
        });
        let severity = if sure { Severity::Refuse } else { Severity::Advise };
        outcome.findings.push(Finding::new(Check::FaceCount, severity, Quantity::count(count), "1"));
    }
    outcome.measurements.faces = Some(count);
    outcome
}

/// Position and pose of a face; for an upright one also mouth, eyes and light.
fn check_landmarks(
    photo: &DownscaledPhoto,
    landmarks: &Landmarks,
    photo_size: (u32, u32),
    pixels_per_sample: u32,
    limits: &FaceLimits,
    subject: Subject,
) -> FaceCheckOutcome {
    let geometry = Geometry::new(landmarks, photo_size, pixels_per_sample);
    let (measurements, mut findings) = (geometry.measurements(), geometry.check(limits, subject));
    if findings.iter().any(|finding| finding.check == Check::Upright) {
        return FaceCheckOutcome { measurements, findings, ..FaceCheckOutcome::default() };
    }
    let skin = SkinTone::new(photo, landmarks);
    if subject != Subject::Under6 {
        findings.extend(expression::check(landmarks));
    }
    // Eyes at the edge of the picture are half outside, so the visible part says nothing about them.
    if !findings.iter().any(|finding| finding.check == Check::EyesCutOff) {
        findings.extend(eyes::check(&photo.luma, landmarks, &skin, subject));
    }
    findings.extend(skin.check());
    FaceCheckOutcome { measurements, findings, white_share: Some(skin.white_share), head: Some(landmarks.extent()) }
}

fn without_face() -> FaceCheckOutcome {
    let measurements = FaceMeasurements { faces: Some(0), ..FaceMeasurements::default() };
    let findings = vec![Finding::refuse(Check::FaceMissing, Quantity::count(0), "1")];
    FaceCheckOutcome { measurements, findings, ..FaceCheckOutcome::default() }
}

/// Reports whether findings of this check are only advice for this person. Systems of other authorities have refused babies,
/// disabled people and covered heads, for whom another photo would not have helped; a clerk looks at the photo anyway. Without a
/// declaration a missing face refuses: a wrong file or crop is far more common than a face that the networks do not find, and the
/// declaration distinguishes the two.
fn is_relaxed(check: Check, subject: Subject, exception: Exception) -> bool {
    let by_age = match subject {
        Subject::Adult => false,
        // A child's head may be smaller, is then lower in the picture, and has other proportions. A face of the minimum size can
        // be too small for the detector, which then says nothing about the child.
        Subject::Under10 => matches!(check, Check::VerticalPosition | Check::FaceMissing | Check::HeadSize),
        // Infants lie, turn and look in any direction. A parent's face in the picture refuses at any age, and so does a picture
        // with too few pixels.
        Subject::Under6 => !matches!(check, Check::FaceCount | Check::InterEyeDistance),
    };
    by_age || exception != Exception::None
}

/// Pixels per sample along each side.
fn pixels_per_sample(plane: &Plane, (width, height): (u32, u32)) -> Option<u32> {
    let fits = |pixels: u32, samples: usize, scale: u32| usize::try_from(pixels.div_ceil(scale)) == Ok(samples);
    [8, 4, 2, 1].into_iter().find(|scale| fits(width, plane.width, *scale) && fits(height, plane.height, *scale))
}
