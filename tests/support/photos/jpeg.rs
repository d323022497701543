//! Functions that cut and join JPEG files; the hostile photos are made from valid ones with them.

use std::ops::Range;

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, GrayImage, RgbImage};

pub const EOI: [u8; 2] = [0xFF, 0xD9];

/// A file under `fixtures/`.
pub fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A colourful picture with some noise, baseline 4:4:4.
pub fn colour_jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut noise = SeededRng::seeded(7);
    let image = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, (noise.next() >> 58) as u8]));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 92).encode_image(&image).unwrap();
    bytes
}

pub fn grey_jpeg(width: u32, height: u32) -> Vec<u8> {
    let image = GrayImage::from_fn(width, height, |x, y| image::Luma([(x ^ y) as u8]));
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 92).encode(image.as_raw(), width, height, ExtendedColorType::L8).unwrap();
    bytes
}

/// Finds the first segment with this marker; the range includes marker and length.
pub fn segment(bytes: &[u8], marker: u8) -> Range<usize> {
    let mut position = 2;
    loop {
        let length = usize::from(u16::from_be_bytes([bytes[position + 2], bytes[position + 3]]));
        if bytes[position + 1] == marker {
            return position..position + 2 + length;
        }
        assert_ne!(bytes[position + 1], 0xDA, "there is no such segment");
        position += 2 + length;
    }
}

pub fn scan_start(bytes: &[u8]) -> usize {
    segment(bytes, 0xDA).end
}

/// Removes all segments with this marker.
pub fn without_segments(bytes: &[u8], marker: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let count =
        (0..bytes.len()).filter(|at| bytes[..scan_start(&bytes)].get(*at..at + 2) == Some(&[0xFF, marker])).count();
    for _ in 0..count {
        bytes.drain(segment(&bytes, marker));
    }
    bytes
}

/// Inserts `insert` at an offset.
pub fn with_inserted(bytes: &[u8], at: usize, insert: &[u8]) -> Vec<u8> {
    [&bytes[..at], insert, &bytes[at..]].concat()
}

/// Changes one byte of a segment; index 0 is the first byte after the length.
pub fn patched(bytes: &[u8], marker: u8, index: usize, value: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let start = segment(&bytes, marker).start + 4;
    bytes[start + index] = value;
    bytes
}

pub fn with_declared_size(bytes: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let start = segment(&bytes, 0xC0).start + 5;
    bytes[start..start + 2].copy_from_slice(&height.to_be_bytes());
    bytes[start + 2..start + 4].copy_from_slice(&width.to_be_bytes());
    bytes
}

/// Changes the second byte of a marker, for example SOF0 to SOF2.
pub fn with_marker(bytes: &[u8], marker: u8, other: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = segment(&bytes, marker).start + 1;
    bytes[at] = other;
    bytes
}

pub fn new_segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), content].concat()
}

/// An EXIF segment with an orientation only.
pub fn exif_orientation(value: u16, big_endian: bool) -> Vec<u8> {
    let number = |n: u16| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let long = |n: u32| if big_endian { n.to_be_bytes() } else { n.to_le_bytes() };
    let mut tiff = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    tiff.extend(long(8));
    tiff.extend(number(1));
    tiff.extend([number(274), number(3)].concat());
    tiff.extend(long(1));
    tiff.extend([number(value), number(0)].concat());
    tiff.extend(long(0));
    new_segment(0xE1, &[b"Exif\0\0", tiff.as_slice()].concat())
}

/// A random number generator with the same sequence in every run (xorshift64*).
pub struct SeededRng(u64);

impl SeededRng {
    pub fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
