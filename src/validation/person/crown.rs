//! The crown: where the person ends above the face.

use super::head::HeadPlace;
use super::mask::PersonMask;

/// From this level on a sample shows the person, in 255ths.
const PERSON: f64 = 127.5;
/// Part of the face's columns that must show the person for a row to belong to the head: a lock of hair is no crown.
const COLUMNS: f64 = 0.1;

/// The upper end of the head, hair and head cover included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crown {
    /// In samples from the picture's upper edge, rounded to tenths.
    At(f64),
    /// The head touches the upper edge of the picture, or comes so near to it that the mask does: a fifth of the heads do that are a
    /// hundredth of the height below the edge, and few that are two.
    CutOff,
}

impl PersonMask {
    /// Finds the crown, from the eyes upwards. `None` if the mask has no person at the eyes.
    pub fn crown(&self, head: &HeadPlace) -> Option<Crown> {
        let columns = head.columns_within(self.plane.width);
        let rank = ((columns.len() as f64 * COLUMNS).round() as usize).max(1);
        let level = |row: usize| {
            let mut samples = self.plane.samples[row * self.plane.width..][columns.clone()].to_vec();
            samples.sort_unstable();
            samples
                .len()
                .checked_sub(rank)
                .and_then(|place| samples.get(place))
                .map_or(0.0, |sample| f64::from(*sample))
        };
        let eyes = (head.eyes.max(0.0) as usize).min(self.plane.height.checked_sub(1)?);
        let mut below = level(eyes);
        if below <= PERSON {
            return None;
        }
        for row in (0..eyes).rev() {
            let above = level(row);
            if above <= PERSON {
                // From the middle of the row below, in which the person is.
                let row = row as f64 + 1.5 - (below - PERSON) / (below - above);
                return Some(Crown::At((row * 10.0).round() / 10.0));
            }
            below = above;
        }
        Some(Crown::CutOff)
    }
}
