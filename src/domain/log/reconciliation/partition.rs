//! Partitions of the photos, which bound the memory of a reconciliation.

use super::row::{RowId, StoredRow};
use crate::domain::id::PhotoId;

/// A part of the photos with their collections that is compared at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhotoPartition {
    /// From 0.
    pub number: u64,
    /// Number of partitions, at least 1.
    pub count: u64,
}

impl PhotoPartition {
    /// All photos.
    pub const WHOLE: Self = Self { number: 0, count: 1 };

    /// Partitions of at most `size` photos.
    pub fn split(photos: u64, size: u64) -> impl Iterator<Item = Self> {
        let count = photos.div_ceil(size.max(1)).max(1);
        (0..count).map(move |number| Self { number, count })
    }

    /// True for the partition with which the other tables are compared.
    pub const fn is_first(self) -> bool {
        self.number == 0
    }

    /// Photos are distributed by the random end of their identifiers.
    pub(super) fn contains(self, photo_id: &PhotoId) -> bool {
        let end = photo_id.as_bytes()[8..].iter().fold(0_u64, |end, byte| end << 8 | u64::from(*byte));
        end % self.count.max(1) == self.number
    }

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
