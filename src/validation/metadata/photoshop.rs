//! The thumbnail among Photoshop's image resources (Adobe Photoshop File Formats Specification, image resource blocks).
//!
//! ```text
//! "8BIM"  id  name (length, text, even in all)  length  data (even)    repeated
//! ```

use super::thumbnail;
use crate::validation::jpeg::{JpegAnalysis, PHOTOSHOP};

const SIGNATURE: &[u8] = b"8BIM";
/// Id of the thumbnail since Photoshop 5.
const THUMBNAIL: u16 = 1036;
/// Length of format, sizes and depth before the thumbnail's JPEG.
const THUMBNAIL_HEADER: usize = 28;

/// Size in bytes of a thumbnail that shows the photo; 0 if there is none, or if the first one shows another picture.
pub(super) fn thumbnail_bytes(bytes: &[u8], analysis: &JpegAnalysis) -> usize {
    let segments =
        analysis.header.photoshop.iter().filter_map(|range| bytes.get(range.clone())?.strip_prefix(PHOTOSHOP));
    let first = segments.flat_map(Resources).find(|(id, _)| *id == THUMBNAIL);
    let shown = first.filter(|(_, data)| {
        data.get(THUMBNAIL_HEADER..).is_some_and(|jpeg| thumbnail::shows_the_photo(jpeg, analysis))
    });
    shown.map_or(0, |(_, data)| data.len())
}

/// The complete resources of a segment, by id.
struct Resources<'a>(&'a [u8]);

impl<'a> Iterator for Resources<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.strip_prefix(SIGNATURE)?;
        let (id, rest) = rest.split_first_chunk().map(|(id, rest)| (u16::from_be_bytes(*id), rest))?;
        let name = 1 + usize::from(*rest.first()?);
        let (length, rest) = rest.get(name.next_multiple_of(2)..)?.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let data = rest.get(..length)?;
        self.0 = rest.get(length.next_multiple_of(2)..).unwrap_or_default();
        Some((id, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_read_as_far_as_they_are_whole() {
        let first = b"8BIM\x04\x04\x03abc\0\0\0\x03xyz\0";
        let second = b"8BIM\x04\x0C\0\0\0\0\0\x02hi";
        let all = [&first[..], second].concat();
        let read = |bytes| Resources(bytes).collect::<Vec<_>>();
        assert_eq!(read(&all), [(0x0404, &b"xyz"[..]), (THUMBNAIL, b"hi")]);
        for cut in 0..all.len() {
            let whole = usize::from(cut >= first.len() - 1);
            assert_eq!(read(&all[..cut]).len(), whole, "{cut}");
        }
        assert_eq!(read(b"8BIM\x04\x0C\0\0\xFF\xFF\xFF\xFFhi"), []);
    }
}
