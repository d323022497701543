//! Quarter turns of a plane, so that faces on their side or upside down can be found.

use crate::validation::downscaled::Plane;

/// Clockwise rotation of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    Quarter,
    Half,
    ThreeQuarters,
}

impl Rotation {
    pub(super) const ALL: [Self; 3] = [Self::Quarter, Self::Half, Self::ThreeQuarters];

    pub(super) fn rotate(self, plane: &Plane) -> Plane {
        let Plane { width, height, ref samples } = *plane;
        let (width_after, height_after) = match self {
            Self::Half => (width, height),
            Self::Quarter | Self::ThreeQuarters => (height, width),
        };
        let source = |x: usize, y: usize| match self {
            Self::Quarter => (y, height - 1 - x),
            Self::Half => (width - 1 - x, height - 1 - y),
            Self::ThreeQuarters => (width - 1 - y, x),
        };
        let places = (0..height_after).flat_map(|y| (0..width_after).map(move |x| source(x, y)));
        let samples = places.map(|(x, y)| samples[y * width + x]).collect();
        Plane { width: width_after, height: height_after, samples }
    }

    /// Converts a point of the rotated plane to coordinates of the original plane. Both are in samples from the upper left
    /// corner.
    pub(super) fn map_back(self, (x, y): (f32, f32), plane: &Plane) -> (f32, f32) {
        let (width, height) = (plane.width as f32, plane.height as f32);
        match self {
            Self::Quarter => (y, height - x),
            Self::Half => (width - x, height - y),
            Self::ThreeQuarters => (width - y, x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_found_where_it_was() {
        let plane = Plane { width: 3, height: 2, samples: vec![0, 1, 2, 3, 4, 5] };
        assert_eq!(Rotation::Quarter.rotate(&plane).samples, [3, 0, 4, 1, 5, 2]);
        for turn in Rotation::ALL {
            let turned = turn.rotate(&plane);
            for y in 0..turned.height {
                for x in 0..turned.width {
                    let (old_x, old_y) = turn.map_back((x as f32 + 0.5, y as f32 + 0.5), &plane);
                    let before = plane.samples[old_y as usize * plane.width + old_x as usize];
                    assert_eq!(turned.samples[y * turned.width + x], before, "{turn:?} {x} {y}");
                }
            }
        }
    }
}
