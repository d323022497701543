//! A bounded reader of EXIF (CIPA DC-008, a TIFF structure): four directories by name, no list that is followed.
//!
//! Read by hand and without allocating: the EXIF libraries at hand follow directories that overlap, and 64 KiB of those can be
//! made to fill hundreds of megabytes. Here the first directory, the two it points to and the one after it are gone through, each
//! once for a question: for the largest segment there can be, that is less than 6,000 entries each time.

const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
/// JPEGInterchangeFormat and JPEGInterchangeFormatLength: where the thumbnail lies, and its bytes.
const THUMBNAIL_START: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
const GPS_LATITUDE: u16 = 2;
const GPS_LONGITUDE: u16 = 4;
/// Of the texts that are read here, the longest one with its final zero has 20 bytes.
const MAX_TEXT_BYTES: usize = 64;

/// The content of an EXIF segment, from its byte order mark on.
#[derive(Clone, Copy)]
pub(super) struct Exif<'a> {
    bytes: &'a [u8],
    order: ByteOrder,
}

impl<'a> Exif<'a> {
    /// `None` when it begins with no byte order mark.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let order = match bytes.first_chunk()? {
            b"II*\0" => ByteOrder::Little,
            b"MM\0*" => ByteOrder::Big,
            _ => return None,
        };
        Some(Self { bytes, order })
    }

    /// `None` when it does not lie within the segment.
    pub(super) fn first_directory(self) -> Option<Directory<'a>> {
        self.directory_at(self.order.u32_at(self.bytes, 4)?)
    }

    /// When the picture was taken, as it is written (`2026:11:22 10:15:00`), and its offset from UTC (`+01:00`).
    pub(super) fn capture_time(self) -> Option<(&'a str, Option<&'a str>)> {
        let directory = self.directory_of(EXIF_DIRECTORY)?;
        let text = |tag| directory.entries().find(|entry| entry.tag == tag).and_then(|entry| entry.text());
        Some((text(DATE_TIME_ORIGINAL)?, text(OFFSET_TIME_ORIGINAL)))
    }

    /// Whether it says where the picture was taken. A GPS directory alone does not: cameras write empty ones.
    pub(super) fn has_location(self) -> bool {
        let Some(directory) = self.directory_of(GPS_DIRECTORY) else { return false };
        directory.entries().any(|entry| matches!(entry.tag, GPS_LATITUDE | GPS_LONGITUDE))
    }

    /// How many bytes of a thumbnail in JPEG it holds; `None` if none. (CIPA DC-008, 4.6.2: the second directory is about it.)
    pub(super) fn thumbnail_bytes(self) -> Option<usize> {
        let directory = self.first_directory()?.following()?;
        let number = |tag| usize::try_from(directory.entries().find(|entry| entry.tag == tag)?.number()?).ok();
        let held = self.bytes.get(number(THUMBNAIL_START)?..)?.len();
        number(THUMBNAIL_LENGTH).map(|declared| declared.min(held)).filter(|bytes| *bytes > 0)
    }

    fn directory_of(self, tag: u16) -> Option<Directory<'a>> {
        let pointer = self.first_directory()?.entries().find(|entry| entry.tag == tag)?.number()?;
        self.directory_at(pointer)
    }

    fn directory_at(self, offset: u32) -> Option<Directory<'a>> {
        let start = usize::try_from(offset).ok()?;
        let declared = usize::from(self.order.u16_at(self.bytes, start)?);
        Some(Directory { exif: self, declared, entries: self.bytes.get(start.checked_add(2)?..)? })
    }
}

/// One directory.
#[derive(Clone, Copy)]
pub(super) struct Directory<'a> {
    exif: Exif<'a>,
    declared: usize,
    /// From the first entry to the end of the segment.
    entries: &'a [u8],
}

impl<'a> Directory<'a> {
    pub(super) fn entries(self) -> impl Iterator<Item = Entry<'a>> {
        let entries = self.entries.chunks_exact(12).take(self.declared);
        entries.filter_map(move |raw| Some(Entry { exif: self.exif, tag: self.exif.order.u16_at(raw, 0)?, raw }))
    }

    /// The directory after this one, to which the number behind the last entry points; 0 says that there is none.
    fn following(self) -> Option<Self> {
        let pointer = self.exif.order.u32_at(self.entries, self.declared * 12)?;
        (pointer != 0).then(|| self.exif.directory_at(pointer))?
    }

    /// Whether it declares more entries than the segment holds.
    pub(super) fn is_cut(self) -> bool {
        self.entries.len() / 12 < self.declared
    }
}

/// One entry of a directory: 2 bytes of tag, 2 of type, 4 of count, 4 of value or where the value lies.
pub(super) struct Entry<'a> {
    exif: Exif<'a>,
    pub(super) tag: u16,
    raw: &'a [u8],
}

impl<'a> Entry<'a> {
    /// A single whole number: BYTE, SHORT or LONG. Standards ask for one of them; programs take all three.
    pub(super) fn number(&self) -> Option<u32> {
        match self.exif.order.u16_at(self.raw, 2)? {
            1 => self.raw.get(8).map(|byte| u32::from(*byte)),
            3 => self.exif.order.u16_at(self.raw, 8).map(u32::from),
            4 => self.exif.order.u32_at(self.raw, 8),
            _ => None,
        }
    }

    /// A short ASCII text without its final zeros and spaces; `None` when it is longer than any that is looked for here.
    pub(super) fn text(&self) -> Option<&'a str> {
        let count = usize::try_from(self.exif.order.u32_at(self.raw, 4)?).ok()?;
        if self.exif.order.u16_at(self.raw, 2)? != 2 || count > MAX_TEXT_BYTES {
            return None;
        }
        let bytes = if count <= 4 {
            self.raw.get(8..8 + count)?
        } else {
            let start = usize::try_from(self.exif.order.u32_at(self.raw, 8)?).ok()?;
            self.exif.bytes.get(start..start.checked_add(count)?)?
        };
        let text = std::str::from_utf8(bytes).ok()?;
        Some(text.trim_end_matches(['\0', ' ']))
    }
}

#[derive(Debug, Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn u16_at(self, bytes: &[u8], offset: usize) -> Option<u16> {
        let bytes = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        })
    }

    fn u32_at(self, bytes: &[u8], offset: usize) -> Option<u32> {
        let bytes = *bytes.get(offset..)?.first_chunk()?;
        Some(match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_that_point_at_themselves_end() {
        // Every entry of the first directory names itself as the EXIF directory.
        let mut bytes = b"MM\0*\0\0\0\x08\xFF\xFF".to_vec();
        bytes.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8].repeat(5000));
        let exif = Exif::parse(&bytes).unwrap();
        assert_eq!(exif.capture_time(), None);
        assert!(!exif.has_location());
        assert!(exif.first_directory().unwrap().is_cut());
    }

    /// An empty first directory, a second one about a thumbnail of four bytes, and these.
    fn with_thumbnail(big: bool, second: u32, start: u32, length: u32) -> Vec<u8> {
        let long = |number: u32| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let short = |number: u16| if big { number.to_be_bytes() } else { number.to_le_bytes() };
        let mut bytes = if big { b"MM\0*" } else { b"II*\0" }.to_vec();
        bytes.extend([&long(8)[..], &short(0), &long(second), &short(2)].concat());
        for (tag, value) in [(0x0201, start), (0x0202, length)] {
            bytes.extend([&short(tag)[..], &short(4), &long(1), &long(value)].concat());
        }
        bytes.extend([&long(0)[..], &[0xFF, 0xD8, 0xFF, 0xD9]].concat());
        bytes
    }

    #[test]
    fn a_thumbnail_is_found_in_both_byte_orders() {
        for big in [false, true] {
            let held = |start, length| Exif::parse(&with_thumbnail(big, 14, start, length)).unwrap().thumbnail_bytes();
            assert_eq!(held(44, 4), Some(4));
            assert_eq!(held(44, u32::MAX), Some(4), "as much as there is");
            for (start, length) in [(44, 0), (48, 4), (49, 4), (u32::MAX, 4)] {
                assert_eq!(held(start, length), None, "{start} {length}");
            }
        }
    }

    #[test]
    fn a_second_directory_that_is_not_there_holds_no_thumbnail() {
        for big in [false, true] {
            for second in [0, 8, 43, 44, 47, 48, 0x7FFF_FFFF, u32::MAX] {
                let bytes = with_thumbnail(big, second, 44, 4);
                assert_eq!(Exif::parse(&bytes).unwrap().thumbnail_bytes(), None, "{second}");
            }
            let bytes = with_thumbnail(big, 14, 44, 4);
            for cut in 4..=44 {
                assert_eq!(Exif::parse(&bytes[..cut]).unwrap().thumbnail_bytes(), None, "{cut}");
            }
        }
    }

    #[test]
    fn pointers_out_of_the_segment_lead_nowhere() {
        for pointer in [0_u32, 7, 21, 22, 0x7FFF_FFFF, u32::MAX] {
            let mut bytes = b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0".to_vec();
            bytes.extend(pointer.to_le_bytes());
            assert_eq!(Exif::parse(&bytes).unwrap().capture_time(), None, "{pointer}");
        }
    }
}
