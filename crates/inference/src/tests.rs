//! The runtime compared with values from TensorFlow Lite, and with damaged files.

use super::{Network, SimdLevel};

const DETECTOR: &[u8] = include_bytes!("../../../src/validation/face/models/face_detection_short_range.tflite");
const MASK: &[u8] = include_bytes!("../../../src/validation/face/models/selfie_segmentation.tflite");
const MESH: &[u8] = include_bytes!("../../../src/validation/face/models/face_landmark.tflite");

/// Numbers from 0 to 1 without a regular pattern.
fn image(side: usize) -> Vec<f32> {
    (0..side * side).map(|index| ((index * 7919) % 1000) as f32 / 1000.0).collect()
}

/// A drawn head in front of a wall, in colour and as noisy as [`image`]: on noise alone the mask is zero everywhere.
fn drawn_head() -> Vec<f32> {
    // Centres and half axes of ellipses, drawn over one another, and their colours in hundredths.
    let ellipses = [
        ([128, 300, 120, 120], [15.0, 20.0, 35.0]),
        ([128, 100, 62, 75], [15.0, 10.0, 8.0]),
        ([128, 180, 28, 40], [45.0, 32.0, 27.0]),
        ([128, 115, 48, 64], [50.0, 35.0, 30.0]),
        ([108, 105, 9, 5], [10.0, 10.0, 10.0]),
        ([148, 105, 9, 5], [10.0, 10.0, 10.0]),
        ([128, 150, 16, 5], [40.0, 20.0, 20.0]),
    ];
    let colour = |x: i64, y: i64| {
        let inside = |[across, down, width, height]: [i64; 4]| {
            ((x - across) * height).pow(2) + ((y - down) * width).pow(2) < (width * height).pow(2)
        };
        ellipses.iter().rev().find(|(ellipse, _)| inside(*ellipse)).map_or([75.0, 80.0, 85.0], |(_, colour)| *colour)
    };
    let colours = (0..256 * 256).flat_map(|pixel| colour(pixel % 256, pixel / 256));
    colours.enumerate().map(|(index, value)| (value + ((index * 7919) % 1000) as f32 / 100.0) / 100.0).collect()
}

#[test]
fn the_mask_is_that_of_tensorflow_lite() {
    // By ai-edge-litert 2.3.0 on the same picture: six positions (outline, face and a corner), and the mean.
    let reference = [
        (53_453, 0.735_116),
        (12_461, 0.374_549),
        (38_738, 0.473_467),
        (47_200, 0.286_885),
        (32_582, 0.490_115),
        (47_263, 0.496_205),
        (25_728, 1.0),
        (5_140, 0.0),
    ];
    let network = Network::read_colour(MASK).unwrap();
    assert_eq!((network.input_size(), network.output_lengths()), ((256, 256), vec![65_536]));
    for vectors in [SimdLevel::Widest, SimdLevel::Scalar] {
        let mask = network.run(&drawn_head(), vectors).remove(0);
        for (place, reference) in reference {
            assert!((mask[place] - reference).abs() < 1e-3, "{vectors:?}: {} {reference} at {place}", mask[place]);
        }
        let mean = mask.iter().sum::<f32>() / 65_536.0;
        assert!((mean - 0.416_131).abs() < 1e-4, "{vectors:?}: {mean}");
    }
}

/// A small network with random weights and every operator that the mask has and the face models do not.
#[test]
fn the_operators_of_the_mask_are_those_of_tensorflow_lite() {
    // By ai-edge-litert 2.3.0.
    let reference = [0.647_758, 0.632_999_3, 0.617_349_27, 0.619_939_1];
    let model = include_bytes!("../../../fixtures/fuzz/model/mask-operators.tflite");
    let picture: Vec<f32> = (0..192).map(|index| (index % 7) as f32 / 7.0).collect();
    let network = Network::read_colour(model).unwrap();
    for vectors in [SimdLevel::Widest, SimdLevel::Scalar] {
        let output = network.run(&picture, vectors).remove(0);
        assert_eq!(output.len(), 12 * 14);
        assert!(output.iter().zip(reference).all(|(own, reference)| (own - reference).abs() < 1e-5), "{output:?}");
        assert!((output.iter().sum::<f32>() - 96.995_6).abs() < 1e-3, "{output:?}");
    }
}

#[test]
fn a_network_takes_three_equal_channels_as_one_grey_one() {
    let (grey, colour) = (Network::read(MASK).unwrap(), Network::read_colour(MASK).unwrap());
    let head: Vec<f32> = drawn_head().as_chunks::<3>().0.iter().map(|[red, ..]| *red).collect();
    let equal: Vec<f32> = head.iter().flat_map(|value| [*value; 3]).collect();
    let (one, three) = (grey.run(&head, SimdLevel::Widest), colour.run(&equal, SimdLevel::Widest));
    assert!(one[0].iter().zip(&three[0]).all(|(one, three)| (one - three).abs() < 1e-3));
    assert!(one[0].iter().any(|value| *value > 0.9));
}

#[test]
fn outputs_are_those_of_tensorflow_lite() {
    // By ai-edge-litert 2 on the same picture, in three equal channels.
    let detector = Network::read(DETECTOR).unwrap();
    let mesh = Network::read(MESH).unwrap();
    for vectors in [SimdLevel::Widest, SimdLevel::Scalar] {
        let boxes = detector.run(&image(128), vectors);
        let points = mesh.run(&image(192), vectors);
        for (own, reference) in [
            (&boxes[0][..3], &[0.583_543_8, 0.308_615_74, 28.116_983][..]),
            (&boxes[1][..3], &[-4.412_514, -3.768_756, -3.742_507_5]),
            (&points[0][..3], &[102.607_89, 126.620_82, -7.738_63]),
            (&points[1][..1], &[-7.426_521]),
        ] {
            for (own, reference) in own.iter().zip(reference) {
                assert!((own - reference).abs() < 1e-3, "{vectors:?}: {own} {reference}");
            }
        }
    }
}

#[test]
fn scalar_and_vector_code_agree_on_every_output() {
    for (model, side) in [(DETECTOR, 128), (MESH, 192)] {
        let network = Network::read(model).unwrap();
        assert_eq!(network.input_size(), (side, side));
        let (vector, scalar) =
            (network.run(&image(side), SimdLevel::Widest), network.run(&image(side), SimdLevel::Scalar));
        assert_eq!(vector.iter().map(Vec::len).collect::<Vec<_>>(), network.output_lengths());
        for (vector, scalar) in vector.iter().flatten().zip(scalar.iter().flatten()) {
            assert!((vector - scalar).abs() < 2e-4 * scalar.abs().max(1.0), "{vector} {scalar}");
        }
    }
    let network = Network::read_colour(MASK).unwrap();
    let (vector, scalar) =
        (network.run(&drawn_head(), SimdLevel::Widest), network.run(&drawn_head(), SimdLevel::Scalar));
    assert!(vector[0].iter().zip(&scalar[0]).all(|(vector, scalar)| (vector - scalar).abs() < 5e-4));
}

#[test]
fn a_picture_of_another_size_and_values_beyond_all_bounds_do_no_harm() {
    for network in [Network::read(DETECTOR).unwrap(), Network::read_colour(MASK).unwrap()] {
        for image in [vec![], vec![1.0; 7], vec![0.5; 1_000_000], vec![f32::NAN; 16_384], vec![f32::MAX; 16_384]] {
            let outputs = network.run(&image, SimdLevel::Widest);
            assert_eq!(outputs.iter().map(Vec::len).collect::<Vec<_>>(), network.output_lengths());
        }
    }
}

#[test]
fn a_cut_model_is_an_error() {
    for model in [DETECTOR, MESH, MASK] {
        for length in (0..model.len()).step_by(model.len() / 97) {
            assert!(Network::read(&model[..length]).is_err(), "{length}");
            assert!(Network::read_colour(&model[..length]).is_err(), "{length}");
        }
    }
    assert_eq!(Network::read(b"").err().unwrap().to_string(), "not a TensorFlow Lite model");
}

/// For every changed byte of the structure, the file is refused or the network runs.
#[test]
fn a_damaged_model_is_an_error_or_runs() {
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for whole in [DETECTOR, MASK] {
        // The structure precedes and follows the weights.
        let places: Vec<usize> = (0..2000).chain(whole.len() - 60_000..whole.len()).collect();
        let (mut refused, mut ran) = (0, 0);
        for _ in 0..400 {
            let mut model = whole.to_vec();
            for _ in 0..=next(4) {
                let place = places[next(places.len())];
                model[place] = match next(4) {
                    0 => 0,
                    1 => 0xFF,
                    2 => model[place].wrapping_add(1),
                    _ => next(256) as u8,
                };
            }
            match Network::read_colour(&model) {
                Err(_) => refused += 1,
                // Runs are slow without optimisation, and pictures of one size behave alike.
                Ok(network) if ran < 8 => {
                    network.run(&image(128), SimdLevel::Scalar);
                    ran += 1;
                }
                Ok(_) => {}
            }
        }
        assert!(refused > 20 && ran > 0, "{refused} refused, {ran} run");
    }
}
