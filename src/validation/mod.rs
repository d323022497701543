//! The judge: is this file a whole, plain, upright picture of the size that the profile asks for?
//!
//! ```text
//! UploadBytes --+--> jpeg::walk      every Huffman code of the file               --+
//!               |      +--> pixels   the picture at an eighth of its size         --+
//!               +--> second_judge    the `image` crate, header only, under limits --+--> findings --> JudgedPhoto | refusal
//!               +--> metadata        EXIF, colour profile, resolution             --+
//! ```
//! Pure functions: bytes and limits in, findings out. A judge never panics, whatever the bytes are, and allocates no more
//! than a few MiB beside them. Two judges of different make, because a file that two programs read differently is how
//! another face gets to the counter than the one that was checked.

mod cross_check;
mod dimensions;
pub mod downscaled;
mod embedded;
pub mod face;
pub mod gateway_profile;
pub mod guides;
pub mod jpeg;
pub mod judge;
mod metadata;
mod pixels;
pub mod profile;
mod profile_file;
pub mod rules;

pub use judge::{CheckOutcome, Judgement, Measurements, check_photo, judge};
pub use metadata::{CaptureDate, capture_date};
pub use profile::{Profile, ProfileError};

/// The widest picture that is looked at, in pixels: twice what any profile of 2026 asks for (BSI TR-03121: 1244 x 1600), and
/// what keeps the cost of a hostile file within bounds.
pub const MAX_WIDTH: u32 = 2500;
/// The tallest picture that is looked at, in pixels.
pub const MAX_HEIGHT: u32 = 3200;
/// What the second judge may allocate, in bytes. It reads headers only and stays far below; the limit stands in case that
/// changes.
pub const MAX_DECODER_BYTES: u64 = 64 * 1024 * 1024;
