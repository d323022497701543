//! The crown: the uppermost point of the person above the face.

use super::head::HeadPlace;
use super::mask::PersonMask;

/// Samples from this probability (in 255ths) on show the person.
const PERSON: f64 = 127.5;
/// Share of the face's columns that must show the person for a row to belong to the head, because a lock of hair is not a crown.
const COLUMNS: f64 = 0.1;

/// The upper end of the head, hair and head cover included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crown {
    /// In samples from the picture's upper edge, rounded to tenths.
    At(f64),
    /// The head touches the upper edge of the picture, or is so near that the mask touches it. That happens to a fifth of the
    /// heads that end a hundredth of the height below the edge, and to few that end two hundredths below it.
    CutOff,
}

impl PersonMask {
    /// Finds the crown, from the eyes upwards. `None` if the mask shows no person at the eyes.
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
                // Interpolated from the middle of the row below, which shows the person.
                let row = row as f64 + 1.5 - (below - PERSON) / (below - above);
                return Some(Crown::At((row * 10.0).round() / 10.0));
            }
            below = above;
        }
        Some(Crown::CutOff)
    }
}
