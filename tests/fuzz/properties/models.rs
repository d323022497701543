//! Properties of the files that come with the program or that an operator writes: models and photo profiles.

use lichtbild::clock::Timestamp;
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::gateway_profile::GatewayProfile;
use lichtbild::validation::{Profile, ProfileError, check_photo};
use lichtbild_inference::{Network, SimdLevel};

const DETECTOR: &[u8] = include_bytes!("../../../src/validation/face/models/face_detection_short_range.tflite");
const MESH: &[u8] = include_bytes!("../../../src/validation/face/models/face_landmark.tflite");
const MASK: &[u8] = include_bytes!("../../../src/validation/face/models/selfie_segmentation.tflite");
/// A photo that has everything that the tables of a profile measure, except a face.
const PHOTO: &[u8] = include_bytes!("../../../fixtures/fuzz/walk/420-restart-rows.jpg");

/// A model that can be read can be run, on a picture of any content.
pub fn model(bytes: &[u8]) {
    for (network, colours) in [(Network::read(bytes), 1), (Network::read_colour(bytes), 3)] {
        let Ok(network) = network else { continue };
        for vectors in [SimdLevel::Widest, SimdLevel::Scalar] {
            assert_runs(&network, colours, vectors);
        }
    }
}

/// One of the models of the program (first byte), of which some bytes are changed: a place in three bytes and its new value, as often as
/// there are bytes left. The model is refused, or it runs.
pub fn patched_model(bytes: &[u8]) {
    let Some((which, patches)) = bytes.split_first() else { return };
    let (original, colours) = [(DETECTOR, 1), (MESH, 1), (MASK, 3)][usize::from(which % 3)];
    let mut changed = original.to_vec();
    for patch in patches.chunks_exact(4) {
        let place = u32::from_be_bytes([0, patch[0], patch[1], patch[2]]) as usize % changed.len();
        changed[place] = patch[3];
    }
    let read = if colours == 3 { Network::read_colour(&changed) } else { Network::read(&changed) };
    let Ok(network) = read else {
        assert_ne!(changed, original, "the program's own model");
        return;
    };
    assert_runs(&network, colours, SimdLevel::Widest);
}

fn assert_runs(network: &Network, colours: usize, vectors: SimdLevel) {
    let (width, height) = network.input_size();
    let picture: Vec<f32> = (0..width * height * colours).map(|index| (index % 7) as f32 / 7.0).collect();
    let outputs = network.run(&picture, vectors);
    assert_eq!(outputs.iter().map(Vec::len).collect::<Vec<_>>(), network.output_lengths());
}

/// A profile that can be read judges a photo, and a studio gets it from the gateway as it is. An error names a line of the file.
pub fn profile(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = Profile::parse("fuzzed", text);
    assert_eq!(format!("{read:?}"), format!("{:?}", Profile::parse("fuzzed", text)), "the same bytes, another profile");
    let profile = match read {
        Ok(profile) => profile,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            if let ProfileError::Value { line: Some(line), .. } = error {
                assert!((1..=1 + text.matches('\n').count()).contains(&line), "line {line}");
            }
            return;
        }
    };
    let answer = serde_json::to_value(&profile).expect("a profile is JSON");
    let sent = GatewayProfile::read(&answer).expect("a studio reads what a gateway sends");
    assert_eq!(sent, GatewayProfile { profile: profile.clone(), unsupported_tables: Vec::new() });
    let now = Timestamp::from_unix_milliseconds(1_795_339_800_000);
    let outcome = check_photo(PHOTO, &profile, Declaration::default(), now);
    assert_eq!(outcome, check_photo(PHOTO, &profile, Declaration::default(), now), "the same photo, another judgement");
}
