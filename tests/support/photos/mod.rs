//! Photos for tests: portraits, variants of them, hostile files, and builders for them.

pub mod exif;
pub mod hostile;
pub mod jpeg;
pub mod portraits;
pub mod variants;
