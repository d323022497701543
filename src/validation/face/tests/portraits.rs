//! Fixture portraits and transformations of them: rotated, scaled, shifted, mirrored, darkened, blurred.

use std::sync::LazyLock;

use image::GrayImage;

use crate::validation::downscaled::Plane;

/// A portrait with its pupils as listed in `fixtures/README.md`.
pub(super) struct Portrait {
    pub(super) luma: GrayImage,
    pub(super) pupils: [(f64, f64); 2],
}

fn read(file: &str, pupils: [(f64, f64); 2]) -> Portrait {
    let path = format!("{}/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
    Portrait { luma: image::open(path).unwrap().into_luma8(), pupils }
}

pub(super) static LARGE: LazyLock<Portrait> =
    LazyLock::new(|| read("portrait-1244x1600.jpg", [(463.0, 735.0), (781.0, 753.0)]));
pub(super) static MIDDLE: LazyLock<Portrait> =
    LazyLock::new(|| read("portrait-827x1063.jpg", [(308.0, 489.0), (519.0, 501.0)]));
pub(super) static SMALL: LazyLock<Portrait> =
    LazyLock::new(|| read("portrait-413x531.jpg", [(154.0, 244.0), (259.0, 250.0)]));

/// Transformation of a portrait around its middle; the border pixels are repeated outwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transformation {
    pub(super) turn_degrees: f64,
    pub(super) scale: f64,
    /// Shift to the right and down, as share of the width and the height.
    pub(super) shift: (f64, f64),
    pub(super) mirror: bool,
    pub(super) light: f64,
    /// Side of the square over which each pixel is averaged, in pixels.
    pub(super) blur: f64,
}

pub(super) const AS_IS: Transformation =
    Transformation { turn_degrees: 0.0, scale: 1.0, shift: (0.0, 0.0), mirror: false, light: 1.0, blur: 0.0 };

impl Portrait {
    pub(super) fn size(&self) -> (f64, f64) {
        (f64::from(self.luma.width()), f64::from(self.luma.height()))
    }

    fn origin(&self, change: Transformation, (x, y): (f64, f64)) -> (f64, f64) {
        let ((width, height), (sin, cos)) = (self.size(), change.turn_degrees.to_radians().sin_cos());
        let (x, y) = (x - width * (0.5 + change.shift.0), y - height * (0.5 + change.shift.1));
        let (x, y) = ((cos * x + sin * y) / change.scale, (cos * y - sin * x) / change.scale);
        (width / 2.0 + if change.mirror { -x } else { x }, height / 2.0 + y)
    }

    pub(super) fn pupils(&self, change: Transformation) -> [(f64, f64); 2] {
        let ((width, height), (sin, cos)) = (self.size(), change.turn_degrees.to_radians().sin_cos());
        let mut pupils = self.pupils.map(|(x, y)| {
            let (x, y) = ((x - width / 2.0) * change.scale, (y - height / 2.0) * change.scale);
            let x = if change.mirror { -x } else { x };
            (cos * x - sin * y + width * (0.5 + change.shift.0), cos * y + sin * x + height * (0.5 + change.shift.1))
        });
        if change.mirror {
            pupils.swap(0, 1);
        }
        pupils
    }

    /// The transformed picture at an eighth of its size: the mean of 4 x 4 positions in each block of 8 x 8 pixels.
    pub(super) fn plane(&self, change: Transformation) -> Plane {
        let (width, height) = (self.luma.width() as usize, self.luma.height() as usize);
        let (blur, samples) = ((8.0 + change.blur) / 4.0, self.luma.as_raw());
        plane(width.div_ceil(8), height.div_ceil(8), |x, y| {
            let mut sum = 0.0;
            for place in 0..16 {
                let at = |sample: usize, step: usize| sample as f64 * 8.0 + 3.5 + (step as f64 - 1.5) * blur;
                let (x, y) = self.origin(change, (at(x, place % 4), at(y, place / 4)));
                let inside = |place: f64, size: usize| place.round().clamp(0.0, size as f64 - 1.0) as usize;
                sum += f64::from(samples[inside(y, height) * width + inside(x, width)]);
            }
            (sum / 16.0 * change.light) as u8
        })
    }
}

pub(super) fn plane(width: usize, height: usize, sample: impl Fn(usize, usize) -> u8) -> Plane {
    let samples = (0..width * height).map(|at| sample(at % width, at / width)).collect();
    Plane { width, height, samples }
}
