//! The thumbnail in EXIF, which is reported if it shows a different picture than the photo.
//!
//! Picture programs write a thumbnail with every export. An outdated thumbnail, from before the crop or the retouching, shows the
//! person as the studio did not intend. The means of the blocks are compared, without decoding either picture.

use crate::validation::downscaled::Plane;
use crate::validation::jpeg::{self, JpegAnalysis};

/// Maximum side of a thumbnail that is compared, in pixels: EXIF holds 64 KiB, and CIPA DC-008 specifies 160 x 120 pixels.
const MAX_SIDE: u32 = 640;
/// Maximum number of bytes before the picture data of a thumbnail that is compared: they could contain another thumbnail.
const MAX_HEADER: usize = 8 * 1024;
/// Minimum number of samples per side for a comparison.
const MIN_SAMPLES: usize = 8;
/// Permitted relative difference of the aspect ratios, because the sides of a thumbnail are rounded to a pixel.
const RATIO_TOLERANCE: f64 = 0.03;
/// Minimum correlation of a thumbnail that shows the photo. 120 portraits with their own thumbnail: at least 0.965; with a
/// thumbnail of a picture that was cropped by a tenth: at most 0.952.
const MIN_CORRELATION: f64 = 0.955;
/// Positions per side that are averaged for one sample of the thumbnail.
const PLACES: usize = 4;

/// Reports whether a thumbnail shows the photo; one that cannot be compared counts as a different picture.
pub(super) fn shows_the_photo(thumbnail: &[u8], photo: &JpegAnalysis) -> bool {
    let (Some(frame), Some(planes)) = (&photo.header.frame, &photo.downscaled) else { return false };
    let header = jpeg::read_header(thumbnail);
    let is_small = |frame: &jpeg::Frame| frame.width <= MAX_SIDE && frame.height <= MAX_SIDE;
    let is_plain = header.scan_start.is_some_and(|start| start <= MAX_HEADER);
    let Some(small) = header.frame.filter(is_small).filter(|_| is_plain) else { return false };
    let ratio = |frame: &jpeg::Frame| f64::from(frame.width) / f64::from(frame.height.max(1));
    if (ratio(&small) / ratio(frame) - 1.0).abs() > RATIO_TOLERANCE {
        return false;
    }
    let Some(thumbnail) = jpeg::analyse(thumbnail).downscaled else { return false };
    if thumbnail.luma.width.min(thumbnail.luma.height) < MIN_SAMPLES {
        return false;
    }
    // If the sides of a thumbnail are not multiples of eight, its last samples reach beyond the picture.
    let reach = (f64::from(small.width) / 8.0, f64::from(small.height) / 8.0);
    correlation(&thumbnail.luma, &planes.luma, reach) >= MIN_CORRELATION
}

/// Pearson's correlation of the thumbnail with the photo; 0 if one of them has no contrast.
fn correlation(thumbnail: &Plane, photo: &Plane, (across, down): (f64, f64)) -> f64 {
    let scale = ((photo.width as f64 / across) as f32, (photo.height as f64 / down) as f32);
    let (mut own, mut others) = (Vec::new(), Vec::new());
    // Only complete samples: the last row or column may be half outside.
    for row in 0..down as usize {
        for column in 0..across as usize {
            own.push(f64::from(thumbnail.samples[row * thumbnail.width + column]));
            let place = |index: usize, part: usize| index as f32 + (part as f32 + 0.5) / PLACES as f32;
            let places = (0..PLACES * PLACES).map(|part| {
                photo.value_at(place(column, part % PLACES) * scale.0, place(row, part / PLACES) * scale.1)
            });
            others.push(f64::from(places.sum::<f32>()) / (PLACES * PLACES) as f64);
        }
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (own_mean, others_mean) = (mean(&own), mean(&others));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        own.iter().zip(&others).map(|(a, b)| of(a - own_mean, b - others_mean)).sum::<f64>()
    };
    let (product, squares) = (sum(&|a, b| a * b), sum(&|a, _| a * a) * sum(&|_, b| b * b));
    if squares > 0.0 { product / squares.sqrt() } else { 0.0 }
}
