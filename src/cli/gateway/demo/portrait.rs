//! The photo that the demo deposits.

/// The portrait travels with the program, so that the demo runs anywhere.
pub(super) const PORTRAIT: &[u8] = include_bytes!("../../../../fixtures/portrait-1244x1600.jpg");
