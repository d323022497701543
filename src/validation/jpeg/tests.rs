//! Analysis of pictures from an encoder, and of damaged or changed copies of them.

use super::*;

use image::codecs::jpeg::{JpegEncoder, PixelDensity, PixelDensityUnit};

/// A small noisy picture, so that blocks have many coefficients.
fn photo(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let mut state = 1_u32;
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(x * 5) as u8 ^ (state >> 24) as u8, (y * 3) as u8, (state >> 16) as u8])
    });
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.set_pixel_density(PixelDensity::dpi(300));
    encoder.encode_image(&image).unwrap();
    bytes
}

#[test]
fn whole_photos_of_any_size_and_quality_pass() {
    for (width, height) in [(1, 1), (8, 8), (9, 7), (35, 45), (70, 90), (131, 17)] {
        for quality in [1, 10, 50, 75, 90, 95, 100] {
            let analysis = analyse(&photo(width, height, quality));
            assert_eq!(analysis.errors, [], "{width} x {height}, quality {quality}");
            let frame = analysis.header.frame.unwrap();
            assert_eq!((frame.width, frame.height), (width, height));
            // Below 25, the steps of an 8-bit table are clipped at 255, so the estimate is too high.
            if quality >= 25 {
                assert!(
                    analysis.header.quality.unwrap().abs_diff(quality) <= 1,
                    "{:?}, {quality}",
                    analysis.header.quality
                );
            }
            assert_eq!(analysis.header.pixels_per_inch, Some(300));
        }
    }
}

#[test]
fn a_density_in_centimetres_is_the_one_in_inches() {
    for (unit, value, expected) in [
        (PixelDensityUnit::Inches, 300, Some(300)),
        (PixelDensityUnit::Centimeters, 118, Some(300)),
        (PixelDensityUnit::PixelAspectRatio, 1, None),
    ] {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new(&mut bytes);
        encoder.set_pixel_density(PixelDensity { density: (value, value), unit });
        encoder.encode_image(&image::RgbImage::new(8, 8)).unwrap();
        assert_eq!(analyse(&bytes).header.pixels_per_inch, expected, "{unit:?}");
    }
}

#[test]
fn every_truncation_is_reported() {
    let whole = photo(35, 45, 90);
    for end in 0..whole.len() {
        let errors = analyse(&whole[..end]).errors;
        match end {
            0 => assert_eq!(errors, [JpegError::Empty]),
            1 => assert_eq!(errors, [JpegError::NotJpeg("unknown")]),
            _ => assert!(matches!(errors.as_slice(), [JpegError::Truncated { .. }]), "{end}: {errors:?}"),
        }
    }
}

#[test]
fn a_truncation_with_an_end_marker_behind_it_is_reported() {
    let whole = photo(70, 90, 90);
    let scan_start = analyse(&whole).header.scan_start.unwrap();
    for end in scan_start..whole.len() - 2 {
        let mut cut = whole[..end].to_vec();
        cut.extend([0xFF, 0xD9]);
        let errors = analyse(&cut).errors;
        assert!(!errors.is_empty(), "{end}");
    }
}

#[test]
fn patched_dimensions_are_reported() {
    let whole = photo(70, 90, 90);
    let size = whole.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap() + 5;
    for (index, delta) in [(1, 16_u8), (1, 240), (3, 16), (3, 240)] {
        let mut patched = whole.clone();
        patched[size + index] = patched[size + index].wrapping_add(delta);
        let errors = analyse(&patched).errors;
        assert!(matches!(errors.as_slice(), [JpegError::DeclaredSize { .. }]), "{index} {delta}: {errors:?}");
    }
}

#[test]
fn trailing_data_are_counted() {
    let mut bytes = photo(35, 45, 90);
    bytes.extend(b"PK\x03\x04 and more");
    assert_eq!(analyse(&bytes).errors, [JpegError::TrailingData { bytes: 13, appendix: TrailingDataKind::Unknown }]);
}

#[test]
fn a_header_out_of_proportion_is_given_up_at_its_limits() {
    let comment = [&[0xFF, 0xFE, 0x80, 0x02][..], &[0; 0x8000]].concat();
    let bytes = [&[0xFF, 0xD8][..], &comment.repeat(17), &photo(8, 8, 90)[2..]].concat();
    assert!(matches!(analyse(&bytes).errors.as_slice(), [JpegError::Metadata { .. }]));
    assert_eq!(analyse(&bytes).header.frame.unwrap().width, 8, "read to the frame all the same");
    let bytes = [&[0xFF, 0xD8][..], &comment.repeat(300)].concat();
    assert!(matches!(analyse(&bytes).errors.as_slice(), [JpegError::Metadata { bytes }] if *bytes < 258 * 0x8004));
    let table = [&[0xFF, 0xC4, 0, 20, 0][..], &[1], &[0; 15], &[0]].concat();
    let bytes = [&[0xFF, 0xD8][..], &table.repeat(300)].concat();
    assert_eq!(analyse(&bytes).errors, [JpegError::Segments]);
}

#[test]
fn as_many_segments_as_are_allowed_are_read() {
    let photo = photo(8, 8, 90);
    let own = {
        let mut position = 2;
        let end = analyse(&photo).header.scan_start.unwrap();
        std::iter::from_fn(|| {
            position += 2 + usize::from(u16::from_be_bytes([photo[position + 2], photo[position + 3]]));
            (position <= end).then_some(position)
        })
        .count()
    };
    for (segments, expected) in [(MAX_SEGMENTS, vec![]), (MAX_SEGMENTS + 1, vec![JpegError::Segments])] {
        let comments = [0xFF, 0xFE, 0, 2].repeat(segments - own);
        let bytes = [&photo[..2], &comments, &photo[2..]].concat();
        assert_eq!(analyse(&bytes).errors, expected, "{segments}");
    }
}

#[test]
fn an_application_segment_may_end_after_its_identifier() {
    let photo = photo(8, 8, 90);
    for (length, is_read) in [(7, true), (6, false)] {
        let segment = [&[0xFF, 0xE0, 0, length][..], &b"JFXX\0"[..usize::from(length) - 2]].concat();
        let bytes = [&photo[..2], &segment, &photo[2..]].concat();
        assert_eq!(analyse(&bytes).errors.is_empty(), is_read, "{length}");
    }
}
