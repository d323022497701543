//! The mask of ten portraits, and crowns and backgrounds of drawn heads.

use lichtbild_inference::{Network, SimdLevel};
use serde::Deserialize;

use super::background::BackgroundMeasurements;
use super::mask::{self, MODEL, NETWORK};
use super::{Crown, HeadPlace, PersonMask};
use crate::validation::downscaled::{DownscaledPhoto, Plane};
use crate::validation::jpeg;

#[derive(Deserialize)]
struct Truth {
    file: String,
    eyes: [[f64; 2]; 2],
    chin: [f64; 2],
}

impl Truth {
    fn photo(&self) -> DownscaledPhoto {
        let path = format!("{}/fixtures/people/{}", env!("CARGO_MANIFEST_DIR"), self.file);
        jpeg::analyse(&std::fs::read(path).unwrap()).downscaled.unwrap()
    }

    /// A face is about 1.9 times as wide as the distance of its pupils.
    fn head(&self) -> HeadPlace {
        let [[left, left_row], [right, right_row]] = self.eyes.map(|eye| eye.map(|place| place / 8.0));
        let (middle, half) = ((left + right) / 2.0, 0.95 * (right - left));
        HeadPlace {
            columns: middle - half..middle + half,
            eyes: (left_row + right_row) / 2.0,
            chin: self.chin[1] / 8.0,
        }
    }
}

fn people() -> Vec<Truth> {
    serde_json::from_str(include_str!("../../../fixtures/people/truth.json")).unwrap()
}

#[test]
fn the_model_can_be_read_and_its_digest_is_that_of_the_readme() {
    assert!(NETWORK.is_some());
    let digest = crate::domain::digest::Sha256Digest::of(MODEL).to_string();
    assert!(include_str!("../face/models/README.md").contains(&digest), "{digest}");
}

#[test]
fn another_network_is_refused() {
    let detector = include_bytes!("../face/models/face_detection_short_range.tflite");
    assert!(Network::read_colour(detector).is_ok());
    assert!(mask::read(detector).is_err());
}

/// Crown in samples and deviating share of the background, for the portraits listed in `truth.json`. The hair of 0266 touches the
/// upper edge. 0266, 0442 and 0280 have a plain background; the others show flags, windows, a sign or a mottled wall.
const MEASURED: [(&str, Crown, f64); 10] = [
    ("0194.jpg", Crown::At(3.9), 0.548),
    ("0266.jpg", Crown::CutOff, 0.0),
    ("0195.jpg", Crown::At(0.7), 0.547),
    ("0540.jpg", Crown::At(4.7), 0.986),
    ("0442.jpg", Crown::At(6.3), 0.052),
    ("0302.jpg", Crown::At(2.0), 0.379),
    ("0564.jpg", Crown::At(6.2), 0.443),
    ("0280.jpg", Crown::At(2.7), 0.105),
    ("0314.jpg", Crown::At(1.6), 0.457),
    ("0505.jpg", Crown::At(7.1), 0.543),
];

#[test]
fn ten_portraits_have_the_crowns_and_backgrounds_that_were_measured() {
    for (person, (file, crown, deviating)) in people().iter().zip(MEASURED) {
        assert_eq!(person.file, file);
        let (photo, head) = (person.photo(), person.head());
        let mask = PersonMask::find(&photo).unwrap();
        let at =
            |column: f64, row: f64| mask.probabilities().samples[row as usize * photo.luma.width + column as usize];
        let middle = (head.columns.start + head.columns.end) / 2.0;
        assert!(at(middle, head.eyes) > 250 && at(middle, head.chin) > 250, "{file}");
        let found = (mask.crown(&head).unwrap(), mask.background(&photo, &head).unwrap());
        match (found.0, crown) {
            (Crown::At(row), Crown::At(expected)) => assert!((row - expected).abs() < 0.25, "{file}: {found:?}"),
            (found, expected) => assert_eq!(found, expected, "{file}"),
        }
        assert!((found.1.deviating - deviating).abs() < 0.01, "{file}: {found:?}");
    }
}
#[test]
fn scalar_and_vector_code_measure_the_same() {
    for person in people() {
        let (photo, head) = (person.photo(), person.head());
        let [vector, scalar] =
            [SimdLevel::Widest, SimdLevel::Scalar].map(|vectors| PersonMask::find_with(&photo, vectors).unwrap());
        let pairs = vector.plane.samples.iter().zip(&scalar.plane.samples);
        assert!(pairs.map(|(vector, scalar)| vector.abs_diff(*scalar)).max().unwrap() <= 1, "{}", person.file);
        assert_eq!(vector.crown(&head), scalar.crown(&head), "{}", person.file);
        assert_eq!(vector.background(&photo, &head), scalar.background(&photo, &head), "{}", person.file);
    }
}

#[test]
fn planes_that_are_no_photo_of_a_person_have_no_mask() {
    let grey = |width: usize, height: usize| Plane { width, height, samples: vec![128; width * height] };
    let photo = |luma: Plane, blue: Plane, red: Plane| PersonMask::find(&DownscaledPhoto { luma, blue, red });
    assert!(photo(grey(16, 20), grey(16, 20), grey(16, 20)).is_some());
    for (width, height) in [(0, 0), (1, 1), (15, 20), (20, 61), (16, 5000)] {
        assert_eq!(photo(grey(width, height), grey(width, height), grey(width, height)), None, "{width} {height}");
    }
    assert_eq!(photo(grey(30, 40), grey(15, 20), grey(30, 40)), None);
    assert_eq!(photo(grey(30, 40), grey(30, 40), Plane { samples: vec![0; 7], ..grey(30, 40) }), None);
}

const WIDTH: usize = 80;
const HEIGHT: usize = 100;

/// A head from row `top` on, columns 25 to 55, in front of a wall of luma 200.
fn drawn(top: usize) -> (PersonMask, DownscaledPhoto) {
    let plane = |sample: &dyn Fn(usize, usize) -> u8| {
        let samples = (0..WIDTH * HEIGHT).map(|place| sample(place % WIDTH, place / WIDTH)).collect();
        Plane { width: WIDTH, height: HEIGHT, samples }
    };
    let shows = |x: usize, y: usize| (25..55).contains(&x) && y >= top;
    let mask = PersonMask { plane: plane(&|x, y| if shows(x, y) { 255 } else { 0 }) };
    let luma = plane(&|x, y| if shows(x, y) { 90 } else { 200 });
    (mask, DownscaledPhoto { luma, blue: plane(&|_, _| 128), red: plane(&|_, _| 128) })
}

fn head() -> HeadPlace {
    HeadPlace { columns: 25.0..55.0, eyes: 45.0, chin: 75.0 }
}

fn measured((mask, photo): &(PersonMask, DownscaledPhoto)) -> BackgroundMeasurements {
    mask.background(photo, &head()).unwrap()
}

#[test]
fn the_crown_lies_between_two_rows() {
    let (mut mask, _) = drawn(20);
    assert_eq!(mask.crown(&head()), Some(Crown::At(20.0)));
    // A fifth of the probability moves the border of the person up by that much of a row.
    mask.plane.samples[19 * WIDTH + 25..19 * WIDTH + 55].fill(51);
    assert_eq!(mask.crown(&head()), Some(Crown::At(19.9)));
    mask.plane.samples[19 * WIDTH + 25..19 * WIDTH + 55].fill(127);
    assert_eq!(mask.crown(&head()), Some(Crown::At(19.5)));
    // Two samples are a lock of hair and not a crown.
    mask.plane.samples[10 * WIDTH + 30..10 * WIDTH + 32].fill(255);
    assert_eq!(mask.crown(&head()), Some(Crown::At(19.5)));
}

#[test]
fn a_head_at_the_upper_edge_is_cut_off_and_without_a_person_there_is_no_crown() {
    assert_eq!(drawn(0).0.crown(&head()), Some(Crown::CutOff));
    assert_eq!(drawn(1).0.crown(&head()), Some(Crown::At(1.0)));
    assert_eq!(drawn(60).0.crown(&head()), None);
    for columns in [90.0..120.0, -9.0..-1.0, 50.0..20.0, f64::NAN..f64::NAN, f64::NEG_INFINITY..f64::INFINITY] {
        for eyes in [-1e9, 45.0, 1e9, f64::NAN] {
            let place = HeadPlace { columns: columns.clone(), eyes, chin: eyes };
            let (mask, photo) = drawn(20);
            // Positions outside the picture must not panic.
            let _ = (mask.crown(&place), mask.background(&photo, &place));
        }
    }
    assert_eq!(drawn(20).0.crown(&HeadPlace { columns: 90.0..120.0, ..head() }), None);
}

#[test]
fn a_plain_wall_has_neither_deviations_nor_a_shadow() {
    assert_eq!(measured(&drawn(20)), BackgroundMeasurements { deviating: 0.0, shadow: Some(0.0) });
}

#[test]
fn what_hangs_on_the_wall_deviates_by_brightness_or_colour() {
    // 750 of the 3912 background samples above the chin.
    let strip = |plane: &mut Plane, sample: u8| {
        plane.samples.chunks_exact_mut(WIDTH).for_each(|row| row[70..].fill(sample));
    };
    for sample in [100, 226] {
        let mut picture = drawn(20);
        strip(&mut picture.1.luma, sample);
        assert_eq!(measured(&picture).deviating, 0.192, "{sample}");
    }
    let mut picture = drawn(20);
    strip(&mut picture.1.luma, 225);
    strip(&mut picture.1.blue, 137);
    assert_eq!(measured(&picture).deviating, 0.0);
    strip(&mut picture.1.red, 120);
    assert_eq!(measured(&picture).deviating, 0.192);
}

#[test]
fn a_shadow_beside_the_head_is_measured_on_either_side() {
    for columns in [10..25, 55..70] {
        let mut picture = drawn(20);
        picture.1.luma.samples.chunks_exact_mut(WIDTH).skip(25).for_each(|row| row[columns.clone()].fill(160));
        assert_eq!(measured(&picture).shadow, Some(0.2), "{columns:?}");
    }
    // A dark wall shows no shadow.
    let mut picture = drawn(20);
    picture.1.luma.samples.fill(99);
    assert_eq!(measured(&picture), BackgroundMeasurements { deviating: 0.0, shadow: None });
}

#[test]
fn too_little_background_and_a_foreign_photo_are_not_measured() {
    let (mask, photo) = drawn(20);
    assert_eq!(mask.background(&photo, &HeadPlace { chin: 1.0, ..head() }), None);
    let small = Plane { width: 8, height: 10, samples: vec![128; 80] };
    let foreign = DownscaledPhoto { luma: small.clone(), blue: small.clone(), red: small };
    assert_eq!(mask.background(&foreign, &head()), None);
}
