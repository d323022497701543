//! Which faces are in the picture: quick proposals at each size a face may have, then the networks from coarse to fine.

use super::model::{Model, Network};
use super::network::Workspace;
use super::patches::SIDE;
use super::propose::Level;
use super::resample::{Kernel, Part, resample};
use crate::validation::small_picture::Plane;

/// The side of the largest face looked for, as part of the picture's shorter side.
const LARGEST: f32 = 0.95;
/// The smallest: a quarter of the width is a second person in the background, and less than the smallest child's face that
/// any rule admits (17 mm of 45 from chin to crown is about a third of the width).
const SMALLEST: f32 = 0.24;
/// From one size to the next. The model finds faces that fill 0.8 to 1.2 of a window.
const SHRINK: f32 = 0.8;
/// A plane of few samples may be enlarged by this much; beyond it there is nothing left to see.
const MAX_ENLARGEMENT: f32 = 2.2;
/// Planes longer than this many times their width are no photos of people. Bounds the work.
const MAX_ASPECT: usize = 3;
/// Largest plane that is looked at, in samples a side. Bounds the work; 400 is the tallest picture at an eighth.
const MAX_SIDE: usize = 4096;
/// So many proposals of one size go on to the networks, the best ones: bounds the work. A portrait has up to fifty.
const MAX_PROPOSALS: usize = 96;
/// Faces below this part of the shorter side are small: a passport photo has one larger face.
const SMALL: f32 = 0.4;
/// From this score on a large face is certain.
const SURE: f32 = 3.0;

/// A face: a square about as wide as the head, from the eyebrows' upper end to the chin, in samples of the plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Face {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) side: f32,
    /// How many proposals agreed on it, each counting 0.5 to 1.
    pub(super) score: f32,
}

/// All faces, the most certain first. `None` for a plane in which faces cannot be looked for.
pub(super) fn detect(plane: &Plane, model: &Model) -> Option<Vec<Face>> {
    let (short, long) = (plane.width.min(plane.height), plane.width.max(plane.height));
    let whole = plane.samples.len() == plane.width * plane.height;
    if short < SIDE / 2 || long > short * MAX_ASPECT || long > MAX_SIDE || !whole {
        return None;
    }
    let levels = levels(plane, short);
    let (large, small) =
        levels.split_at(levels.partition_point(|level| level.scale * SIDE as f32 > SMALL * short as f32));
    let mut workspace = Workspace::new();
    let mut found = search(large, &[], model, &mut workspace);
    // What looks like a small face within a sure large one is its nose or an ear; most of the time would be spent on those.
    let sure: Vec<Face> = found.iter().copied().filter(|face| face.score >= SURE).collect();
    found.extend(search(small, &sure, model, &mut workspace));
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut faces: Vec<Face> = Vec::new();
    for face in found {
        if faces.iter().all(|other| other.overlap(&face) <= SAME_FACE) {
            faces.push(face);
        }
    }
    Some(faces)
}

/// All faces of these levels' sizes, but for those within `known` ones.
fn search(levels: &[SizedLevel], known: &[Face], model: &Model, workspace: &mut Workspace) -> Vec<Face> {
    let mut candidates = propose(levels, known, model);
    let last = model.networks.len() - 1;
    for (index, network) in model.networks.iter().enumerate() {
        candidates = sift(candidates, levels, network, workspace);
        if index == 0 {
            candidates = merge(candidates, SAME_PROPOSAL);
        } else if index == last {
            candidates = merge(candidates, SAME_FACE);
        }
    }
    candidates.into_iter().map(|candidate| candidate.face).collect()
}

/// A face that might be one, and where it was seen.
#[derive(Clone, Copy)]
struct Candidate {
    face: Face,
    level: usize,
}

struct SizedLevel {
    level: Level,
    /// Samples of the plane for each pixel of the level.
    scale: f32,
}

fn levels(plane: &Plane, short: usize) -> Vec<SizedLevel> {
    let mut levels = Vec::new();
    let mut size = LARGEST;
    while size >= SMALLEST {
        let scale = short as f32 * size / SIDE as f32;
        if scale * MAX_ENLARGEMENT < 1.0 {
            break;
        }
        let pixels = |samples: usize| (samples as f32 / scale).round().max(1.0) as usize;
        let (width, height) = (pixels(plane.width), pixels(plane.height));
        let samples = resample(plane, Part::whole(plane), width, height, Kernel::Linear);
        let samples = samples.into_iter().map(|sample| (sample + 0.5) as u8).collect();
        levels.push(SizedLevel { level: Level { width, height, samples }, scale });
        size *= SHRINK;
    }
    levels
}

fn propose(levels: &[SizedLevel], known: &[Face], model: &Model) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (index, SizedLevel { level, scale }) in levels.iter().enumerate() {
        let mut found: Vec<Candidate> = Vec::new();
        level.propose(&model.cascades, |x, y, score| {
            let face = Face { left: x as f32 * scale, top: y as f32 * scale, side: SIDE as f32 * scale, score };
            if !known.iter().any(|known| known.covers(&face)) {
                found.push(Candidate { face, level: index });
            }
        });
        found.sort_by(|a, b| b.face.score.total_cmp(&a.face.score));
        found.truncate(MAX_PROPOSALS);
        candidates.extend(found);
    }
    candidates
}

/// Those in which the network sees a face, moved to where it sees it.
fn sift(
    candidates: Vec<Candidate>,
    levels: &[SizedLevel],
    network: &Network,
    workspace: &mut Workspace,
) -> Vec<Candidate> {
    candidates
        .into_iter()
        .filter_map(|Candidate { face, level }| {
            let SizedLevel { level: picture, scale } = levels.get(level)?;
            let window = picture.window(face.left / scale, face.top / scale, face.side / scale);
            let reply = workspace.ask(network, &window)?;
            let side = face.side * (1.0 + reply.wider);
            let grown = (face.side - side) / 2.0;
            let face = Face {
                left: face.left + reply.right * face.side + grown,
                top: face.top + reply.down * face.side + grown,
                side,
                score: reply.score,
            };
            // A window that was moved out of the level or to another size altogether shows nothing any more.
            let (width, height) = (picture.width as f32 * scale, picture.height as f32 * scale);
            let (x, y) = (face.left + side / 2.0, face.top + side / 2.0);
            let seen = (0.0..width).contains(&x) && (0.0..height).contains(&y);
            let sized = (0.5..=2.0).contains(&(side / (SIDE as f32 * scale)));
            (seen && sized).then_some(Candidate { face, level })
        })
        .collect()
}

/// Proposals that share this part of their common area are one proposal.
const SAME_PROPOSAL: f32 = 0.8;
/// And so are two faces.
const SAME_FACE: f32 = 0.3;

/// Keeps the best of those that overlap and adds up their scores.
fn merge(mut candidates: Vec<Candidate>, same: f32) -> Vec<Candidate> {
    candidates.sort_by(|a, b| b.face.score.total_cmp(&a.face.score));
    let mut kept: Vec<(Candidate, Face)> = Vec::new();
    for candidate in candidates {
        match kept.iter_mut().find(|(_, best)| best.overlap(&candidate.face) > same) {
            Some((merged, _)) => merged.face.score += candidate.face.score,
            None => kept.push((candidate, candidate.face)),
        }
    }
    let mut merged: Vec<Candidate> = kept.into_iter().map(|(candidate, _)| candidate).collect();
    merged.sort_by(|a, b| b.face.score.total_cmp(&a.face.score));
    merged
}

impl Face {
    /// Whether the other's middle lies within this one or close to it.
    fn covers(&self, other: &Self) -> bool {
        let near = |a: f32, b: f32| (a + self.side / 2.0 - b - other.side / 2.0).abs() < 0.7 * self.side;
        near(self.left, other.left) && near(self.top, other.top)
    }

    /// Common area as part of the area of both.
    fn overlap(&self, other: &Self) -> f32 {
        let shared = |a: f32, b: f32| ((a + self.side).min(b + other.side) - a.max(b)).max(0.0);
        let both = shared(self.left, other.left) * shared(self.top, other.top);
        both / (self.side * self.side + other.side * other.side - both)
    }
}
