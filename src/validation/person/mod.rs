//! The person in a photo: the area of the person, the crown of the head, and whether the background is plain.
//!
//! ```text
//! luma, blue, red at 1/8 --> RGB, 256 x 256 --> network --> mask --+--> crown
//!                                                                  +--> background: deviations, shadow
//! ```
//! The network is MediaPipe's selfie segmentation (origin, licence and digest in `../face/models/README.md`). Coordinates are
//! samples of the small planes, from the picture's upper left corner. Values are rounded, so that they do not depend on the last
//! bits of floating-point arithmetic.

mod background;
mod crown;
mod head;
mod mask;
#[cfg(test)]
mod tests;

pub(super) use crown::Crown;
pub(super) use head::HeadPlace;
pub(super) use mask::PersonMask;
