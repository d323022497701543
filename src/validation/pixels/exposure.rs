//! Check that the exposure shows the features of the face, for every colour of skin.
//!
//! A limit on the brightness of the face would report dark skin and miss a pale face that is two stops too dark. Therefore the
//! check ignores the face: a photo with a plain background contains something bright, such as the wall or a collar. If even its
//! brightest hundredth is grey, the photo is too dark.
//!
//! A photo is too bright if a part of the face is white, so that its features are lost (ISO/IEC 29794-5, 7.3.5, over-exposure
//! prevention: luminance 247 to 255). The entropy of the tones follows 7.3.7, dynamic range. No standard sets a threshold, so all
//! findings are advice.

use super::histogram::Histogram;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};
use crate::validation::downscaled::Plane;
use crate::validation::face::HeadExtent;
use crate::validation::rules::ExposureRule;

const WHITE: std::ops::Range<usize> = 247..256;

/// The face of a photo for the exposure check.
#[derive(Debug, Clone, Copy)]
pub enum FaceLight {
    /// No face was measured: the middle of the photo is checked instead.
    NotMeasured,
    NoFace,
    /// The white share of the face is 0 to 1.
    Face {
        white_share: f64,
        extent: HeadExtent,
    },
}

/// Reports the first error only, because photographers change one lamp at a time.
pub(super) fn check(luma: &Plane, face: FaceLight, rule: &ExposureRule) -> Option<Finding> {
    let advise = |measured: Quantity, limit: String, detail: FindingDetail| {
        Some(Finding::advise(Check::Exposure, measured, limit).with_detail(Some(detail)))
    };
    let highlight = Histogram::of(outside(luma, face)).quantile(990);
    if highlight < rule.advise_min_highlight {
        let brightness = |luma: u8| Quantity::percent(f64::from(luma) / 255.0);
        let limit = format!(">= {}", brightness(rule.advise_min_highlight));
        return advise(brightness(highlight), limit, FindingDetail::TooDark);
    }
    let middle = Histogram::of_middle(luma);
    let white_percent = match face {
        FaceLight::NotMeasured => middle.percent(WHITE),
        FaceLight::NoFace => return None,
        FaceLight::Face { white_share, .. } => white_share * 100.0,
    };
    let percent = |percent: f64| Quantity::tenths(percent, Unit::Percent);
    let (white, max_white) = (percent(white_percent), percent(rule.advise_max_bright_percent));
    if white.exceeds(max_white) {
        return advise(white, format!("<= {max_white}"), FindingDetail::TooBright);
    }
    let bits = |bits: f64| Quantity::tenths(bits, Unit::Bits);
    let (entropy, min_entropy) = (bits(middle.entropy_bits()), bits(rule.advise_min_entropy_bits));
    if min_entropy.exceeds(entropy) {
        return advise(entropy, format!(">= {min_entropy}"), FindingDetail::FlatTones);
    }
    None
}

/// The samples around the face; all samples if no face was measured.
fn outside(luma: &Plane, face: FaceLight) -> impl Iterator<Item = u8> {
    let extent = match face {
        FaceLight::Face { extent, .. } => Some(extent),
        FaceLight::NotMeasured | FaceLight::NoFace => None,
    };
    let within = move |x: usize, y: usize, extent: HeadExtent| {
        let (x, y) = (x as f64 + 0.5, y as f64 + 0.5);
        (extent.left..=extent.right).contains(&x) && (extent.top..=extent.chin).contains(&y)
    };
    let places = luma
        .samples
        .iter()
        .enumerate()
        .map(|(place, sample)| (place % luma.width.max(1), place / luma.width.max(1), *sample));
    places.filter(move |(x, y, _)| !extent.is_some_and(|extent| within(*x, *y, extent))).map(|(_, _, sample)| sample)
}
