//! Check for a grey photo in a colour file. The header check finds JPEG files with one component.
//!
//! Skin and lips alone cover a tenth of any portrait, so the twentieth of the blocks with the most colour is far from neutral
//! however pale the person is. The check cannot distinguish a tinted grey picture (sepia) from a colour photo.

use super::histogram::Histogram;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};
use crate::validation::downscaled::DownscaledPhoto;
use crate::validation::rules::ColourRule;

pub(super) fn check(photo: &DownscaledPhoto, rule: &ColourRule) -> Option<Finding> {
    let pairs = photo.blue.samples.iter().zip(&photo.red.samples);
    let chroma = Histogram::of(pairs.map(|(blue, red)| blue.abs_diff(128).max(red.abs_diff(128)))).quantile(950);
    let limit = rule.refuse_below_chroma;
    (chroma < limit).then(|| {
        Finding::refuse(Check::Colour, saturation(chroma), format!(">= {}", saturation(limit)))
            .with_detail(Some(FindingDetail::Grey))
    })
}

/// Distance from grey as share of the maximum.
fn saturation(chroma: u8) -> Quantity {
    Quantity::tenths(f64::from(chroma) * 100.0 / 128.0, Unit::Percent)
}
