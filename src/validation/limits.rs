//! Limits of the pictures that are analysed, so that a hostile file costs bounded time and memory.

/// Maximum width of a picture in pixels: twice the largest of any profile of 2026 (BSI TR-03121: 1244 x 1600). Bounds the cost of
/// a hostile file.
pub const MAX_WIDTH: u32 = 2500;
/// Maximum height of a picture in pixels.
pub const MAX_HEIGHT: u32 = 3200;
/// Maximum memory of the cross-check in bytes. It reads headers only and needs far less; the limit is a safeguard.
pub const MAX_DECODER_BYTES: u64 = 64 * 1024 * 1024;
