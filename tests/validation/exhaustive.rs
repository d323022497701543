//! Small files with systematic damage: at every byte, at every boundary, with every value.

skip_in!(quick: "tries every byte of whole photos, which takes a third of the whole run");

use lichtbild::domain::check::finding::{Finding, Severity, Verdict};
use lichtbild::domain::photo::declaration::Declaration;
use lichtbild::validation::jpeg::{MAX_TRAILING_ZEROS, analyse};
use lichtbild::validation::{CheckOutcome, Profile, check_photo};

use super::NOW;
use crate::properties;
use crate::support::photos::jpeg::{EOI, fixture, new_segment, scan_start, segment, with_declared_size, with_inserted};

/// Valid files, each with a different sampling, with and without restart markers.
const SAMPLES: [&str; 5] = [
    "fuzz/walk/444-optimised.jpg",
    "fuzz/walk/420-restart-blocks.jpg",
    "fuzz/walk/420-restart-rows.jpg",
    "fuzz/walk/422-standard-tables.jpg",
    "fuzz/walk/one-pixel.jpg",
];
/// Markers of segments that a header may contain, except the scan header.
const MARKERS: [u8; 10] = [0xC0, 0xC1, 0xC4, 0xCC, 0xDB, 0xDD, 0xE0, 0xE1, 0xEE, 0xFE];

/// A small photo and a profile that requires exactly its size and nothing else.
struct SmallSample {
    name: &'static str,
    bytes: Vec<u8>,
    profile: Profile,
    width: u16,
    height: u16,
}

impl SmallSample {
    fn read(name: &'static str) -> Self {
        let bytes = fixture(name);
        let at = segment(&bytes, 0xC0).start + 5;
        let [height, width] = [at, at + 2].map(|at| u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        let profile = format!("title = 'Klein'\n[pixels]\nwidth = {width}\nheight = {height}");
        let sample = Self { name, bytes, profile: Profile::parse("small", &profile).unwrap(), width, height };
        assert_eq!(sample.examine(&sample.bytes).verdict, Verdict::Accepted, "{name} is sound");
        sample
    }

    fn all() -> impl Iterator<Item = Self> {
        SAMPLES.into_iter().map(Self::read)
    }

    fn examine(&self, bytes: &[u8]) -> CheckOutcome {
        check_photo(bytes, &self.profile, Declaration::default(), NOW)
    }

    /// Returns the findings that refuse these bytes; empty when they are accepted.
    fn refusals(&self, bytes: &[u8]) -> Vec<Finding> {
        let outcome = self.examine(bytes);
        let refused = outcome.verdict == Verdict::Refused;
        let refusals: Vec<_> = outcome.findings.into_iter().filter(|f| f.severity == Severity::Refuse).collect();
        assert_eq!(refused, !refusals.is_empty(), "{}", self.name);
        refusals
    }

    fn assert_refused(&self, bytes: &[u8], how: &str) {
        assert!(!self.refusals(bytes).is_empty(), "{}, {how}: accepted", self.name);
    }

    /// Some changes do not damage the picture. In that case another decoder must show the same size.
    fn assert_refused_or_shown(&self, bytes: &[u8], how: &str) {
        if self.refusals(bytes).is_empty() {
            let shown = image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg);
            let size = shown.map(|picture| (picture.width(), picture.height())).map_err(|error| error.to_string());
            assert_eq!(size, Ok((u32::from(self.width), u32::from(self.height))), "{}, {how}", self.name);
        }
    }

    /// Returns the position at which each segment of the header begins.
    fn boundaries(&self) -> Vec<usize> {
        let (mut at, end, mut found) = (2, scan_start(&self.bytes), Vec::new());
        while at < end {
            found.push(at);
            at += 2 + usize::from(u16::from_be_bytes([self.bytes[at + 2], self.bytes[at + 3]]));
        }
        assert_eq!(at, end);
        found
    }
}

#[test]
fn cut_at_any_byte_with_an_end_marker_behind_it_is_refused() {
    for sample in SmallSample::all() {
        for end in 0..sample.bytes.len() - 2 {
            let cut = &sample.bytes[..end];
            sample.assert_refused(cut, &format!("cut at {end}"));
            sample.assert_refused(&[cut, &EOI].concat(), &format!("cut at {end}, EOI appended"));
        }
        sample.assert_refused(&sample.bytes[..sample.bytes.len() - 2], "EOI missing");
        sample.assert_refused(&sample.bytes[..sample.bytes.len() - 1], "last byte missing");
    }
}

/// An accepted ending does not make a truncated picture complete.
#[test]
fn cut_at_any_byte_with_anything_that_may_stand_around_an_end_marker_is_refused() {
    let restarts = (0xD0..=0xD7).map(|restart| vec![0xFF, restart, 0xFF, 0xD9]);
    let others: [&[u8]; 7] = [
        &[0xFF, 0x00, 0xFF, 0xD9],
        &[0xFF, 0xFF, 0xD9],
        &[0xFF, 0xFF, 0xFF, 0xFF, 0xD9],
        &[0xFF, 0x00, 0xFF, 0xFF, 0xD9],
        &[0xFF, 0x00, 0xFF, 0xD0, 0xFF, 0xD9],
        &[0xFF, 0xFF, 0xD1, 0xFF, 0xFF, 0xD9],
        &[0xFF, 0xD9, 0x00, 0x00, 0x00],
    ];
    let endings: Vec<Vec<u8>> = restarts.chain(others.map(<[u8]>::to_vec)).collect();
    for sample in SmallSample::all() {
        let data_end = sample.bytes.len() - 2;
        // Truncated headers are tested above; bytes around an end marker make no difference to them.
        for end in scan_start(&sample.bytes)..data_end {
            for ending in &endings {
                let cut = [&sample.bytes[..end], ending].concat();
                sample.assert_refused(&cut, &format!("cut at {end}, {ending:02X?} appended"));
            }
        }
        for ending in &endings {
            let whole = [&sample.bytes[..data_end], ending].concat();
            assert_eq!(sample.refusals(&whole), [], "{}, {ending:02X?} behind all data", sample.name);
        }
    }
}

#[test]
fn any_byte_of_the_header_changed_to_any_other_is_refused_or_shown() {
    let sample = SmallSample::read("fuzz/walk/one-pixel.jpg");
    for at in 0..scan_start(&sample.bytes) {
        let mut patched = sample.bytes.clone();
        for value in (0..=0xFF).filter(|value| *value != sample.bytes[at]) {
            patched[at] = value;
            sample.assert_refused_or_shown(&patched, &format!("{value:#04X} at {at}"));
        }
    }
}

#[test]
fn any_bit_flipped_anywhere_is_refused_or_shown() {
    for sample in SmallSample::all() {
        for at in 0..sample.bytes.len() {
            for bit in 0..8 {
                let mut flipped = sample.bytes.clone();
                flipped[at] ^= 1 << bit;
                sample.assert_refused_or_shown(&flipped, &format!("bit {bit} at {at}"));
            }
        }
    }
}

/// The analysis counts MCUs, so it accepts a size with the same number of MCUs (other edges of the same MCUs, or other rows of
/// them). The profile must refuse such a size.
#[test]
fn any_other_size_claimed_is_told_by_the_walk_or_by_the_profile() {
    for (name, mcu) in [("fuzz/walk/420-restart-rows.jpg", 16), ("fuzz/walk/444-optimised.jpg", 8)] {
        let sample = SmallSample::read(name);
        let mcus = |width: u16, height: u16| width.div_ceil(mcu) * height.div_ceil(mcu);
        for (width, height) in (0..=66).flat_map(|width| (0..=66).map(move |height| (width, height))) {
            if (width, height) == (sample.width, sample.height) {
                continue;
            }
            let claimed = with_declared_size(&sample.bytes, width, height);
            sample.assert_refused(&claimed, &format!("{width} x {height}"));
            let passes_walk = analyse(&claimed).errors.is_empty();
            let as_many = width > 0 && height > 0 && mcus(width, height) == mcus(sample.width, sample.height);
            assert_eq!(passes_walk, as_many, "{name}: {width} x {height}");
        }
    }
}

#[test]
fn zeros_in_any_place_are_refused_or_shown() {
    for sample in SmallSample::all() {
        for length in [1, 2, 3, 4, 8, 16, 64] {
            for start in 0..=sample.bytes.len().saturating_sub(length) {
                let mut zeroed = sample.bytes.clone();
                zeroed[start..start + length].fill(0);
                sample.assert_refused_or_shown(&zeroed, &format!("{length} zeros at {start}"));
            }
        }
    }
}

/// Tests files that end in zeros, as an interrupted transfer leaves them on a disk that had reserved the whole size.
#[test]
fn a_rest_of_zeros_is_refused_wherever_it_begins() {
    for sample in SmallSample::all() {
        let end = sample.bytes.len();
        for start in 0..end {
            let mut zeroed = sample.bytes.clone();
            zeroed[start..].fill(0);
            sample.assert_refused(&zeroed, &format!("zeros from {start}"));
            // The last byte of the picture may be zeros and padding; two bytes never are.
            if start + 4 <= end {
                zeroed[end - 2..].copy_from_slice(&EOI);
                sample.assert_refused(&zeroed, &format!("zeros from {start}, EOI"));
            }
        }
    }
}

#[test]
fn whatever_stands_behind_the_end_is_refused() {
    for sample in SmallSample::all() {
        for value in 1..=0xFF {
            sample.assert_refused(&[sample.bytes.as_slice(), &[value]].concat(), &format!("{value:#04X} behind it"));
            let padded = [sample.bytes.as_slice(), &[0, 0, 0], &[value]].concat();
            sample.assert_refused(&padded, &format!("{value:#04X} behind zeros"));
        }
        for zeros in 0..=64 {
            let padded = [sample.bytes.as_slice(), &vec![0; zeros]].concat();
            assert_eq!(sample.refusals(&padded).is_empty(), zeros <= MAX_TRAILING_ZEROS, "{zeros} zeros behind it");
        }
        for end in 1..sample.bytes.len() {
            let twice = [&sample.bytes, &sample.bytes[..end]].concat();
            sample.assert_refused(&twice, &format!("{end} bytes of itself behind it"));
        }
    }
}

#[test]
fn a_second_frame_in_any_place_is_refused() {
    for sample in SmallSample::all() {
        let frame = sample.bytes[segment(&sample.bytes, 0xC0)].to_vec();
        let places = sample.boundaries().into_iter().chain(scan_start(&sample.bytes)..=sample.bytes.len());
        for at in places {
            for marker in [0xC0, 0xC1, 0xC2, 0xC9] {
                let mut frame = frame.clone();
                frame[1] = marker;
                sample.assert_refused(&with_inserted(&sample.bytes, at, &frame), &format!("SOF {marker:#04X} at {at}"));
            }
        }
    }
}

#[test]
fn a_segment_without_a_length_is_refused_in_any_place() {
    for sample in SmallSample::all() {
        for at in sample.boundaries() {
            for marker in MARKERS.into_iter().chain([0xDA]) {
                for length in [0, 1] {
                    let broken = with_inserted(&sample.bytes, at, &[0xFF, marker, 0, length]);
                    sample.assert_refused(&broken, &format!("{marker:#04X} of length {length} at {at}"));
                }
                let empty = with_inserted(&sample.bytes, at, &new_segment(marker, &[]));
                sample.assert_refused_or_shown(&empty, &format!("{marker:#04X} without content at {at}"));
            }
            // Lengths below the minimum of 2, in the existing segments.
            for length in [0, 1] {
                let mut broken = sample.bytes.clone();
                broken[at + 2..at + 4].copy_from_slice(&[0, length]);
                sample.assert_refused(&broken, &format!("length {length} at {at}"));
            }
        }
    }
}

#[test]
fn exif_cut_or_changed_at_any_byte_is_read_within_its_bounds() {
    for name in [
        "little-endian",
        "big-endian",
        "orientation-twice",
        "points-at-itself",
        "resolution-and-unit",
        "iso-date-behind-ifd-pointer",
    ] {
        let whole = fixture(&format!("fuzz/exif/{name}.tiff"));
        for at in 0..whole.len() {
            properties::exif(&whole[..at]);
            for value in [0, 1, 0x7F, 0x80, 0xFF, whole[at].wrapping_add(1), whole[at].wrapping_sub(1)] {
                let mut patched = whole.clone();
                patched[at] = value;
                properties::exif(&patched);
            }
        }
    }
}
