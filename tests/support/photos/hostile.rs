//! Hostile photos, each with one known or conceivable defect, and the checks that must refuse it.

use super::jpeg::*;

/// A file that must not be deposited.
pub struct HostilePhoto {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// The photo profile for which `expected` applies.
    pub profile: &'static str,
    /// Names of checks that must refuse the photo.
    pub expected: &'static [&'static str],
}

/// All hostile photos.
pub fn hostile_photos() -> Vec<HostilePhoto> {
    [not_jpegs(), cuts(), sizes(), codings(), trailing(), structure(), scans(), metadata()]
        .into_iter()
        .flatten()
        .collect()
}

fn hostile(name: &'static str, bytes: Vec<u8>, expected: &'static [&'static str]) -> HostilePhoto {
    HostilePhoto { name, bytes, profile: "de-tr03121", expected }
}

fn portrait() -> Vec<u8> {
    fixture("portrait-1244x1600.jpg")
}

fn not_jpegs() -> Vec<HostilePhoto> {
    let mut png = Vec::new();
    image::RgbImage::new(35, 45).write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    vec![
        hostile("empty", vec![], &["empty"]),
        hostile("one byte", vec![0xFF], &["format"]),
        hostile("PNG named .jpg", png, &["format"]),
        hostile("GIF", b"GIF89a\x23\0\x2d\0\0\0\0;".to_vec(), &["format"]),
        hostile("PDF", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n".to_vec(), &["format"]),
        hostile("text", "Sehr geehrte Damen und Herren".as_bytes().to_vec(), &["format"]),
        hostile("ZIP", b"PK\x03\x04\x14\0\0\0".to_vec(), &["format"]),
        hostile("HEIF", b"\0\0\0\x18ftypheic\0\0\0\0".to_vec(), &["format"]),
        hostile("byte order mark before SOI", [b"\xEF\xBB\xBF", portrait().as_slice()].concat(), &["format"]),
        hostile("zeros", vec![0; 100_000], &["format"]),
        hostile("SOI and EOI", vec![0xFF, 0xD8, 0xFF, 0xD9], &["structure"]),
        hostile("SOI and a megabyte of FF", [&[0xFF, 0xD8][..], &[0xFF; 1 << 20]].concat(), &["complete"]),
    ]
}

fn cuts() -> Vec<HostilePhoto> {
    let whole = portrait();
    let (scan, end) = (scan_start(&whole), whole.len());
    let to = |end: usize| whole[..end].to_vec();
    let ended = |end: usize| [&whole[..end], &EOI].concat();
    let mut zero_filled = to(end / 2);
    zero_filled.resize(end, 0);
    vec![
        hostile("cut after SOI", to(2), &["complete"]),
        hostile("cut in a segment's length", to(5), &["complete"]),
        hostile("cut after the frame header", to(segment(&whole, 0xC0).end), &["complete"]),
        hostile("cut in the scan header", to(scan - 3), &["complete"]),
        hostile("cut after the scan header", to(scan), &["complete"]),
        hostile("cut after a quarter", to(end / 4), &["complete"]),
        hostile("cut in the middle", to(end / 2), &["complete"]),
        hostile("cut at 99 percent", to(end / 100 * 99), &["complete"]),
        hostile("EOI missing", to(end - 2), &["complete"]),
        hostile("last byte missing", to(end - 1), &["complete"]),
        hostile("last picture byte missing", ended(end - 3), &["complete"]),
        hostile("cut in the middle, EOI appended", ended(end / 2), &["complete"]),
        hostile("cut at 99 percent, EOI appended", ended(end / 100 * 99), &["complete"]),
        hostile("cut in the middle, filled with zeros", zero_filled.clone(), &["complete"]),
        hostile("cut, filled with zeros, EOI", [&zero_filled[..], &EOI].concat(), &["complete"]),
        hostile("header and EOI", ended(segment(&whole, 0xC0).end), &["structure"]),
        hostile("scan header and EOI", ended(scan), &["declared_size"]),
    ]
}

fn sizes() -> Vec<HostilePhoto> {
    let (whole, other) = (portrait(), fixture("portrait-827x1063.jpg"));
    let claim = |width, height| with_declared_size(&whole, width, height);
    let under_icao = |photo| HostilePhoto { profile: "icao-35x45", ..photo };
    vec![
        hostile("other size", other.clone(), &["pixel_dimensions"]),
        hostile("patched narrower", claim(1236, 1600), &["declared_size", "pixel_dimensions"]),
        hostile("patched wider", claim(1252, 1600), &["declared_size", "pixel_dimensions"]),
        hostile("patched lower", claim(1244, 1592), &["declared_size", "pixel_dimensions"]),
        hostile("patched taller", claim(1244, 1608), &["declared_size", "pixel_dimensions"]),
        hostile("patched to lie down", claim(1600, 1244), &["pixel_dimensions"]),
        hostile("patched to the size asked for", with_declared_size(&other, 1244, 1600), &["declared_size"]),
        hostile("huge size claimed", claim(65500, 65500), &["pixel_dimensions"]),
        hostile("no width", claim(0, 1600), &["structure", "pixel_dimensions"]),
        hostile("no height (DNL)", claim(1244, 0), &["structure", "pixel_dimensions"]),
        under_icao(hostile("too small", colour_jpeg(350, 450), &["pixel_dimensions"])),
        under_icao(hostile("other aspect", colour_jpeg(600, 600), &["aspect_ratio"])),
        under_icao(hostile("huge size, right aspect", claim(35000, 45000), &["pixel_dimensions"])),
    ]
}

fn codings() -> Vec<HostilePhoto> {
    let whole = portrait();
    let frame_id = |index: usize, value| patched(&whole, 0xC0, 6 + 3 * index, value);
    let ids = |ids: [u8; 3]| {
        let mut bytes = whole.clone();
        let (frame, scan) = (segment(&bytes, 0xC0).start + 4, segment(&bytes, 0xDA).start + 4);
        for (index, id) in ids.into_iter().enumerate() {
            bytes[frame + 6 + 3 * index] = id;
            bytes[scan + 1 + 2 * index] = id;
        }
        bytes
    };
    let adobe =
        |transform| with_inserted(&whole, 2, &new_segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat()));
    vec![
        hostile("progressive", fixture("hostile/progressive.jpg"), &["coding", "pixel_dimensions"]),
        hostile("arithmetic", fixture("hostile/arithmetic.jpg"), &["coding", "pixel_dimensions"]),
        hostile("three scans", fixture("hostile/non-interleaved.jpg"), &["coding"]),
        hostile("baseline called progressive", with_marker(&whole, 0xC0, 0xC2), &["coding"]),
        hostile("lossless", with_marker(&whole, 0xC0, 0xC3), &["coding"]),
        hostile("hierarchical", with_marker(&whole, 0xC0, 0xC5), &["coding"]),
        hostile("progressive and arithmetic", with_marker(&whole, 0xC0, 0xCA), &["coding"]),
        hostile("12 bit", patched(&with_marker(&whole, 0xC0, 0xC1), 0xC1, 0, 12), &["bit_depth"]),
        hostile("CMYK", fixture("hostile/cmyk.jpg"), &["colour"]),
        hostile("grey", grey_jpeg(1244, 1600), &["colour"]),
        hostile("stored as RGB", fixture("hostile/rgb-adobe.jpg"), &["colour"]),
        hostile("Adobe segment says RGB", adobe(0), &["colour"]),
        hostile("Adobe segment says YCCK", adobe(2), &["colour"]),
        hostile("identifiers say RGB", ids(*b"RGB"), &["colour"]),
        hostile("identifiers say RGB, without JFIF", without_segments(&ids(*b"RGB"), 0xE0), &["colour"]),
        hostile("unknown identifiers, without JFIF", without_segments(&ids([7, 8, 9]), 0xE0), &["colour"]),
        hostile("an identifier twice", frame_id(2, 2), &["structure"]),
        hostile("sampling factor 0", patched(&whole, 0xC0, 7, 0x01), &["structure"]),
        hostile("sampling factor 3", patched(&whole, 0xC0, 7, 0x33), &["structure"]),
        hostile("quantisation table 9", patched(&whole, 0xC0, 8, 9), &["structure"]),
    ]
}

fn trailing() -> Vec<HostilePhoto> {
    let whole = portrait();
    let after = |more: &[u8]| [&whole, more].concat();
    let mut progressive = fixture("hostile/progressive.jpg");
    progressive.extend(b"PK\x03\x04");
    vec![
        hostile("ZIP behind it", after(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), &["trailing_data"]),
        hostile("second JPEG behind it", after(&whole), &["trailing_data"]),
        hostile("one byte behind it", after(b"\n"), &["trailing_data"]),
        hostile("EOI twice", after(&EOI), &["trailing_data"]),
        hostile("a byte behind zeros", after(&[0, 0, 0, 1]), &["trailing_data"]),
        hostile("zeros behind it", after(&[0; 4096]), &["trailing_data"]),
        hostile("program behind it", after(b"<?php system($_GET['c']); ?>"), &["trailing_data"]),
        hostile("progressive with a ZIP", progressive, &["coding", "trailing_data"]),
    ]
}

fn structure() -> Vec<HostilePhoto> {
    let whole = portrait();
    let insert = |bytes: &[u8]| with_inserted(&whole, 2, bytes);
    let frame = whole[segment(&whole, 0xC0)].to_vec();
    let emptied = |marker: u8| {
        let range = segment(&whole, marker);
        [&whole[..range.start], &[0xFF, marker, 0, 2], &whole[range.end..]].concat()
    };
    vec![
        hostile("two frames", with_inserted(&whole, segment(&whole, 0xC0).start, &frame), &["structure"]),
        hostile("two SOI", insert(&[0xFF, 0xD8]), &["structure"]),
        hostile("segment of length 0", insert(&[0xFF, 0xFE, 0, 0]), &["structure"]),
        hostile("segment of length 1", insert(&[0xFF, 0xFE, 0, 1]), &["structure"]),
        hostile("segment into the picture data", insert(&[0xFF, 0xFE, 0xFF, 0xFF]), &["structure"]),
        hostile("segment past the end", [&[0xFF, 0xD8, 0xFF, 0xFE, 0xFF, 0xFF][..], &[0; 99]].concat(), &["complete"]),
        hostile("scan header of length 2", emptied(0xDA), &["structure"]),
        hostile("frame header of length 2", emptied(0xC0), &["structure"]),
        hostile("no Huffman tables", without_segments(&whole, 0xC4), &["structure"]),
        hostile("no quantisation tables", without_segments(&whole, 0xDB), &["structure"]),
        hostile("no frame", without_segments(&whole, 0xC0), &["structure"]),
        hostile("no scan header", without_segments(&whole, 0xDA), &["structure"]),
        hostile("Huffman table of too many codes", patched(&whole, 0xC4, 1, 200), &["structure"]),
        hostile("Huffman lengths that overlap", patched(&whole, 0xC4, 1, 3), &["structure"]),
        hostile("quantisation step 0", patched(&whole, 0xDB, 5, 0), &["structure"]),
        hostile("table number 3 in the scan", patched(&whole, 0xDA, 2, 0x33), &["structure"]),
        hostile("spectral selection", patched(&whole, 0xDA, 8, 5), &["structure"]),
        hostile("reserved marker", insert(&new_segment(0x02, b"?")), &["structure"]),
        hostile("bytes between segments", insert(b"hidden"), &["structure"]),
    ]
}

fn scans() -> Vec<HostilePhoto> {
    let (whole, restarts) = (portrait(), fixture("plain/restart-420.jpg"));
    let scan = scan_start(&whole);
    let markers: Vec<usize> = (scan_start(&restarts)..restarts.len() - 1)
        .filter(|at| restarts[*at] == 0xFF && matches!(restarts[at + 1], 0xD0..=0xD7))
        .collect();
    let mut swapped = restarts.clone();
    swapped.swap(markers[2] + 1, markers[3] + 1);
    let mut removed = restarts.clone();
    removed.drain(markers[4]..markers[4] + 2);
    let mut interval_lost = restarts.clone();
    interval_lost.drain(markers[1]..markers[2]);
    let mut zeroed = whole.clone();
    zeroed[scan + 200_000..scan + 204_096].fill(0);
    let mut ones = whole.clone();
    for pair in ones[scan + 200_000..scan + 200_100].chunks_exact_mut(2) {
        pair.copy_from_slice(&[0xFF, 0]);
    }
    let stuffing = scan + whole[scan..].windows(2).position(|pair| pair == [0xFF, 0]).unwrap();
    let mut unstuffed = whole.clone();
    unstuffed[stuffing + 1] = 1;
    let mut flipped = whole.clone();
    (0..40).for_each(|step| flipped[scan + 100_000 + 997 * step] ^= 0x10);
    let before_end = |more: &[u8]| with_inserted(&whole, whole.len() - 2, more);
    let second_scan = [&whole[segment(&whole, 0xDA)], &[0x00, 0x3F]].concat();
    vec![
        hostile("restart marker removed", removed, &["picture_data"]),
        hostile("restart markers swapped", swapped, &["picture_data"]),
        hostile("restart interval removed", interval_lost, &["picture_data"]),
        hostile("restart interval not declared", without_segments(&restarts, 0xDD), &["picture_data"]),
        hostile("restart marker out of nowhere", with_inserted(&whole, scan + 5000, &[0xFF, 0xD0]), &["picture_data"]),
        hostile("zeroed run", zeroed, &["picture_data"]),
        hostile("run of ones", ones, &["picture_data"]),
        hostile("stuffing broken", unstuffed, &["picture_data"]),
        hostile("bits flipped", flipped, &["declared_size"]),
        hostile("scan header twice", with_inserted(&whole, scan, &whole[segment(&whole, 0xDA)]), &["picture_data"]),
        hostile("second scan behind the first", with_inserted(&whole, whole.len() - 2, &second_scan), &["structure"]),
        hostile(
            "comment behind the scan",
            with_inserted(&whole, whole.len() - 2, &new_segment(0xFE, b"x")),
            &["structure"],
        ),
        hostile("two bytes of ones behind the last block", before_end(&[0xFF, 0, 0xFF, 0]), &["declared_size"]),
        hostile("two restart markers before EOI", before_end(&[0xFF, 0xD0, 0xFF, 0xD1]), &["declared_size"]),
        hostile("data behind a last restart marker", before_end(&[0xFF, 0xD0, 0x12]), &["declared_size"]),
        hostile("a megabyte of fill bytes before EOI", before_end(&[0xFF; 1 << 20]), &["structure"]),
        hostile(
            "data behind the last block",
            with_inserted(&whole, whole.len() - 2, &[0x12, 0x34, 0x56]),
            &["declared_size"],
        ),
    ]
}

fn metadata() -> Vec<HostilePhoto> {
    let whole = portrait();
    let insert = |bytes: &[u8]| with_inserted(&whole, 2, bytes);
    const XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\x000123456789ABCDEF0123456789ABCDEF\0\0\0\xFF\0\0\0\0";
    let upright_and_turned = [exif_orientation(1, true), exif_orientation(6, true)].concat();
    vec![
        hostile("turned by EXIF", insert(&exif_orientation(6, true)), &["orientation"]),
        hostile("turned by little-endian EXIF", insert(&exif_orientation(3, false)), &["orientation"]),
        hostile("mirrored by EXIF", insert(&exif_orientation(2, true)), &["orientation"]),
        hostile("orientation that does not exist", insert(&exif_orientation(77, true)), &["orientation"]),
        hostile("two EXIF segments", insert(&upright_and_turned), &["exif_blocks"]),
        hostile("thousands of XMP segments", insert(&new_segment(0xE1, XMP).repeat(5000)), &["metadata"]),
        hostile("a megabyte of metadata", insert(&new_segment(0xE2, &[0; 65_000]).repeat(17)), &["metadata"]),
    ]
}
