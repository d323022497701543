//! The photos of the demo.

/// The photo that the demo deposits. The portrait travels with the program, so that the demo runs anywhere.
pub(super) const PORTRAIT: &[u8] = include_bytes!("../../../../fixtures/portrait-1244x1600.jpg");

/// The same portrait with too few pixels for the profile of the demo: a photo that is refused.
pub(super) const REFUSED_PORTRAIT: &[u8] = include_bytes!("../../../../fixtures/portrait-413x531.jpg");
