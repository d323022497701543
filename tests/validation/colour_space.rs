//! Component identifiers: the ones that every program shows as YCbCr are accepted, others are refused.

use lichtbild::domain::check::finding::{Finding, Severity};

use super::{checked_by, small};
use crate::support::photos::jpeg::{colour_jpeg, new_segment, segment, with_inserted, without_segments};

const SMALL: &str = "title = 'Klein'\n[pixels]\nwidth = 40\nheight = 30";

/// The picture with these identifiers in frame and scan.
fn with_ids(bytes: &[u8], ids: [u8; 3]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let (frame, scan) = (segment(&bytes, 0xC0).start + 4, segment(&bytes, 0xDA).start + 4);
    for (index, id) in ids.into_iter().enumerate() {
        bytes[frame + 6 + 3 * index] = id;
        bytes[scan + 1 + 2 * index] = id;
    }
    bytes
}

fn adobe(transform: u8) -> Vec<u8> {
    new_segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat())
}

/// Checks that refuse the photo.
fn refusals(bytes: &[u8]) -> Vec<Finding> {
    let findings = checked_by(bytes, &small(SMALL)).findings;
    findings.into_iter().filter(|finding| finding.severity == Severity::Refuse).collect()
}

fn pixels(bytes: &[u8]) -> Vec<u8> {
    image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).unwrap().to_rgb8().into_raw()
}

const ODD: [[u8; 3]; 8] =
    [*b"YUV", *b"Yuv", *b"YCc", [0x22, 0x33, 0x44], [1, 4, 5], [0, 1, 2], [3, 2, 1], [255, 0, 128]];

#[test]
fn beside_jfif_or_an_adobe_transform_any_identifiers_are_ycbcr() {
    let jfif = colour_jpeg(40, 30);
    let bare = without_segments(&jfif, 0xE0);
    let expected = pixels(&jfif);
    for photo in [jfif.clone(), with_inserted(&jfif, 2, &adobe(1)), with_inserted(&bare, 2, &adobe(1))] {
        for ids in ODD.into_iter().chain([[1, 2, 3]]) {
            let photo = with_ids(&photo, ids);
            assert_eq!(refusals(&photo), [], "{ids:?}");
            assert!(pixels(&photo) == expected, "{ids:?}: another program shows other colours");
        }
    }
}

#[test]
fn without_them_only_the_usual_identifiers_are() {
    let bare = without_segments(&colour_jpeg(40, 30), 0xE0);
    for ids in [[1, 2, 3], [0, 1, 2]] {
        assert_eq!(refusals(&with_ids(&bare, ids)), [], "{ids:?}");
    }
    // Too short for a JFIF segment by libjpeg's rule.
    let short = with_inserted(&bare, 2, &new_segment(0xE0, b"JFIF\0\x01\x01"));
    for photo in [&bare, &short] {
        for ids in ODD.into_iter().filter(|ids| *ids != [0, 1, 2]) {
            let [finding] = refusals(&with_ids(photo, ids)).try_into().unwrap();
            assert_eq!((finding.check.name(), finding.measured.as_str()), ("colour", "unknown colours"), "{ids:?}");
        }
    }
}

#[test]
fn the_letters_rgb_are_refused_beside_anything() {
    let jfif = colour_jpeg(40, 30);
    let bare = without_segments(&jfif, 0xE0);
    for (photo, measured) in [
        (jfif.clone(), "two contradictory notes"),
        (with_inserted(&bare, 2, &adobe(1)), "two contradictory notes"),
        (with_inserted(&bare, 2, &adobe(0)), "RGB"),
        (bare, "RGB"),
    ] {
        let photo = with_ids(&photo, *b"RGB");
        let [finding] = refusals(&photo).try_into().unwrap();
        assert_eq!((finding.check.name(), finding.measured.as_str()), ("colour", measured));
        // The reason for the refusal: it does not show the colours that a reader of the JFIF segment shows.
        assert!(pixels(&photo) != pixels(&jfif));
    }
}

#[test]
fn an_adobe_transform_other_than_ycbcr_is_refused_beside_any_identifiers() {
    let jfif = colour_jpeg(40, 30);
    for (transform, measured) in [(0, "RGB"), (2, "printing colours (YCCK)"), (3, "unknown colours")] {
        for ids in ODD {
            let found = refusals(&with_ids(&with_inserted(&jfif, 2, &adobe(transform)), ids));
            let [finding] = found.as_slice() else { panic!("{found:?}") };
            assert_eq!((finding.check.name(), finding.measured.as_str()), ("colour", measured), "{ids:?}");
        }
    }
}

#[test]
fn identifiers_that_are_not_distinct_are_refused() {
    for ids in [*b"YYV", *b"YUU", [7, 8, 7]] {
        let found = refusals(&with_ids(&colour_jpeg(40, 30), ids));
        assert!(found.iter().any(|finding| finding.check.name() == "structure"), "{ids:?}: {found:?}");
    }
}
