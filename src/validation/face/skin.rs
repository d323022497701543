//! Light and colour on the skin, sampled at points of the mesh that hair, beard and glasses leave free in most faces.
//!
//! Evenness of light: ISO/IEC 29794-5 compares both sides of a face (illumination uniformity). Here the mean linear light of one
//! cheek is divided by the other's and expressed in stops. A ratio is the same for every colour of skin.

use super::landmarks::Landmarks;
use super::rounding::thousandth;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};
use crate::validation::downscaled::{DownscaledPhoto, Plane};

/// Maximum difference between the cheeks in stops. Studio portraits: at most 0.36; variants with one side two stops darker: at
/// least 0.92 for 19 of 20.
const MAX_STOPS: f64 = 1.0;
/// Maximum distance from the natural range of colours without advice. The standard's own range has no tolerance; between 5 and 8,
/// two of 17 dark-skinned people and two of 133 others would get advice because of warm lamps that flatter.
const MAX_COLOUR_DISTANCE: f64 = 8.0;
const NATURAL_A: (f64, f64) = (5.0, 25.0);
const NATURAL_B: (f64, f64) = (5.0, 35.0);
/// Share of white points above which colours are not checked.
const MAX_WHITE_SHARE: f64 = 0.05;
/// Minimum luma of a white sample: ISO/IEC 29794-5, 7.3.5.
const WHITE: f32 = 247.0;

// Points of the mesh by MediaPipe's numbers. Left and right are as in the picture.
const LEFT_CHEEK: [usize; 9] = [50, 101, 36, 205, 187, 117, 118, 207, 123];
const RIGHT_CHEEK: [usize; 9] = [280, 330, 266, 425, 411, 346, 347, 427, 352];
const FOREHEAD: [usize; 9] = [10, 151, 9, 108, 337, 67, 297, 69, 299];

/// Light on a face.
pub(super) struct SkinTone {
    /// Median luma of cheeks and forehead, 0 to 255.
    pub(super) brightness: f32,
    /// Share of the face's points that are white, 0 to 1, rounded to thousandths.
    pub(super) white_share: f64,
    /// Linear light of the left and the right cheek in the picture, 0 to 1.
    cheeks: [f64; 2],
    /// Mean a* and b* of both cheeks.
    colour: (f64, f64),
}

impl SkinTone {
    pub(super) fn new(photo: &DownscaledPhoto, landmarks: &Landmarks) -> Self {
        let value = |plane: &Plane, (x, y): (f32, f32)| plane.value_at(x, y);
        let luma = |index: usize| value(&photo.luma, landmarks.point(index));
        let mut skin: Vec<f32> =
            LEFT_CHEEK.iter().chain(&RIGHT_CHEEK).chain(&FOREHEAD).map(|index| luma(*index)).collect();
        skin.sort_by(f32::total_cmp);
        let light = |cheek: &[usize]| {
            cheek.iter().map(|index| linear(f64::from(luma(*index)))).sum::<f64>() / cheek.len() as f64
        };
        let (white, points) = landmarks.points().fold((0_u32, 0_u32), |(white, points), place| {
            (white + u32::from(value(&photo.luma, place) >= WHITE), points + 1)
        });
        let mut rgb = [0.0; 3];
        for index in LEFT_CHEEK.iter().chain(&RIGHT_CHEEK) {
            let place = landmarks.point(*index);
            let [y, blue, red] = [&photo.luma, &photo.blue, &photo.red].map(|plane| f64::from(value(plane, place)));
            rgb.iter_mut().zip(to_rgb(y, blue - 128.0, red - 128.0)).for_each(|(sum, channel)| {
                *sum += linear(channel) / (LEFT_CHEEK.len() + RIGHT_CHEEK.len()) as f64;
            });
        }
        Self {
            brightness: skin[skin.len() / 2],
            white_share: thousandth(f64::from(white) / f64::from(points.max(1))),
            cheeks: [light(&LEFT_CHEEK), light(&RIGHT_CHEEK)],
            colour: to_lab(rgb),
        }
    }

    /// Advises if one cheek has much less light than the other, or the skin has no natural colour.
    pub(super) fn check(&self) -> impl Iterator<Item = Finding> {
        self.lighting().into_iter().chain(self.natural_colour())
    }

    /// Reports whether one cheek has much less light than the other.
    pub(super) fn is_unevenly_lit(&self) -> bool {
        stops_shown(self.stops()).exceeds(stops_shown(MAX_STOPS))
    }

    /// Stops by which the left cheek in the picture is brighter than the right one.
    fn stops(&self) -> f64 {
        // The darkest step of the picture, so that a black cheek is many stops darker and not infinitely many.
        let darkest = linear(1.0);
        let [left, right] = self.cheeks.map(|light| light.max(darkest));
        (left / right).log2()
    }

    fn lighting(&self) -> Option<Finding> {
        let stops = self.stops();
        let side = if stops < 0.0 { FindingDetail::ShadowOnLeft } else { FindingDetail::ShadowOnRight };
        self.is_unevenly_lit().then(|| {
            Finding::advise(Check::Lighting, stops_shown(stops), format!("<= {}", stops_shown(MAX_STOPS)))
                .with_detail(Some(side))
        })
    }

    /// Overexposed skin has lost its colour; the exposure check reports that.
    fn natural_colour(&self) -> Option<Finding> {
        let outside = |value: f64, (min, max): (f64, f64)| (value - max).max(0.0) + (value - min).min(0.0);
        let (red, yellow) = (outside(self.colour.0, NATURAL_A), outside(self.colour.1, NATURAL_B));
        let cast = match (red.abs() > yellow.abs(), red > 0.0, yellow > 0.0) {
            (true, true, _) => FindingDetail::SkinReddish,
            (true, false, _) => FindingDetail::SkinGreenish,
            (false, _, true) => FindingDetail::SkinYellowish,
            (false, _, false) => FindingDetail::SkinBluish,
        };
        let [measured, limit] = [red.hypot(yellow), MAX_COLOUR_DISTANCE].map(Quantity::colour_distance);
        (measured.exceeds(limit) && self.white_share <= MAX_WHITE_SHARE)
            .then(|| Finding::advise(Check::NaturalColour, measured, format!("<= {limit}")).with_detail(Some(cast)))
    }
}

fn stops_shown(stops: f64) -> Quantity {
    Quantity::tenths(stops.abs(), Unit::Stops)
}

/// JFIF's conversion; chroma from -128 to 127.
fn to_rgb(luma: f64, blue: f64, red: f64) -> [f64; 3] {
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|channel| channel.clamp(0.0, 255.0))
}

/// Linear light of an sRGB value (0 to 255), 0 to 1 (IEC 61966-2-1).
fn linear(value: f64) -> f64 {
    let value = value / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// a* and b* of linear sRGB light (CIE 15; white point D65).
fn to_lab([red, green, blue]: [f64; 3]) -> (f64, f64) {
    let cube_root = |light: f64| if light > 0.008_856 { light.cbrt() } else { 7.787 * light + 16.0 / 116.0 };
    let x = cube_root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
    let y = cube_root(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    let z = cube_root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
    (500.0 * (x - y), 200.0 * (y - z))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skin(cheeks: [f64; 2], colour: (f64, f64)) -> SkinTone {
        SkinTone { brightness: 150.0, white_share: 0.0, cheeks, colour }
    }

    fn found(skin: &SkinTone) -> Vec<(Check, String, Option<FindingDetail>)> {
        skin.check().map(|finding| (finding.check, finding.measured, finding.detail)).collect()
    }

    #[test]
    fn light_is_compared_as_a_ratio() {
        for factor in [1.0, 0.1, 0.01] {
            assert_eq!(found(&skin([0.5 * factor, 0.26 * factor], (15.0, 15.0))), []);
            let dark = (Check::Lighting, "2.0 stops".to_owned(), Some(FindingDetail::ShadowOnRight));
            assert_eq!(found(&skin([0.8 * factor, 0.2 * factor], (15.0, 15.0))), [dark]);
        }
        assert_eq!(found(&skin([0.0, 0.5], (15.0, 15.0)))[0].2, Some(FindingDetail::ShadowOnLeft));
    }

    #[test]
    fn colours_outside_the_natural_range_are_named() {
        let of = |a, b| found(&skin([0.3, 0.3], (a, b))).first().and_then(|(_, _, detail)| *detail);
        assert_eq!([of(5.0, 35.0), of(25.0, 5.0), of(30.0, 40.0)], [None; 3]);
        assert_eq!(of(34.0, 20.0), Some(FindingDetail::SkinReddish));
        assert_eq!(of(-4.0, 20.0), Some(FindingDetail::SkinGreenish));
        assert_eq!(of(15.0, 44.0), Some(FindingDetail::SkinYellowish));
        assert_eq!(of(15.0, -4.0), Some(FindingDetail::SkinBluish));
    }

    #[test]
    fn conversions_have_the_values_of_the_standards() {
        assert!((linear(118.0) - 0.181).abs() < 0.001);
        let (a, b) = to_lab([1.0, 1.0, 1.0]);
        assert!(a.abs() < 0.1 && b.abs() < 0.1, "white is neutral: {a} {b}");
        let (a, b) = to_lab([linear(200.0), linear(150.0), linear(130.0)]);
        assert!((a - 15.9).abs() < 0.6 && (b - 17.9).abs() < 0.6, "{a} {b}");
    }
}
