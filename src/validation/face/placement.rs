//! Checks of the place, size and pose of a face against a profile's limits.
//!
//! Every number is a measurement by a program. Between accepted and refused values lies a band of advice, as wide as the error
//! that was measured on people (`docs/judge.md`), so that no photo is refused because of a measurement error.

use super::geometry::{Geometry, HEAD_TO_CHIN};
use super::limits::{FaceLimits, PixelRange, RatioRange};
use crate::domain::check::finding::{Finding, Severity};
use crate::domain::check::quantity::{Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};
use crate::domain::photo::declaration::Subject;

/// Distance of the pupils below the limit that gives no finding, as share of the limit.
const DISTANCE_NOISE: f64 = 0.05;
/// Distance of the pupils below the limit that gives advice, as share of the limit. Measurement error on 360 good portraits: 9 %
/// for one in a hundred.
const DISTANCE_BAND: f64 = 0.10;
/// Roll above the limit that gives advice, in degrees. Measurement error: 2.8° for one in a hundred.
const ROLL_BAND: f64 = 2.0;
/// Position outside the limit that gives advice, as share of the picture.
const POSITION_BAND: f64 = 0.05;
/// Limit of yaw and pitch in degrees for a profile without one: BSI TR-03121-3 Volume 2, table 5.3.
const DEFAULT_POSE: f64 = 5.0;
/// Yaw and pitch above the limit that give no finding, in degrees. Good official portraits are turned by up to 11.5°, and pitch
/// is measured to only 6°, because foreheads differ. Above this there is advice, never a refusal.
const YAW_BAND: f64 = 8.0;
const PITCH_BAND: f64 = 11.0;
/// Head size outside the limit that gives no finding, as share of the limit. Head sizes are estimated from the face, because hair
/// hides the head.
const HEAD_BAND: f64 = 0.10;
/// Head size outside the limit that gives advice, as share of the limit.
const HEAD_REFUSED: f64 = 0.20;
/// Maximum of [`HEAD_TO_CHIN`] for small children: an infant's eyes lie two fifths above the chin (Farkas, Anthropometry of the
/// Head and Face, 1994).
const INFANT_HEAD_TO_CHIN: f64 = 2.5;
/// Maximum of [`HEAD_TO_CHIN`] for children under ten.
const CHILD_HEAD_TO_CHIN: f64 = 2.2;
/// Minimum distance of a pupil from the border, as share of the distance of the pupils: half an eye and its corner. Nearer eyes
/// are cut off.
const EYE_MARGIN: f64 = 0.3;
/// Roll in degrees above which a head lies on its side or is upside down.
pub const UPRIGHT_DEGREES: f64 = 45.0;
/// Size of a child's face as share of an adult's: Fotomustertafel, 22 mm (minimum 17 mm) instead of 32 mm.
const CHILD_USUAL: f64 = 22.0 / 32.0;
const CHILD_LEAST: f64 = 17.0 / 32.0;

impl Geometry {
    /// Compares the measurements with the limits. A head that is not upright has no other finding, because everything must be
    /// measured again after the rotation.
    pub(super) fn check(&self, limits: &FaceLimits, subject: Subject) -> Vec<Finding> {
        if let Some(turned) = self.upright() {
            return vec![turned];
        }
        let measured = self.measured;
        let head_width = match subject {
            Subject::Adult => limits.head_width,
            Subject::Under10 | Subject::Under6 => {
                limits.head_width.map(|RatioRange { min, max }| RatioRange { min: min * CHILD_USUAL, max })
            }
        };
        let head_height = match limits.head_height_share(subject) {
            Some(range) => head_height_finding(measured.head_height, Some(range), subject),
            None => self.head_pixels(measured.head_height, limits.head_height_px, subject),
        };
        [
            self.eyes_in_photo(),
            self.distance(limits, subject),
            self.roll(limits),
            pose(YAW, measured.yaw_degrees, limits.max_yaw_degrees, YAW_BAND),
            pose(PITCH, measured.pitch_degrees, limits.max_pitch_degrees, PITCH_BAND),
            position(HORIZONTAL, measured.horizontal_position, limits.horizontal_position),
            self.centre_offset(measured.horizontal_position, limits.max_centre_offset_px),
            position(VERTICAL, measured.vertical_position, limits.vertical_position),
            worse(head_width_finding(measured.head_width, head_width), head_height),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn upright(&self) -> Option<Finding> {
        let roll = self.measured.roll_degrees?;
        (roll.abs() > UPRIGHT_DEGREES)
            .then(|| Finding::refuse(Check::Upright, Quantity::whole(roll, Unit::Degrees), "0°"))
    }

    fn eyes_in_photo(&self) -> Option<Finding> {
        let (eyes, distance) = (self.measured.eyes?, self.measured.inter_eye_distance_px?);
        let (width, height) = self.photo_size;
        let margin = eyes.iter().map(|(x, y)| x.min(*y).min(width - x).min(height - y)).fold(f64::INFINITY, f64::min);
        let [margin, least] = [margin, EYE_MARGIN * distance].map(|pixels| Quantity::whole(pixels, Unit::Pixels));
        least.exceeds(margin).then(|| Finding::refuse(Check::EyesCutOff, margin, format!(">= {least}")))
    }

    fn distance(&self, limits: &FaceLimits, subject: Subject) -> Option<Finding> {
        let (measured, limit) = (self.measured.inter_eye_distance_px?, f64::from(limits.min_inter_eye_px?));
        let (usual, least) = match subject {
            Subject::Adult => (limit, limit),
            Subject::Under10 | Subject::Under6 => (limit * CHILD_USUAL, limit * CHILD_LEAST),
        };
        let (noise, band) = (usual * DISTANCE_NOISE, (least * DISTANCE_BAND).max(self.pixels_per_sample));
        finding(
            Check::InterEyeDistance,
            usual - noise - measured,
            measured < least - band,
            Quantity::whole(measured, Unit::Pixels),
            None,
            || format!(">= {usual:.0} px"),
        )
    }

    fn roll(&self, limits: &FaceLimits) -> Option<Finding> {
        let (roll, distance) = (self.measured.roll_degrees?, self.measured.inter_eye_distance_px?);
        let limit = limits.max_roll_degrees?;
        // Landmarks are exact to an eighth of a sample at best.
        let band = ROLL_BAND.max((self.pixels_per_sample / 8.0).atan2(distance).to_degrees());
        let excess = roll.abs() - limit;
        // The line through the eyes descends to the right if the head leans to the right of the picture.
        let detail = if roll < 0.0 { FindingDetail::TiltedLeft } else { FindingDetail::TiltedRight };
        let shown = Quantity::tenths(roll.abs(), Unit::Degrees);
        finding(Check::Roll, excess, excess > band, shown, Some(detail), || format!("<= {limit}°"))
    }

    fn centre_offset(&self, measured: Option<f64>, limit: Option<u32>) -> Option<Finding> {
        let (offset, limit) = ((measured? - 0.5) * self.photo_size.0, f64::from(limit?));
        let excess = offset.abs() - limit;
        let clearly = excess > POSITION_BAND * self.photo_size.0;
        let shown = Quantity::whole(offset.abs(), Unit::Pixels);
        finding(HORIZONTAL.check, excess, clearly, shown, Some(HORIZONTAL.side(offset)), || format!("<= {limit} px"))
    }

    fn head_pixels(&self, measured: Option<f64>, limit: Option<PixelRange>, subject: Subject) -> Option<Finding> {
        let (share, pixels) = (measured?, limit?);
        let limit = RatioRange {
            min: f64::from(pixels.min) / self.photo_size.1,
            max: f64::from(pixels.max) / self.photo_size.1,
        };
        let found = head_height_finding(Some(share), Some(limit), subject)?;
        let shown = Quantity::whole(share * self.photo_size.1, Unit::Pixels);
        Some(Finding::new(found.check, found.severity, shown, pixels.to_string()).with_detail(found.detail))
    }
}

/// A check of a deviation to either side, with a finding detail for each.
#[derive(Clone, Copy)]
struct TwoSided {
    check: Check,
    /// Detail for values below the middle or the range.
    below: FindingDetail,
    /// Detail for values above.
    above: FindingDetail,
}

impl TwoSided {
    const fn new(check: Check, below: FindingDetail, above: FindingDetail) -> Self {
        Self { check, below, above }
    }

    /// The detail for a deviation; negative deviations are below.
    fn side(self, deviation: f64) -> FindingDetail {
        if deviation < 0.0 { self.below } else { self.above }
    }
}

const YAW: TwoSided = TwoSided::new(Check::Yaw, FindingDetail::TurnedLeft, FindingDetail::TurnedRight);
const PITCH: TwoSided = TwoSided::new(Check::Pitch, FindingDetail::ChinRaised, FindingDetail::ChinLowered);
const HORIZONTAL: TwoSided =
    TwoSided::new(Check::HorizontalPosition, FindingDetail::FaceTooFarLeft, FindingDetail::FaceTooFarRight);
const VERTICAL: TwoSided =
    TwoSided::new(Check::VerticalPosition, FindingDetail::EyesTooHigh, FindingDetail::EyesTooLow);
const HEAD_WIDTH: TwoSided = TwoSided::new(Check::HeadSize, FindingDetail::HeadTooNarrow, FindingDetail::HeadTooWide);
const HEAD_HEIGHT: TwoSided = TwoSided::new(Check::HeadSize, FindingDetail::HeadTooShort, FindingDetail::HeadTooTall);

/// Advises if a head is turned or tilted clearly more than the limit.
fn pose(sides: TwoSided, measured: Option<f64>, limit: Option<f64>, band: f64) -> Option<Finding> {
    let (measured, limit) = (measured?, limit.unwrap_or(DEFAULT_POSE));
    let (excess, shown) = (measured.abs() - limit - band, Quantity::whole(measured.abs(), Unit::Degrees));
    finding(sides.check, excess, false, shown, Some(sides.side(measured)), || format!("<= {limit}°"))
}

fn position(sides: TwoSided, measured: Option<f64>, limit: Option<RatioRange>) -> Option<Finding> {
    let (measured, limit) = (measured?, limit?);
    let (miss, shown) = (limit.deviation(measured), Quantity::tenths(measured * 100.0, Unit::Percent));
    let side = sides.side(measured - limit.min);
    finding(sides.check, miss, miss > POSITION_BAND, shown, Some(side), || limit.to_string())
}

fn head_width_finding(measured: Option<f64>, limit: Option<RatioRange>) -> Option<Finding> {
    let (measured, limit) = (measured?, limit?);
    head(HEAD_WIDTH, measured, (measured, measured), limit)
}

/// A child's head reaches farther above its eyes than below them, so sizes between an adult's and an infant's proportions give no
/// finding.
fn head_height_finding(measured: Option<f64>, limit: Option<RatioRange>, subject: Subject) -> Option<Finding> {
    let (measured, limit) = (measured?, limit?);
    let tallest = match subject {
        Subject::Adult => HEAD_TO_CHIN,
        Subject::Under10 => CHILD_HEAD_TO_CHIN,
        Subject::Under6 => INFANT_HEAD_TO_CHIN,
    };
    head(HEAD_HEIGHT, measured, (measured, measured * tallest / HEAD_TO_CHIN), limit)
}

/// `least` and `most` bound the possible size.
fn head(sides: TwoSided, measured: f64, (least, most): (f64, f64), limit: RatioRange) -> Option<Finding> {
    let excess = |band: f64| {
        let widened = widen(limit, band);
        (widened.min - most).max(least - widened.max)
    };
    let side = sides.side(measured - limit.min);
    let (excess, clearly) = (excess(HEAD_BAND), excess(HEAD_REFUSED) > 0.0);
    finding(sides.check, excess, clearly, Quantity::percent(measured), Some(side), || limit.to_string())
}

/// The finding that refuses, otherwise the first one: a head that is both too wide and too tall is reported once.
fn worse(first: Option<Finding>, second: Option<Finding>) -> Option<Finding> {
    first.into_iter().chain(second).min_by_key(|finding| finding.severity)
}

/// Widens a limit of the head size by the band that an estimate needs.
fn widen(limit: RatioRange, band: f64) -> RatioRange {
    RatioRange { min: limit.min * (1.0 - band), max: limit.max * (1.0 + band) }
}

/// A positive `excess` is outside the limit; `clearly` decides whether it refuses.
fn finding(
    check: Check,
    excess: f64,
    clearly: bool,
    measured: Quantity,
    detail: Option<FindingDetail>,
    limit: impl FnOnce() -> String,
) -> Option<Finding> {
    let severity = if clearly { Severity::Refuse } else { Severity::Advise };
    (excess > 0.0).then(|| Finding::new(check, severity, measured, limit()).with_detail(detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::face::FaceMeasurements;

    fn findings(measured: FaceMeasurements, limits: &FaceLimits, subject: Subject) -> Vec<Finding> {
        Geometry { measured, photo_size: (1000.0, 1300.0), pixels_per_sample: 8.0 }.check(limits, subject)
    }

    /// A face within all limits.
    fn good() -> FaceMeasurements {
        FaceMeasurements {
            eyes: Some([(380.0, 500.0), (620.0, 500.0)]),
            inter_eye_distance_px: Some(240.0),
            roll_degrees: Some(0.0),
            yaw_degrees: Some(0.0),
            pitch_degrees: Some(0.0),
            horizontal_position: Some(0.5),
            vertical_position: Some(0.4),
            head_width: Some(0.6),
            head_height: Some(0.75),
            ..FaceMeasurements::default()
        }
    }

    #[test]
    fn a_childs_head_may_be_narrower() {
        let limits = FaceLimits { head_width: Some(RatioRange { min: 0.5, max: 0.75 }), ..FaceLimits::default() };
        let findings_of = |width, subject| {
            let findings = findings(FaceMeasurements { head_width: Some(width), ..good() }, &limits, subject);
            findings.into_iter().map(|finding| (finding.check, finding.limit)).collect::<Vec<_>>()
        };
        let narrow = |limit: &str| vec![(Check::HeadSize, limit.to_owned())];
        assert_eq!(findings_of(0.4, Subject::Adult), narrow("50 - 75 %"));
        for child in [Subject::Under10, Subject::Under6] {
            assert_eq!(findings_of(0.4, child), []);
            assert_eq!(findings_of(0.3, child), narrow("34.4 - 75 %"));
            assert_eq!(findings_of(0.9, child), narrow("34.4 - 75 %"), "the upper limit is everybody's");
        }
    }

    #[test]
    fn the_heads_of_small_children_reach_farther_above_their_eyes() {
        let under_10 = RatioRange { min: 0.49, max: 0.80 };
        let limits = FaceLimits { head_height_under_10: Some(under_10), ..FaceLimits::default() };
        let told = |height, subject| {
            let found = findings(FaceMeasurements { head_height: Some(height), ..good() }, &limits, subject);
            found.first().map(|finding| finding.detail)
        };
        let short = Some(Some(FindingDetail::HeadTooShort));
        assert_eq!([0.36, 0.42, 0.75].map(|height| told(height, Subject::Under6)), [None; 3]);
        assert_eq!(told(0.34, Subject::Under6), short);
        assert_eq!([told(0.41, Subject::Under10), told(0.39, Subject::Under10)], [None, short]);
        assert_eq!(told(0.9, Subject::Under6), Some(Some(FindingDetail::HeadTooTall)));
    }

    #[test]
    fn each_limit_has_its_bands() {
        use Severity::{Advise, Refuse};
        let limits = FaceLimits {
            min_inter_eye_px: Some(200),
            max_roll_degrees: Some(8.0),
            max_yaw_degrees: Some(5.0),
            max_pitch_degrees: Some(5.0),
            ..FaceLimits::default()
        };
        let severity =
            |measured| findings(measured, &limits, Subject::Adult).first().map(|found| (found.check, found.severity));
        assert_eq!(severity(good()), None);
        let distance = |px| severity(FaceMeasurements { inter_eye_distance_px: Some(px), ..good() });
        assert_eq!(distance(190.0), None);
        assert_eq!(distance(189.0), Some((Check::InterEyeDistance, Advise)));
        assert_eq!(distance(179.0), Some((Check::InterEyeDistance, Refuse)));
        let roll = |degrees| severity(FaceMeasurements { roll_degrees: Some(degrees), ..good() });
        assert_eq!(
            [roll(8.0), roll(-9.9), roll(10.1), roll(-44.0)],
            [None, Some((Check::Roll, Advise)), Some((Check::Roll, Refuse)), Some((Check::Roll, Refuse))]
        );
        assert_eq!([roll(46.0), roll(-91.0), roll(180.0)], [Some((Check::Upright, Refuse)); 3]);
        let yaw = |degrees| severity(FaceMeasurements { yaw_degrees: Some(degrees), ..good() });
        assert_eq!([yaw(12.9), yaw(13.1), yaw(-40.0)], [None, Some((Check::Yaw, Advise)), Some((Check::Yaw, Advise))]);
        let pitch = |degrees| severity(FaceMeasurements { pitch_degrees: Some(degrees), ..good() });
        assert_eq!([pitch(-15.9), pitch(16.1)], [None, Some((Check::Pitch, Advise))]);
    }

    #[test]
    fn eyes_near_any_edge_are_cut_off() {
        for (eyes, cut) in [
            ([(380.0, 75.0), (620.0, 80.0)], false),
            ([(380.0, 75.0), (620.0, 70.0)], true),
            ([(70.0, 500.0), (310.0, 500.0)], true),
            ([(690.0, 500.0), (930.0, 500.0)], true),
            ([(380.0, 1230.0), (620.0, 1100.0)], true),
            ([(380.0, -20.0), (620.0, 100.0)], true),
        ] {
            let findings =
                findings(FaceMeasurements { eyes: Some(eyes), ..good() }, &FaceLimits::default(), Subject::Adult);
            assert_eq!(findings.iter().any(|finding| finding.check == Check::EyesCutOff), cut, "{eyes:?}");
        }
    }
}
