//! The picture at an eighth of its size, as the walk over the file yields it for free: the mean of each block of 8 x 8 pixels.

/// One plane of samples, row by row from the top left corner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width x height` samples, 0 to 255.
    pub samples: Vec<u8>,
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
