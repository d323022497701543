//! Photos for tests: portraits, variants of them, hostile files, and how they are put together.

pub mod exif;
pub mod hostile;
pub mod jpeg;
pub mod portraits;
pub mod variants;
