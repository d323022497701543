//! The two networks that find and measure faces, from Google's MediaPipe (origin, licence and digests in `models/README.md`).

use std::sync::LazyLock;

use lichtbild_inference::{ModelError, Network};

/// Width and height of the detector's input, in pixels.
pub(super) const DETECTOR_SIZE: usize = 128;
/// Width and height of the landmark network's input, in pixels.
pub(super) const MESH_SIZE: usize = 192;
/// Positions at which the detector searches for a face.
pub(super) const ANCHORS: usize = 896;
/// Values per position: box (4) and six key points (x, y).
pub(super) const REGRESSORS: usize = 16;
/// Points of the face mesh.
pub(super) const POINTS: usize = 468;

pub(super) struct Networks {
    pub(super) detector: Network,
    pub(super) mesh: Network,
}

/// The networks that are part of the program; `None` only if they cannot be read, which a test rules out.
pub(super) static NETWORKS: LazyLock<Option<Networks>> = LazyLock::new(|| Networks::read(DETECTOR, MESH).ok());

static DETECTOR: &[u8] = include_bytes!("models/face_detection_short_range.tflite");
static MESH: &[u8] = include_bytes!("models/face_landmark.tflite");

impl Networks {
    fn read(detector: &[u8], mesh: &[u8]) -> Result<Self, ModelError> {
        let (detector, mesh) = (Network::read(detector)?, Network::read(mesh)?);
        let fits = detector.input_size() == (DETECTOR_SIZE, DETECTOR_SIZE)
            && detector.output_lengths() == [ANCHORS * REGRESSORS, ANCHORS]
            && mesh.input_size() == (MESH_SIZE, MESH_SIZE)
            && mesh.output_lengths() == [POINTS * 3, 1];
        if fits { Ok(Self { detector, mesh }) } else { Err(ModelError::new("another network than expected")) }
    }
}

/// A network's raw output as a probability, rounded to thousandths so that comparisons do not depend on the last bits.
pub(super) fn probability(output: f32) -> f32 {
    let probability = 1.0 / (1.0 + (-output.clamp(-80.0, 80.0)).exp());
    (probability * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_networks_can_be_read() {
        assert!(NETWORKS.is_some());
    }

    #[test]
    fn the_digests_are_those_of_the_readme() {
        let readme = include_str!("models/README.md");
        for model in [DETECTOR, MESH] {
            let digest = crate::domain::digest::Sha256Digest::of(model).to_string();
            assert!(readme.contains(&digest), "{digest}");
        }
    }

    #[test]
    fn networks_in_each_others_place_are_refused() {
        assert!(Networks::read(MESH, DETECTOR).is_err());
        assert!(Networks::read(DETECTOR, DETECTOR).is_err());
    }
}
