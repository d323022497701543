//! The sizes in pixels that a profile accepts: the table `pixels` of its file.

use serde::{Deserialize, Serialize};

use super::limits::{MAX_HEIGHT, MAX_WIDTH};
use super::rules::within;

/// Accepted sizes in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged, try_from = "PixelTable")]
pub enum PixelRule {
    /// One size and no other.
    #[schema(title = "ExactPixelSize")]
    Exactly { width: u32, height: u32 },
    /// This size and larger ones.
    #[schema(title = "LeastPixelSize")]
    AtLeast {
        min_width: u32,
        min_height: u32,
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        aspect: Option<AspectRule>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        taller_than_wide: bool,
    },
}

/// Ratio of width to height, such as 35:45.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AspectRule {
    pub aspect_width: u32,
    pub aspect_height: u32,
    /// Accepted deviation from the ratio, in per cent of it.
    pub aspect_tolerance_percent: f64,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PixelTable {
    #[serde(deserialize_with = "within::<u32, _, _, 1, MAX_WIDTH>")]
    width: Option<u32>,
    #[serde(deserialize_with = "within::<u32, _, _, 1, MAX_HEIGHT>")]
    height: Option<u32>,
    #[serde(deserialize_with = "within::<u32, _, _, 1, MAX_WIDTH>")]
    min_width: Option<u32>,
    #[serde(deserialize_with = "within::<u32, _, _, 1, MAX_HEIGHT>")]
    min_height: Option<u32>,
    #[serde(deserialize_with = "within::<u32, _, _, 1, 10000>")]
    aspect_width: Option<u32>,
    #[serde(deserialize_with = "within::<u32, _, _, 1, 10000>")]
    aspect_height: Option<u32>,
    #[serde(deserialize_with = "within::<f64, _, _, 0, 10>")]
    aspect_tolerance_percent: Option<f64>,
    taller_than_wide: Option<bool>,
}

impl TryFrom<PixelTable> for PixelRule {
    type Error = &'static str;

    fn try_from(table: PixelTable) -> Result<Self, Self::Error> {
        let aspect = match (table.aspect_width, table.aspect_height, table.aspect_tolerance_percent) {
            (None, None, None) => None,
            (Some(aspect_width), Some(aspect_height), Some(aspect_tolerance_percent)) => {
                Some(AspectRule { aspect_width, aspect_height, aspect_tolerance_percent })
            }
            _ => return Err("a ratio needs aspect_width, aspect_height and aspect_tolerance_percent"),
        };
        if table.taller_than_wide == Some(false) {
            return Err("taller_than_wide must be true, or left out");
        }
        let taller_than_wide = table.taller_than_wide.is_some();
        match (table.width, table.height, table.min_width, table.min_height) {
            (Some(width), Some(height), None, None) if aspect.is_none() && !taller_than_wide => {
                Ok(Self::Exactly { width, height })
            }
            (None, None, Some(min_width), Some(min_height)) => {
                Ok(Self::AtLeast { min_width, min_height, aspect, taller_than_wide })
            }
            _ => Err("pixels needs either width and height alone, or min_width and min_height"),
        }
    }
}
