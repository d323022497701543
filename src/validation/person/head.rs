//! Position of the head as measured by the face network.

use std::ops::Range;

/// Position of a head in samples of the small planes, from the picture's upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadPlace {
    /// From the left side of the face to its right side.
    pub columns: Range<f64>,
    pub eyes: f64,
    pub chin: f64,
}

impl HeadPlace {
    /// The columns of a plane that show the face; empty if it is outside.
    pub(super) fn columns_within(&self, width: usize) -> Range<usize> {
        let end = (self.columns.end.ceil().max(0.0) as usize).min(width);
        (self.columns.start.max(0.0) as usize).min(end)..end
    }

    /// Rows of the head without hair: from its top, which is as far above the eyes as the chin is below them, to the chin.
    pub(super) fn rows_within(&self, height: usize) -> Range<usize> {
        let end = (self.chin.max(0.0) as usize).min(height);
        ((2.0 * self.eyes - self.chin).max(0.0) as usize).min(end)..end
    }
}
