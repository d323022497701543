//! The photo check: reports all findings at once, so that the studio can correct them together.

use super::face::{FaceCheckOutcome, FaceMeasurements, HeadExtent};
use super::jpeg::{Frame, JpegAnalysis};
use super::pixels::FaceLight;
use super::profile::Profile;
use super::{cross_check, dimensions, embedded, face, jpeg, metadata, pixels};
use crate::clock::Timestamp;
use crate::domain::check::finding::{Finding, Severity, Verdict};
use crate::domain::check::{Check, FindingDetail};
use crate::domain::digest::Sha256Digest;
use crate::domain::photo::declaration::{Declaration, SealedMetadata};
use crate::domain::photo::{JudgedPhoto, PhotoFacts, UploadBytes};
use crate::failpoint;
use crate::wire::measurements::MeasurementsBody;

/// Result of judging an upload.
pub enum Judgement {
    Accepted(JudgedPhoto),
    /// The photo is discarded. Digest and size of the upload are for the audit log.
    Refused {
        findings: Vec<Finding>,
        sha256: Sha256Digest,
        bytes: u64,
    },
}

/// Result of a photo check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOutcome {
    /// Refused if any finding refuses.
    pub verdict: Verdict,
    /// Refusals first.
    pub findings: Vec<Finding>,
    pub measurements: Measurements,
}

/// Values read from a file, whether it is accepted or not. A truncated file still has a size. Sizes are in bytes and pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Measurements {
    pub bytes: u64,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// The quality setting, 1 to 100, by the formula of the Independent JPEG Group.
    pub jpeg_quality: Option<u8>,
    /// Resolution stated in the file, in pixels per inch.
    pub pixels_per_inch: Option<u32>,
    pub face: FaceMeasurements,
}

/// Checks an upload at the time `now`, because photos expire. The only constructor of [`JudgedPhoto`]. Findings about the face
/// are separated from the others, because they are sealed with the photo.
pub fn judge(upload: UploadBytes, profile: &Profile, declaration: Declaration, now: Timestamp) -> Judgement {
    let CheckOutcome { verdict, findings, measurements } = check_photo(upload.bytes(), profile, declaration, now);
    let bytes = measurements.bytes;
    match (verdict, measurements.width, measurements.height) {
        (Verdict::Accepted, Some(width), Some(height)) => {
            let (sealed_findings, findings) = findings.into_iter().partition(Finding::is_about_face);
            let facts = PhotoFacts { width, height, bytes, profile: profile.name().to_owned(), findings };
            let sealed_metadata = SealedMetadata { declaration, findings: sealed_findings };
            Judgement::Accepted(JudgedPhoto::accepted_by_judge(upload, facts, sealed_metadata))
        }
        _ => Judgement::Refused { findings, sha256: upload.sha256(), bytes },
    }
}

/// Checks a photo without a deposit. The declaration relaxes findings about the face only. Never panics. Allocates less than 4
/// MiB in addition to `bytes`; the first call in a process allocates about as much for the face model and keeps it.
/// `tests/validation/memory.rs` measures both.
pub fn check_photo(bytes: &[u8], profile: &Profile, declaration: Declaration, now: Timestamp) -> CheckOutcome {
    let examination = examine(bytes, profile, declaration, now);
    failpoint::reached("judge.examined");
    examination.outcome
}

/// A photo check with the data that the closer look needs.
pub(super) struct PhotoExamination {
    pub(super) outcome: CheckOutcome,
    pub(super) analysis: JpegAnalysis,
    /// `None` if no upright face was measured.
    pub(super) head: Option<HeadExtent>,
}

/// Runs all checks.
pub(super) fn examine(bytes: &[u8], profile: &Profile, declaration: Declaration, now: Timestamp) -> PhotoExamination {
    let analysis = jpeg::analyse(bytes);
    let mut measurements = Measurements::new(bytes, &analysis);
    let metadata_findings = metadata::check(bytes, &analysis, profile, now);
    // A photo that is stored rotated or mirrored is checked for positions after the user has rotated it.
    let turned = metadata_findings.iter().any(|finding| finding.check == Check::Orientation);
    let mut pixel_findings = pixels::check(&analysis, profile);
    // A blank photo has no face.
    let blank = pixel_findings.iter().any(|finding| finding.check == Check::Blank);
    let mut face = if blank { None } else { check_face(&analysis, profile, declaration) };
    let light = face.as_ref().map_or(FaceLight::NotMeasured, face_light);
    pixel_findings.extend((!blank).then(|| pixels::check_exposure(&analysis, profile, light)).flatten());
    let upright = face.as_ref().and_then(FaceCheckOutcome::upright_severity);
    if upright.is_some() || turned && face.as_ref().is_some_and(|face| face.measurements.eyes.is_none()) {
        pixel_findings.retain(|finding| finding.check != Check::Background);
        // The EXIF orientation and the head on its side have one cause, which is reported once.
        face = face.filter(|_| !turned);
    }
    let turned = turned || upright == Some(Severity::Refuse);
    let mut findings: Vec<Finding> = analysis.errors.iter().map(jpeg::JpegError::to_finding).collect();
    if let Some(frame) = &analysis.header.frame {
        let has_no_face = face.as_ref().is_some_and(|face| face.measurements.faces == Some(0));
        findings.extend(check_size(frame, profile, turned, has_no_face));
        findings.extend(check_compression(frame, &measurements, profile));
    }
    findings.extend(check_file_size(&analysis, &measurements, profile));
    findings.extend(metadata_findings);
    findings.extend(embedded::check(metadata::embedded_segments(bytes, &analysis).kinds(), &profile.embedded));
    findings.extend(cross_check::check(bytes, &analysis));
    findings.extend(pixel_findings);
    let head = face.as_ref().and_then(|face| face.head);
    if let Some(face) = face {
        measurements.face = face.measurements;
        findings.extend(face.findings);
    }
    leave_out_what_cropping_changes(&mut findings);
    if analysis.header.frame.is_none() && findings.is_empty() {
        // A file without errors has a frame. This refusal protects against a bug in the analysis.
        findings.push(Finding::refuse(Check::Structure, "no frame header", jpeg::JPEG_STANDARD));
    }
    findings.sort_by_key(|finding| finding.severity);
    findings.dedup();
    let refused = findings.iter().any(|finding| finding.severity == Severity::Refuse);
    let verdict = if refused { Verdict::Refused } else { Verdict::Accepted };
    PhotoExamination { outcome: CheckOutcome { verdict, findings, measurements }, analysis, head }
}

impl Measurements {
    fn new(bytes: &[u8], analysis: &JpegAnalysis) -> Self {
        let frame = analysis.header.frame.as_ref();
        Self {
            bytes: bytes.len() as u64,
            width: frame.map(|frame| frame.width),
            height: frame.map(|frame| frame.height),
            jpeg_quality: analysis.header.quality,
            pixels_per_inch: metadata::pixels_per_inch(bytes, &analysis.header),
            face: FaceMeasurements::default(),
        }
    }
}

impl From<&Measurements> for MeasurementsBody {
    fn from(measurements: &Measurements) -> Self {
        let Measurements { bytes, width, height, jpeg_quality, pixels_per_inch, ref face } = *measurements;
        let point = |(x, y): (f64, f64)| [x, y];
        Self {
            bytes,
            width,
            height,
            jpeg_quality,
            pixels_per_inch,
            faces: face.faces.map(|faces| faces as u64),
            eyes: face.eyes.map(|eyes| eyes.map(point)),
            chin: face.chin.map(point),
            inter_eye_distance_px: face.inter_eye_distance_px,
            roll_degrees: face.roll_degrees,
            yaw_degrees: face.yaw_degrees,
            pitch_degrees: face.pitch_degrees,
            horizontal_position: face.horizontal_position,
            vertical_position: face.vertical_position,
            head_width: face.head_width,
            head_height: face.head_height,
            crown: face.crown,
        }
    }
}

/// Drops findings about the person if the photo is refused for its size alone, because cropping changes them. Keeps those that
/// cropping cannot change: a photo without a face, and a head on its side.
fn leave_out_what_cropping_changes(findings: &mut Vec<Finding>) {
    let is_about_person = |finding: &Finding| {
        finding.check.is_about_face() && !matches!(finding.check, Check::FaceMissing | Check::Upright)
    };
    let is_about_size = |finding: &Finding| matches!(finding.check, Check::PixelDimensions | Check::AspectRatio);
    let mut others =
        findings.iter().filter(|finding| finding.severity == Severity::Refuse && !is_about_person(finding)).peekable();
    if others.peek().is_some() && others.all(is_about_size) {
        findings.retain(|finding| !is_about_person(finding));
    }
}

/// Checks the size. A photo that has the right size after a rotation is not reported, so that the user does not crop it.
fn check_size(frame: &Frame, profile: &Profile, turned: bool, has_no_face: bool) -> Vec<Finding> {
    let of = |width, height| dimensions::check_size(width, height, &profile.pixels);
    let fits_turned = of(frame.height, frame.width).is_empty();
    if turned && fits_turned {
        return Vec::new();
    }
    let mut findings = of(frame.width, frame.height);
    if fits_turned && frame.width > frame.height && has_no_face {
        for finding in findings.iter_mut().filter(|finding| finding.check == Check::PixelDimensions) {
            finding.detail = Some(FindingDetail::Landscape);
        }
    }
    findings
}

/// The face for the exposure check. If the face is not upright, the middle of the photo replaces it.
fn face_light(face: &FaceCheckOutcome) -> FaceLight {
    match (face.measurements.faces, face.white_share, face.head) {
        (Some(0), _, _) => FaceLight::NoFace,
        (_, Some(white_share), Some(extent)) => FaceLight::Face { white_share, extent },
        _ => FaceLight::NotMeasured,
    }
}

fn check_face(
    analysis: &JpegAnalysis,
    profile: &Profile,
    Declaration { subject, exception }: Declaration,
) -> Option<FaceCheckOutcome> {
    let (frame, downscaled, limits) =
        (analysis.header.frame.as_ref()?, analysis.downscaled.as_ref()?, profile.face.as_ref()?);
    Some(face::check(downscaled, frame.width, frame.height, limits, subject, exception))
}

/// Checks the file size. A damaged file is not checked, because the next export has a different size.
fn check_file_size(analysis: &JpegAnalysis, measurements: &Measurements, profile: &Profile) -> Option<Finding> {
    let rule = profile.file.as_ref().filter(|_| analysis.errors.is_empty())?;
    dimensions::check_file_size(measurements.bytes, rule)
}

/// Gives advice if the photo misses both limits of the profile.
fn check_compression(frame: &Frame, measurements: &Measurements, profile: &Profile) -> Option<Finding> {
    let rule = profile.compression.as_ref()?;
    let quality = measurements.jpeg_quality?;
    let uncompressed = f64::from(frame.width) * f64::from(frame.height) * 3.0;
    let ratio = uncompressed / (measurements.bytes.max(1) as f64);
    (quality < rule.advise_min_quality && ratio > rule.advise_max_ratio).then(|| {
        Finding::advise(
            Check::Compression,
            format!("quality {quality}, {ratio:.1}:1"),
            format!("quality >= {} or <= {}:1", rule.advise_min_quality, rule.advise_max_ratio),
        )
    })
}
