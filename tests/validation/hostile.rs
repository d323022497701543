//! Every hostile photo is refused with a finding about its defect, and none makes the photo check panic.

use lichtbild::domain::check::finding::{Severity, Verdict};
use lichtbild::domain::photo::UploadBytes;
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::{Judgement, Profile, judge};

use super::{NOW, checked, checked_by};
use crate::support::photos::hostile::hostile_photos;
use crate::support::photos::jpeg::{SeededRng, colour_jpeg, exif_orientation, fixture, with_inserted};
use crate::support::photos::portraits::EMPTY_THUMBNAIL;
use crate::support::photos::portraits::{ExifFields, with_colour_profile, with_exif};

/// Profile for small pictures with the right ratio.
const SMALL: &str = "title = 'Klein'\n[pixels]\nmin_width = 35\nmin_height = 45\naspect_width = 35\naspect_height = 45\n\
                     aspect_tolerance_percent = 0.5";

#[test]
fn every_hostile_photo_is_refused_for_the_right_reason() {
    let corpus = hostile_photos();
    assert!(corpus.len() >= 45);
    let mut wrong = Vec::new();
    for photo in corpus {
        let profile = Profile::builtin(photo.profile).unwrap();
        let Judgement::Refused { findings, bytes, .. } =
            judge(UploadBytes::new(photo.bytes.clone()), &profile, Declaration::default(), NOW)
        else {
            wrong.push(format!("{} was accepted", photo.name));
            continue;
        };
        assert_eq!(bytes, photo.bytes.len() as u64);
        let refusing: Vec<_> =
            findings.iter().filter(|finding| finding.severity == Severity::Refuse).map(|f| f.check.name()).collect();
        if !photo.expected.iter().all(|check| refusing.contains(check)) {
            wrong.push(format!("{}: expected {:?}, found {findings:?}", photo.name, photo.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_cut_file_still_tells_its_size() {
    let whole = fixture("portrait-413x531.jpg");
    let outcome = checked(&whole[..whole.len() / 2], "de-tr03121");
    assert_eq!((outcome.measurements.width, outcome.measurements.height), (Some(413), Some(531)));
    let checks: Vec<_> = outcome.findings.iter().map(|finding| finding.check.name()).collect();
    assert_eq!(checks, ["complete", "pixel_dimensions"]);
}

#[test]
fn a_photo_cut_at_any_byte_is_refused() {
    let (whole, profile) = (colour_jpeg(35, 45), Profile::parse("small", SMALL).unwrap());
    assert_eq!(checked_by(&whole, &profile).verdict, Verdict::Accepted);
    for end in 0..whole.len() {
        assert_eq!(checked_by(&whole[..end], &profile).verdict, Verdict::Refused, "cut at {end} of {}", whole.len());
    }
    for sample in ["plain/restart-420.jpg", "plain/optimised-422.jpg"] {
        let whole = fixture(sample);
        for end in 0..whole.len() {
            assert_eq!(checked_by(&whole[..end], &profile).verdict, Verdict::Refused, "{sample} cut at {end}");
        }
    }
}

#[test]
fn no_mutation_makes_the_check_panic() {
    // Uses a profile with every rule.
    let whole = include_str!("../../config/profiles/icao-35x45.toml");
    let rules = &whole[whole.find("[capture]").unwrap()..];
    let profile = Profile::parse("small", &format!("{SMALL}\n{rules}")).unwrap();
    let own = colour_jpeg(35, 45);
    let notes = ExifFields {
        captured: Some("2026:11:20 10:15:00"),
        offset: Some("+01:00"),
        location: true,
        thumbnail: Some(EMPTY_THUMBNAIL),
    };
    let sources = [
        with_inserted(&own, 2, &exif_orientation(1, false)),
        with_exif(&with_colour_profile(&own, "Adobe RGB (1998)"), &notes),
        fixture("plain/restart-420.jpg"),
        fixture("plain/optimised-422.jpg"),
        fixture("hostile/progressive.jpg"),
        fixture("hostile/cmyk.jpg"),
    ];
    let mut noise = SeededRng::seeded(2026);
    for round in 0..20_000 {
        let mut bytes = sources[round % sources.len()].clone();
        for _ in 0..=noise.below(4) {
            mutate(&mut bytes, &mut noise);
        }
        let outcome = checked_by(&bytes, &profile);
        assert!(outcome.verdict == Verdict::Accepted || !outcome.findings.is_empty());
    }
}

fn mutate(bytes: &mut Vec<u8>, noise: &mut SeededRng) {
    // Half of the changes are in the header, which causes most of the decisions.
    let reach = if noise.next().is_multiple_of(2) { bytes.len().min(700) } else { bytes.len() };
    if reach < 8 {
        return;
    }
    let at = noise.below(reach - 4);
    match noise.below(7) {
        0 => bytes[at] ^= 1 << noise.below(8),
        1 => bytes[at] = noise.next() as u8,
        2 => bytes[at..at + 2].copy_from_slice(&[0xFF, noise.next() as u8]),
        3 => bytes[at..at + 2].copy_from_slice(&[0xFF; 2]),
        4 => bytes[at..at + 4].fill(0),
        5 => bytes.truncate(at + 4),
        _ => {
            let piece = bytes[at..(at + noise.below(64)).min(bytes.len())].to_vec();
            let to = noise.below(bytes.len());
            bytes.splice(to..to, piece);
        }
    }
}
