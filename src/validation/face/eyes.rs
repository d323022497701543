//! Check that both eyes are open and free of hair, glare and dark glass.
//!
//! ```text
//!  sclera   iris   sclera        an open eye: the middle is darker than its flanks
//! +------------------------+
//! |  oo     ####     oo    |    window of 0.52 x 0.28 of the distance of the eyes around the lids, 13 x 7 samples
//! +------------------------+
//! ```
//! Brightness is a share of the skin's brightness, so that skin tone makes no difference. An iris is found if the middle of a
//! window is darker than the samples beside it; a closed lid, a reflection and a strand of hair have no such middle. The limits
//! separate good portraits from faulty variants of them (`docs/judge.md`). A small picture is not reliable enough for more, so
//! all findings are advice.

use std::ops::Range;

use super::landmarks::Landmarks;
use super::skin::SkinTone;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::Quantity;
use crate::domain::check::{Check, FindingDetail};
use crate::domain::photo::declaration::Subject;
use crate::validation::downscaled::Plane;

/// Half of a window's width and height, as share of the distance of the eyes.
const HALF_WINDOW: (f32, f32) = (0.26, 0.14);
const COLUMNS: usize = 13;
const ROWS: usize = 7;
const MIDDLE_ROW: Range<usize> = 3..4;
const MIDDLE_ROWS: Range<usize> = 2..5;
/// Minimum difference between the brightest and the darkest twentieth of a window. Good portraits: at least 0.27; dark glasses:
/// at most 0.20 for 19 of 20.
const MIN_CONTRAST: f64 = 0.25;
const MIN_IRIS: f64 = 0.0;
/// Minimum darkness, in three rows, of an open eye with a pale iris. The middle row of such an eye may be as bright as the white
/// beside it, but its pupil and the edge of its lid are darker. Open eyes with an iris fainter than [`MIN_IRIS`]: at least 0.14;
/// closed lids: less for three of four.
const PALE_IRIS: f32 = 0.14;
/// Minimum correlation of one window with the mirror image of the other. Studio portraits: at least 0.78.
const MIN_SYMMETRY: f64 = 0.2;
/// Below [`MIN_SYMMETRY`], an iris fainter than this means that something covers the eye.
const MIN_IRIS_IN_ASYMMETRY: f32 = 0.1;
/// Brightness of an eye, as share of the skin's, above which a missing iris is a reflection. Closed lids: at most 1.11.
const GLARE: f64 = 1.15;

/// Checks both eyes. Children under six may have their eyes closed.
pub(super) fn check(luma: &Plane, landmarks: &Landmarks, skin: &SkinTone, subject: Subject) -> Option<Finding> {
    let (lids, distance) = landmarks.lids();
    let [left, right] = lids;
    let across = (right.0 - left.0, right.1 - left.1);
    let brightness = skin.brightness.max(1.0);
    let [left, right] = [(left, 1.0), (right, -1.0)].map(|(middle, side)| {
        EyeWindow::new(|column, row| {
            let (x, y) = (side * column, row);
            let place = (middle.0 + x * across.0 - y * across.1, middle.1 + x * across.1 + y * across.0);
            luma.value_at(place.0, place.1) / brightness
        })
    });
    if distance <= 0.0 {
        return None;
    }
    let covered = |measured: Quantity, limit: String, detail: Option<FindingDetail>| {
        Some(Finding::advise(Check::EyesCovered, measured, limit).with_detail(detail))
    };
    let [contrast, min_contrast] =
        [f64::from(left.contrast().min(right.contrast())), MIN_CONTRAST].map(Quantity::percent);
    if min_contrast.exceeds(contrast) {
        return covered(contrast, format!(">= {min_contrast}"), Some(FindingDetail::DarkGlasses));
    }
    let [iris, min_iris] = [f64::from(left.openness().min(right.openness())), MIN_IRIS].map(Quantity::percent);
    if min_iris.exceeds(iris) {
        let brightness = f64::from(left.brightness().max(right.brightness()));
        let [brightness, max_brightness] = [brightness, GLARE].map(Quantity::percent);
        if brightness.exceeds(max_brightness) {
            return covered(brightness, format!("<= {max_brightness}"), Some(FindingDetail::GlareOnEyes));
        }
        return (subject != Subject::Under6).then(|| Finding::advise(Check::EyesShut, iris, format!(">= {min_iris}")));
    }
    // Under light from one side the shade makes the eyes differ; the check of the light reports that.
    if skin.is_unevenly_lit() {
        return None;
    }
    let [symmetry, min_symmetry] = [f64::from(left.correlation(&right)), MIN_SYMMETRY].map(Quantity::percent);
    let is_faint = left.iris(MIDDLE_ROW).min(right.iris(MIDDLE_ROW)) < MIN_IRIS_IN_ASYMMETRY;
    if is_faint && min_symmetry.exceeds(symmetry) {
        covered(symmetry, format!(">= {min_symmetry}"), None)
    } else {
        None
    }
}

/// Brightness around an eye as share of the skin's, row by row. The first column is next to the temple in both eyes.
struct EyeWindow([f32; COLUMNS * ROWS]);

impl EyeWindow {
    /// `value` receives coordinates relative to the middle, as shares of the distance of the eyes.
    fn new(value: impl Fn(f32, f32) -> f32) -> Self {
        let place = |index: usize, count: usize, half: f32| half * (2.0 * index as f32 / (count - 1) as f32 - 1.0);
        Self(std::array::from_fn(|index| {
            let (column, row) = (index % COLUMNS, index / COLUMNS);
            value(place(column, COLUMNS, HALF_WINDOW.0), place(row, ROWS, HALF_WINDOW.1))
        }))
    }

    /// Difference between the brightest and the darkest twentieth.
    fn contrast(&self) -> f32 {
        quantile(&self.0, 0.95) - quantile(&self.0, 0.05)
    }

    /// Darkness of the iris, or the amount by which pupil and lid edge exceed [`PALE_IRIS`]; below [`MIN_IRIS`] for a closed eye.
    fn openness(&self) -> f32 {
        self.iris(MIDDLE_ROW).max(self.iris(MIDDLE_ROWS) - PALE_IRIS)
    }

    /// Brightness difference between the darkest sample in the middle and both flanks, in these rows.
    fn iris(&self, rows: Range<usize>) -> f32 {
        let rows: Vec<&[f32]> = rows.map(|row| &self.0[row * COLUMNS..][..COLUMNS]).collect();
        let mut flanks: Vec<f32> = rows.iter().flat_map(|row| [row[2], row[3], row[9], row[10]]).collect();
        flanks.sort_by(f32::total_cmp);
        let flanks = f32::midpoint(flanks[flanks.len() / 2 - 1], flanks[flanks.len() / 2]);
        flanks - rows.iter().flat_map(|row| &row[5..8]).copied().fold(f32::INFINITY, f32::min)
    }

    /// Upper quarter of the brightness between the lids.
    fn brightness(&self) -> f32 {
        let inner: Vec<f32> = (2..5).flat_map(|row| self.0[row * COLUMNS..][3..10].iter().copied()).collect();
        quantile(&inner, 0.75)
    }

    /// Pearson's correlation, -1 to 1; 0 if one of the windows has no contrast.
    fn correlation(&self, other: &Self) -> f32 {
        let mean = |window: &Self| window.0.iter().sum::<f32>() / window.0.len() as f32;
        let (own, others) = (mean(self), mean(other));
        let (mut product, mut squares, mut other_squares) = (0.0, 0.0, 0.0);
        for (a, b) in self.0.iter().zip(&other.0) {
            product += (a - own) * (b - others);
            squares += (a - own).powi(2);
            other_squares += (b - others).powi(2);
        }
        product / (squares * other_squares).sqrt().max(f32::EPSILON)
    }
}

/// Quantile by nearest rank; `values` must not be empty.
fn quantile(values: &[f32], share: f32) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[((sorted.len() - 1) as f32 * share).round() as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open_eye() -> EyeWindow {
        EyeWindow::new(|x, y| if x.hypot(y) < 0.08 { 0.2 } else { 0.9 })
    }

    #[test]
    fn an_iris_is_darker_than_its_flanks_and_a_lid_is_not() {
        assert!(open_eye().iris(3..4) > 0.6 && open_eye().contrast() > 0.6);
        assert!(EyeWindow::new(|_, y| if y > 0.05 { 0.5 } else { 0.9 }).iris(3..4) <= 0.0);
        assert!(EyeWindow::new(|x, _| if x.abs() < 0.1 { 1.8 } else { 0.9 }).iris(3..4) < 0.0);
    }

    #[test]
    fn a_pale_iris_is_no_shut_lid() {
        // As bright as the white beside it, except for a pupil above the middle row.
        let pale = EyeWindow::new(|x, y| if x.abs() < 0.05 && (-0.06..-0.02).contains(&y) { 0.4 } else { 0.9 });
        assert!(pale.iris(MIDDLE_ROW) <= 0.0 && pale.openness() > 0.0, "{}", pale.openness());
        // Bright over the eyeball, with lashes below.
        let lid = EyeWindow::new(|x, y| match (x.abs() < 0.12, y > 0.02) {
            (_, true) => 0.8,
            (true, false) => 0.95,
            (false, false) => 0.9,
        });
        assert!(lid.openness() < 0.0, "{}", lid.openness());
    }

    #[test]
    fn mirror_images_correlate_and_flat_windows_do_not() {
        assert!(open_eye().correlation(&open_eye()) > 0.99);
        let strands = EyeWindow::new(|x, _| if (x * 40.0).sin() > 0.0 { 0.2 } else { 0.6 });
        assert!(open_eye().correlation(&strands) < 0.3);
        assert_eq!(open_eye().correlation(&EyeWindow::new(|_, _| 0.5)), 0.0);
    }

    #[test]
    fn quantiles_are_values_of_the_list() {
        assert_eq!([0.0, 0.5, 1.0].map(|share| quantile(&[3.0, 1.0, 2.0], share)), [1.0, 2.0, 3.0]);
    }
}
