//! Finds the person with MediaPipe's selfie segmentation.

use std::sync::LazyLock;

use lichtbild_inference::{ModelError, Network, SimdLevel};

use crate::validation::downscaled::{DownscaledPhoto, Plane};
use crate::validation::face::resample::resample;

/// Width and height of the network's input, in pixels. The network was trained on pictures that were stretched to a square.
const SIZE: usize = 256;
/// Shortest side of a supported plane, in samples, and longest side, which bounds the work.
const MIN_SIDE: usize = 16;
const MAX_SIDE: usize = 4096;
/// Maximum ratio of length to width of a photo of a person.
const MAX_ASPECT: usize = 3;

pub(super) static MODEL: &[u8] = include_bytes!("../face/models/selfie_segmentation.tflite");

/// The network, read at its first use; `None` only if it cannot be read, which a test rules out.
pub(super) static NETWORK: LazyLock<Option<Network>> = LazyLock::new(|| read(MODEL).ok());

pub(super) fn read(model: &[u8]) -> Result<Network, ModelError> {
    let network = Network::read_colour(model)?;
    let fits = network.input_size() == (SIZE, SIZE) && network.output_lengths() == [SIZE * SIZE];
    if fits { Ok(network) } else { Err(ModelError::new("another network than expected")) }
}

/// The probability that a sample shows the person, for each sample of a photo's planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonMask {
    /// Probabilities in 255ths.
    pub(super) plane: Plane,
}

impl PersonMask {
    /// Finds the person in a photo. `None` if the planes differ in size, or are too small, too large or too long for a photo of a
    /// person.
    pub fn find(photo: &DownscaledPhoto) -> Option<Self> {
        Self::find_with(photo, SimdLevel::default())
    }

    /// As [`PersonMask::find`] with a chosen SIMD level, so that a test can compare them.
    pub(super) fn find_with(photo: &DownscaledPhoto, vectors: SimdLevel) -> Option<Self> {
        let network = NETWORK.as_ref().filter(|_| can_show_a_person(photo))?;
        let output = network.run(&network_input(photo), vectors).into_iter().next()?;
        let square =
            Plane { width: SIZE, height: SIZE, samples: output.iter().map(|share| level(share * 255.0)).collect() };
        let Plane { width, height, .. } = photo.luma;
        let samples = resample(&square, width, height).into_iter().map(level).collect();
        Some(Self { plane: Plane { width, height, samples } })
    }

    #[cfg(test)]
    /// Probabilities in 255ths; the plane has the size of the photo's planes.
    pub fn probabilities(&self) -> &Plane {
        &self.plane
    }
}

fn level(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

fn can_show_a_person(photo: &DownscaledPhoto) -> bool {
    let Plane { width, height, .. } = photo.luma;
    let (short, long) = (width.min(height), width.max(height));
    let whole = [&photo.luma, &photo.blue, &photo.red]
        .iter()
        .all(|plane| (plane.width, plane.height) == (width, height) && plane.samples.len() == width * height);
    short >= MIN_SIDE && long <= MAX_SIDE && long <= short * MAX_ASPECT && whole
}

/// The network's input: red, green and blue of each pixel, 0 to 1 (converted from YCbCr as defined by JFIF).
fn network_input(photo: &DownscaledPhoto) -> Vec<f32> {
    let [luma, blue, red] = [&photo.luma, &photo.blue, &photo.red].map(|plane| resample(plane, SIZE, SIZE));
    let mut input = Vec::with_capacity(3 * luma.len());
    for ((luma, blue), red) in luma.into_iter().zip(blue).zip(red) {
        let (blue, red) = (blue - 128.0, red - 128.0);
        let colours = [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue];
        input.extend(colours.map(|colour| colour.clamp(0.0, 255.0) / 255.0));
    }
    input
}
