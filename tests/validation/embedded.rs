//! Data beside the picture that no program shows: reported per kind from a minimum size on.

use image::imageops;
use lichtbild::domain::check::Check;
use lichtbild::domain::check::finding::{Finding, Severity, Verdict};
use lichtbild::validation::Profile;

use super::{checked, checked_by};
use crate::support::photos::jpeg::{fixture, new_segment, with_inserted};
use crate::support::photos::portraits::encoded;
use crate::support::photos::variants::large_portrait;

const SMALL: &str = "title = 'Klein'\n[pixels]\nmin_width = 10\nmin_height = 10\n";

/// Findings about embedded data in a valid photo with these segments, for a profile with these additional tables.
fn findings_of(segments: &[Vec<u8>], tables: &str) -> Vec<(Severity, String, String)> {
    let photo = with_inserted(&fixture("portrait-413x531.jpg"), 20, &segments.concat());
    let profile = Profile::parse("small", &format!("{SMALL}{tables}")).unwrap();
    let outcome = checked_by(&photo, &profile);
    let refused = outcome.findings.iter().any(|finding| finding.severity == Severity::Refuse);
    assert_eq!(outcome.verdict == Verdict::Refused, refused);
    let of_check = |finding: &Finding| finding.check.name() == "embedded_data";
    assert!(outcome.findings.iter().all(of_check), "{:?}", outcome.findings);
    outcome.findings.into_iter().map(|finding| (finding.severity, finding.measured, finding.limit)).collect()
}

fn advice(measured: &str) -> Vec<(Severity, String, String)> {
    vec![(Severity::Advise, measured.to_owned(), "<= 4096 bytes".to_owned())]
}

/// A segment whose content begins with `start` and is `length` bytes long.
fn filled(marker: u8, start: &[u8], length: usize) -> Vec<u8> {
    let mut content = start.to_vec();
    content.resize(length, b'x');
    new_segment(marker, &content)
}

/// As Photoshop exports a photo: its resources contain a thumbnail of the exported picture.
#[test]
fn photoshops_thumbnail_is_told_only_where_it_shows_another_picture() {
    let portrait = large_portrait();
    let thumbnail = encoded(&imageops::resize(&portrait, 124, 160, imageops::FilterType::Triangle));
    let turned = encoded(&imageops::rotate180(&image::load_from_memory(&thumbnail).unwrap().to_rgb8()));
    let whole = fixture("portrait-1244x1600.jpg");
    for (name, jpeg, added, is_told) in [
        ("of the photo", &thumbnail, 0, false),
        ("of another picture", &turned, 0, true),
        ("with data behind it", &thumbnail, 5000, true),
    ] {
        let mut resource = vec![0; 28];
        resource.extend_from_slice(jpeg);
        resource.resize(resource.len() + added, 7);
        let length = (resource.len() as u32).to_be_bytes();
        let segment = [&b"Photoshop 3.0\x008BIM\x04\x0C\0\0"[..], &length, &resource].concat();
        let photo = with_inserted(&whole, 2, &new_segment(0xED, &segment));
        let outcome = checked(&photo, "de-tr03121");
        let told = outcome.findings.iter().any(|finding| finding.check == Check::EmbeddedData);
        assert_eq!(told, is_told, "{name}: {:?}", outcome.findings);
    }
}

#[test]
fn each_kind_is_told_from_the_first_byte_above_the_limit() {
    for (marker, start, name) in [
        (0xFE, &b""[..], "COM"),
        (0xE2, b"MPF\0", "APP2 MPF"),
        (0xE2, b"FPXR\0", "APP2 FPXR"),
        (0xE3, b"Meta\0\0", "APP3"),
        (0xE1, b"", "APP1"),
        (0xE0, b"JFXX\0", "APP0 JFXX"),
        (0xEB, b"JP\0\x01", "APP11 JUMBF"),
        (0xEB, b"HDR_RI", "APP11"),
        (0xED, b"Photoshop 3.0\0", "APP13 Photoshop 3.0"),
        (0xEF, b"", "APP15"),
    ] {
        assert_eq!(findings_of(&[filled(marker, start, 4096)], ""), [], "{name}");
        assert_eq!(findings_of(&[filled(marker, start, 4097)], ""), advice(&format!("{name} 4097 bytes")));
    }
}

#[test]
fn many_small_segments_of_a_kind_add_up_and_kinds_do_not() {
    let hundred = |marker, start: &[u8]| filled(marker, start, 100);
    assert_eq!(findings_of(&vec![hundred(0xFE, b""); 40], ""), []);
    assert_eq!(findings_of(&vec![hundred(0xFE, b""); 41], ""), advice("COM 4100 bytes"));
    // Unknown identifiers do not count as separate kinds.
    let invented: Vec<_> = (0..41_u8).map(|number| hundred(0xE5, &[b'A' + number, 0])).collect();
    assert_eq!(findings_of(&invented, ""), advice("APP5 4100 bytes"));
    assert_eq!(
        findings_of(&[filled(0xE2, b"MPF\0", 4000), filled(0xE2, b"FPXR\0", 4000), filled(0xFE, b"", 4000)], ""),
        []
    );
}

#[test]
fn a_second_portrait_a_page_and_a_long_app11_are_all_named() {
    let segments = [
        vec![filled(0xE2, b"MPF\0", 44_000); 2],
        vec![filled(0xFE, b"<html>", 50_000)],
        vec![filled(0xEB, b"JP", 48_000); 6],
    ]
    .concat();
    assert_eq!(findings_of(&segments, ""), advice("APP11 JUMBF 288000 bytes, APP2 MPF 88000 bytes, COM 50000 bytes"));
    let one_more = [segments, vec![filled(0xE7, b"", 5000)]].concat();
    assert_eq!(
        findings_of(&one_more, ""),
        advice("APP11 JUMBF 288000 bytes, APP2 MPF 88000 bytes, COM 50000 bytes, …")
    );
}

#[test]
fn xmp_and_colour_profiles_are_no_embedded_data() {
    let profile =
        [&b"ICC_PROFILE\0\x01\x01"[..], &[0; 128], &[0, 0, 0, 1], b"desc\0\0\0\x90\0\0\0\x40desc\0\0\0\0"].concat();
    let profile = [&profile[..], &[0, 0, 0, 5], b"sRGB\0"].concat();
    let segments = [
        filled(0xE1, b"http://ns.adobe.com/xap/1.0/\0", 60_000),
        filled(0xE1, b"http://ns.adobe.com/xmp/extension/\x000123456789ABCDEF0123456789ABCDEF\0\0\0\0\0\0\0\0", 60_000),
        filled(0xE2, &profile, 60_000),
    ];
    assert_eq!(findings_of(&segments, ""), []);
}

#[test]
fn a_profile_may_refuse_and_may_advise_from_elsewhere() {
    let segments = [filled(0xFE, b"", 5000), filled(0xE2, b"MPF\0", 50_000), filled(0xEF, b"", 100)];
    let refused = (Severity::Refuse, "APP2 MPF 50000 bytes".to_owned(), "<= 49999 bytes".to_owned());
    let advised = (Severity::Advise, "COM 5000 bytes".to_owned(), "<= 4096 bytes".to_owned());
    assert_eq!(findings_of(&segments, "[embedded]\nrefuse_above_bytes = 49999"), [refused, advised.clone()]);
    assert_eq!(findings_of(&segments, "[embedded]\nrefuse_above_bytes = 50000").len(), 1);
    assert_eq!(findings_of(&segments[..1], "[embedded]\nadvise_above_bytes = 5000"), []);
    let all = findings_of(&segments, "[embedded]\nadvise_above_bytes = 67108864\nrefuse_above_bytes = 99");
    assert_eq!(all[0].1, "APP2 MPF 50000 bytes, COM 5000 bytes, APP15 100 bytes");
    assert_eq!(all.len(), 1);
}
