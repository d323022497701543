//! Variants of the large portrait, each with one defect, and the findings that `de-tr03121` must give.

use std::sync::LazyLock;

use image::{Rgb, RgbImage};

use super::jpeg::{SeededRng, fixture};
use super::portraits::{blank, blurred, encoded, exposed, upscaled};

/// A changed portrait.
pub struct PortraitVariant {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    /// Exactly the checks that refuse it.
    pub refused_by: &'static [&'static str],
    /// Checks that must be among its advice.
    pub advised_by: &'static [&'static str],
}

/// Transformation of a photo around its middle; the border pixels are repeated outwards.
#[derive(Clone, Copy)]
pub struct Transform {
    pub turn_degrees: f32,
    pub scale: f32,
    /// Shift to the right and down, as share of the width and the height.
    pub shift: (f32, f32),
    pub mirror: bool,
}

pub const AS_IS: Transform = Transform { turn_degrees: 0.0, scale: 1.0, shift: (0.0, 0.0), mirror: false };

/// All variants. Created once, because each has two million pixels.
pub fn variants() -> &'static [PortraitVariant] {
    static VARIANTS: LazyLock<Vec<PortraitVariant>> =
        LazyLock::new(|| [pose(), place(), size(), light_and_detail(), others()].into_iter().flatten().collect());
    &VARIANTS
}

/// The variant with this name.
pub fn variant(name: &str) -> &'static PortraitVariant {
    variants().iter().find(|variant| variant.name == name).unwrap()
}

fn variant_of(
    name: &'static str,
    photo: &RgbImage,
    refused_by: &'static [&'static str],
    advised_by: &'static [&'static str],
) -> PortraitVariant {
    PortraitVariant { name, bytes: encoded(photo), refused_by, advised_by }
}

pub fn large_portrait() -> RgbImage {
    image::load_from_memory(&fixture("portrait-1244x1600.jpg")).unwrap().to_rgb8()
}

fn pose() -> Vec<PortraitVariant> {
    let portrait = large_portrait();
    let turned = |turn_degrees| transformed(&portrait, Transform { turn_degrees, ..AS_IS });
    vec![
        // The original portrait is tilted by 3.2 degrees.
        variant_of("turned a little", &turned(6.5), &[], &["roll"]),
        variant_of("turned by 12 degrees", &turned(12.0), &["roll"], &[]),
        variant_of("turned by 20 degrees", &turned(20.0), &["roll"], &[]),
        variant_of("turned to the other side", &turned(-16.0), &["roll"], &[]),
        variant_of(
            "lying",
            &transformed(&portrait, Transform { turn_degrees: 90.0, scale: 0.8, ..AS_IS }),
            &["upright"],
            &[],
        ),
        variant_of("upside down", &turned(180.0), &["upright"], &[]),
        variant_of("mirrored", &transformed(&portrait, Transform { mirror: true, ..AS_IS }), &[], &[]),
    ]
}

fn place() -> Vec<PortraitVariant> {
    let portrait = large_portrait();
    let shifted = |right, down| transformed(&portrait, Transform { shift: (right, down), ..AS_IS });
    vec![
        variant_of("a little to the right", &shifted(0.075, 0.0), &[], &["horizontal_position"]),
        variant_of("to the right", &shifted(0.13, 0.0), &["horizontal_position"], &[]),
        variant_of("to the left", &shifted(-0.13, 0.0), &["horizontal_position"], &[]),
        variant_of("a little down", &shifted(0.0, 0.06), &[], &["vertical_position"]),
        variant_of("down", &shifted(0.0, 0.13), &["vertical_position"], &[]),
        variant_of("up", &shifted(0.0, -0.23), &["vertical_position"], &[]),
        variant_of("eyes cut off", &shifted(0.0, -0.42), &["eyes_cut_off", "vertical_position"], &[]),
    ]
}

fn size() -> Vec<PortraitVariant> {
    let portrait = large_portrait();
    let scaled = |scale| transformed(&portrait, Transform { scale, ..AS_IS });
    vec![
        variant_of("a little smaller", &scaled(0.88), &[], &["inter_eye_distance"]),
        variant_of("too small", &scaled(0.7), &["inter_eye_distance", "head_size"], &[]),
        variant_of("too large", &scaled(1.6), &["head_size"], &[]),
    ]
}

fn light_and_detail() -> Vec<PortraitVariant> {
    let portrait = large_portrait();
    vec![
        variant_of("darkened", &exposed(&portrait, 0.25), &[], &["exposure"]),
        variant_of("blurred", &blurred(&portrait, 5.0), &[], &["sharpness"]),
        variant_of("from a small picture", &upscaled(&portrait, 25), &[], &["upscaled"]),
    ]
}

fn others() -> Vec<PortraitVariant> {
    let portrait = large_portrait();
    let collar = transformed(&portrait, Transform { scale: 3.0, shift: (0.0, -1.3), ..AS_IS });
    vec![
        variant_of("two faces", &with_another_face(&portrait), &["face_count"], &[]),
        variant_of("no face", &collar, &["face_missing"], &[]),
        variant_of("a landscape", &landscape(), &["face_missing"], &[]),
        variant_of("blank", &blank(1244, 1600), &["blank"], &[]),
    ]
}

/// Adds the same face, smaller, in an upper corner.
fn with_another_face(photo: &RgbImage) -> RgbImage {
    let (width, height) = photo.dimensions();
    let small = transformed(photo, Transform { scale: 0.6, shift: (0.327, -0.378), mirror: true, ..AS_IS });
    let (left, bottom) = (width * 65 / 100, height * 27 / 100);
    let pick = |x, y| if x >= left && y < bottom { &small } else { photo };
    RgbImage::from_fn(width, height, |x, y| *pick(x, y).get_pixel(x, y))
}

/// Sky over hills.
fn landscape() -> RgbImage {
    let mut noise = SeededRng::seeded(11);
    RgbImage::from_fn(1244, 1600, |x, y| {
        let (along, grain) = (x as f32 / 130.0, noise.below(24) as u8);
        let ridge = 800.0 + 200.0 * along.sin() + 70.0 * (3.4 * along).cos();
        if (y as f32) < ridge { Rgb([120 + grain, 160 + grain, 220]) } else { Rgb([60 + grain, 110 + grain, 40]) }
    })
}

/// Adds dark frames on the wall above both shoulders; the corners stay plain.
pub fn with_poster(photo: &RgbImage) -> RgbImage {
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let framed = y < 150 && ((200..480).contains(&x) || (830..1100).contains(&x));
        if framed { Rgb([60, 50, 90]) } else { *photo.get_pixel(x, y) }
    })
}

/// Interpolates between four pixels.
pub fn transformed(photo: &RgbImage, change: Transform) -> RgbImage {
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let (sin, cos) = change.turn_degrees.to_radians().sin_cos();
    let sign = if change.mirror { -1.0 } else { 1.0 };
    RgbImage::from_fn(photo.width(), photo.height(), |x, y| {
        let x = x as f32 + 0.5 - width * (0.5 + change.shift.0);
        let y = y as f32 + 0.5 - height * (0.5 + change.shift.1);
        let (x, y) = ((cos * x + sin * y) / change.scale, (cos * y - sin * x) / change.scale);
        between(photo, width / 2.0 + sign * x - 0.5, height / 2.0 + y - 0.5)
    })
}

fn between(photo: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (x, y) = (x.clamp(0.0, photo.width() as f32 - 1.0), y.clamp(0.0, photo.height() as f32 - 1.0));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(photo.width() - 1), (top + 1).min(photo.height() - 1));
    let (along, down) = (x.fract(), y.fract());
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let [a, b, c, d] = corners.map(|(x, y)| photo.get_pixel(x, y).0.map(f32::from));
    Rgb(std::array::from_fn(|channel| {
        let upper = a[channel] * (1.0 - along) + b[channel] * along;
        let lower = c[channel] * (1.0 - along) + d[channel] * along;
        (upper * (1.0 - down) + lower * down).round() as u8
    }))
}
