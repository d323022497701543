//! The measurements of a photo with the limits of the profile.

use crate::domain::check::terms::{in_words, localised};
use crate::texts::language::Language;
use crate::texts::text;
use crate::validation::face::{FaceLimits, RatioRange};
use crate::validation::pixel_rule::{AspectRule, PixelRule};
use crate::validation::{Measurements, Profile};

/// A measurement and its limit, with their units; the limit is empty if there is none.
pub struct MeasurementRow {
    pub label: String,
    pub measured: String,
    pub limit: String,
}

/// The values that could be measured, those of the file first.
pub fn measurement_rows(measurements: &Measurements, profile: &Profile, language: Language) -> Vec<MeasurementRow> {
    let mut rows = file_rows(measurements, profile);
    rows.extend(face_rows(measurements, &profile.face.unwrap_or_default()));
    let rows = rows.into_iter().filter_map(|(id, measured, limit)| {
        Some(MeasurementRow {
            label: text!(language, format!("paper-measurement-{id}")),
            measured: localised(&measured?, language),
            limit: localised(&limit.unwrap_or_default(), language),
        })
    });
    rows.collect()
}

/// The limits of a profile, without a photo: the name of each measurement and its limit in words.
pub fn limit_rows(profile: &Profile, language: Language) -> Vec<(String, String)> {
    let nothing = Measurements::default();
    let mut rows = file_rows(&nothing, profile);
    rows.extend(face_rows(&nothing, &profile.face.unwrap_or_default()));
    let rows = rows.into_iter().filter_map(|(id, _, limit)| {
        let limit = limit.filter(|limit| !limit.is_empty())?;
        Some((text!(language, format!("paper-measurement-{id}")), in_words(&localised(&limit, language), language)))
    });
    rows.collect()
}

/// Id of the label, the measured value if there is one, and its limit.
type Row = (&'static str, Option<String>, Option<String>);

fn file_rows(measurements: &Measurements, profile: &Profile) -> Vec<Row> {
    let bytes = profile.file.map(|rule| match (rule.min_bytes, rule.max_bytes) {
        (Some(least), Some(most)) => format!("{least} - {most}"),
        (Some(least), None) => format!(">= {least}"),
        (None, Some(most)) => format!("<= {most}"),
        (None, None) => String::new(),
    });
    let size = measurements.width.zip(measurements.height);
    let quality = profile.compression.map(|rule| format!(">= {}", rule.advise_min_quality));
    let measured_size = size.map(|(width, height)| format!("{width} x {height} px"));
    let resolution = measurements.pixels_per_inch.map(|resolution| format!("{resolution} dpi"));
    vec![
        ("bytes", Some(format!("{} bytes", measurements.bytes)), bytes),
        ("size", measured_size, Some(pixels(&profile.pixels))),
        ("quality", measurements.jpeg_quality.map(|quality| quality.to_string()), quality),
        ("resolution", resolution, None),
    ]
}

fn face_rows(measurements: &Measurements, limits: &FaceLimits) -> Vec<Row> {
    let face = &measurements.face;
    let pupils = face
        .eyes
        .map(|[(left, left_y), (right, right_y)]| format!("({left:.0}, {left_y:.0}) ({right:.0}, {right_y:.0}) px"));
    let shares = |limit: Option<RatioRange>| limit.map(|limit| limit.to_string());
    let centre =
        shares(limits.horizontal_position).or(limits.max_centre_offset_px.map(|pixels| format!("50 % ± {pixels} px")));
    let tall = shares(limits.head_height).or(limits.head_height_px.map(|band| band.to_string()));
    let head_height = face.head_height.map(|share| match (limits.head_height_px, measurements.height) {
        (Some(_), Some(height)) => format!("{} = {:.0} px", percent(share), share * f64::from(height)),
        _ => percent(share),
    });
    let pixels = |pixels: f64| format!("{pixels:.0} px");
    let most_degrees = |limit: Option<f64>| limit.map(|degrees| format!("± {degrees}°"));
    let least_distance = limits.min_inter_eye_px.map(|pixels| format!(">= {pixels} px"));
    let roll = face.roll_degrees.map(|degrees| format!("{degrees:.1}°"));
    vec![
        ("faces", face.faces.map(|faces| faces.to_string()), Some("1".to_owned())),
        ("pupils", pupils, None),
        ("chin", face.chin.map(|(x, y)| format!("({x:.0}, {y:.0}) px")), None),
        ("crown", face.crown.map(pixels), None),
        ("eye-distance", face.inter_eye_distance_px.map(pixels), least_distance),
        ("roll", roll, most_degrees(limits.max_roll_degrees)),
        ("yaw", face.yaw_degrees.map(signed_degrees), most_degrees(limits.max_yaw_degrees)),
        ("pitch", face.pitch_degrees.map(signed_degrees), most_degrees(limits.max_pitch_degrees)),
        ("horizontal", face.horizontal_position.map(percent), centre),
        ("vertical", face.vertical_position.map(percent), shares(limits.vertical_position)),
        ("head-width", face.head_width.map(percent), shares(limits.head_width)),
        ("head-height", head_height, tall),
    ]
}

/// A share of 0 to 1 in tenths of a per cent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// Whole degrees with their sign; zero is positive.
pub(super) fn signed_degrees(degrees: f64) -> String {
    format!("{:+.0}°", degrees.round() + 0.0)
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
