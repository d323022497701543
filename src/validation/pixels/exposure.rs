//! Check that the face is lit so that its features can be seen.
//!
//! The measures are those of ISO/IEC 29794-5 §7.3.4 to §7.3.7 (luminance mean, under- and over-exposure prevention, dynamic range)
//! as the reference implementation OFIQ computes them: share of luminance 0 to 25, share of 247 to 255, entropy of the histogram.
//! Ours are inspired by them and not the same: of block means in the middle of the picture instead of pixels within the outline
//! of a face, and of luma instead of linear luminance. Neither standard sets a threshold, so all of it is advice.

use super::histogram::Histogram;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::validation::downscaled::Plane;
use crate::validation::rules::ExposureRule;

const DARK: std::ops::Range<usize> = 0..26;
const BRIGHT: std::ops::Range<usize> = 247..256;

/// Tells the first of what is wrong: one lamp is moved at a time.
pub(super) fn check(luma: &Plane, rule: &ExposureRule) -> Option<Finding> {
    let middle = Histogram::of_middle(luma);
    let advise = |measured: String, limit: String| Some(Finding::advise(Check::Exposure, measured, limit));
    let (dark, bright, mean) = (middle.percent(DARK), middle.percent(BRIGHT), middle.mean());
    if dark > rule.advise_max_dark_percent {
        return advise(format!("Y 0-25: {dark:.1} %"), format!("<= {} %", rule.advise_max_dark_percent));
    }
    if bright > rule.advise_max_bright_percent {
        return advise(format!("Y 247-255: {bright:.1} %"), format!("<= {} %", rule.advise_max_bright_percent));
    }
    if mean < f64::from(rule.advise_min_mean) || mean > f64::from(rule.advise_max_mean) {
        return advise(format!("Y {mean:.0}"), format!("Y {} - {}", rule.advise_min_mean, rule.advise_max_mean));
    }
    let entropy = middle.entropy_bits();
    if entropy < rule.advise_min_entropy_bits {
        return advise(format!("{entropy:.1} bit"), format!(">= {} bit", rule.advise_min_entropy_bits));
    }
    None
}
