//! One face in many variants (rotated, shifted, scaled, mirrored, dark, blurred), two faces, and no face.

mod portraits;

use self::portraits::{AS_IS, LARGE, MIDDLE, Portrait, SMALL, Transformation, plane};
use super::*;
use crate::validation::Profile;

type Points = ([(f64, f64); 2], (f64, f64));

/// Eyes and chin of the three portraits as measured when the networks were added.
const PINNED: [Points; 3] = [
    ([(467.6, 735.8), (783.2, 753.7)], (590.7, 1285.1)),
    ([(309.6, 488.7), (519.3, 499.0)], (395.4, 855.3)),
    ([(154.0, 241.7), (260.4, 247.0)], (199.6, 425.6)),
];

/// Adds skin colour to the whole plane.
fn in_skin_colours(luma: Plane) -> DownscaledPhoto {
    DownscaledPhoto::tinted(luma, 113, 147)
}

impl Portrait {
    fn check(&self, change: Transformation, profile: &str, subject: Subject, exception: Exception) -> FaceCheckOutcome {
        let profile = Profile::builtin(profile).unwrap();
        let (width, height) = self.luma.dimensions();
        check(&in_skin_colours(self.plane(change)), width, height, &profile.face.unwrap(), subject, exception)
    }

    fn findings(&self, change: Transformation, profile: &str) -> Vec<(Check, Severity)> {
        named(&self.check(change, profile, Subject::Adult, Exception::None))
    }
}

/// All findings except the smile, which the person in the fixtures has in every variant.
fn named(outcome: &FaceCheckOutcome) -> Vec<(Check, Severity)> {
    let others = outcome.findings.iter().filter(|finding| finding.check != Check::Smile);
    others.map(|finding| (finding.check, finding.severity)).collect()
}

fn of_plane(plane: &Plane) -> FaceCheckOutcome {
    let limits = Profile::builtin("de-tr03121").unwrap().face.unwrap();
    let (width, height) = (plane.width as u32 * 8, plane.height as u32 * 8);
    check(&in_skin_colours(plane.clone()), width, height, &limits, Subject::Adult, Exception::None)
}

/// Distance of two points, and angle of the line through them.
fn span([(x, y), (right, lower)]: [(f64, f64); 2]) -> (f64, f64) {
    ((right - x).hypot(lower - y), (lower - y).atan2(right - x).to_degrees())
}

#[track_caller]
fn assert_measured(portrait: &Portrait, change: Transformation) {
    let measured = portrait.check(change, "icao-35x45", Subject::Adult, Exception::None).measurements;
    assert_eq!(measured.faces, Some(1), "{change:?}");
    let ((distance, roll), (noted_distance, noted_roll)) =
        (span(measured.eyes.unwrap()), span(portrait.pupils(change)));
    assert!((distance / noted_distance - 1.0).abs() < 0.03, "{change:?}: {distance} px, noted {noted_distance} px");
    assert!((roll - noted_roll).abs() < 2.0, "{change:?}: {roll} degrees, noted {noted_roll} degrees");
    for ((x, y), (noted_x, noted_y)) in measured.eyes.unwrap().into_iter().zip(portrait.pupils(change)) {
        assert!((x - noted_x).hypot(y - noted_y) < 0.05 * noted_distance, "{change:?}: ({x}, {y})");
    }
    assert!((measured.inter_eye_distance_px.unwrap() - distance).abs() < 0.06);
    assert!((measured.roll_degrees.unwrap() - roll).abs() < 0.2);
}

#[test]
fn portraits_pass_their_profiles() {
    assert_eq!(LARGE.findings(AS_IS, "de-tr03121"), []);
    for portrait in [&LARGE, &MIDDLE, &SMALL] {
        assert_eq!(portrait.findings(AS_IS, "icao-35x45"), []);
    }
}

#[test]
fn pupils_are_found_in_every_size() {
    for portrait in [&LARGE, &MIDDLE, &SMALL] {
        for change in [
            AS_IS,
            Transformation { mirror: true, ..AS_IS },
            Transformation { light: 0.6, ..AS_IS },
            Transformation { blur: 12.0, ..AS_IS },
        ] {
            assert_measured(portrait, change);
        }
    }
}

#[test]
fn pupils_are_found_in_a_turned_head() {
    for (portrait, turns) in
        [(&LARGE, &[-10.0, -5.0, -2.0, 3.0, 7.0][..]), (&MIDDLE, &[-10.0, 5.0]), (&SMALL, &[-5.0, 6.0])]
    {
        for turn_degrees in turns {
            assert_measured(portrait, Transformation { turn_degrees: *turn_degrees, ..AS_IS });
        }
    }
}

#[test]
fn pupils_are_found_wherever_the_face_is_and_however_large() {
    for portrait in [&LARGE, &SMALL] {
        for scale in [0.85, 1.15] {
            assert_measured(portrait, Transformation { scale, turn_degrees: -3.0, ..AS_IS });
        }
        for shift in [(-0.05, 0.02), (0.013, -0.07)] {
            assert_measured(portrait, Transformation { shift, mirror: true, ..AS_IS });
        }
    }
}

#[test]
fn a_tilt_is_advice_near_the_limit_and_refused_beyond() {
    use Severity::{Advise, Refuse};
    for portrait in [&LARGE, &MIDDLE] {
        // The original portrait is tilted by 3.2 degrees.
        for (turn_degrees, expected) in [(3.5, None), (6.5, Some(Advise)), (10.0, Some(Refuse)), (-16.0, Some(Refuse))]
        {
            let expected: Vec<_> = expected.into_iter().map(|severity| (Check::Roll, severity)).collect();
            assert_eq!(portrait.findings(Transformation { turn_degrees, ..AS_IS }, "icao-35x45"), expected);
        }
    }
}

#[test]
fn a_face_off_the_middle_is_advice_and_then_refused() {
    use Check::{HorizontalPosition, VerticalPosition};
    use Severity::{Advise, Refuse};
    for (shift, expected) in [
        ((0.04, 0.0), vec![]),
        ((0.075, 0.0), vec![(HorizontalPosition, Advise)]),
        ((-0.13, 0.0), vec![(HorizontalPosition, Refuse)]),
        ((0.0, 0.06), vec![(VerticalPosition, Advise)]),
        ((0.0, 0.13), vec![(VerticalPosition, Refuse)]),
    ] {
        assert_eq!(LARGE.findings(Transformation { shift, ..AS_IS }, "de-tr03121"), expected, "{shift:?}");
    }
}

#[test]
fn a_small_face_is_refused_for_its_few_pixels_unless_it_is_a_child() {
    let findings =
        |scale, subject| named(&LARGE.check(Transformation { scale, ..AS_IS }, "de-tr03121", subject, Exception::None));
    let (few, size) = (Check::InterEyeDistance, Check::HeadSize);
    assert_eq!(findings(0.92, Subject::Adult), []);
    assert_eq!(findings(0.88, Subject::Adult), [(few, Severity::Advise)]);
    let refused = findings(0.7, Subject::Adult);
    assert_eq!(refused, [(few, Severity::Refuse), (size, Severity::Refuse)]);
    assert_eq!(findings(0.78, Subject::Adult), [(few, Severity::Refuse), (size, Severity::Advise)]);
    assert_eq!(findings(0.75, Subject::Under10).iter().filter(|(check, _)| *check == few).count(), 0);
    assert!(findings(0.6, Subject::Under10).contains(&(few, Severity::Advise)));
    assert!(findings(0.45, Subject::Under10).contains(&(few, Severity::Refuse)));
}

#[test]
fn infants_and_exceptions_are_advised_never_refused() {
    let tilted = Transformation { turn_degrees: 12.0, shift: (0.1, 0.1), scale: 0.7, ..AS_IS };
    let refusals = |subject, exception| {
        let outcome = LARGE.check(tilted, "de-tr03121", subject, exception);
        assert!(outcome.findings.len() >= 3, "{:?}", outcome.findings);
        outcome.findings.into_iter().filter(|finding| finding.severity == Severity::Refuse).count()
    };
    assert!(refusals(Subject::Adult, Exception::None) >= 2);
    assert_eq!(refusals(Subject::Under6, Exception::None), 0);
    for subject in [Subject::Adult, Subject::Under10, Subject::Under6] {
        for exception in [Exception::Medical, Exception::Religious] {
            assert_eq!(refusals(subject, exception), 0);
        }
    }
}

#[test]
fn two_faces_are_refused_and_a_small_one_behind_is_noticed() {
    let (left, right) =
        (Transformation { scale: 0.55, shift: (-0.25, 0.0), ..AS_IS }, Transformation { shift: (0.25, 0.0), ..AS_IS });
    let (left, right) = (LARGE.plane(left), LARGE.plane(Transformation { scale: 0.55, mirror: true, ..right }));
    let half = left.width / 2;
    let both = plane(left.width, left.height, |x, y| if x < half { &left } else { &right }.samples[y * left.width + x]);
    let outcome = of_plane(&both);
    assert_eq!(outcome.measurements.faces, Some(2));
    assert!(named(&outcome).contains(&(Check::FaceCount, Severity::Refuse)), "{:?}", outcome.findings);

    let whole = LARGE.plane(AS_IS);
    let tiny = LARGE.plane(Transformation { scale: 0.42, shift: (0.31, -0.36), ..AS_IS });
    let behind = |x: usize, y: usize| x > 100 && y < 50;
    let pick = |x, y| if behind(x, y) { &tiny } else { &whole };
    let outcome = of_plane(&plane(whole.width, whole.height, |x, y| pick(x, y).samples[y * whole.width + x]));
    assert_eq!(outcome.measurements.faces, Some(2));
    assert!(named(&outcome).iter().any(|(check, _)| *check == Check::FaceCount), "{:?}", outcome.findings);
}

#[test]
fn no_face_is_refused_and_nothing_else_said() {
    let background = LARGE.plane(Transformation { scale: 6.0, shift: (2.5, 2.7), ..AS_IS });
    let collar = LARGE.plane(Transformation { scale: 3.0, shift: (0.0, -1.3), ..AS_IS });
    let hills = plane(156, 200, |x, y| {
        let ridge = 100.0 + 25.0 * (x as f64 / 17.0).sin() + 9.0 * (x as f64 / 5.0).cos();
        if (y as f64) < ridge { 220 - (y / 4) as u8 } else { 90 + ((x * 7 + y * 13) % 40) as u8 }
    });
    for (name, plane) in [
        ("white", plane(156, 200, |_, _| 255)),
        ("background", background),
        ("collar", collar),
        ("hills", hills),
        ("chess board", plane(104, 133, |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { 20 })),
        ("noise", noise(156, 200, 3)),
    ] {
        let outcome = of_plane(&plane);
        assert_eq!(named(&outcome), [(Check::FaceMissing, Severity::Refuse)], "{name}: {outcome:?}");
        assert_eq!(outcome.measurements.faces, Some(0), "{name}");
    }
}

fn noise(width: usize, height: usize, seed: u64) -> Plane {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    Plane { width, height, samples: (0..width * height).map(|_| next()).collect() }
}

#[test]
fn no_plane_is_too_strange() {
    for (width, height) in
        [(0, 0), (1, 1), (1, 5000), (5000, 1), (19, 60), (20, 20), (39, 41), (60, 179), (50, 400), (313, 400)]
    {
        for seed in 0..2 {
            let _ = of_plane(&noise(width, height, seed));
        }
        let _ = of_plane(&plane(width, height, |x, _| if x % 2 == 0 { 255 } else { 0 }));
    }
    // A plane with too few samples for its size, and one with a size that does not match the picture.
    let short = Plane { width: 156, height: 200, samples: vec![0; 99] };
    assert_eq!(of_plane(&short), FaceCheckOutcome::default());
    let limits = FaceLimits::default();
    let plane = in_skin_colours(LARGE.plane(AS_IS));
    for (width, height) in [(0, 0), (1244, 1601), (u32::MAX, u32::MAX), (155, 200)] {
        let outcome = check(&plane, width, height, &limits, Subject::Adult, Exception::None);
        assert_eq!(outcome, FaceCheckOutcome::default(), "{width} x {height}");
    }
}

#[test]
fn a_larger_plane_of_the_same_photo_has_the_same_findings() {
    let (luma, limits) = (&SMALL.luma, FaceLimits::default());
    let (width, height) = luma.dimensions();
    let whole = Plane { width: width as usize, height: height as usize, samples: luma.as_raw().clone() };
    let whole = check(&in_skin_colours(whole), width, height, &limits, Subject::Adult, Exception::None).measurements;
    let eighth = SMALL.check(AS_IS, "icao-35x45", Subject::Adult, Exception::None).measurements;
    let difference = whole.inter_eye_distance_px.unwrap() - eighth.inter_eye_distance_px.unwrap();
    assert!(difference.abs() < 3.0, "{difference} px");
    assert!((whole.roll_degrees.unwrap() - eighth.roll_degrees.unwrap()).abs() < 1.0);
}

#[test]
fn a_head_that_lies_or_stands_upside_down_is_refused_by_name_and_nothing_else_is_said() {
    for portrait in [&LARGE, &MIDDLE, &SMALL] {
        for turn_degrees in [90.0, -90.0, 180.0, 120.0, -60.0] {
            // Small enough that the rotated head stays within the picture.
            let change = Transformation { turn_degrees, scale: 0.8, ..AS_IS };
            let outcome = portrait.check(change, "icao-35x45", Subject::Adult, Exception::None);
            assert_eq!(named(&outcome), [(Check::Upright, Severity::Refuse)], "{change:?}: {outcome:?}");
            let roll = outcome.measurements.roll_degrees.unwrap();
            let noted = turn_degrees + 3.2;
            assert!(((roll - noted + 180.0).rem_euclid(360.0) - 180.0).abs() < 4.0, "{roll}, turned by {noted}");
        }
    }
}

#[test]
fn eyes_at_the_edge_are_refused() {
    let findings = |shift| LARGE.findings(Transformation { shift, ..AS_IS }, "icao-35x45");
    assert!(findings((0.0, -0.42)).contains(&(Check::EyesCutOff, Severity::Refuse)));
    assert!(findings((-0.34, 0.0)).contains(&(Check::EyesCutOff, Severity::Refuse)));
    assert!(findings((0.37, 0.0)).contains(&(Check::EyesCutOff, Severity::Refuse)));
    assert!(!findings((-0.1, 0.0)).iter().any(|(check, _)| *check == Check::EyesCutOff));
}

#[test]
fn scalar_and_vector_arithmetic_agree() {
    let limits = Profile::builtin("de-tr03121").unwrap().face.unwrap();
    for change in
        [AS_IS, Transformation { turn_degrees: 9.0, ..AS_IS }, Transformation { turn_degrees: 180.0, ..AS_IS }]
    {
        let plane = in_skin_colours(LARGE.plane(change));
        let [vector, scalar] = [SimdLevel::Widest, SimdLevel::Scalar]
            .map(|vectors| check_with(&plane, (1244, 1600), &limits, Subject::Adult, Exception::None, vectors));
        assert_eq!(named(&vector), named(&scalar));
        let (vector, scalar) = (vector.measurements, scalar.measurements);
        for ((x, y), (other_x, other_y)) in vector.eyes.unwrap().into_iter().zip(scalar.eyes.unwrap()) {
            assert!((x - other_x).abs() <= 0.11 && (y - other_y).abs() <= 0.11, "{vector:?} {scalar:?}");
        }
        assert!((vector.roll_degrees.unwrap() - scalar.roll_degrees.unwrap()).abs() <= 0.11);
    }
}

/// Exact to a thousandth of the picture's width on every processor and compiler.
#[test]
fn measurements_of_the_portraits_do_not_drift() {
    for (portrait, [(left, left_y), (right, right_y)], (chin, chin_y)) in
        [(&LARGE, PINNED[0].0, PINNED[0].1), (&MIDDLE, PINNED[1].0, PINNED[1].1), (&SMALL, PINNED[2].0, PINNED[2].1)]
    {
        let measured = portrait.check(AS_IS, "icao-35x45", Subject::Adult, Exception::None).measurements;
        let [(x, y), (other_x, other_y)] = measured.eyes.unwrap();
        let (chin_x, low) = measured.chin.unwrap();
        let tolerance = portrait.size().0 / 1000.0;
        for (value, pinned) in
            [(x, left), (y, left_y), (other_x, right), (other_y, right_y), (chin_x, chin), (low, chin_y)]
        {
            assert!((value - pinned).abs() <= tolerance, "{value}, pinned {pinned}: {measured:?}");
        }
    }
}

#[test]
fn a_photo_full_of_faces_costs_no_more_than_a_few_runs() {
    // Twelve faces side by side: the work is bounded, and the photo is refused.
    let tile = LARGE.plane(AS_IS);
    let many = plane(156, 200, |x, y| tile.samples[(y * 4 % 200) * tile.width + x * 4 % 156]);
    let outcome = of_plane(&many);
    assert!(outcome.measurements.faces.is_some_and(|faces| faces <= 16), "{outcome:?}");
    assert!(outcome.findings.iter().any(|finding| finding.severity == Severity::Refuse), "{outcome:?}");
}
