//! The seeds of the fuzz targets, through the very properties that the fuzzer tries.

use std::fs;

use super::properties;

type Property = fn(&[u8]);

#[test]
fn every_seed_holds_what_the_fuzzer_asks() {
    let targets: [(&str, Property, usize); 4] = [
        ("walk", properties::walk, 12),
        ("exif", properties::exif, 14),
        ("code", properties::code, 7),
        ("judge", properties::judge, 9),
    ];
    for (target, property, least) in targets {
        let folder = format!("{}/fixtures/fuzz/{target}", env!("CARGO_MANIFEST_DIR"));
        let mut seeds: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        seeds.sort();
        assert!(seeds.len() >= least, "{target} has lost seeds: {seeds:?}");
        for seed in seeds {
            // Named before it is tried: a property that fails does not know whose bytes they were.
            println!("{}", seed.display());
            property(&fs::read(&seed).unwrap());
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
        assert_eq!(lichtbild::validation::jpeg::walk(&bytes).small.is_some(), is_sound, "{seed}");
    }
}
