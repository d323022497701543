//! Finds faces with BlazeFace (Bazarevsky et al., BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs, 2019), MediaPipe's
//! short-range model: 896 anchors on two grids, each with a score, a box and six key points.

use lichtbild_inference::SimdLevel;

use super::networks::{ANCHORS, DETECTOR_SIZE, Networks, REGRESSORS, probability};
use super::resample::resample;
use super::rotation::Rotation;
use crate::validation::downscaled::Plane;

/// Minimum score of a box. Boxes below it are noise: on 724 labelled pictures, wrong boxes next to a face had at most 0.43.
const LEAST_SCORE: f32 = 0.3;
/// Minimum score of an upright face (all but one of 360 good portraits reach it). Below it, the detector also tries the other
/// three orientations. Faces upside down reach 0.79 without being rotated.
const UPRIGHT_SCORE: f32 = 0.84;
/// Minimum score advantage of a rotated picture over the upright one.
const ROTATION_GAIN: f32 = 0.05;
/// Boxes that overlap by more than this (intersection over union) are one face.
const SAME_FACE_OVERLAP: f32 = 0.3;
/// Bounds the work for pictures with many faces.
const MAX_BOXES: usize = 128;
const MAX_FACES: usize = 16;

/// A detected face. Coordinates are samples of the plane from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct DetectedFace {
    /// From 0 to 1.
    pub(super) score: f32,
    /// Middle of a box from the eyebrows to the chin.
    pub(super) centre: (f32, f32),
    pub(super) size: (f32, f32),
    /// The person's right eye, then the left one; in an upright picture these are left and right.
    pub(super) eyes: [(f32, f32); 2],
}

/// Finds all faces, sorted by size and score.
pub(super) fn detect(plane: &Plane, networks: &Networks, vectors: SimdLevel) -> Vec<DetectedFace> {
    let mut best = detect_upright(plane, networks, vectors);
    let score = |faces: &[DetectedFace]| faces.iter().map(|face| face.score).fold(0.0, f32::max);
    if score(&best) < UPRIGHT_SCORE {
        for turn in Rotation::ALL {
            let mut faces = detect_upright(&turn.rotate(plane), networks, vectors);
            if score(&faces) > score(&best) + ROTATION_GAIN {
                faces.iter_mut().for_each(|face| face.rotate_back(turn, plane));
                best = faces;
            }
        }
    }
    best.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
    best.truncate(MAX_FACES);
    best
}

fn detect_upright(plane: &Plane, networks: &Networks, vectors: SimdLevel) -> Vec<DetectedFace> {
    let letterbox = Letterbox::new(plane);
    let outputs = networks.detector.run(&letterbox.to_input(plane), vectors);
    let [regressors, scores] = outputs.as_slice() else { return Vec::new() };
    let boxes = regressors.chunks_exact(REGRESSORS).zip(scores).zip(anchors());
    let mut boxes: Vec<DetectedFace> = boxes
        .map(|((regressors, score), anchor)| (probability(*score), regressors, anchor))
        .filter(|(score, ..)| *score >= LEAST_SCORE)
        .map(|(score, regressors, anchor)| letterbox.face(score, regressors, anchor))
        .collect();
    boxes.sort_by(|a, b| b.score.total_cmp(&a.score));
    boxes.truncate(MAX_BOXES);
    merge(boxes)
}

/// The whole plane within the detector's square, with black beside it.
struct Letterbox {
    /// Width of the plane within the square, in pixels of the square.
    width: usize,
    height: usize,
    /// Left edge of the plane within the square.
    left: usize,
    top: usize,
    /// Samples of the plane for each pixel, across and down.
    scale: (f32, f32),
}

impl Letterbox {
    fn new(plane: &Plane) -> Self {
        let longer = plane.width.max(plane.height).max(1) as f32;
        let pixels = |samples: usize| ((samples * DETECTOR_SIZE) as f32 / longer).round().max(1.0) as usize;
        let (width, height) = (pixels(plane.width), pixels(plane.height));
        let scale = (plane.width as f32 / width as f32, plane.height as f32 / height as f32);
        Self { width, height, left: (DETECTOR_SIZE - width) / 2, top: (DETECTOR_SIZE - height) / 2, scale }
    }

    /// Values from -1 (black) to 1.
    fn to_input(&self, plane: &Plane) -> Vec<f32> {
        let mut input = vec![-1.0; DETECTOR_SIZE * DETECTOR_SIZE];
        let inside = resample(plane, self.width, self.height);
        let rows = input.chunks_exact_mut(DETECTOR_SIZE).skip(self.top);
        for (row, inside) in rows.zip(inside.chunks_exact(self.width)) {
            let row = row.iter_mut().skip(self.left);
            row.zip(inside).for_each(|(pixel, sample)| *pixel = sample / 127.5 - 1.0);
        }
        input
    }

    fn face(&self, score: f32, regressors: &[f32], anchor: (f32, f32)) -> DetectedFace {
        let value = |index: usize| regressors.get(index).copied().unwrap_or(0.0);
        // Regressors are offsets from the anchor in pixels of the square.
        let point = |index: usize| {
            let (x, y) = (value(index) + anchor.0, value(index + 1) + anchor.1);
            ((x - self.left as f32) * self.scale.0, (y - self.top as f32) * self.scale.1)
        };
        let size = (value(2).abs() * self.scale.0, value(3).abs() * self.scale.1);
        DetectedFace { score, centre: point(0), size, eyes: [point(4), point(6)] }
    }
}

/// Centres of the anchors in pixels of the square: two per cell of a grid of 16 x 16, six per cell of 8 x 8.
fn anchors() -> impl Iterator<Item = (f32, f32)> {
    let grid = |cells: usize, each: usize| {
        let middle = move |cell: usize| (cell as f32 + 0.5) * DETECTOR_SIZE as f32 / cells as f32;
        let places = (0..cells).flat_map(move |y| (0..cells).map(move |x| (middle(x), middle(y))));
        places.flat_map(move |place| std::iter::repeat_n(place, each))
    };
    grid(16, 2).chain(grid(8, 6)).take(ANCHORS)
}

/// Replaces the boxes of each face by their mean, weighted by score (as MediaPipe does). `boxes` are sorted by descending score.
fn merge(boxes: Vec<DetectedFace>) -> Vec<DetectedFace> {
    let mut groups: Vec<Vec<DetectedFace>> = Vec::new();
    for face in boxes {
        match groups.iter_mut().find(|group| group[0].is_same(&face)) {
            Some(group) => group.push(face),
            None => groups.push(vec![face]),
        }
    }
    groups.iter().map(|group| mean(group)).collect()
}

fn mean(group: &[DetectedFace]) -> DetectedFace {
    let total: f32 = group.iter().map(|face| face.score).sum();
    let mean = |part: fn(&DetectedFace) -> (f32, f32)| {
        let sum = |of: fn((f32, f32)) -> f32| group.iter().map(|face| of(part(face)) * face.score).sum::<f32>();
        (sum(|(x, _)| x) / total, sum(|(_, y)| y) / total)
    };
    DetectedFace {
        score: group.iter().map(|face| face.score).fold(0.0, f32::max),
        centre: mean(|face| face.centre),
        size: mean(|face| face.size),
        eyes: [mean(|face| face.eyes[0]), mean(|face| face.eyes[1])],
    }
}

impl DetectedFace {
    pub(super) fn side(&self) -> f32 {
        self.size.0.max(self.size.1)
    }

    /// The angle of the line through the eyes, in radians: 0 if upright, positive if the head is turned clockwise.
    pub(super) fn angle(&self) -> f32 {
        let [(left, left_y), (right, right_y)] = self.eyes;
        (right_y - left_y).atan2(right - left)
    }

    fn weight(&self) -> f32 {
        self.score * self.side()
    }

    /// Overlapping boxes are the same face, and so is a small box in the middle of a large one.
    fn is_same(&self, other: &Self) -> bool {
        let shared = |a: f32, a_size: f32, b: f32, b_size: f32| {
            let (low, high) = ((a - a_size / 2.0).max(b - b_size / 2.0), (a + a_size / 2.0).min(b + b_size / 2.0));
            (high - low).max(0.0)
        };
        let area = |size: (f32, f32)| size.0 * size.1;
        let common = shared(self.centre.0, self.size.0, other.centre.0, other.size.0)
            * shared(self.centre.1, self.size.1, other.centre.1, other.size.1);
        let either = area(self.size) + area(other.size) - common;
        let inside = common > 0.7 * area(self.size).min(area(other.size));
        common > SAME_FACE_OVERLAP * either || inside
    }

    fn rotate_back(&mut self, turn: Rotation, plane: &Plane) {
        self.centre = turn.map_back(self.centre, plane);
        self.eyes = self.eyes.map(|eye| turn.map_back(eye, plane));
        if turn != Rotation::Half {
            self.size = (self.size.1, self.size.0);
        }
    }
}
