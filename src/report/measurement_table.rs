//! Every measurement of a photo with what the profile asks for beside it.

use crate::domain::check::terms::localised;
use crate::texts::language::Language;
use crate::validation::face::{FaceLimits, RatioRange};
use crate::validation::pixel_rule::{AspectRule, PixelRule};
use crate::validation::{Measurements, Profile};

/// Name of a measurement, its value, and the limit (empty if there is none).
pub struct MeasurementRow {
    /// Name of the measurement.
    pub label: &'static str,
    /// The value with its unit.
    pub measured: String,
    /// The limit with its unit.
    pub limit: String,
}

/// All that could be measured, the file first and the face last.
pub fn measurement_rows(measurements: &Measurements, profile: &Profile, language: Language) -> Vec<MeasurementRow> {
    let mut rows = file_rows(measurements, profile, language);
    rows.extend(face_rows(measurements, &profile.face().copied().unwrap_or_default(), language));
    for row in &mut rows {
        row.measured = localised(&row.measured, language);
        row.limit = localised(&row.limit, language);
    }
    rows
}

fn file_rows(measurements: &Measurements, profile: &Profile, language: Language) -> Vec<MeasurementRow> {
    let bytes = profile.rules().file.map(|rule| match (rule.min_bytes, rule.max_bytes) {
        (Some(least), Some(most)) => format!("{least} - {most}"),
        (Some(least), None) => format!(">= {least}"),
        (None, Some(most)) => format!("<= {most}"),
        (None, None) => String::new(),
    });
    let size = measurements.width.zip(measurements.height);
    let quality = profile.rules().compression.map(|rule| format!(">= {}", rule.advise_min_quality));
    [
        row(language.pick("Dateigröße", "File size"), Some(format!("{} bytes", measurements.bytes)), bytes),
        row(
            language.pick("Bildgröße", "Picture size"),
            size.map(|(width, height)| format!("{width} x {height} px")),
            Some(pixels(profile.pixels())),
        ),
        row(
            language.pick("JPEG-Qualität", "JPEG quality"),
            measurements.jpeg_quality.map(|quality| quality.to_string()),
            quality,
        ),
        row(
            language.pick("Druckauflösung", "Print resolution"),
            measurements.pixels_per_inch.map(|resolution| format!("{resolution} dpi")),
            None,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn face_rows(measurements: &Measurements, limits: &FaceLimits, language: Language) -> Vec<MeasurementRow> {
    let face = &measurements.face;
    let pupils = face
        .eyes
        .map(|[(left, left_y), (right, right_y)]| format!("({left:.0}, {left_y:.0}) ({right:.0}, {right_y:.0}) px"));
    let share = |share: Option<f64>| share.map(percent);
    let shares = |limit: Option<RatioRange>| limit.map(|limit| limit.to_string());
    let centre =
        shares(limits.horizontal_position).or(limits.max_centre_offset_px.map(|pixels| format!("50 % ± {pixels} px")));
    let tall = shares(limits.head_height).or(limits.head_height_px.map(|band| band.to_string()));
    let head_height = face.head_height.map(|share| match (limits.head_height_px, measurements.height) {
        (Some(_), Some(height)) => format!("{} = {:.0} px", percent(share), share * f64::from(height)),
        _ => percent(share),
    });
    [
        row(language.pick("Gesichter", "Faces"), face.faces.map(|faces| faces.to_string()), Some("1".to_owned())),
        row(language.pick("Pupillen (x, y)", "Pupils (x, y)"), pupils, None),
        row(language.pick("Kinn (x, y)", "Chin (x, y)"), face.chin.map(|(x, y)| format!("({x:.0}, {y:.0}) px")), None),
        row(
            language.pick("Scheitel mit Haar (y)", "Crown with hair (y)"),
            face.crown.map(|crown| format!("{crown:.0} px")),
            None,
        ),
        row(
            language.pick("Augenabstand", "Distance of the eyes"),
            face.inter_eye_distance_px.map(|pixels| format!("{pixels:.0} px")),
            limits.min_inter_eye_px.map(|pixels| format!(">= {pixels} px")),
        ),
        row(
            language.pick("Kopfneigung", "Tilt of the head"),
            face.roll_degrees.map(|degrees| format!("{degrees:.1}°")),
            limits.max_roll_degrees.map(|degrees| format!("± {degrees}°")),
        ),
        row(
            language.pick("Drehung des Kopfs zur Seite", "Turn of the head"),
            face.yaw_degrees.map(signed_degrees),
            limits.max_yaw_degrees.map(|degrees| format!("± {degrees}°")),
        ),
        row(
            language.pick("Neigung des Kopfs nach vorn", "Nod of the head"),
            face.pitch_degrees.map(signed_degrees),
            limits.max_pitch_degrees.map(|degrees| format!("± {degrees}°")),
        ),
        row(
            language.pick("Gesichtsmitte, Anteil der Breite", "Middle of the face, share of the width"),
            share(face.horizontal_position),
            centre,
        ),
        row(
            language.pick("Augenhöhe von oben, Anteil der Höhe", "Eyes from the top, share of the height"),
            share(face.vertical_position),
            shares(limits.vertical_position),
        ),
        row(
            language.pick("Kopfbreite, Anteil der Breite", "Width of the head, share of the width"),
            share(face.head_width),
            shares(limits.head_width),
        ),
        row(
            language
                .pick("Kopfhöhe (geschätzt), Anteil der Höhe", "Height of the head (estimated), share of the height"),
            head_height,
            tall,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A share of 0 to 1 in tenths of a per cent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Whole degrees with their sign; zero is positive.
pub(super) fn signed_degrees(degrees: f64) -> String {
    format!("{:+.0}°", degrees.round() + 0.0)
}

fn row(label: &'static str, measured: Option<String>, limit: Option<String>) -> Option<MeasurementRow> {
    Some(MeasurementRow { label, measured: measured?, limit: limit.unwrap_or_default() })
}

fn pixels(rule: &PixelRule) -> String {
    match *rule {
        PixelRule::Exactly { width, height } => format!("{width} x {height} px"),
        PixelRule::AtLeast { min_width, min_height, aspect, .. } => {
            let ratio = aspect
                .map(|AspectRule { aspect_width, aspect_height, .. }| format!(", {aspect_width}:{aspect_height}"));
            format!(">= {min_width} x {min_height} px{}", ratio.unwrap_or_default())
        }
    }
}
