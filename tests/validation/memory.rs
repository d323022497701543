//! Memory that the photo checks allocate in addition to the bytes of the photo: less than documented for every file.
//!
//! A new process of this program examines each photo, so that it cannot reuse memory that an earlier photo left in the allocator.
//! The result is the peak memory of the process (`VmHWM`) less the memory with the photo in it (`VmRSS`), without program pages
//! that ran for the first time (`RssFile`), because their number depends on how the linker arranged the program. The face model
//! is loaded before the measurement: a process loads it once, however many photos it examines.

skip_in!(quick: "starts this binary again for each photo");

use std::fs;
use std::path::Path;
use std::process::Command;

use lichtbild::domain::check::finding::{MadeAt, Verdict};
use lichtbild::domain::photo::declaration::{Declaration, Exception, Subject};
use lichtbild::validation::close_check::check_photo_closely;
use lichtbild::validation::downscaled::{DownscaledPhoto, Plane};
use lichtbild::validation::{Profile, check_photo, face};

use super::NOW;
use crate::support::photos::hostile::hostile_photos;
use crate::support::photos::jpeg::{SeededRng, fixture, new_segment, scan_start, with_declared_size, with_inserted};

/// Memory bound of `check_photo`, in KiB.
const BOUND: u64 = 4 * 1024;
/// Memory bound of the face model, loaded once per process, in KiB.
const MODEL_BOUND: u64 = 8 * 1024;
/// Additional memory bound of a closer look, including the network of the person mask, in KiB.
const CLOSER_BOUND: u64 = 7 * 1024;
const PHOTO: &str = "LICHTBILD_TEST_PHOTO";
/// Set if the photo is checked as in the studio.
const CLOSELY: &str = "LICHTBILD_TEST_CLOSELY";
const CHILD: &str = "validation::memory::one_photo_in_a_process_of_its_own";
/// Maximum size of a photo at a gateway.
const MAX_PHOTO_BYTES: usize = 8 * 1024 * 1024;

/// Value of a line in `/proc/self/status`, in KiB.
fn held(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
#[ignore = "started by the test below, with a photo"]
fn one_photo_in_a_process_of_its_own() {
    let path = std::env::var_os(PHOTO).expect("the test below names a photo");
    let profile = Profile::builtin("icao-35x45").unwrap();
    let start = held("VmHWM:");
    // Too small for a face, which is only checked after the model has been loaded.
    let speck = DownscaledPhoto::tinted(Plane { width: 1, height: 1, samples: vec![128] }, 128, 128);
    let outcome = face::check(&speck, 8, 8, &profile.face.unwrap(), Subject::Adult, Exception::None);
    assert_eq!(outcome.measurements.faces, None);
    let model = held("VmHWM:") - start;
    let bytes = fs::read(path).unwrap();
    let (before, program) = (held("VmRSS:"), held("RssFile:"));
    let outcome = match std::env::var_os(CLOSELY) {
        Some(_) => check_photo_closely(&bytes, &profile, Declaration::default(), NOW, MadeAt::Desk),
        None => check_photo(&bytes, &profile, Declaration::default(), NOW),
    };
    let after = held("VmHWM:");
    let grown = after.saturating_sub(before).saturating_sub(held("RssFile:").saturating_sub(program));
    println!("model {model} grown {grown} verdict {:?}", outcome.verdict);
    assert!(model < MODEL_BOUND, "{model} KiB");
}

/// Memory growth in KiB of a process that examines this photo, and the verdict.
fn grown(folder: &Path, name: &str, bytes: &[u8], closely: bool) -> (u64, String) {
    let path = folder.join("photo.jpg");
    fs::write(&path, bytes).unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", CHILD, "--ignored", "--nocapture", "--test-threads=1"]).env(PHOTO, &path);
    if closely {
        child.env(CLOSELY, "1");
    }
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let words = text.split_once("grown ").and_then(|(_, rest)| rest.split_once(" verdict "));
    let (grown, rest) = words.unwrap_or_else(|| panic!("{name}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (grown.parse().unwrap(), rest.split_whitespace().next().unwrap().to_owned())
}

/// The portrait at the maximum size for its ratio.
fn largest_portrait() -> Vec<u8> {
    let portrait = image::load_from_memory(&fixture("portrait-413x531.jpg")).unwrap().to_rgb8();
    encoded(&image::imageops::resize(&portrait, 2488, 3200, image::imageops::FilterType::Nearest))
}

fn encoded(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 50).encode_image(picture).unwrap();
    bytes
}

/// The maximum number of segments, each with the maximum size of all metadata.
fn filled(bytes: &[u8], marker: u8, content: &[u8], count: usize) -> Vec<u8> {
    with_inserted(bytes, 2, &new_segment(marker, content).repeat(count))
}

fn noise(bytes: &mut Vec<u8>) {
    let mut noise = SeededRng::seeded(1);
    bytes.resize_with(MAX_PHOTO_BYTES, || noise.below(0xFF) as u8);
}

/// Photos that cause much work, valid or not.
fn demanding() -> Vec<(&'static str, Vec<u8>)> {
    let (portrait, largest) = (fixture("portrait-827x1063.jpg"), largest_portrait());
    let mut random = SeededRng::seeded(2);
    let snow = image::RgbImage::from_fn(2488, 3200, |_, _| image::Rgb([0; 3].map(|_: u8| random.next() as u8)));
    let mut garbage_scan = largest.clone();
    garbage_scan.truncate(scan_start(&largest));
    noise(&mut garbage_scan);
    let mut garbage = Vec::new();
    noise(&mut garbage);
    let mut one_marker = vec![0xFF; MAX_PHOTO_BYTES];
    one_marker[1] = 0xD8;
    // All four tables of a kind with maximum length, repeated.
    let codes: Vec<u8> = [0, 1, 2, 3, 0x10, 0x11, 0x12, 0x13]
        .into_iter()
        .flat_map(|table| [&[table][..], &[0; 14], &[200, 56], &[1; 256]].concat())
        .collect();
    let steps: Vec<u8> = [0x10, 0x11, 0x12, 0x13].into_iter().flat_map(|t| [&[t][..], &[1; 128]].concat()).collect();
    let mut entries = b"MM\0*\0\0\0\x08\x14\x00".to_vec();
    entries.extend([0x90, 0x03, 0, 2, 0, 0, 0, 20, 0, 0, 0, 8].repeat(5459));
    let exif = new_segment(0xE1, &[b"Exif\0\0", entries.as_slice()].concat());
    let icc = [&b"ICC_PROFILE\0\x01\x07"[..], &[0x55; 65_000]].concat();
    let xmp = [
        &b"http://ns.adobe.com/xmp/extension/\x000123456789ABCDEF0123456789ABCDEF\0\0\0\xFF\0\0\0\0"[..],
        &[0x20; 1900],
    ]
    .concat();
    vec![
        ("the largest portrait", largest.clone()),
        ("the largest, sound, with a full header of EXIF and ICC", {
            with_inserted(&filled(&largest, 0xE2, &icc, 6), 2, &exif)
        }),
        ("noise as a picture", encoded(&snow)),
        ("8 MiB of picture data that mean nothing", garbage_scan),
        ("8 MiB of anything", garbage),
        ("8 MiB of FF", one_marker),
        ("Huffman tables", filled(&portrait, 0xC4, &codes, 200)),
        ("quantisation tables", filled(&portrait, 0xDB, &steps, 230)),
        ("64 KiB of EXIF", with_inserted(&portrait, 2, &exif)),
        ("a chain of ICC", filled(&portrait, 0xE2, &icc, 7)),
        ("extended XMP", filled(&portrait, 0xE1, &xmp, 240)),
        ("comments", filled(&portrait, 0xFE, &[0x41; 65_533], 8)),
        ("a huge claim", with_declared_size(&portrait, 65_500, 65_500)),
        ("the largest claim", with_declared_size(&portrait, 2500, 3200)),
    ]
}

#[test]
fn no_photo_makes_the_check_allocate_more_than_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = hostile_photos().into_iter().map(|photo| (photo.name, photo.bytes));
    let mut accepted = 0;
    for (name, bytes) in demanding().into_iter().chain(hostile) {
        let (grown, verdict) = grown(folder.path(), name, &bytes, false);
        assert!(bytes.len() <= MAX_PHOTO_BYTES, "{name}: no gateway takes it");
        println!("{grown:>6} KiB, {verdict}: {name}, {} KiB", bytes.len() / 1024);
        assert!(grown < BOUND, "{name}: {grown} KiB");
        accepted += usize::from(verdict == format!("{:?}", Verdict::Accepted));
    }
    // A photo that is refused early allocates nothing, so some photos must be accepted.
    assert!(accepted >= 4, "{accepted}");
}

/// Includes the network of the person mask, which stays loaded.
#[test]
fn a_closer_look_allocates_no_more_than_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in
        [("the largest portrait", largest_portrait()), ("a portrait", fixture("portrait-827x1063.jpg"))]
    {
        let (grown, _) = grown(folder.path(), name, &bytes, true);
        println!("{grown:>6} KiB: {name}");
        assert!(grown < BOUND + CLOSER_BOUND, "{name}: {grown} KiB");
    }
}
