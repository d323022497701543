//! The picture at an eighth of its size equals the averaged result of a full decode.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, Rgb, RgbImage};
use lichtbild::validation::downscaled::{DownscaledPhoto, Plane};
use lichtbild::validation::jpeg::analyse;

use crate::support::photos::jpeg::{fixture, with_declared_size};

/// Luma, blue and red of a pixel (JFIF 1.02).
fn ycbcr(Rgb([r, g, b]): Rgb<u8>) -> [f64; 3] {
    let [r, g, b] = [r, g, b].map(f64::from);
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    [luma, 128.0 + (b - luma) / 1.772, 128.0 + (r - luma) / 1.402]
}

/// Largest difference between a sample and the mean of its block of `size` pixels a side, over all blocks within the picture.
fn worst_difference(photo: &RgbImage, plane: &Plane, channel: usize, size: u32) -> f64 {
    let (mut worst, samples) = (0_f64, size / 8);
    for top in (0..photo.height() / size).map(|row| row * size) {
        for left in (0..photo.width() / size).map(|column| column * size) {
            let pixels = (0..size * size).map(|at| ycbcr(*photo.get_pixel(left + at % size, top + at / size))[channel]);
            let wanted = pixels.sum::<f64>() / f64::from(size * size);
            let places = (0..samples * samples).map(|at| (left / 8 + at % samples, top / 8 + at / samples));
            let found = places.map(|(x, y)| f64::from(plane.samples[y as usize * plane.width + x as usize]));
            worst = worst.max((found.sum::<f64>() / f64::from(samples * samples) - wanted).abs());
        }
    }
    worst
}

/// Chroma is averaged over the pixels that share a sample.
fn assert_matches(name: &str, bytes: &[u8], chroma_size: u32) {
    let photo = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().to_rgb8();
    let walk = analyse(bytes);
    let DownscaledPhoto { luma, blue, red } = walk.downscaled.unwrap();
    for plane in [&luma, &blue, &red, &walk.last_coefficients.unwrap()] {
        let (width, height) = (photo.width().div_ceil(8) as usize, photo.height().div_ceil(8) as usize);
        assert_eq!((plane.width, plane.height, plane.samples.len()), (width, height, width * height), "{name}");
    }
    for (channel, plane, size) in [(0, &luma, 8), (1, &blue, chroma_size), (2, &red, chroma_size)] {
        let worst = worst_difference(&photo, plane, channel, size);
        assert!(worst <= 2.0, "{name}: channel {channel} is off by {worst:.1}");
    }
}

fn smooth(width: u32, height: u32, quality: u8) -> Vec<u8> {
    let wave = |at: u32, length: f64| (f64::from(at) / length).sin() * 50.0 + 128.0;
    let photo = RgbImage::from_fn(width, height, |x, y| {
        Rgb([wave(x, 9.0), wave(y, 7.0), wave(x + y, 23.0)].map(|sample| sample as u8))
    });
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&photo).unwrap();
    bytes
}

#[test]
fn portraits_match_their_decode() {
    for file in ["portrait-413x531.jpg", "portrait-1244x1600.jpg"] {
        assert_matches(file, &fixture(file), 8);
    }
}

#[test]
fn odd_sizes_and_all_qualities_match() {
    for (width, height) in [(1, 1), (8, 8), (9, 7), (35, 45), (131, 17), (256, 40)] {
        for quality in [50, 90, 100] {
            assert_matches(&format!("{width} x {height}, {quality}"), &smooth(width, height, quality), 8);
        }
    }
}

#[test]
fn coarser_colours_and_restart_markers_match() {
    assert_matches("4:2:0", &fixture("plain/restart-420.jpg"), 16);
    assert_matches("4:2:2", &fixture("plain/optimised-422.jpg"), 16);
}

#[test]
fn a_file_with_a_fault_has_no_small_picture() {
    let whole = fixture("portrait-413x531.jpg");
    let mut trailing = whole.clone();
    trailing.push(1);
    for bytes in [&whole[..whole.len() - 1], &trailing, &with_declared_size(&whole, 413, 520)] {
        let walk = analyse(bytes);
        assert!(walk.downscaled.is_none() && walk.last_coefficients.is_none(), "{:?}", walk.errors);
    }
}
