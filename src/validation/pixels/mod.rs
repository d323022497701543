//! Checks of the decoded picture, by the means of its blocks of 8 x 8 pixels alone.
//!
//! A full decode would cost three times the rest of the judgement, and what is asked here does not need it: whether there is a
//! picture, whether it has colour, how it is lit, whether the background is plain are questions about areas, and a passport
//! photo has 2,800 blocks at the least and 31,000 as a rule. Two things it cannot show. Single pixels that are clipped vanish in
//! the mean, so that ICAO's 0.1 % of pixels at 0 and at 255 cannot be counted. And detail finer than a block is gone: for that
//! the walk notes how far the coefficients of each block go, see [`detail`].
//!
//! The place of the face is not determined here: a photo of the right size has it in the middle, and these rules only look there.
//! White parts of the face are measured with the face and handed to the check of the exposure.

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

/// Checks the light of a picture that is not blank.
pub(super) fn check_exposure(analysis: &JpegAnalysis, profile: &Profile, face: FaceLight) -> Option<Finding> {
    exposure::check(&analysis.downscaled.as_ref()?.luma, face, profile.exposure.as_ref()?)
}

/// Checks the picture of a sound file but for its light; there is none of any other.
pub(super) fn check(analysis: &JpegAnalysis, profile: &Profile) -> Vec<Finding> {
    let (Some(downscaled), Some(detail)) = (&analysis.downscaled, &analysis.last_coefficients) else {
        return Vec::new();
    };
    if let Some(blank) = profile.blank.as_ref().and_then(|rule| blank::check(&downscaled.luma, rule)) {
        // Of a picture that is not there, nothing else is worth telling.
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
