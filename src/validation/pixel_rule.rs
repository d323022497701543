//! The sizes in pixels that a profile accepts.

use serde::Serialize;

/// Accepted sizes in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PixelRule {
    /// One size and no other.
    Exactly { width: u32, height: u32 },
    /// Any size from this one on.
    AtLeast {
        /// The least width in pixels.
        min_width: u32,
        /// The least height in pixels.
        min_height: u32,
        /// In which ratio; `None` for any.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        aspect: Option<AspectRule>,
        /// True if the height has to be greater than the width.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        taller_than_wide: bool,
    },
}

/// In which ratio width and height stand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AspectRule {
    /// The width's part in the ratio: 35 of 35:45.
    pub aspect_width: u32,
    /// The height's part in the ratio: 45 of 35:45.
    pub aspect_height: u32,
    /// By how much the ratio may be missed, in per cent of it.
    pub aspect_tolerance_percent: f64,
}
