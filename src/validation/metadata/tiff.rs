//! The structure in which EXIF is stored: byte order, directories, entries and their values (TIFF 6.0, section 2).
//!
//! Values are read in every numeric type. Standards name one or two types for each tag, but writers use others, and most readers
//! accept them: Pillow 13, for example, rotates a picture whose orientation is typed SSHORT, RATIONAL or DOUBLE.

/// Maximum length of a text in bytes; the rest of a longer text is ignored. The longest date format in use has about 40.
const MAX_TEXT_BYTES: usize = 64;
/// Length of an entry: 2 bytes of tag, 2 of type, 4 of count, 4 of value or of its offset.
const ENTRY_BYTES: usize = 12;

/// A TIFF structure, from its byte order mark on.
#[derive(Clone, Copy)]
pub(super) struct Tiff<'a> {
    pub(super) bytes: &'a [u8],
    order: ByteOrder,
}

impl<'a> Tiff<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let order = match bytes.first_chunk()? {
            b"II*\0" => ByteOrder::Little,
            b"MM\0*" => ByteOrder::Big,
            _ => return None,
        };
        Some(Self { bytes, order })
    }

    /// Returns `None` if the directory is not within the bytes.
    pub(super) fn first_directory(self) -> Option<Directory<'a>> {
        self.directory_at(self.order.u32_at(self.bytes, 4)?)
    }

    /// Returns `None` if the directory does not begin within the bytes.
    pub(super) fn directory_at(self, offset: u32) -> Option<Directory<'a>> {
        let start = usize::try_from(offset).ok()?;
        let declared = usize::from(self.order.u16_at(self.bytes, start)?);
        Some(Directory { tiff: self, declared, entries: self.bytes.get(start.checked_add(2)?..)? })
    }
}

#[derive(Clone, Copy)]
pub(super) struct Directory<'a> {
    tiff: Tiff<'a>,
    declared: usize,
    /// From the first entry to the end of the structure.
    entries: &'a [u8],
}

impl<'a> Directory<'a> {
    pub(super) fn entries(self) -> impl Iterator<Item = TiffEntry<'a>> {
        let entries = self.entries.chunks_exact(ENTRY_BYTES).take(self.declared);
        entries.filter_map(move |raw| Some(TiffEntry { tiff: self.tiff, tag: self.tiff.order.u16_at(raw, 0)?, raw }))
    }

    pub(super) fn entry(self, tag: u16) -> Option<TiffEntry<'a>> {
        self.entries().find(|entry| entry.tag == tag)
    }

    /// The directory to which the offset after the last entry points; offset 0 means that there is none.
    pub(super) fn next_directory(self) -> Option<Self> {
        let pointer = self.tiff.order.u32_at(self.entries, self.declared * ENTRY_BYTES)?;
        (pointer != 0).then(|| self.tiff.directory_at(pointer))?
    }

    /// Reports whether the directory declares more entries than the structure contains.
    pub(super) fn is_cut(self) -> bool {
        self.entries.len() / ENTRY_BYTES < self.declared
    }
}

/// One entry of a directory.
#[derive(Clone, Copy)]
pub(super) struct TiffEntry<'a> {
    tiff: Tiff<'a>,
    pub(super) tag: u16,
    raw: &'a [u8],
}

impl<'a> TiffEntry<'a> {
    /// The first value as a number. A text of digits counts, because some readers convert it.
    pub(super) fn number(&self) -> Option<f64> {
        let kind = self.kind()?;
        if kind == FieldType::Text {
            let text = std::str::from_utf8(self.text()?).ok()?.trim_matches(['\0', ' ']);
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            return if is_number { text.parse().ok() } else { None };
        }
        self.tiff.order.number(kind, self.values(kind.bytes())?)
    }

    /// The first value if it is an unsigned whole number of 32 bits.
    pub(super) fn whole_number(&self) -> Option<u32> {
        let number = self.number()?;
        let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        is_whole.then_some(number as u32)
    }

    /// The first two bytes of the value field. OpenCV reads orientations this way, whatever their type and count.
    pub(super) fn leading_u16(&self) -> Option<u16> {
        self.tiff.order.u16_at(self.raw, 8)
    }

    /// The whole value field as a number. libexif reads pointers this way, whatever their type and count.
    pub(super) fn raw_value(&self) -> Option<u32> {
        self.tiff.order.u32_at(self.raw, 8)
    }

    /// The first bytes of a text without leading spaces; `None` for types of more than one byte and for values outside the
    /// structure.
    pub(super) fn text(&self) -> Option<&'a [u8]> {
        if self.kind()?.bytes() != 1 {
            return None;
        }
        let (count, values) = (usize::try_from(self.count()?).ok()?, self.values(1)?);
        let text = values.get(..count.min(values.len()))?.trim_ascii_start();
        text.get(..text.len().min(MAX_TEXT_BYTES))
    }

    /// The bytes of the values, which are in the value field if they fit there, otherwise elsewhere in the structure.
    fn values(&self, bytes_each: u64) -> Option<&'a [u8]> {
        if u64::from(self.count()?).max(1) * bytes_each <= 4 {
            return self.raw.get(8..);
        }
        self.tiff.bytes.get(usize::try_from(self.raw_value()?).ok()?..)
    }

    fn count(&self) -> Option<u32> {
        self.tiff.order.u32_at(self.raw, 4)
    }

    fn kind(&self) -> Option<FieldType> {
        FieldType::of(self.tiff.order.u16_at(self.raw, 2)?)
    }
}

/// Encoding of the values of a type. The `usize` is the number of bytes per value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FieldType {
    Unsigned(usize),
    Signed(usize),
    UnsignedRatio,
    SignedRatio,
    Float,
    Double,
    Text,
}

impl FieldType {
    /// The types of TIFF 6.0, the directory offset of its supplement 1, the 64-bit types of BigTIFF, and the UTF-8 text of EXIF
    /// 3.0.
    const fn of(code: u16) -> Option<Self> {
        Some(match code {
            1 | 7 => Self::Unsigned(1),
            2 | 129 => Self::Text,
            3 => Self::Unsigned(2),
            4 | 13 => Self::Unsigned(4),
            5 => Self::UnsignedRatio,
            6 => Self::Signed(1),
            8 => Self::Signed(2),
            9 => Self::Signed(4),
            10 => Self::SignedRatio,
            11 => Self::Float,
            12 => Self::Double,
            16 | 18 => Self::Unsigned(8),
            17 => Self::Signed(8),
            _ => return None,
        })
    }

    const fn bytes(self) -> u64 {
        match self {
            Self::Unsigned(bytes) | Self::Signed(bytes) => bytes as u64,
            Self::UnsignedRatio | Self::SignedRatio | Self::Double => 8,
            Self::Float => 4,
            Self::Text => 1,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn u16_at(self, bytes: &[u8], offset: usize) -> Option<u16> {
        u16::try_from(self.unsigned(bytes.get(offset..)?, 2)?).ok()
    }

    fn u32_at(self, bytes: &[u8], offset: usize) -> Option<u32> {
        u32::try_from(self.unsigned(bytes.get(offset..)?, 4)?).ok()
    }

    /// Returns `None` if the bytes end before the value does, and for a ratio with denominator zero.
    fn number(self, kind: FieldType, bytes: &[u8]) -> Option<f64> {
        let ratio = |numerator: f64, denominator: f64| (denominator != 0.0).then(|| numerator / denominator);
        Some(match kind {
            FieldType::Unsigned(length) => self.unsigned(bytes, length)? as f64,
            FieldType::Signed(length) => self.signed(bytes, length)? as f64,
            FieldType::UnsignedRatio => {
                ratio(self.unsigned(bytes, 4)? as f64, self.unsigned(bytes.get(4..)?, 4)? as f64)?
            }
            FieldType::SignedRatio => ratio(self.signed(bytes, 4)? as f64, self.signed(bytes.get(4..)?, 4)? as f64)?,
            FieldType::Float => f64::from(f32::from_bits(u32::try_from(self.unsigned(bytes, 4)?).ok()?)),
            FieldType::Double => f64::from_bits(self.unsigned(bytes, 8)?),
            FieldType::Text => return None,
        })
    }

    /// The first `length` bytes, at most 8, as a number.
    fn unsigned(self, bytes: &[u8], length: usize) -> Option<u64> {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let bytes = bytes.get(..length)?.iter();
        Some(match self {
            Self::Little => bytes.rev().fold(0, join),
            Self::Big => bytes.fold(0, join),
        })
    }

    fn signed(self, bytes: &[u8], length: usize) -> Option<i64> {
        // Shifting to the top and back extends the sign.
        let unused_bits = u32::try_from(64_usize.checked_sub(8 * length)?).ok()?;
        Some((self.unsigned(bytes, length)?.checked_shl(unused_bits)? as i64) >> unused_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A structure with one entry whose value field contains `field`, and with `behind` from byte 26 on.
    fn with_entry(big: bool, kind: u16, count: u32, field: [u8; 4], behind: &[u8]) -> Vec<u8> {
        let short = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let long = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let start = if big { b"MM\0*" } else { b"II*\0" };
        [start, &long(8)[..], &short(1), &short(7), &short(kind), &long(count), &field, &long(0), behind].concat()
    }

    fn number(bytes: &[u8]) -> Option<f64> {
        Tiff::parse(bytes)?.first_directory()?.entry(7)?.number()
    }

    #[test]
    fn values_in_the_entry_are_read_in_every_type_and_both_byte_orders() {
        for (kind, big, little) in [
            (1, [250, 0, 0, 0], [250, 0, 0, 0]),
            (3, [0, 250, 0, 0], [250, 0, 0, 0]),
            (4, [0, 0, 0, 250], [250, 0, 0, 0]),
            (7, [250, 0, 0, 0], [250, 0, 0, 0]),
            (8, [0, 250, 0, 0], [250, 0, 0, 0]),
            (9, [0, 0, 0, 250], [250, 0, 0, 0]),
            (11, 250_f32.to_be_bytes(), 250_f32.to_le_bytes()),
            (13, [0, 0, 0, 250], [250, 0, 0, 0]),
            (2, *b"250\0", *b"250\0"),
        ] {
            let count = if kind == 2 { 4 } else { 1 };
            assert_eq!(number(&with_entry(true, kind, count, big, &[])), Some(250.0), "{kind}");
            assert_eq!(number(&with_entry(false, kind, count, little, &[])), Some(250.0), "{kind}");
        }
        for kind in [6, 8, 9] {
            assert_eq!(number(&with_entry(true, kind, 1, [0xFF; 4], &[])), Some(-1.0), "{kind}");
        }
        for kind in [0, 14, 15, 19, 99, 0xFFFF] {
            assert_eq!(number(&with_entry(true, kind, 1, [0; 4], &[0; 64])), None, "{kind}");
        }
    }

    #[test]
    fn values_elsewhere_are_read_in_every_type_and_both_byte_orders() {
        let (at_big, at_little) = (26_u32.to_be_bytes(), 26_u32.to_le_bytes());
        let pair = |first: u32, second: u32| {
            let big = [first.to_be_bytes(), second.to_be_bytes()].concat();
            (big, [first.to_le_bytes(), second.to_le_bytes()].concat())
        };
        for (kind, count, (big, little), expected) in [
            (5, 1, pair(600, 2), Some(300.0)),
            (5, 1, pair(600, 0), None),
            (5, 1, pair(0, 0), None),
            (10, 1, pair(u32::MAX - 5, 1), Some(-6.0)),
            (12, 1, (6_f64.to_be_bytes().to_vec(), 6_f64.to_le_bytes().to_vec()), Some(6.0)),
            (16, 1, (6_u64.to_be_bytes().to_vec(), 6_u64.to_le_bytes().to_vec()), Some(6.0)),
            (17, 1, (vec![0xFF; 8], vec![0xFF; 8]), Some(-1.0)),
            (1, 5, (vec![6, 1, 1, 1, 1], vec![6, 1, 1, 1, 1]), Some(6.0)),
            (3, 3, (vec![0, 6, 0, 1, 0, 1], vec![6, 0, 1, 0, 1, 0]), Some(6.0)),
            (4, 2, pair(6, 1), Some(6.0)),
        ] {
            assert_eq!(number(&with_entry(true, kind, count, at_big, &big)), expected, "{kind}");
            assert_eq!(number(&with_entry(false, kind, count, at_little, &little)), expected, "{kind}");
            // Truncated within the value, or before it.
            for cut in [0, 1].iter().filter(|_| kind > 4 && expected.is_some()) {
                assert_eq!(number(&with_entry(true, kind, count, at_big, &big[..*cut])), None, "{kind} {cut}");
            }
        }
        for offset in [27_u32, 0x7FFF_FFFF, u32::MAX] {
            assert_eq!(number(&with_entry(true, 5, 1, offset.to_be_bytes(), &[0; 8])), None, "{offset}");
        }
    }

    #[test]
    fn a_count_too_large_for_the_structure_costs_nothing() {
        for count in [5, 1 << 16, u32::MAX] {
            let bytes = with_entry(true, 2, count, 26_u32.to_be_bytes(), &[b'7'; 100]);
            let text = Tiff::parse(&bytes).unwrap().first_directory().unwrap().entry(7).unwrap().text().unwrap();
            assert_eq!(text.len(), (count as usize).min(MAX_TEXT_BYTES), "{count}");
            assert_eq!(number(&with_entry(true, 12, count, 26_u32.to_be_bytes(), &[0; 7])), None);
        }
    }
}
