//! Checks of the picture by the means of its blocks of 8 x 8 pixels: blank, colour, exposure, background and sharpness.
//!
//! A full decode would cost three times the rest of the photo check. These checks measure areas and do not need it: a passport
//! photo has at least 2,800 blocks and usually 31,000. Two things cannot be measured. Single clipped pixels vanish in the mean,
//! so that the 0.1 % of pixels at 0 and at 255 (ICAO) cannot be counted. Detail finer than a block is lost in the mean as well;
//! the JPEG analysis records it from the coefficients instead.
//!
//! The checks do not locate the face: it is in the middle of a photo of the right size. The face check measures white parts of
//! the face and passes them to the exposure check.

mod background;
mod blank;
mod colour;
mod exposure;
mod histogram;
mod sharpness;

pub(super) use exposure::FaceLight;

use super::jpeg::JpegAnalysis;
use super::profile::Profile;
use crate::domain::check::finding::Finding;

/// Checks the exposure of a photo that is not blank.
pub(super) fn check_exposure(analysis: &JpegAnalysis, profile: &Profile, face: FaceLight) -> Option<Finding> {
    exposure::check(&analysis.downscaled.as_ref()?.luma, face, profile.exposure.as_ref()?)
}

/// Runs all other checks. A file with errors has no picture to check.
pub(super) fn check(analysis: &JpegAnalysis, profile: &Profile) -> Vec<Finding> {
    let (Some(downscaled), Some(detail)) = (&analysis.downscaled, &analysis.last_coefficients) else {
        return Vec::new();
    };
    if let Some(blank) = profile.blank.as_ref().and_then(|rule| blank::check(&downscaled.luma, rule)) {
        // All other findings about a blank photo would be misleading.
        return vec![blank];
    }
    let mut findings = Vec::new();
    findings.extend(profile.colour.as_ref().and_then(|rule| colour::check(downscaled, rule)));
    findings.extend(profile.background.as_ref().and_then(|rule| background::check(&downscaled.luma, rule)));
    if let Some(quality) = analysis.header.quality {
        findings.extend(profile.sharpness.as_ref().and_then(|rule| sharpness::check_focus(detail, quality, rule)));
        findings.extend(profile.upscaled.as_ref().and_then(|rule| sharpness::check_upscaling(detail, quality, rule)));
    }
    findings
}
