//! The face: is there exactly one, and is it where and as large as the profile asks?
//!
//! ```text
//! luma at 1/8 --> detect (propose --> networks)  --> face --> eyes --> geometry --> findings
//!                  each size a face may have                           limits, guard bands
//! ```
//! On the small picture alone: a face of 90 samples is plenty for a model that was trained on 40, and pupils 13 samples apart
//! (413 x 531) can still be placed to a fraction of a sample. So a photo is judged without producing its pixels, in about a
//! third of the time these would take.
//!
//! A program that looks at faces is wrong at times. Hence guard bands around every limit, advice where the evidence is weak,
//! and [`Exception`] and [`Subject`] for those whom no such program serves well.

mod detect;
mod eyes;
mod geometry;
mod limits;
mod model;
mod network;
mod patches;
mod propose;
mod resample;
#[cfg(test)]
mod tests;

pub use geometry::FaceMeasurements;
pub use limits::{FaceLimits, PixelBand, Shares};

use super::small_picture::Plane;
use crate::domain::check::Check;
use crate::domain::finding::{Finding, Severity};
use crate::domain::subject::{Exception, Subject};
use detect::Face;
use geometry::Geometry;

/// Below this score a face may be a shadow on a curtain, in number of windows that agreed. The portraits have 5 and more; at
/// half its size the smallest one, 26 samples wide, has 1.9.
const WEAK: f32 = 2.0;
/// From this score on a second face is surely one ...
const STRONG: f32 = 4.0;
/// ... if it also has this part of the first one's side; smaller ones are pictures on a wall, which the clerk may judge.
const NOTABLE: f32 = 0.4;

/// What the face is like and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaceExamination {
    /// What was measured.
    pub measurements: FaceMeasurements,
    /// What is outside the limits.
    pub findings: Vec<Finding>,
}

/// Judges the face in a picture.
///
/// # Parameters
/// - `luma`: brightness at a half, a quarter, an eighth or the whole of the picture's size, the last samples of a row or column
///   rounded up. A plane of another size, or one too small, too large or too long for a photo of a person, is not judged: such
///   pictures fail the rules of their size.
/// - `picture_width`, `picture_height`: the picture's size in pixels
/// - `limits`: from the profile
/// - `subject`: children have smaller faces, and the small ones move
/// - `exception`: with any, nothing is refused
///
/// Never panics. The work is bounded by the size of the plane, and by that of a few hundred windows.
pub fn examine(
    luma: &Plane,
    picture_width: u32,
    picture_height: u32,
    limits: &FaceLimits,
    subject: Subject,
    exception: Exception,
) -> FaceExamination {
    let picture = (picture_width, picture_height);
    let Some(pixels_per_sample) = pixels_per_sample(luma, picture) else { return FaceExamination::default() };
    let Some(faces) = model::MODEL.as_ref().and_then(|model| detect::detect(luma, model)) else {
        return FaceExamination::default();
    };
    let mut examination = judge(luma, &faces, picture, pixels_per_sample, limits, subject);
    for finding in &mut examination.findings {
        if is_relaxed(finding.check, subject, exception) {
            finding.severity = Severity::Advise;
        }
    }
    examination
}

fn judge(
    luma: &Plane,
    faces: &[Face],
    picture: (u32, u32),
    pixels_per_sample: u32,
    limits: &FaceLimits,
    subject: Subject,
) -> FaceExamination {
    let Some(first) = faces.iter().max_by(|a, b| (a.score * a.side).total_cmp(&(b.score * b.side))) else {
        let measurements = FaceMeasurements { faces: Some(0), ..FaceMeasurements::default() };
        return FaceExamination { measurements, findings: vec![Finding::refuse(Check::FaceMissing, "0", "1")] };
    };
    if first.score < WEAK {
        // Perhaps a face. Where its eyes are says nothing then.
        let measurements = FaceMeasurements { faces: Some(1), ..FaceMeasurements::default() };
        return FaceExamination { measurements, findings: vec![Finding::advise(Check::FaceMissing, "0 - 1", "1")] };
    }
    let others: Vec<&Face> = faces.iter().filter(|face| *face != first && face.score >= WEAK).collect();
    let count = 1 + others.len();
    let geometry = eyes::locate(luma, first).map(|eyes| Geometry::new(first, eyes, picture, pixels_per_sample));
    let measurements = geometry.as_ref().map(Geometry::measurements).unwrap_or_default();
    let mut findings = geometry.map(|geometry| geometry.judge(limits, subject)).unwrap_or_default();
    if !others.is_empty() {
        let sure = others.iter().any(|face| face.score >= STRONG && face.side >= NOTABLE * first.side);
        let severity = if sure { Severity::Refuse } else { Severity::Advise };
        findings.push(Finding {
            check: Check::FaceCount,
            severity,
            measured: count.to_string(),
            limit: "1".to_owned(),
            detail: None,
        });
    }
    FaceExamination { measurements: FaceMeasurements { faces: Some(count), ..measurements }, findings }
}

/// Whom software must not lock out: babies and disabled people were refused by programs elsewhere, and so were covered heads, whom no
/// other photo could have helped. A clerk looks at the photo anyway. Without a declaration a missing face refuses: then it is
/// far more often a wrong file or a crop that went astray than a person whom the model does not know, and one word of the
/// studio tells the two apart.
fn is_relaxed(check: Check, subject: Subject, exception: Exception) -> bool {
    let by_age = match subject {
        Subject::Adult => false,
        // A child's head is lower in the picture, the more so the smaller it may be; and one of the least size allowed can be too
        // small for the model, which then says nothing about the child.
        Subject::Under10 => matches!(check, Check::VerticalPosition | Check::FaceMissing),
        // Infants lie, turn and look anywhere, and the model was made for faces that look ahead. A parent's face beside them is
        // one too many at any age, and a picture of too few pixels is so whoever is on it.
        Subject::Under6 => !matches!(check, Check::FaceCount | Check::InterEyeDistance),
    };
    by_age || exception != Exception::None
}

/// How many pixels a side one sample stands for.
fn pixels_per_sample(plane: &Plane, (width, height): (u32, u32)) -> Option<u32> {
    let fits = |pixels: u32, samples: usize, scale: u32| usize::try_from(pixels.div_ceil(scale)) == Ok(samples);
    [8, 4, 2, 1].into_iter().find(|scale| fits(width, plane.width, *scale) && fits(height, plane.height, *scale))
}
