//! Check that the photo is lit so that features can be seen, whatever the colour of the skin.
//!
//! A rule on the brightness of the face alone speaks to dark skin and is silent about a pale face that is two stops too dark. The face
//! is therefore judged against the rest of the photo: every portrait before a plain wall holds something bright, be it the wall, a
//! collar or the white of the eyes. Where even the brightest hundredth of the photo is grey, the whole photo is too dark.
//!
//! Too bright is a face of which a part is white, so that its features are lost (ISO/IEC 29794-5, 7.3.5, over-exposure prevention:
//! luminance 247 to 255). The entropy of the tones is that of 7.3.7, dynamic range. No standard sets a threshold, so all of it is
//! advice.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::detail::FindingDetail;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::validation::downscaled::Plane;
use crate::validation::rules::ExposureRule;

const WHITE: std::ops::Range<usize> = 247..256;

/// Tells the first of what is wrong: one lamp is moved at a time. `white_share` is that of the face, 0 to 1; without it the middle of
/// the photo is judged.
pub(super) fn check(luma: &Plane, white_share: Option<f64>, rule: &ExposureRule) -> Option<Finding> {
    let (whole, middle) = (Histogram::of(luma.samples.iter().copied()), Histogram::of_middle(luma));
    let advise = |measured: Quantity, limit: String, detail: FindingDetail| {
        Some(Finding::advise(Check::Exposure, measured, limit).with_detail(Some(detail)))
    };
    let highlight = whole.quantile(990);
    if highlight < rule.advise_min_highlight {
        let brightness = |luma: u8| Quantity::percent(f64::from(luma) / 255.0);
        let limit = format!(">= {}", brightness(rule.advise_min_highlight));
        return advise(brightness(highlight), limit, FindingDetail::TooDark);
    }
    let white_percent = white_share.map_or_else(|| middle.percent(WHITE), |share| share * 100.0);
    if white_percent > rule.advise_max_bright_percent {
        let measured = Quantity::tenths(white_percent, Unit::Percent);
        return advise(measured, format!("<= {} %", rule.advise_max_bright_percent), FindingDetail::TooBright);
    }
    let entropy = middle.entropy_bits();
    if entropy < rule.advise_min_entropy_bits {
        let measured = Quantity::tenths(entropy, Unit::Bits);
        return advise(measured, format!(">= {} bit", rule.advise_min_entropy_bits), FindingDetail::FlatTones);
    }
    None
}
