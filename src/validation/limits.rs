//! Limits of the pictures that are analysed, so that a hostile file costs bounded time and memory.

/// The widest picture that is looked at, in pixels: twice what any profile of 2026 asks for (BSI TR-03121: 1244 x 1600), and
/// what keeps the cost of a hostile file within bounds.
pub const MAX_WIDTH: u32 = 2500;
/// The tallest picture that is looked at, in pixels.
pub const MAX_HEIGHT: u32 = 3200;
/// The most that the cross-check may allocate, in bytes. It reads headers only and stays far below; the limit stands in case that
/// changes.
pub const MAX_DECODER_BYTES: u64 = 64 * 1024 * 1024;
