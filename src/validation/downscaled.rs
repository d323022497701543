//! The photo at an eighth of its size: the mean of each block of 8 x 8 pixels, a by-product of the analysis of the file.

/// One plane of samples, row by row from the top left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    /// `width x height` samples, 0 to 255.
    pub samples: Vec<u8>,
}

impl Plane {
    /// Interpolates linearly between samples, at a position measured from the upper left corner of the first sample; outside the
    /// plane the outermost samples are repeated. The plane must not be empty.
    pub(super) fn value_at(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (x, y) = (x - left as f32, y - top as f32);
        let at = |x: usize, y: usize| f32::from(self.samples[y * self.width + x]);
        let mix = |a: f32, b: f32, part: f32| a + (b - a) * part;
        mix(mix(at(left, top), at(right, top), x), mix(at(left, bottom), at(right, bottom), x), y)
    }
}

/// Luma and both chroma planes (YCbCr as JFIF defines it), all of the same size: one sample for each 8 x 8 pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownscaledPhoto {
    /// Brightness.
    pub luma: Plane,
    /// Blue difference, 128 for grey.
    pub blue: Plane,
    /// Red difference, 128 for grey.
    pub red: Plane,
}

impl DownscaledPhoto {
    /// A photo in which every sample has these differences of blue and red.
    pub fn tinted(luma: Plane, blue: u8, red: u8) -> Self {
        let flat = |value| Plane { width: luma.width, height: luma.height, samples: vec![value; luma.samples.len()] };
        Self { blue: flat(blue), red: flat(red), luma }
    }
}
