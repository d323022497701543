//! Limits of what a file may hold before its picture data.

/// More than this before the picture data is refused, in bytes. EXIF takes at most 64 KiB and colour profiles for sRGB a few;
/// what is larger is editing history or something hidden. Our own rule: the standards have none.
pub const MAX_METADATA_BYTES: usize = 512 * 1024;
/// More segments than this before the picture data are refused; cameras write about twenty. Decoders spend time on each, zune
/// on each pair of extended XMP segments, so that a header of thousands would cost seconds.
pub const MAX_SEGMENTS: usize = 256;
