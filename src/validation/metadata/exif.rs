//! A bounded reader of EXIF (CIPA DC-008): it reads four known directories and follows no chain of directories.
//!
//! Own code without allocations, because the available EXIF libraries follow overlapping directories, and 64 KiB of those can
//! fill hundreds of megabytes. This reader visits the first directory, the two it points to and the one after it, a fixed number
//! of times per query. For the largest possible segment that is less than 6,000 entries each time.

use super::tiff::{Directory, Tiff, TiffEntry};

const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
/// JPEGInterchangeFormat and JPEGInterchangeFormatLength: offset and length of the thumbnail.
const THUMBNAIL_START: u16 = 0x0201;
const THUMBNAIL_LENGTH: u16 = 0x0202;
const X_RESOLUTION: u16 = 0x011A;
const Y_RESOLUTION: u16 = 0x011B;
const RESOLUTION_UNIT: u16 = 0x0128;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const OFFSET_TIME_ORIGINAL: u16 = 0x9011;
const GPS_LATITUDE: u16 = 2;
const GPS_LONGITUDE: u16 = 4;
/// Minimum offset of a directory: the byte order mark and the first offset precede it.
const MIN_DIRECTORY_START: u32 = 8;
const CENTIMETRES_PER_INCH: f64 = 2.54;

/// The content of an EXIF segment, from its byte order mark on.
#[derive(Clone, Copy)]
pub(super) struct Exif<'a>(Tiff<'a>);

/// The entries with the capture time of the picture.
pub(super) struct CaptureEntries<'a> {
    /// `2026:11:22 10:15:00`
    pub(super) time: TiffEntry<'a>,
    /// `+01:00`
    pub(super) offset: Option<TiffEntry<'a>>,
}

impl<'a> Exif<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        Tiff::parse(bytes).map(Self)
    }

    /// Returns `None` if the directory is not within the segment.
    pub(super) fn first_directory(self) -> Option<Directory<'a>> {
        self.0.first_directory()
    }

    /// All entries DateTimeOriginal: of the EXIF directory, where the standard puts them, and of the first directory, where
    /// TIFF/EP (ISO 12234-2) puts them. DateTimeDigitized is ignored: for a scanned print it contains the day of the scan.
    pub(super) fn capture_entries(self) -> impl Iterator<Item = CaptureEntries<'a>> {
        let directories = self.directories_of(EXIF_DIRECTORY).chain(self.first_directory());
        directories.filter_map(|directory| {
            let time = directory.entry(DATE_TIME_ORIGINAL)?;
            Some(CaptureEntries { time, offset: directory.entry(OFFSET_TIME_ORIGINAL) })
        })
    }

    /// Reports whether EXIF contains the place of capture. A GPS directory alone does not count: cameras write empty ones.
    pub(super) fn has_location(self) -> bool {
        let mut entries = self.directories_of(GPS_DIRECTORY).flat_map(Directory::entries);
        entries.any(|entry| matches!(entry.tag, GPS_LATITUDE | GPS_LONGITUDE))
    }

    /// The bytes of a JPEG thumbnail, as far as the segment contains them; `None` if there is none. The second directory
    /// describes it (CIPA DC-008, 4.6.2).
    pub(super) fn thumbnail(self) -> Option<&'a [u8]> {
        let directory = self.first_directory()?.next_directory()?;
        let number = |tag| usize::try_from(directory.entry(tag)?.whole_number()?).ok();
        let available = self.0.bytes.get(number(THUMBNAIL_START)?..)?;
        let length = number(THUMBNAIL_LENGTH)?.min(available.len());
        available.get(..length).filter(|bytes| !bytes.is_empty())
    }

    /// The stated resolution in pixels per inch, horizontal if present; `None` if it is not above zero or has no unit.
    pub(super) fn pixels_per_inch(self) -> Option<f64> {
        let directory = self.first_directory()?;
        let number = |tag| directory.entry(tag)?.number().filter(|number| number.is_finite() && *number > 0.0);
        // CIPA DC-008, 4.6.5: inches unless stated otherwise.
        let factor = match directory.entry(RESOLUTION_UNIT).map(|entry| entry.whole_number()) {
            None | Some(Some(2)) => 1.0,
            Some(Some(3)) => CENTIMETRES_PER_INCH,
            Some(_) => return None,
        };
        Some(number(X_RESOLUTION).or_else(|| number(Y_RESOLUTION))? * factor)
    }

    /// The directories to which the first entry with this tag may point: by its typed value, and by its whole value field.
    fn directories_of(self, tag: u16) -> impl Iterator<Item = Directory<'a>> {
        let entry = self.first_directory().and_then(|directory| directory.entry(tag));
        let typed = entry.and_then(|entry| entry.whole_number());
        let whole = entry.and_then(|entry| entry.raw_value()).filter(|pointer| Some(*pointer) != typed);
        let pointers = typed.into_iter().chain(whole).filter(|pointer| *pointer >= MIN_DIRECTORY_START);
        pointers.filter_map(move |pointer| self.0.directory_at(pointer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_that_point_at_themselves_end() {
        // Every entry of the first directory claims to be the EXIF directory.
        let mut bytes = b"MM\0*\0\0\0\x08\xFF\xFF".to_vec();
        bytes.extend([0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8].repeat(5000));
        let exif = Exif::parse(&bytes).unwrap();
        assert!(exif.capture_entries().next().is_none());
        assert!(!exif.has_location());
        assert!(exif.first_directory().unwrap().is_cut());
    }

    /// An empty first directory, a second one for a thumbnail of four bytes, and these entries.
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
            let thumbnail = |start, length| {
                Exif::parse(&with_thumbnail(big, 14, start, length)).unwrap().thumbnail().map(<[u8]>::to_vec)
            };
            assert_eq!(thumbnail(44, 4).unwrap(), [0xFF, 0xD8, 0xFF, 0xD9]);
            assert_eq!(thumbnail(44, u32::MAX).unwrap().len(), 4, "as much as there is");
            for (start, length) in [(44, 0), (48, 4), (49, 4), (u32::MAX, 4)] {
                assert_eq!(thumbnail(start, length), None, "{start} {length}");
            }
        }
    }

    #[test]
    fn a_second_directory_that_is_not_there_holds_no_thumbnail() {
        for big in [false, true] {
            for second in [0, 8, 43, 44, 47, 48, 0x7FFF_FFFF, u32::MAX] {
                let bytes = with_thumbnail(big, second, 44, 4);
                assert_eq!(Exif::parse(&bytes).unwrap().thumbnail(), None, "{second}");
            }
            let bytes = with_thumbnail(big, 14, 44, 4);
            for cut in 4..=44 {
                assert_eq!(Exif::parse(&bytes[..cut]).unwrap().thumbnail(), None, "{cut}");
            }
        }
    }

    #[test]
    fn pointers_out_of_the_segment_lead_nowhere() {
        for pointer in [0_u32, 7, 21, 22, 0x7FFF_FFFF, u32::MAX] {
            let mut bytes = b"II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0".to_vec();
            bytes.extend(pointer.to_le_bytes());
            assert!(Exif::parse(&bytes).unwrap().capture_entries().next().is_none(), "{pointer}");
        }
    }
}
