//! Variants of the fixture portrait, each with one typical error.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, Rgb, RgbImage};

use super::exif::{
    ASCII, DATE_TIME_ORIGINAL, ExifBlock, ExifByteOrder, ExifEntry, GPS_LATITUDE, LONG, OFFSET_TIME_ORIGINAL, RATIONAL,
};
use super::jpeg::{SeededRng, fixture, new_segment, with_inserted};

/// The decoded portrait at 600 dpi, for `icao-35x45`.
pub fn portrait() -> RgbImage {
    image::load_from_memory_with_format(&fixture("portrait-827x1063.jpg"), ImageFormat::Jpeg).unwrap().to_rgb8()
}

/// Encodes as studios export: quality 95; this encoder writes 4:4:4.
pub fn encoded(photo: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95).encode_image(photo).unwrap();
    bytes
}

/// Multiplies every sample by `factor`.
pub fn exposed(photo: &RgbImage, factor: f32) -> RgbImage {
    mapped(photo, |_, _, Rgb(rgb)| Rgb(rgb.map(|sample| (f32::from(sample) * factor) as u8)))
}

/// Grey with three equal components.
pub fn grey(photo: &RgbImage) -> RgbImage {
    mapped(photo, |_, _, Rgb([r, g, b])| {
        let luma = (u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114) / 1000;
        Rgb([luma as u8; 3])
    })
}

pub fn blurred(photo: &RgbImage, sigma: f32) -> RgbImage {
    imageops::fast_blur(photo, sigma)
}

/// Reduces the photo and enlarges it to its original size.
pub fn upscaled(photo: &RgbImage, percent: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let small = imageops::resize(photo, width * percent / 100, height * percent / 100, FilterType::CatmullRom);
    imageops::resize(&small, width, height, FilterType::CatmullRom)
}

/// A white page with a little noise.
pub fn blank(width: u32, height: u32) -> RgbImage {
    let mut noise = SeededRng::seeded(3);
    RgbImage::from_fn(width, height, |_, _| Rgb([240 + noise.below(5) as u8; 3]))
}

/// Adds stripes as wide as books on a shelf to the background above the shoulders.
pub fn with_shelf_behind(photo: &RgbImage) -> RgbImage {
    let (width, height) = photo.dimensions();
    mapped(photo, |x, y, pixel| {
        let beside = x < width / 5 || x >= width - width / 5;
        if beside && y < height / 6 && (x / 20) % 2 == 0 { Rgb(pixel.0.map(|sample| sample / 2)) } else { pixel }
    })
}

fn mapped(photo: &RgbImage, change: impl Fn(u32, u32, Rgb<u8>) -> Rgb<u8>) -> RgbImage {
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| change(x, y, *photo.get_pixel(x, y)))
}

/// Contents of an EXIF segment.
#[derive(Default)]
pub struct ExifFields<'a> {
    /// `2026:11:22 10:15:00`
    pub captured: Option<&'a str>,
    /// `+01:00`
    pub offset: Option<&'a str>,
    pub location: bool,
    /// A JPEG.
    pub thumbnail: Option<&'a [u8]>,
}

/// Adds an EXIF segment at the beginning.
pub fn with_exif(bytes: &[u8], fields: &ExifFields<'_>) -> Vec<u8> {
    let mut block = ExifBlock::new(ExifByteOrder::Little);
    for (tag, text) in [(DATE_TIME_ORIGINAL, fields.captured), (OFFSET_TIME_ORIGINAL, fields.offset)] {
        block.exif.extend(text.map(|text| ExifEntry::text(tag, ASCII, format!("{text}\0"))));
    }
    if fields.location {
        block.gps.push(ExifEntry::numbers(GPS_LATITUDE, RATIONAL, &[51.0, 13.0, 32.0]));
    }
    block.thumbnail = fields.thumbnail.map(|jpeg| (jpeg.to_vec(), LONG));
    block.within(bytes)
}

/// A thumbnail without a picture.
pub const EMPTY_THUMBNAIL: &[u8] = &[0xFF, 0xD8, 0xFF, 0xD9];

/// Adds a colour profile that consists of its description.
pub fn with_colour_profile(bytes: &[u8], description: &str) -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile.extend([0, 0, 0, 1]);
    profile.extend(b"desc\0\0\0\x90\0\0\0\x40desc\0\0\0\0");
    profile.extend((description.len() as u32 + 1).to_be_bytes());
    profile.extend([description.as_bytes(), &[0]].concat());
    with_inserted(bytes, 2, &new_segment(0xE2, &[b"ICC_PROFILE\0\x01\x01", profile.as_slice()].concat()))
}
