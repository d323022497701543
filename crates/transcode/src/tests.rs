//! Transcoding of whole files: the `image` decoder shows the same picture, and every faulty file gives an error.

use std::fs;
use std::path::{Path, PathBuf};

use image::ImageFormat;

use crate::{TranscodeError, to_baseline};

/// A file of `fixtures`, as described in `fixtures/README.md`.
fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixture_folder().join(format!("{name}.jpg"))).unwrap()
}

fn fixture_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(fixture_folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "jpg")).collect();
    files.sort();
    assert!(files.len() >= 12, "{files:?}");
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    files.into_iter().map(|path| (name(&path), fs::read(path).unwrap())).collect()
}

fn pixels(jpeg: &[u8]) -> image::DynamicImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap()
}

/// Position, marker and length of each segment, including restart markers and the end marker.
fn segments(jpeg: &[u8]) -> Vec<(usize, u8, usize)> {
    let mut found = Vec::new();
    let mut position = 2;
    while position < jpeg.len() {
        let marker = jpeg[position + 1];
        let length = match (jpeg[position], marker) {
            (0xFF, 0xD0..=0xD9) => 2,
            (0xFF, 1..=0xFE) => 2 + usize::from(u16::from_be_bytes([jpeg[position + 2], jpeg[position + 3]])),
            _ => {
                position += 1;
                continue;
            }
        };
        found.push((position, marker, length));
        position += length;
    }
    found
}

fn kept_segments(jpeg: &[u8]) -> Vec<&[u8]> {
    let kept = segments(jpeg).into_iter().filter(|(_, marker, _)| matches!(marker, 0xDB | 0xE0..=0xEF | 0xFE));
    kept.map(|(position, _, length)| &jpeg[position..position + length]).collect()
}

/// The file without its nth scan and the tables before that scan.
fn without_scan(jpeg: &[u8], index: usize) -> Vec<u8> {
    let segments = segments(jpeg);
    let scans: Vec<_> = (0..segments.len()).filter(|at| segments[*at].1 == 0xDA).collect();
    let (start, _, _) = segments[scans[index]];
    let (end, _, _) =
        segments[scans[index] + 1..].iter().find(|(_, marker, _)| !(0xD0..0xD8).contains(marker)).unwrap();
    [&jpeg[..start], &jpeg[*end..]].concat()
}

#[test]
fn another_decoder_shows_the_same_picture() {
    let mut compared = 0;
    for (name, original) in fixtures() {
        let baseline = to_baseline(&original).unwrap_or_else(|error| panic!("{name}: {error}"));
        // The decoder of `image` shows red for sequential files with several scans.
        if name.contains("progressive") {
            assert!(pixels(&baseline) == pixels(&original), "{name}");
            compared += 1;
        }
    }
    assert!(compared >= 10, "{compared}");
}

/// These fixtures have the same coefficients.
#[test]
fn the_way_in_which_the_coefficients_were_coded_leaves_no_trace() {
    let expected = to_baseline(&fixture("progressive-420")).unwrap();
    for name in ["progressive-420-restart-rows", "separate-scans-420", "two-scans-restart"] {
        assert!(to_baseline(&fixture(name)).unwrap() == expected, "{name}");
    }
}

#[test]
fn the_written_file_is_baseline_with_one_scan_and_the_same_metadata() {
    for (name, original) in fixtures() {
        let baseline = to_baseline(&original).unwrap();
        let markers: Vec<u8> = segments(&baseline).iter().map(|(_, marker, _)| *marker).collect();
        let end = &markers[markers.len() - 3..];
        assert_eq!(end, [0xC4, 0xDA, 0xD9], "{name}: {markers:X?}");
        assert_eq!(markers.iter().filter(|marker| **marker == 0xC0).count(), 1, "{name}: {markers:X?}");
        assert_eq!(kept_segments(&baseline), kept_segments(&original), "{name}");
    }
    let kept = to_baseline(&fixture("progressive-metadata")).unwrap();
    let kept: Vec<u8> = segments(&kept).iter().map(|(_, marker, _)| *marker).collect();
    assert!([0xE0, 0xE1, 0xE2, 0xFE].iter().all(|marker| kept.contains(marker)), "{kept:X?}");
}

#[test]
fn a_second_rewriting_changes_nothing() {
    for (name, original) in fixtures() {
        let baseline = to_baseline(&original).unwrap();
        assert!(to_baseline(&baseline).unwrap() == baseline, "{name}");
    }
}

/// The gateway refuses such an end, because data may be missing after it.
#[test]
fn a_plain_picture_does_not_end_in_zeros() {
    let original = fixture("progressive-plain");
    let baseline = to_baseline(&original).unwrap();
    assert!(!baseline.ends_with(&[0, 0, 0xFF, 0xD9]), "{:X?}", &baseline[baseline.len() - 8..]);
    assert!(pixels(&baseline) == pixels(&original));
}

#[test]
fn data_behind_the_end_are_dropped() {
    let original = fixture("progressive-420");
    let longer = [&original[..], b"PK\x03\x04 and so on"].concat();
    assert!(to_baseline(&longer).unwrap() == to_baseline(&original).unwrap());
}

#[test]
fn a_segment_between_scans_is_kept() {
    let original = fixture("progressive-420");
    let scans: Vec<_> = segments(&original).into_iter().filter(|(_, marker, _)| *marker == 0xDA).collect();
    let comment = b"\xFF\xFE\0\x06here";
    let with_comment = [&original[..scans[3].0], comment, &original[scans[3].0..]].concat();
    let baseline = to_baseline(&with_comment).unwrap();
    assert!(baseline.windows(comment.len()).any(|window| window == comment));
    assert!(pixels(&baseline) == pixels(&original));
}

/// Viewers show a part of most of these files.
#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    for (name, original) in fixtures() {
        for length in 0..original.len() {
            let error = to_baseline(&original[..length]).expect_err(&name);
            let is_named = match length {
                0..2 => error == TranscodeError::NotJpeg,
                _ => error == TranscodeError::Truncated,
            };
            assert!(is_named, "{name}, cut after {length} bytes: {error}");
        }
    }
}

/// Appends an end marker to the truncated file, as repair programs do.
#[test]
fn a_file_that_was_cut_and_closed_is_refused() {
    for (name, original) in fixtures() {
        for length in 2..original.len() - 2 {
            let closed = [&original[..length], &[0xFF, 0xD9]].concat();
            // Bits of the last code may equal the padding bits, so only whole missing bytes can be detected.
            let is_whole = original.len() - length <= 3;
            assert!(is_whole || to_baseline(&closed).is_err(), "{name}, cut after {length} bytes");
        }
    }
}

#[test]
fn a_picture_without_its_last_bits_is_incomplete() {
    for name in ["progressive-420", "progressive-grey", "progressive-many-scans"] {
        let original = fixture(name);
        let scans = segments(&original).iter().filter(|(_, marker, _)| *marker == 0xDA).count();
        for index in 0..scans {
            let error = to_baseline(&without_scan(&original, index)).unwrap_err();
            let is_told =
                error == TranscodeError::Incomplete || error == TranscodeError::Damaged("scans in the wrong order");
            assert!(is_told, "{name} without scan {index}: {error}");
        }
        let error = to_baseline(&without_scan(&original, scans - 1)).unwrap_err();
        assert_eq!(error, TranscodeError::Incomplete, "{name}");
    }
    let error = to_baseline(&without_scan(&fixture("separate-scans-420"), 1)).unwrap_err();
    assert_eq!(error, TranscodeError::Incomplete);
}

#[test]
fn scans_are_not_read_without_end() {
    let original = fixture("progressive-grey");
    let (start, _, _) = *segments(&original).iter().find(|(_, marker, _)| *marker == 0xDA).unwrap();
    // Each scan codes nothing new, so the second one is already refused; the limit applies to legal scans.
    let scan = &original[start..segments(&original).iter().find(|(at, _, _)| *at > start).unwrap().0];
    let many = [&original[..start], &scan.repeat(500), &[0xFF, 0xD9]].concat();
    assert_eq!(to_baseline(&many).unwrap_err(), TranscodeError::Damaged("scans in the wrong order"));
    // One coefficient per scan: 64 scans are legal for each of three colours.
    let (sof, _, _) = *segments(&original).iter().find(|(_, marker, _)| *marker == 0xC2).unwrap();
    let mut bytes = original[..sof].to_vec();
    bytes.extend(b"\xFF\xC2\0\x11\x08\0\x08\0\x08\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    // One DC and one AC table with the single symbol 0 and the code 0.
    bytes.extend(b"\xFF\xC4\0\x26\x00\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    for id in 1..=3 {
        for coefficient in 0..=63 {
            bytes.extend([0xFF, 0xDA, 0, 8, 1, id, 0, coefficient, coefficient, 0, 0x7F]);
        }
    }
    bytes.extend([0xFF, 0xD9]);
    assert_eq!(to_baseline(&bytes).unwrap_err(), TranscodeError::TooManyScans);
}

#[test]
fn files_that_baseline_cannot_hold_are_refused_with_their_reason() {
    let original = fixture("progressive-444");
    let at = |marker: u8| segments(&original).iter().find(|(_, found, _)| *found == marker).unwrap().0;
    let with = |position: usize, bytes: &[u8]| {
        let mut changed = original.clone();
        changed[position..position + bytes.len()].copy_from_slice(bytes);
        changed
    };
    let frame = at(0xC2);
    for (changed, error) in [
        (b"\x89PNG\r\n".to_vec(), TranscodeError::NotJpeg),
        (with(frame + 1, &[0xCA]), TranscodeError::OtherCoding),
        (with(frame + 1, &[0xC3]), TranscodeError::OtherCoding),
        (with(frame + 4, &[12]), TranscodeError::BitDepth(12)),
        (with(frame + 9, &[4]), TranscodeError::Colours(4)),
        (with(frame + 5, &[0, 0]), TranscodeError::Damaged("frame header")),
        (with(frame + 5, &[0xFF; 4]), TranscodeError::TooLarge),
        (with(frame + 11, &[0x44]), TranscodeError::Unsupported("more than ten blocks in one MCU")),
        (with(at(0xDB) + 4, &[0x10]), TranscodeError::Unsupported("quantisation with 16 bits")),
        (with(frame + 12, &[3]), TranscodeError::Damaged("a quantisation table is missing")),
        ([&original[..2], &original].concat(), TranscodeError::Damaged("a marker that has no place between segments")),
    ] {
        assert_eq!(to_baseline(&changed).unwrap_err(), error);
    }
    // SOF2 changed to SOF0: its first scan is invalid in a baseline file.
    assert_eq!(to_baseline(&with(frame + 1, &[0xC0])).unwrap_err(), TranscodeError::Damaged("scan header"));
}

/// SplitMix64; the same numbers in every run.
struct TestNoise(u64);

impl TestNoise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % bound as u64) as usize
    }
}

/// Damages files at random: each gives an error, or a file that transcodes to itself.
#[test]
fn no_damage_makes_a_panic_or_a_file_that_cannot_be_read_again() {
    let mut noise = TestNoise(1);
    let mut rewritten = 0;
    for (name, original) in fixtures() {
        for _ in 0..600 {
            let mut damaged = original.clone();
            for _ in 0..=noise.below(3) {
                let position = noise.below(damaged.len());
                match noise.below(4) {
                    0 => damaged[position] ^= 1 << noise.below(8),
                    1 => damaged[position] = noise.below(256) as u8,
                    2 => drop(damaged.remove(position)),
                    _ => damaged.insert(position, noise.below(256) as u8),
                }
            }
            if let Ok(baseline) = to_baseline(&damaged) {
                rewritten += 1;
                assert!(to_baseline(&baseline).as_ref() == Ok(&baseline), "{name}");
            }
        }
    }
    assert!(rewritten > 100, "damage of metadata and single bits of the picture cannot be seen: {rewritten}");
}
