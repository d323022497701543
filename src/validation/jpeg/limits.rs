//! Limits for the data before the picture data.

/// Maximum size of the data before the picture data, in bytes. EXIF takes at most 64 KiB and sRGB colour profiles a few KiB;
/// larger data are editing history or hidden content. Our own rule: the standards set no limit.
pub const MAX_METADATA_BYTES: usize = 512 * 1024;
/// Maximum number of segments before the picture data; cameras write about twenty. Decoders spend time on each segment, zune on
/// each pair of extended XMP segments, so a header with thousands of segments would cost seconds.
pub const MAX_SEGMENTS: usize = 256;
