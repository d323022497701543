//! Bytes that encoders write around the picture data and decoders skip: padding, fill bytes, a final restart marker, a few zeros.

use lichtbild::validation::jpeg::{Coding, JpegError, MAX_TRAILING_ZEROS, analyse};

use crate::support::photos::jpeg::{EOI, colour_jpeg, new_segment, scan_start, segment, with_inserted, with_marker};

/// A flat MCU in the tables of T.81, K.3.3, by the number of padding bits in its last byte. Each differs from the previous MCU in
/// its brightness or has one or two coefficients.
const MCUS: [&str; 8] = [
    "0101 1010 0000 0000",
    "01110 001 001 1010 0000 0000",
    "00 1010 0000 0000",
    "100100 001 1010 0000 0000",
    "11010000 1010 0000 0000",
    "1011000 1010 0000 0000",
    "100100 1010 0000 0000",
    "01110 1010 0000 0000",
];

/// Optional bytes and bits with which a picture is written.
#[derive(Debug, Clone, Copy)]
struct EncodingStyle {
    /// Value of the padding bits, repeated as often as necessary.
    padding: u8,
    /// A byte of ones after the padding.
    ones: bool,
    /// Fill bytes before each marker.
    fill: usize,
    /// The restart marker before EOI.
    last_restart: Option<u8>,
    trailing_zeros: usize,
}

const PLAIN: EncodingStyle =
    EncodingStyle { padding: 0xFF, ones: false, fill: 0, last_restart: None, trailing_zeros: 0 };

/// A picture of vertically arranged MCUs, with a restart interval of one MCU or without restart intervals.
fn picture(mcus: &[&str], restarts: bool, style: EncodingStyle) -> Vec<u8> {
    let rows = u32::try_from(mcus.len()).unwrap();
    let whole = colour_jpeg(8, 8 * rows);
    let start = scan_start(&whole);
    let mut bytes = whole[..start].to_vec();
    if restarts {
        bytes = with_inserted(&bytes, segment(&whole, 0xDA).start, &new_segment(0xDD, &[0, 1]));
    }
    let fill = vec![0xFF; style.fill];
    if restarts {
        for (index, mcu) in mcus.iter().enumerate() {
            if index > 0 {
                bytes.extend([&fill[..], &[0xFF, 0xD0 + ((index - 1) % 8) as u8]].concat());
            }
            bytes.extend(packed(mcu, style));
        }
    } else {
        bytes.extend(packed(&mcus.concat(), style));
    }
    if let Some(marker) = style.last_restart {
        bytes.extend([&fill[..], &[0xFF, marker]].concat());
    }
    bytes.extend([&fill[..], &EOI, &vec![0; style.trailing_zeros]].concat());
    bytes
}

/// Packs bits into padded and stuffed bytes.
fn packed(bits: &str, style: EncodingStyle) -> Vec<u8> {
    let mut bits: Vec<u8> = bits.bytes().filter(|bit| *bit != b' ').map(|bit| bit - b'0').collect();
    let missing = bits.len().next_multiple_of(8) - bits.len();
    bits.extend((0..missing).rev().map(|place| style.padding >> place & 1));
    let mut bytes = Vec::new();
    for byte in bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)) {
        bytes.push(byte);
        if byte == 0xFF {
            bytes.push(0);
        }
    }
    if style.ones {
        bytes.extend([0xFF, 0]);
    }
    bytes
}

/// Decodes with the `image` crate.
fn pixels(bytes: &[u8]) -> Vec<u8> {
    image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).unwrap().to_rgb8().into_raw()
}

/// A picture without optional bytes, and its decoded form.
struct DecodedPicture {
    small: String,
    pixels: Vec<u8>,
}

impl DecodedPicture {
    fn read(bytes: &[u8]) -> Self {
        Self { small: format!("{:?}", analyse(bytes).downscaled), pixels: pixels(bytes) }
    }

    fn assert_same(&self, bytes: &[u8], how: &str) {
        let found = analyse(bytes);
        assert_eq!(found.errors, [], "{how}");
        assert_eq!(format!("{:?}", found.downscaled), self.small, "{how}");
        assert!(pixels(bytes) == self.pixels, "{how}: another program shows another picture");
    }
}

/// Reports data that end with two zero bytes (padding included), because a file that lost its end looks the same.
fn ends_in_zeros(mcus: &[&str], restarts: bool, style: EncodingStyle) -> bool {
    let tail = if restarts { mcus[mcus.len() - 1].to_owned() } else { mcus.concat() };
    let data = packed(&tail, style);
    data.ends_with(&[0, 0]) && data != packed(&tail, PLAIN)
}

fn assert_refused(bytes: &[u8], how: &str) {
    assert!(!analyse(bytes).errors.is_empty(), "{how}: accepted");
}

/// `count` MCUs that together leave `left` bits of padding.
fn mcus_leaving(left: usize, count: usize) -> Vec<&'static str> {
    let mut mcus: Vec<&str> = MCUS.into_iter().cycle().take(count - 1).collect();
    let ahead: usize = mcus.iter().map(|mcu| bits(mcu)).sum();
    mcus.extend(MCUS.into_iter().find(|last| (ahead + bits(last) + left).is_multiple_of(8)));
    assert_eq!(mcus.len(), count);
    mcus
}

fn bits(mcu: &str) -> usize {
    mcu.bytes().filter(|bit| *bit != b' ').count()
}

fn styles() -> impl Iterator<Item = EncodingStyle> {
    let paddings = [0xFF, 0x00, 0b101_0101, 0b010_1010, 0b000_0001];
    let fills = [0, 1, 2, 3, 17, 600];
    let restarts = [None, Some(0xD0), Some(0xD3), Some(0xD7)];
    let zeros = [0, 1, 3, MAX_TRAILING_ZEROS];
    let ends = restarts.into_iter().flat_map(move |restart| zeros.map(|zeros| (restart, zeros)));
    let bits = paddings.into_iter().flat_map(|padding| [false, true].map(|ones| (padding, ones)));
    ends.enumerate().flat_map(move |(index, (last_restart, trailing_zeros))| {
        let fill = fills[index % fills.len()];
        bits.clone().map(move |(padding, ones)| EncodingStyle { padding, ones, fill, last_restart, trailing_zeros })
    })
}

#[test]
fn padding_of_any_bits_fill_bytes_a_last_restart_and_a_few_zeros_change_nothing() {
    for left in 0..8 {
        for mcus in [mcus_leaving(left, 1), mcus_leaving(left, 9)] {
            for restarts in [false, true] {
                let plain = DecodedPicture::read(&picture(&mcus, restarts, PLAIN));
                for style in styles() {
                    let how = format!("{left} bits, {} MCUs, restarts {restarts}: {style:?}", mcus.len());
                    let bytes = picture(&mcus, restarts, style);
                    if ends_in_zeros(&mcus, restarts, style) {
                        assert_eq!(analyse(&bytes).errors, [JpegError::EndsInZeros], "{how}");
                    } else {
                        plain.assert_same(&bytes, &how);
                    }
                }
            }
        }
    }
}

#[test]
fn more_than_a_byte_of_ones_is_refused() {
    for left in 0..8 {
        let plain = picture(&mcus_leaving(left, 2), false, PLAIN);
        let end = plain.len() - 2;
        for more in [&[0x00][..], &[0xFE], &[0x7F], &[0xFF, 0, 0xFF, 0], &[0xFF, 0, 0], &[0, 0xFF, 0], &[0xFF, 0xFF, 0]]
        {
            assert_refused(&with_inserted(&plain, end, more), &format!("{more:02X?} behind {left} bits of padding"));
        }
    }
}

#[test]
fn anything_but_one_restart_marker_before_the_end_is_refused() {
    let plain = picture(&mcus_leaving(3, 2), false, PLAIN);
    let end = plain.len() - 2;
    for more in [
        &[0xFF, 0xD0, 0xFF, 0xD1][..],
        &[0xFF, 0xD0, 0xFF, 0],
        &[0xFF, 0xD0, 0x12],
        &[0xFF, 0xD0, 0xFF, 0xDD, 0, 4, 0, 0],
        &[0xFF, 0x01],
        &[0xFF, 0xD8],
    ] {
        assert_refused(&with_inserted(&plain, end, more), &format!("{more:02X?}"));
    }
    let restarts = [&plain[..end], &[0xFF, 0xD0]].concat();
    assert!(matches!(analyse(&restarts).errors[..], [JpegError::Truncated { .. }]), "no EOI behind it");
}

#[test]
fn more_fill_bytes_than_a_block_are_refused_before_any_marker() {
    let mcus = mcus_leaving(3, 2);
    for restarts in [false, true] {
        let most = picture(&mcus, restarts, EncodingStyle { fill: 4096, ..PLAIN });
        DecodedPicture::read(&picture(&mcus, restarts, PLAIN)).assert_same(&most, "4096 fill bytes");
        for last_restart in [None, Some(0xD0)] {
            let style = EncodingStyle { fill: 4097, last_restart, ..PLAIN };
            let faults = analyse(&picture(&mcus, restarts, style)).errors;
            assert!(matches!(faults[..], [JpegError::Structure { what: "too many fill bytes", .. }]), "{faults:?}");
        }
    }
}

#[test]
fn restart_markers_still_come_in_turn() {
    let mcus = mcus_leaving(3, 4);
    let plain = picture(&mcus, true, PLAIN);
    let at = plain.windows(2).rposition(|pair| pair == [0xFF, 0xD2]).unwrap();
    for marker in (0xD0..=0xD7).filter(|marker| *marker != 0xD2) {
        let mut wrong = plain.clone();
        wrong[at + 1] = marker;
        assert_refused(&wrong, &format!("{marker:02X}"));
    }
    assert_refused(&with_inserted(&plain, at, &[0xFF, 0xD2]), "twice");
    assert_refused(&with_inserted(&plain, at, &[0x00]), "a byte before it");
    assert_refused(&[&plain[..at], &plain[at + 2..]].concat(), "missing");
}

/// Missing bits never count as bits of the picture, however the file continues.
#[test]
fn a_picture_without_its_last_byte_is_refused_whatever_follows() {
    for left in 0..8 {
        for restarts in [false, true] {
            let plain = picture(&mcus_leaving(left, 3), restarts, PLAIN);
            let mut end = plain.len() - 3;
            if plain[end - 1..=end] == [0xFF, 0] {
                end -= 1;
            }
            for fill in
                [&[][..], &[0xFF], &[0xFF, 0xFF], &[0xFF, 0], &[0xFF, 0, 0xFF], &[0xFF, 0xD2], &[0xFF, 0xFF, 0xD0]]
            {
                for zeros in [0, 1, 3] {
                    let cut = [&plain[..end], fill, &EOI, &vec![0; zeros]].concat();
                    assert_refused(&cut, &format!("{left} bits, restarts {restarts}, {fill:02X?}, {zeros} zeros"));
                }
            }
        }
    }
}

#[test]
fn the_end_is_found_behind_fill_bytes_where_the_coding_is_not_walked() {
    let plain = with_marker(&picture(&mcus_leaving(3, 4), true, PLAIN), 0xC0, 0xC2);
    for fill in 0..4 {
        for last_restart in [None, Some(0xD3)] {
            for trailing_zeros in [0, 3] {
                let style = EncodingStyle { fill, last_restart, trailing_zeros, ..PLAIN };
                let progressive = with_marker(&picture(&mcus_leaving(3, 4), true, style), 0xC0, 0xC2);
                assert_eq!(analyse(&progressive).errors, [JpegError::Coding(Coding::Progressive)], "{style:?}");
            }
        }
    }
    assert!(
        analyse(&[&plain[..], b"x"].concat())
            .errors
            .iter()
            .any(|fault| matches!(fault, JpegError::TrailingData { .. }))
    );
}
