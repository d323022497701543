//! Guide lines over a photo: the limits of the profile and the measured face, in pixels. Only geometry, without colours and
//! labels.
//!
//! The lines show whether a head is within the limits, and whether the program measured the eyes correctly.

use super::face::{FaceLimits, RatioRange, UPRIGHT_DEGREES};
use super::judge::Measurements;
use super::profile::Profile;

/// Start and end on one axis, in pixels from the upper left corner of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    pub from: f64,
    pub to: f64,
}

/// A head with its estimated crown, which hair hides. Pixels from the upper left corner of the photo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadOutline {
    pub left: f64,
    pub right: f64,
    pub crown: f64,
    pub chin: f64,
}

/// The direction in which a face looks, as an arrow: as long as the distance from eyes to chin for a face in profile, a dot for a
/// face that looks straight ahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Middle of the face, half-way between eyes and chin, in pixels from the upper left corner of the picture.
    pub from: (f64, f64),
    pub to: (f64, f64),
    /// Yaw in degrees; positive to the right of the picture.
    pub yaw_degrees: f64,
    /// Pitch in degrees; positive down.
    pub pitch_degrees: f64,
}

/// The lines for one photo. A line is `None` if the profile has no limit or the face was not found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guides {
    pub width: f64,
    pub height: f64,
    /// Measured centres of the pupils (x, y), the left one in the picture first.
    pub pupils: Option<[(f64, f64); 2]>,
    /// `None` for a head that is not upright.
    pub head: Option<HeadOutline>,
    /// Measured lowest point of the chin (x, y).
    pub chin_found: Option<(f64, f64)>,
    pub pose: Option<Pose>,
    /// Limits of the point between the pupils, from the left edge.
    pub centre: Option<Span>,
    /// From the top.
    pub eyes: Option<Span>,
    /// From the top. If the profile limits only the height of the head: relative to the chin.
    pub crown: Option<Span>,
    /// From the top.
    pub chin: Option<Span>,
}

impl Guides {
    /// `None` if the size of the photo is unknown.
    pub fn new(profile: &Profile, measurements: &Measurements) -> Option<Self> {
        let (width, height) = (f64::from(measurements.width?), f64::from(measurements.height?));
        let limits = profile.face.unwrap_or_default();
        // Measured from the centre of the first pixel; drawn from its edge.
        let pupils = measurements.face.eyes.map(|eyes| eyes.map(|(x, y)| (x + 0.5, y + 0.5)));
        let upright = measurements.face.roll_degrees.is_none_or(|roll| roll.abs() <= UPRIGHT_DEGREES);
        let chin_found = measurements.face.chin.map(|(x, y)| (x + 0.5, y + 0.5));
        let head = pupils.filter(|_| upright).and_then(|pupils| estimate_head(pupils, measurements, width, height));
        let pose =
            pupils.zip(chin_found).filter(|_| upright).and_then(|(pupils, chin)| pose(pupils, chin, measurements));
        Some(Self {
            width,
            height,
            pupils,
            head,
            chin_found,
            pose,
            centre: centre(&limits, width),
            eyes: limits.vertical_position.map(|band| to_span(band, height)),
            crown: crown(&limits, head, height),
            chin: limits
                .chin_margin_px
                .map(|band| Span { from: height - f64::from(band.max), to: height - f64::from(band.min) }),
        })
    }
}

/// The pupils are half-way between chin and crown, as in the usual anthropometric tables and in drawing manuals.
fn estimate_head(
    [(left, left_y), (right, right_y)]: [(f64, f64); 2],
    measurements: &Measurements,
    width: f64,
    height: f64,
) -> Option<HeadOutline> {
    let half_width = measurements.face.head_width? * width / 2.0;
    let half_height = measurements.face.head_height? * height / 2.0;
    let (x, y) = ((left + right) / 2.0, (left_y + right_y) / 2.0);
    Some(HeadOutline { left: x - half_width, right: x + half_width, crown: y - half_height, chin: y + half_height })
}

fn pose([left, right]: [(f64, f64); 2], chin: (f64, f64), measurements: &Measurements) -> Option<Pose> {
    let (yaw_degrees, pitch_degrees) = (measurements.face.yaw_degrees?, measurements.face.pitch_degrees?);
    let eyes = ((left.0 + right.0) / 2.0, (left.1 + right.1) / 2.0);
    let from = ((eyes.0 + chin.0) / 2.0, (eyes.1 + chin.1) / 2.0);
    let reach = (chin.0 - eyes.0).hypot(chin.1 - eyes.1);
    let along = |degrees: f64| reach * degrees.to_radians().sin();
    Some(Pose { from, to: (from.0 + along(yaw_degrees), from.1 + along(pitch_degrees)), yaw_degrees, pitch_degrees })
}

fn centre(limits: &FaceLimits, width: f64) -> Option<Span> {
    let by_offset = limits.max_centre_offset_px.map(f64::from);
    let by_offset = by_offset.map(|offset| Span { from: width / 2.0 - offset, to: width / 2.0 + offset });
    limits.horizontal_position.map(|band| to_span(band, width)).or(by_offset)
}

fn crown(limits: &FaceLimits, head: Option<HeadOutline>, height: f64) -> Option<Span> {
    if let Some(margin) = limits.crown_margin_px {
        return Some(Span { from: f64::from(margin.min), to: f64::from(margin.max) });
    }
    let tall = match limits.head_height_px {
        Some(band) => Span { from: f64::from(band.min), to: f64::from(band.max) },
        None => to_span(limits.head_height?, height),
    };
    let chin = head?.chin;
    Some(Span { from: (chin - tall.to).max(0.0), to: (chin - tall.from).max(0.0) })
}

fn to_span(band: RatioRange, whole: f64) -> Span {
    Span { from: band.min * whole, to: band.max * whole }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::face::FaceMeasurements;

    fn measured(width: u32, height: u32) -> Measurements {
        let (across, down) = (f64::from(width), f64::from(height));
        let face = FaceMeasurements {
            eyes: Some([(across * 0.4 - 0.5, down * 0.5 - 0.5), (across * 0.6 - 0.5, down * 0.5 - 0.5)]),
            head_width: Some(0.6),
            head_height: Some(0.7),
            ..FaceMeasurements::default()
        };
        Measurements { width: Some(width), height: Some(height), face, ..Measurements::default() }
    }

    fn guides(profile: &str, width: u32, height: u32) -> Guides {
        Guides::new(&Profile::builtin(profile).unwrap(), &measured(width, height)).unwrap()
    }

    /// To a thousandth of a pixel.
    fn is(span: Option<Span>, from: f64, to: f64) -> bool {
        span.is_some_and(|span| (span.from - from).abs() < 1e-3 && (span.to - to).abs() < 1e-3)
    }

    #[test]
    fn ratios_become_pixels_of_the_photo() {
        let guides = guides("de-tr03121", 1000, 2000);
        assert!(is(guides.centre, 450.0, 550.0) && is(guides.eyes, 600.0, 1000.0), "{guides:?}");
        assert_eq!(guides.pupils, Some([(400.0, 1000.0), (600.0, 1000.0)]));
        let head = guides.head.unwrap();
        assert_eq!((head.left, head.right, head.crown, head.chin), (200.0, 800.0, 300.0, 1700.0));
        // From the chin: 0.6 to 0.9 of 2000, but not above the picture.
        assert!(is(guides.crown, 0.0, 500.0), "{guides:?}");
        assert_eq!(guides.chin, None);
    }

    #[test]
    fn chin_and_pose_are_those_that_were_measured_and_a_lying_head_has_no_pose() {
        let profile = Profile::builtin("de-tr03121").unwrap();
        let guides = |roll_degrees| {
            let mut measured = measured(1000, 2000);
            measured.face.chin = Some((499.5, 1599.5));
            measured.face.roll_degrees = Some(roll_degrees);
            (measured.face.yaw_degrees, measured.face.pitch_degrees) = (Some(30.0), Some(-90.0));
            Guides::new(&profile, &measured).unwrap()
        };
        let upright = guides(3.0);
        assert_eq!(upright.chin_found, Some((500.0, 1600.0)));
        let pose = upright.pose.unwrap();
        assert_eq!(pose.from, (500.0, 1300.0));
        // Half of 600 pixels to the right, and all 600 upwards.
        assert!((pose.to.0 - 800.0).abs() < 1e-6 && (pose.to.1 - 700.0).abs() < 1e-6, "{pose:?}");
        let lying = guides(-90.0);
        assert!(lying.pose.is_none() && lying.head.is_none() && lying.pupils.is_some(), "{lying:?}");
    }

    #[test]
    fn bands_in_pixels_stand_where_the_profile_says() {
        let guides = guides("fi-500x653", 500, 653);
        assert!(is(guides.centre, 229.0, 271.0) && is(guides.crown, 56.0, 84.0), "{guides:?}");
        assert!(is(guides.chin, 529.0, 557.0) && guides.eyes.is_none(), "{guides:?}");
    }

    #[test]
    fn without_a_face_only_the_limits_remain_and_without_a_size_nothing() {
        let profile = Profile::builtin("de-tr03121").unwrap();
        let faceless = Measurements { face: FaceMeasurements::default(), ..measured(100, 100) };
        let guides = Guides::new(&profile, &faceless).unwrap();
        assert!(guides.pupils.is_none() && guides.head.is_none() && guides.crown.is_none());
        assert!(is(guides.centre, 45.0, 55.0));
        assert_eq!(Guides::new(&profile, &Measurements::default()), None);
    }
}
