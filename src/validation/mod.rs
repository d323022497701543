//! Checks of an uploaded file against a profile: a complete, plain and upright photo of the required size.
//!
//! ```text
//! UploadBytes --+--> jpeg::analyse   every Huffman code of the file               --+
//!               |      +--> pixels   the picture at an eighth of its size         --+
//!               +--> cross_check     the `image` crate, header only, under limits --+--> findings --> JudgedPhoto | refusal
//!               +--> metadata        EXIF, colour profile, resolution             --+
//! ```
//! Pure functions: bytes and limits in, findings out. They never panic and allocate at most a few MiB in addition to the bytes.
//! Two independent decoders read the header, because a file that decoders read differently could show the office a different face
//! than the checked one.

pub mod close_check;
mod cross_check;
mod dimensions;
pub mod downscaled;
mod embedded;
pub mod face;
pub mod gateway_profile;
pub mod guides;
pub mod jpeg;
pub mod judge;
mod limits;
mod metadata;
mod person;
pub mod pixel_rule;
mod pixels;
pub mod profile;
pub mod rules;

pub use judge::{CheckOutcome, Judgement, Measurements, check_photo, judge};
pub use limits::{MAX_DECODER_BYTES, MAX_HEIGHT, MAX_WIDTH};
pub use metadata::{CaptureDate, capture_date};
pub use profile::{Profile, ProfileError};
