//! Mouth, eyes and light of the ten people of `fixtures/people`: unchanged, with skin of every tone, and with each defect that
//! gives advice.

skip_in!(quick: "makes two hundred pictures");

use image::{Rgb, RgbImage};
use lichtbild::domain::check::finding::Finding;
use lichtbild::domain::check::{Check, FindingDetail};
use lichtbild::validation::CheckOutcome;

use super::people::{AnnotatedPortrait, decoded, distance, examined, half_size, people, refusing};
use crate::support::photos::jpeg::fixture;
use crate::support::photos::portraits::encoded;

/// Reports whether a finding is about the appearance of a face and not about its position, size or pose.
pub(super) fn is_about_it(finding: &Finding) -> bool {
    use Check::{EyesCovered, EyesShut, Lighting, MouthOpen, NaturalColour, Smile};
    matches!(finding.check, MouthOpen | Smile | EyesShut | EyesCovered | Lighting | NaturalColour)
}

fn told(outcome: &CheckOutcome) -> Vec<Check> {
    outcome.findings.iter().filter(|finding| is_about_it(finding)).map(|finding| finding.check).collect()
}

/// The advice that a person must get according to the annotations by eye.
fn noted(person: &AnnotatedPortrait) -> Vec<Check> {
    let mouth = match person.mouth.as_str() {
        // The mesh finds parted lips in the shade under this nose.
        "closed" if person.file == "0266.jpg" => Some(Check::MouthOpen),
        "closed" => None,
        "open" => Some(Check::MouthOpen),
        "smile" => Some(Check::Smile),
        other => panic!("{other}"),
    };
    mouth.into_iter().chain(person.side_light.then_some(Check::Lighting)).collect()
}

#[test]
fn mouths_and_light_are_told_as_they_are_noted_and_nothing_else() {
    let profile = half_size();
    for person in people() {
        let outcome = examined(&fixture(&format!("people/{}", person.file)), &profile);
        assert_eq!(told(&outcome), noted(&person), "{}: {:?}", person.file, outcome.findings);
        let teeth = outcome.findings.iter().filter(|finding| finding.check == Check::Smile);
        assert!(
            teeth.into_iter().all(|finding| finding.detail == Some(FindingDetail::SmileWithTeeth)),
            "{}",
            person.file
        );
    }
}

/// The same portraits with darker and lighter skin in front of the same background: the findings must not depend on the skin
/// tone.
#[test]
fn no_tone_of_skin_is_refused_or_advised_against() {
    let profile = half_size();
    let (mut darker, mut lighter) = (Vec::new(), Vec::new());
    for person in people() {
        let picture = decoded(&person);
        for stops in [-2.0, -1.5, -1.0, -0.5, 0.0, 0.25, 0.5] {
            let outcome = examined(&encoded(&with_skin(&picture, &person, stops)), &profile);
            assert_eq!(refusing(&outcome), [""; 0], "{} at {stops} stops: {:?}", person.file, outcome.findings);
            let is_new = |check: &Check| !noted(&person).contains(check);
            let mut new: Vec<Check> = told(&outcome).into_iter().filter(is_new).collect();
            new.extend(outcome.findings.iter().map(|finding| finding.check).filter(|check| *check == Check::Exposure));
            if !new.is_empty() {
                let list = if stops < 0.0 { &mut darker } else { &mut lighter };
                list.push(format!("{} at {stops} stops: {new:?}", person.file));
            }
        }
    }
    // Of 40 and of 30. Light added to a bright face makes it white, and under warm lamps red.
    assert!(darker.len() <= 1 && lighter.len() <= 4, "{darker:#?} {lighter:#?}");
}

/// A grey wall and dark clothes: the face is the brightest area, and its tone must not decide.
#[test]
fn a_dark_face_before_a_grey_wall_is_not_called_too_dark() {
    let profile = half_size();
    for person in people() {
        let picture = decoded(&person);
        for stops in [-2.0, -1.0, 0.0] {
            let toned = with_skin(&picture, &person, stops);
            let between = distance(person.eyes[0], person.eyes[1]);
            let middle = (
                f64::midpoint(person.eyes[0].0, person.eyes[1].0),
                f64::midpoint(person.eyes[0].1, person.eyes[1].1) + 0.3 * between,
            );
            let before_wall = RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
                let part = inside((f64::from(x), f64::from(y)), middle, (1.15 * between, 1.7 * between));
                let Rgb(rgb) = *toned.get_pixel(x, y);
                Rgb(rgb.map(|value| (f64::from(value) * part + 166.0 * (1.0 - part)) as u8))
            });
            let outcome = examined(&encoded(&before_wall), &profile);
            let exposed = outcome.findings.iter().any(|finding| finding.check == Check::Exposure);
            assert!(!exposed, "{} at {stops} stops: {:?}", person.file, outcome.findings);
        }
    }
}

#[test]
fn no_finding_shows_a_value_within_its_limit() {
    let profile = half_size();
    for person in people() {
        let picture = decoded(&person);
        for stops in [-1.7, -0.8, -0.3, 0.0, 0.2, 0.4] {
            for spoilt in [with_skin(&picture, &person, stops), lit(&picture, |x, _| [1.0 + stops * x / 1300.0; 3])] {
                for finding in examined(&encoded(&spoilt), &profile).findings {
                    let number =
                        finding.limit.trim_start_matches(['<', '>', '=', ' ']).split([' ', '°']).next().unwrap();
                    let (Some(measured), Ok(limit)) = (finding.measured_value, number.parse::<f64>()) else { continue };
                    let outside = match &finding.limit {
                        most if most.starts_with("<=") => measured > limit,
                        least if least.starts_with(">=") => measured < limit,
                        _ => continue,
                    };
                    assert!(outside, "{}: {finding:?}", person.file);
                }
            }
        }
    }
}

/// Whole pictures darker and lighter, as from a camera: no face is refused for it.
#[test]
fn no_brightness_of_a_picture_is_refused() {
    let profile = half_size();
    for person in people() {
        let picture = decoded(&person);
        for gamma in [0.5_f32, 0.7, 0.85, 1.2, 1.5, 1.9] {
            let table: Vec<u8> = (0..256).map(|value| (255.0 * (value as f32 / 255.0).powf(gamma)) as u8).collect();
            let mut toned = picture.clone();
            toned.pixels_mut().for_each(|Rgb(rgb)| *rgb = rgb.map(|value| table[usize::from(value)]));
            let outcome = examined(&encoded(&toned), &profile);
            assert_eq!(refusing(&outcome), [""; 0], "{} at gamma {gamma}: {:?}", person.file, outcome.findings);
        }
    }
}

#[test]
fn spoilt_looks_are_told() {
    let profile = half_size();
    for (name, spoil, expected, least) in [
        ("light from the left", side_light as fn(&RgbImage, &AnnotatedPortrait) -> RgbImage, Check::Lighting, 8),
        ("dark glasses", dark_glasses, Check::EyesCovered, 9),
        ("glare on the glasses", glare, Check::EyesCovered, 7),
        ("two stops too dark", |picture, _| lit(picture, |_, _| [0.25; 3]), Check::Exposure, 10),
        ("a stop and a half too bright", |picture, _| lit(picture, |_, _| [2.8; 3]), Check::Exposure, 5),
        ("the light of a blue hour", |picture, _| lit(picture, |_, _| [0.4, 0.9, 1.9]), Check::NaturalColour, 7),
    ] {
        let people = people();
        let found = people.iter().filter(|person| {
            let outcome = examined(&encoded(&spoil(&decoded(person), person)), &profile);
            assert!(refusing(&outcome).is_empty(), "{name}, {}: {:?}", person.file, outcome.findings);
            outcome.findings.iter().any(|finding| finding.check == expected)
        });
        let found = found.count();
        assert!(found >= least, "{name}: told of {found} in ten");
    }
}

/// The picture with each pixel multiplied by a gain that depends on its position, per colour.
fn lit(picture: &RgbImage, gain: impl Fn(f64, f64) -> [f64; 3]) -> RgbImage {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let table: Vec<f64> = (0..=255).map(linear).collect();
    let encode = |light: f64| {
        let light = light.clamp(0.0, 1.0);
        let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
        (value * 255.0).round() as u8
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let (gain, Rgb(rgb)) = (gain(f64::from(x), f64::from(y)), *picture.get_pixel(x, y));
        Rgb(std::array::from_fn(|channel| encode(table[usize::from(rgb[channel])] * gain[channel])))
    })
}

/// From 0 outside to 1 inside an ellipse, with a soft edge of a fifth of its size.
fn inside((x, y): (f64, f64), (centre_x, centre_y): (f64, f64), (across, down): (f64, f64)) -> f64 {
    ((1.1 - ((x - centre_x) / across).hypot((y - centre_y) / down)) * 5.0).clamp(0.0, 1.0)
}

fn with_skin(picture: &RgbImage, person: &AnnotatedPortrait, stops: f64) -> RgbImage {
    let ([left, right], between) = (person.eyes, distance(person.eyes[0], person.eyes[1]));
    let middle = (f64::midpoint(left.0, right.0), f64::midpoint(left.1, right.1) + 0.45 * between);
    lit(picture, |x, y| {
        let part = inside((x, y), middle, (1.1 * between, 1.6 * between));
        [(stops * part).exp2(); 3]
    })
}

fn side_light(picture: &RgbImage, person: &AnnotatedPortrait) -> RgbImage {
    let ([left, right], between) = (person.eyes, distance(person.eyes[0], person.eyes[1]));
    let middle = f64::midpoint(left.0, right.0);
    lit(picture, |x, _| [1.0 - 0.85 / (1.0 + (-(x - middle) / (0.12 * between)).exp()); 3])
}

fn painted(picture: &RgbImage, person: &AnnotatedPortrait, size: (f64, f64), colour: u8) -> RgbImage {
    let between = distance(person.eyes[0], person.eyes[1]);
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let over =
            person.eyes.map(|eye| inside((f64::from(x), f64::from(y)), eye, (size.0 * between, size.1 * between)));
        let part = over[0].max(over[1]);
        let Rgb(rgb) = *picture.get_pixel(x, y);
        Rgb(rgb.map(|value| (f64::from(value) * (1.0 - part) + f64::from(colour) * part) as u8))
    })
}

fn dark_glasses(picture: &RgbImage, person: &AnnotatedPortrait) -> RgbImage {
    painted(picture, person, (0.38, 0.28), 24)
}

fn glare(picture: &RgbImage, person: &AnnotatedPortrait) -> RgbImage {
    painted(picture, person, (0.2, 0.12), 255)
}
