//! Where the pupils are: the point at which the gradients around it meet (Timm and Barth, Accurate Eye Centre Localisation by
//! Means of Gradients, 2011). An iris is a dark disc, so the gradients of its edge all point away from its centre.
//!
//! The face is first brought to one size: the work is then the same for every picture, and the iris always as large.

use super::detect::Face;
use super::resample::{Kernel, Part, resample};
use crate::validation::small_picture::Plane;

/// Side of the face at the size the eyes are looked for, in dots. At an eighth of 1244 x 1600 a face has about 90 samples.
const FACE: usize = 96;
/// Radius of an iris at that size: 12 mm across while the pupils of a face are 63 mm and about 43 dots apart.
const IRIS: f32 = 4.0;
/// Gradients up to this far from a point speak for it, in dots; eyebrows and the bridge of the nose are further away.
const REACH: i32 = 7;
/// Where a pupil can be in the left half of the face, in dots: across, then down. The right half mirrors it. Room for a head
/// that is turned by ten degrees and for a box that is off by a tenth.
const ACROSS: (usize, usize) = (11, 46);
const DOWN: (usize, usize) = (20, 52);
/// Where a pupil mostly is, as part of the face's side, and how far it may be off before it counts e times less.
const USUAL: (f32, f32) = (0.28, 0.365);
const USUAL_SPREAD: f32 = 0.12;
/// Distance of the pupils as part of the face's side, and its spread.
const APART: f32 = 0.45;
const APART_SPREAD: f32 = 0.07;
/// Points of each half that are tried in pairs.
const TRIED: usize = 5;

/// The pupils in samples of the plane from its corner, the one on the left in the picture first. `None` where no gradients meet.
pub(super) fn locate(plane: &Plane, face: &Face) -> Option<[(f32, f32); 2]> {
    let part = Part { x: face.left, y: face.top, width: face.side, height: face.side };
    let dots = resample(plane, part, FACE, FACE, Kernel::Cubic);
    let picture = Dots::new(&dots);
    let (left, right) = (picture.peaks(false), picture.peaks(true));
    let pairs = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
    let (left, right) = pairs.max_by(|a, b| worth(a).total_cmp(&worth(b)))?;
    let place = |peak: &Peak| {
        let dot = face.side / FACE as f32;
        (face.left + (peak.x + 0.5) * dot, face.top + (peak.y + 0.5) * dot)
    };
    Some([place(left), place(right)])
}

/// A point at which gradients meet.
#[derive(Debug, Clone, Copy)]
struct Peak {
    x: f32,
    y: f32,
    worth: f32,
}

fn worth((left, right): &(&Peak, &Peak)) -> f32 {
    let apart = (right.x - left.x).hypot(right.y - left.y) / FACE as f32;
    left.worth * right.worth * bell((apart - APART) / APART_SPREAD)
}

fn bell(off: f32) -> f32 {
    (-off * off / 2.0).exp()
}

struct Dots {
    /// Brightness, smoothed.
    smooth: Vec<f32>,
    /// Directions of the gradients, shorter than 1 where they are weak.
    gradients: Vec<(f32, f32)>,
}

impl Dots {
    fn new(dots: &[f32]) -> Self {
        let smooth = smoothed(&smoothed(dots));
        let mut gradients = vec![(0.0, 0.0); smooth.len()];
        let mut total = 0.0;
        for y in 1..FACE - 1 {
            for x in 1..FACE - 1 {
                let at = y * FACE + x;
                let gradient = (smooth[at + 1] - smooth[at - 1], smooth[at + FACE] - smooth[at - FACE]);
                gradients[at] = gradient;
                total += gradient.0.hypot(gradient.1);
            }
        }
        // A gradient of mean strength counts half: noise on a cheek must not speak as loud as the edge of an iris.
        let mean = total / smooth.len() as f32 + 1e-3;
        for (x, y) in &mut gradients {
            let length = x.hypot(*y) + mean;
            (*x, *y) = (*x / length, *y / length);
        }
        Self { smooth, gradients }
    }

    /// The best points of one half.
    fn peaks(&self, right_half: bool) -> Vec<Peak> {
        let columns = if right_half { FACE - 1 - ACROSS.1..FACE - ACROSS.0 } else { ACROSS.0..ACROSS.1 + 1 };
        let width = columns.len();
        let rays = rays();
        let mut field = Vec::with_capacity(width * (DOWN.1 - DOWN.0 + 1));
        for y in DOWN.0..=DOWN.1 {
            field.extend(columns.clone().map(|x| self.worth(x, y, &rays)));
        }
        let height = field.len() / width;
        let mut peaks = Vec::new();
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let at = y * width + x;
                let around = [
                    at - width - 1,
                    at - width,
                    at - width + 1,
                    at - 1,
                    at + 1,
                    at + width - 1,
                    at + width,
                    at + width + 1,
                ];
                if around.iter().all(|other| field[at] >= field[*other]) {
                    let bend = |a: usize, b: usize| offset(field[a], field[at], field[b]);
                    peaks.push(Peak {
                        x: (columns.start + x) as f32 + bend(at - 1, at + 1),
                        y: (DOWN.0 + y) as f32 + bend(at - width, at + width),
                        worth: field[at] * self.usual(columns.start + x, DOWN.0 + y, right_half),
                    });
                }
            }
        }
        peaks.sort_by(|a, b| b.worth.total_cmp(&a.worth));
        peaks.truncate(TRIED);
        peaks
    }

    /// How well the gradients around a point agree on it as the centre of a dark disc.
    fn worth(&self, x: usize, y: usize, rays: &[Ray]) -> f32 {
        let at = y * FACE + x;
        let agreement: f32 = rays
            .iter()
            .map(|ray| {
                let (dx, dy) = self.gradients[at.wrapping_add_signed(ray.offset)];
                let along = (dx * ray.x + dy * ray.y).max(0.0);
                along * along * ray.weight
            })
            .sum();
        agreement * (255.0 - self.smooth[at]).max(0.0)
    }

    fn usual(&self, x: usize, y: usize, right_half: bool) -> f32 {
        let x = if right_half { FACE - 1 - x } else { x };
        let off = |at: usize, usual: f32| ((at as f32 + 0.5) / FACE as f32 - usual) / USUAL_SPREAD;
        bell(off(x, USUAL.0)) * bell(off(y, USUAL.1))
    }
}

/// One of the dots around a point: where, in which direction, and how much it counts.
struct Ray {
    offset: isize,
    x: f32,
    y: f32,
    weight: f32,
}

fn rays() -> Vec<Ray> {
    let mut rays = Vec::new();
    for y in -REACH..=REACH {
        for x in -REACH..=REACH {
            let distance = (x as f32).hypot(y as f32);
            if (1.0..=REACH as f32).contains(&distance) {
                let offset = y as isize * FACE as isize + x as isize;
                let weight = bell((distance - IRIS) / 2.0) / distance;
                rays.push(Ray { offset, x: x as f32 / distance, y: y as f32 / distance, weight });
            }
        }
    }
    rays
}

/// The place of the top of a parabola through three values one apart, from the middle one.
fn offset(before: f32, at: f32, after: f32) -> f32 {
    let bend = 2.0 * at - before - after;
    if bend > 0.0 { ((after - before) / (2.0 * bend)).clamp(-0.5, 0.5) } else { 0.0 }
}

/// Each dot with its neighbours, 1:2:1 across and down.
fn smoothed(dots: &[f32]) -> Vec<f32> {
    let mix = |a: f32, b: f32, c: f32| (a + 2.0 * b + c) / 4.0;
    let mut across = dots.to_vec();
    for (line, row) in across.chunks_exact_mut(FACE).zip(dots.chunks_exact(FACE)) {
        for x in 1..FACE - 1 {
            line[x] = mix(row[x - 1], row[x], row[x + 1]);
        }
    }
    let mut smooth = across.clone();
    for at in FACE..across.len() - FACE {
        smooth[at] = mix(across[at - FACE], across[at], across[at + FACE]);
    }
    smooth
}
