//! Reason and advice for a refused photo: correct for this file, and understandable for a photographer.

use image::codecs::jpeg::JpegEncoder;
use lichtbild::domain::check::finding::{Finding, Severity};
use lichtbild::texts::language::Language;

use super::checked;
use crate::support::photos::jpeg::{fixture, grey_jpeg, new_segment, with_inserted, with_marker};
use crate::support::photos::portraits::{grey, portrait};

fn findings(bytes: &[u8]) -> Vec<Finding> {
    checked(bytes, "icao-35x45").findings
}

/// The finding of this check that refuses; there must be one.
fn refusal(bytes: &[u8], check: &str) -> Finding {
    let of_check: Vec<Finding> = findings(bytes).into_iter().filter(|finding| finding.check.name() == check).collect();
    let [finding] = of_check.as_slice() else { panic!("{check}: {of_check:?}") };
    assert_eq!(finding.severity, Severity::Refuse);
    finding.clone()
}

fn hints(finding: &Finding) -> [String; 2] {
    [Language::German, Language::English].map(|language| finding.hint(language))
}

fn messages(finding: &Finding) -> [String; 2] {
    [Language::German, Language::English].map(|language| finding.message(language))
}

/// An ICC profile, split into as many segments as necessary.
fn colour_profile(description: &str, bytes: usize) -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile.extend([0, 0, 0, 1]);
    profile.extend(b"desc\0\0\0\x90\0\0\0\x40desc\0\0\0\0");
    profile.extend((description.len() as u32 + 1).to_be_bytes());
    profile.extend(description.as_bytes());
    profile.resize(bytes, 0);
    let parts: Vec<&[u8]> = profile.chunks(65_519).collect();
    let segments = parts
        .iter()
        .zip(1..)
        .map(|(part, number)| new_segment(0xE2, &[&b"ICC_PROFILE\0"[..], &[number, parts.len() as u8], part].concat()));
    segments.collect::<Vec<_>>().concat()
}

#[test]
fn a_grey_picture_is_not_sent_to_be_converted() {
    let mut grey_in_colour = Vec::new();
    JpegEncoder::new_with_quality(&mut grey_in_colour, 95).encode_image(&grey(&portrait())).unwrap();
    for photo in [grey_jpeg(827, 1063), grey_in_colour] {
        let finding = refusal(&photo, "colour");
        let ([german, english], [german_message, english_message]) = (hints(&finding), messages(&finding));
        assert!(german.contains("in Farbe aufnehmen") && english.contains("in colour"), "{german} {english}");
        assert!(!german.contains("sRGB") && !english.contains("sRGB"));
        assert!(german_message.contains("Graustufen") && english_message.contains("grey"));
    }
}

#[test]
fn cmyk_is_to_be_converted_and_rgb_to_be_saved_as_an_ordinary_jpeg() {
    let cmyk = refusal(&fixture("hostile/cmyk.jpg"), "colour");
    assert!(hints(&cmyk).iter().all(|hint| hint.contains("sRGB")), "{:?}", hints(&cmyk));
    assert!(messages(&cmyk).iter().all(|message| message.contains("CMYK")), "{:?}", messages(&cmyk));
    let rgb = refusal(&fixture("hostile/rgb-adobe.jpg"), "colour");
    assert!(hints(&rgb).iter().all(|hint| hint.contains("JPEG")), "{:?}", hints(&rgb));
    assert!(messages(&rgb).iter().all(|message| !message.contains("CMYK")), "{:?}", messages(&rgb));
}

#[test]
fn only_a_progressive_picture_is_called_progressive() {
    let whole = fixture("portrait-827x1063.jpg");
    for (photo, is_progressive) in [
        (fixture("hostile/progressive.jpg"), true),
        (fixture("hostile/non-interleaved.jpg"), false),
        (fixture("hostile/arithmetic.jpg"), false),
        (with_marker(&whole, 0xC0, 0xC3), false),
        (with_marker(&whole, 0xC0, 0xC5), false),
        (with_marker(&whole, 0xC0, 0xCA), false),
    ] {
        let finding = refusal(&photo, "coding");
        for text in hints(&finding).into_iter().chain(messages(&finding)) {
            assert!(is_progressive || !text.contains("progressiv"), "{}: {text}", finding.measured);
        }
        assert!(hints(&finding).iter().all(|hint| hint.contains("aseline")), "{:?}", hints(&finding));
        assert_eq!(hints(&finding).iter().all(|hint| hint.contains("progressiv")), is_progressive);
    }
}

#[test]
fn what_phones_append_is_named_with_the_option_that_prevents_it() {
    let whole = fixture("portrait-827x1063.jpg");
    let multi_picture = with_inserted(&whole, 2, &new_segment(0xE2, b"MPF\0II*\0\x08\0\0\0"));
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
    let samsung = b"\0\0\x30\x0A\x10\0\0\0MotionPhoto_Data\0\0\0\x18ftypmp42SEFHk\0\0\0\x14\0\0\0SEFT";
    let aligned = [&[0; 4][..], &whole].concat();
    let none: [&str; 0] = [];
    for (photo, appended, named) in [
        (&whole, &whole[..], &["HDR"][..]),
        (&multi_picture, &whole[..], &["HDR"]),
        (&multi_picture, &aligned[..], &["HDR"]),
        (&whole, &film[..], &["Motion Photo", "motion photo"]),
        (&whole, &samsung[..], &["Motion Photo", "motion photo"]),
        (&whole, &[0; 4096][..], &none),
        (&whole, &b"<html>"[..], &none),
    ] {
        let finding = refusal(&[photo, appended].concat(), "trailing_data");
        let hints = hints(&finding);
        assert!(named.is_empty() || hints.iter().all(|hint| named.iter().any(|word| hint.contains(word))), "{hints:?}");
        assert!(!named.is_empty() || hints.iter().all(|hint| !hint.contains("HDR")), "{hints:?}");
        assert!(finding.measured.starts_with(&format!("{} bytes", appended.len())), "{}", finding.measured);
        assert!(hints.iter().all(|hint| hint.contains("JPEG")), "{hints:?}");
    }
}

#[test]
fn a_large_profile_for_printing_hides_neither_cmyk_nor_itself_nor_the_size() {
    let profile = colour_profile("U.S. Web Coated (SWOP) v2", 557_168);
    let photo = with_inserted(&fixture("hostile/cmyk.jpg"), 2, &profile);
    let findings = findings(&photo);
    let mut told: Vec<_> = findings.iter().map(|finding| (finding.check.name(), finding.measured.as_str())).collect();
    told.sort_unstable();
    let header =
        format!(">= {} bytes", profile.len() + crate::support::photos::jpeg::scan_start(&fixture("hostile/cmyk.jpg")));
    assert_eq!(
        told,
        [
            ("colour", "printing colours (CMYK)"),
            ("colour_profile", "U.S. Web Coated (SWOP) v2"),
            ("metadata", &header),
            ("pixel_dimensions", "105 x 135 px"),
        ]
    );
    let metadata = findings.iter().find(|finding| finding.check.name() == "metadata").unwrap();
    assert_eq!(metadata.severity, Severity::Refuse);
    assert!(messages(metadata).iter().all(|text| !text.contains("beschädigt") && !text.contains("damaged")));
}

#[test]
fn too_much_metadata_is_refused_and_the_rest_of_a_sound_photo_is_not_blamed() {
    let whole = fixture("portrait-827x1063.jpg");
    for segments in [
        colour_profile("Adobe RGB (1998)", 557_168),
        new_segment(0xE1, &[&b"http://ns.adobe.com/xap/1.0/\0"[..], &[b' '; 60_000]].concat()).repeat(9),
        new_segment(0xE1, &[&b"http://ns.adobe.com/xap/1.0/\0"[..], &[b' '; 60_000]].concat()).repeat(200),
        new_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0").repeat(300),
    ] {
        let findings = findings(&with_inserted(&whole, 2, &segments));
        let refusing: Vec<_> =
            findings.iter().filter(|finding| finding.severity == Severity::Refuse).map(|f| f.check.name()).collect();
        assert_eq!(refusing, ["metadata"], "{findings:?}");
    }
}
