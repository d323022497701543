//! Statistics of each block: its mean (the DC value) and its finest detail.

use super::frame::{Component, Frame};
use crate::validation::downscaled::{DownscaledPhoto, Plane};

/// The statistics of one block.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BlockStats {
    mean: u8,
    last: u8,
}

impl BlockStats {
    /// From a DC coefficient (eight times the mean less 128; T.81, A.3.3) and the position of the last AC coefficient, 0 to 63.
    #[inline(always)]
    pub(super) fn new(coefficient: i32, last: u32) -> Self {
        Self { mean: (128 + ((coefficient + 4) >> 3)).clamp(0, 255) as u8, last: last as u8 }
    }
}

/// Positions of the statistics of a frame's blocks. The components follow one another. Each area covers whole MCUs, so it is up
/// to three blocks wider and taller than the picture.
pub(super) struct BlockLayout {
    areas: Vec<ComponentGrid>,
    mcus_per_row: usize,
    places: usize,
    /// Size of the picture in blocks of 8 x 8 pixels.
    width: usize,
    height: usize,
}

/// The positions of one component, row by row.
#[derive(Clone, Copy)]
pub(super) struct ComponentGrid {
    start: usize,
    /// Blocks in a row.
    stride: usize,
    /// Blocks of one MCU per row.
    horizontal: usize,
    /// Blocks of one MCU per column.
    vertical: usize,
}

impl BlockLayout {
    /// Expects a frame within the limits of the analysis, so at most 3 x 316 x 400 positions of two bytes.
    pub(super) fn new(frame: &Frame) -> Self {
        let (across, down) = frame.mcus();
        let (mcus_per_row, mcu_rows) = (across as usize, down as usize);
        let mut places = 0;
        let area = |component: &Component| {
            let (horizontal, vertical) = (usize::from(component.horizontal), usize::from(component.vertical));
            let area = ComponentGrid { start: places, stride: mcus_per_row * horizontal, horizontal, vertical };
            places += area.stride * mcu_rows * vertical;
            area
        };
        let areas = frame.components.iter().map(area).collect();
        let (width, height) = (frame.width.div_ceil(8) as usize, frame.height.div_ceil(8) as usize);
        Self { areas, mcus_per_row, places, width, height }
    }

    /// In the order of the frame's components.
    pub(super) fn areas(&self) -> &[ComponentGrid] {
        &self.areas
    }

    pub(super) fn mcus_per_row(&self) -> usize {
        self.mcus_per_row
    }

    pub(super) fn empty_grid(&self) -> BlockStatsGrid {
        BlockStatsGrid { stats: vec![BlockStats::default(); self.places] }
    }
}

impl ComponentGrid {
    /// The positions of the first MCU's blocks, in coding order.
    pub(super) fn first_places(self) -> impl Iterator<Item = usize> {
        (0..self.vertical).flat_map(move |y| (0..self.horizontal).map(move |x| self.start + y * self.stride + x))
    }

    /// Distance from a block to the same block of the next MCU.
    pub(super) fn across(self) -> usize {
        self.horizontal
    }

    /// Number of positions to skip after a row of MCUs: all rows of blocks in it except the first.
    pub(super) fn down(self) -> usize {
        (self.vertical - 1) * self.stride
    }
}

/// The statistics of all blocks.
pub(super) struct BlockStatsGrid {
    stats: Vec<BlockStats>,
}

impl BlockStatsGrid {
    #[inline(always)]
    pub(super) fn set(&mut self, place: usize, block: BlockStats) {
        if let Some(slot) = self.stats.get_mut(place) {
            *slot = block;
        }
    }

    /// The picture at an eighth of its size and the finest detail of each of its blocks; `None` unless there are three
    /// components.
    pub(super) fn into_planes(self, layout: &BlockLayout) -> Option<(DownscaledPhoto, Plane)> {
        let [luma, blue, red] = *layout.areas() else { return None };
        let mean = |block: BlockStats| block.mean;
        let small = DownscaledPhoto {
            luma: self.plane(layout, luma, luma, mean)?,
            blue: self.plane(layout, blue, luma, mean)?,
            red: self.plane(layout, red, luma, mean)?,
        };
        Some((small, self.plane(layout, luma, luma, |block| block.last)?))
    }

    /// One component, cropped to the picture. If it is sampled more coarsely than luma, its samples are repeated.
    fn plane(
        &self,
        layout: &BlockLayout,
        area: ComponentGrid,
        luma: ComponentGrid,
        value: impl Fn(BlockStats) -> u8,
    ) -> Option<Plane> {
        // Sampling factors are powers of two, and luma has the largest.
        let (columns, rows) = (luma.horizontal / area.horizontal.max(1), luma.vertical / area.vertical.max(1));
        let mut samples = Vec::with_capacity(layout.width * layout.height);
        for y in 0..layout.height {
            let start = area.start + y / rows.max(1) * area.stride;
            let row = self.stats.get(start..start + layout.width.div_ceil(columns.max(1)))?;
            match columns {
                0 | 1 => samples.extend(row.iter().map(|block| value(*block))),
                _ => samples.extend((0..layout.width).filter_map(|x| row.get(x / columns)).map(|block| value(*block))),
            }
        }
        Some(Plane { width: layout.width, height: layout.height, samples })
    }
}
