//! Parts of all photos, so that the memory of a comparison has a bound.

use super::row::{RowId, StoredRow};
use crate::domain::id::PhotoId;

/// A part of all photos, with their collections: as many are compared at once as fit into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoPartition {
    /// Its number, from 0.
    pub number: u64,
    /// The number of shares, at least 1.
    pub count: u64,
}

impl PhotoPartition {
    /// All photos.
    pub const WHOLE: Self = Self { number: 0, count: 1 };

    /// Shares of so many photos each.
    pub fn split(photos: u64, size: u64) -> impl Iterator<Item = Self> {
        let count = photos.div_ceil(size.max(1)).max(1);
        (0..count).map(move |number| Self { number, count })
    }

    /// True for the share in which all else is compared, too.
    pub const fn is_first(self) -> bool {
        self.number == 0
    }

    /// Tells if a photo is in it, by the random end of its identifier.
    pub(super) fn contains(self, photo_id: &PhotoId) -> bool {
        let end = photo_id.as_bytes()[8..].iter().fold(0_u64, |end, byte| end << 8 | u64::from(*byte));
        end % self.count.max(1) == self.number
    }

    /// Tells if a row is in it.
    pub(super) fn contains_row(self, row: &StoredRow) -> bool {
        match &row.id {
            RowId::Photo(photo_id) => self.contains(photo_id),
            RowId::Collection(_) | RowId::CollectionDevice(..) => {
                let photo_id = row.value("photo_id").as_text().and_then(|text| text.parse().ok());
                photo_id.map_or(self.is_first(), |photo_id| self.contains(&photo_id))
            }
            _ => self.is_first(),
        }
    }
}
