//! Ten people of `fixtures/people`, unchanged and with every defect that the face rules detect.

skip_in!(quick: "makes two hundred pictures");

use image::RgbImage;
use lichtbild::domain::check::finding::{Finding, Severity};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::{CheckOutcome, Profile, check_photo};
use serde::Deserialize;

use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::encoded;
use crate::support::photos::variants::{AS_IS, Transform, transformed};
use crate::validation::NOW;

#[derive(Deserialize)]
pub(super) struct AnnotatedPortrait {
    pub(super) file: String,
    /// Pupils (x, y) in pixels, the left one in the picture first.
    pub(super) eyes: [(f64, f64); 2],
    pub(super) chin: (f64, f64),
    /// Degrees, positive if the face looks to the right of the picture.
    yaw: f64,
    /// `closed`, `open` or `smile`, by eye.
    pub(super) mouth: String,
    /// One side of the face is clearly darker, judged by eye.
    #[serde(default)]
    pub(super) side_light: bool,
}

pub(super) fn people() -> Vec<AnnotatedPortrait> {
    serde_json::from_slice(&fixture("people/truth.json")).unwrap()
}

/// The German rules for pictures of half the size.
pub(super) fn half_size() -> Profile {
    let path = format!("{}/config/profiles/de-tr03121.toml", env!("CARGO_MANIFEST_DIR"));
    let rules = std::fs::read_to_string(path).unwrap();
    let halved = [
        ("width = 1244", "width = 622"),
        ("height = 1600", "height = 800"),
        ("inter_eye_px = 300", "inter_eye_px = 150"),
    ];
    let rules = halved.into_iter().fold(rules, |rules, (whole, half)| {
        assert!(rules.contains(whole), "{whole}");
        rules.replace(whole, half)
    });
    Profile::parse("half-size", &rules).unwrap()
}

pub(super) fn examined(bytes: &[u8], profile: &Profile) -> CheckOutcome {
    check_photo(bytes, profile, Declaration::default(), NOW)
}

pub(super) fn decoded(person: &AnnotatedPortrait) -> RgbImage {
    image::load_from_memory(&fixture(&format!("people/{}", person.file))).unwrap().to_rgb8()
}

/// Checks of the face that refuse.
pub(super) fn refusing(outcome: &CheckOutcome) -> Vec<&'static str> {
    let refusals = outcome.findings.iter().filter(|finding| finding.severity == Severity::Refuse);
    refusals.map(|finding| finding.check.name()).collect()
}

pub(super) fn distance((x, y): (f64, f64), (other_x, other_y): (f64, f64)) -> f64 {
    (x - other_x).hypot(y - other_y)
}

#[test]
fn all_of_them_are_accepted_and_nothing_is_said_of_place_size_and_pose() {
    let profile = half_size();
    for person in people() {
        let outcome = examined(&fixture(&format!("people/{}", person.file)), &profile);
        let of_place = |finding: &&Finding| finding.check.is_about_face() && !super::appearance::is_about_it(finding);
        let of_place: Vec<_> = outcome.findings.iter().filter(of_place).collect();
        assert!(of_place.is_empty() && refusing(&outcome).is_empty(), "{}: {:?}", person.file, outcome.findings);
    }
}

#[test]
fn eyes_chin_tilt_and_turn_are_as_they_are_noted() {
    let profile = half_size();
    for person in people() {
        let face = examined(&fixture(&format!("people/{}", person.file)), &profile).measurements.face;
        let [left, right] = person.eyes;
        let between = distance(left, right);
        for (eye, recorded) in face.eyes.unwrap().into_iter().zip(person.eyes) {
            let off = distance(eye, recorded) / between;
            assert!(off < 0.10, "{}: {eye:?}, noted {recorded:?}", person.file);
        }
        assert!(distance(face.chin.unwrap(), person.chin) < 0.25 * between, "{}: {:?}", person.file, face.chin);
        assert!((face.yaw_degrees.unwrap() - person.yaw).abs() < 5.0, "{}: {:?}", person.file, face.yaw_degrees);
        let recorded = (right.1 - left.1).atan2(right.0 - left.0).to_degrees();
        assert!((face.roll_degrees.unwrap() - recorded).abs() < 3.0, "{}: {:?}", person.file, face.roll_degrees);
    }
}

#[test]
fn each_wrong_variant_of_each_of_them_is_refused_for_what_is_wrong() {
    let profile = half_size();
    let turned = |turn_degrees: f32| Transform { turn_degrees, scale: 0.95, ..AS_IS };
    let shifted = |right, down| Transform { shift: (right, down), ..AS_IS };
    let mut missed = Vec::new();
    for person in people() {
        let few_pixels = 125.0 / distance(person.eyes[0], person.eyes[1]) as f32;
        for (name, change, expected) in [
            ("tilted by 15 degrees", turned(15.0), "roll"),
            ("tilted by 15 degrees to the other side", turned(-15.0), "roll"),
            ("lying", turned(90.0), "upright"),
            ("lying on the other side", turned(-90.0), "upright"),
            ("upside down", turned(180.0), "upright"),
            ("125 pixels between the eyes", Transform { scale: few_pixels, ..AS_IS }, "inter_eye_distance"),
            ("shifted by 12 per cent", shifted(0.12, 0.0), "horizontal_position"),
            ("shifted by 12 per cent to the left", shifted(-0.12, 0.0), "horizontal_position"),
            ("too low", shifted(0.0, 0.16), "vertical_position"),
        ] {
            let outcome = examined(&encoded(&transformed(&decoded(&person), change)), &profile);
            if !refusing(&outcome).contains(&expected) {
                missed.push(format!("{name}, {}: {:?}", person.file, outcome.findings));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn heads_whose_eyes_lie_at_any_edge_are_refused() {
    let profile = half_size();
    let mut missed = Vec::new();
    for person in people() {
        let [(left, left_y), (right, right_y)] = person.eyes;
        let (level, between) = ((left_y + right_y) / 2.0, right - left);
        // The eyes are at the edge of the picture, or so near that only their lids are inside.
        for inside in [0.0, 0.2 * between] {
            for (edge, across, down) in [
                ("upper", 0.0, inside - level),
                ("lower", 0.0, 800.0 - inside - level),
                ("left", inside - left, 0.0),
                ("right", 622.0 - inside - right, 0.0),
            ] {
                let shift = ((across / 622.0) as f32, (down / 800.0) as f32);
                let outcome =
                    examined(&encoded(&transformed(&decoded(&person), Transform { shift, ..AS_IS })), &profile);
                // The networks may find no face in such a small part, or a head that is upside down.
                let named = ["eyes_cut_off", "face_missing", "upright"];
                if !refusing(&outcome).iter().any(|check| named.contains(check)) {
                    missed.push(format!("{edge} edge, {inside:.0} px, {}: {:?}", person.file, outcome.findings));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn a_second_face_beside_the_first_is_told() {
    let (profile, people) = (half_size(), people());
    for (person, other) in people.iter().zip(people.iter().cycle().skip(1)) {
        let small = transformed(&decoded(other), Transform { scale: 0.45, shift: (0.33, -0.28), ..AS_IS });
        let picture = decoded(person);
        let both = RgbImage::from_fn(622, 800, |x, y| {
            let behind = x > 622 * 62 / 100 && y < 800 * 40 / 100;
            *if behind { &small } else { &picture }.get_pixel(x, y)
        });
        let outcome = examined(&encoded(&both), &profile);
        let told = outcome.findings.iter().any(|finding| finding.check.name() == "face_count");
        assert!(told, "{} and {}: {:?}", person.file, other.file, outcome.findings);
    }
}
