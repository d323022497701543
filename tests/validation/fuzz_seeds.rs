//! Tests the seeds of the fuzz targets with the same properties as the fuzzer.

use std::fs;

use crate::properties;

type FuzzProperty = fn(&[u8]);

#[test]
fn every_seed_of_a_file_holds_what_the_fuzzer_asks() {
    let targets: [(&str, FuzzProperty, usize); 8] = [
        ("walk", properties::walk, 12),
        ("exif", properties::exif, 14),
        ("code", properties::code, 7),
        ("judge", properties::judge, 9),
        ("transcode", properties::transcode, 7),
        ("model", properties::model, 2),
        ("patched_model", properties::patched_model, 3),
        ("profile", properties::profile, 4),
    ];
    for (target, property, least) in targets {
        assert_seeds_hold(target, property, least);
    }
}

/// Runs a property on the seeds of its target, of which there are `least` or more.
pub(crate) fn assert_seeds_hold(target: &str, property: FuzzProperty, least: usize) {
    let folder = format!("{}/fixtures/fuzz/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    assert!(seeds.len() >= least, "{target} has lost seeds: {seeds:?}");
    for seed in seeds {
        // Printed first, because the failure message of a property does not name the seed.
        println!("{}", seed.display());
        property(&fs::read(&seed).unwrap());
    }
}

/// Changes every byte of a small model: the model is refused, or it runs.
#[test]
fn every_byte_of_a_model_may_be_wrong() {
    for seed in ["all-operators", "mask-operators"] {
        let path = format!("{}/fixtures/fuzz/model/{seed}.tflite", env!("CARGO_MANIFEST_DIR"));
        let model = fs::read(path).unwrap();
        assert!(lichtbild_inference::Network::read(&model).is_ok());
        for place in 0..model.len() {
            for value in [0, 1, 0x7F, 0x80, 0xFF, model[place].wrapping_add(1), model[place] ^ 0x04] {
                let mut changed = model.clone();
                changed[place] = value;
                properties::model(&changed);
            }
            properties::model(&model[..place]);
        }
    }
}

#[test]
fn sound_seeds_are_sound() {
    for (seed, is_sound) in [
        ("444-optimised", true),
        ("420-restart-blocks", true),
        ("420-restart-rows-filled", true),
        ("444-padded-and-filled", true),
        ("dc-symbol-17-unused", false),
        ("grey", false),
        ("progressive", false),
    ] {
        let bytes = fs::read(format!("{}/fixtures/fuzz/walk/{seed}.jpg", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(lichtbild::validation::jpeg::analyse(&bytes).downscaled.is_some(), is_sound, "{seed}");
    }
}
