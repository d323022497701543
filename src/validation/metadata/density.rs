//! The resolution that the file states for printing (JFIF 1.02, density; CIPA DC-008, XResolution), compared with the size of a
//! passport photo.
//!
//! Our own policy: no standard limits it, and a photo that is not printed does not need it. An office that prints a file of 827 x
//! 1063 pixels at a stated 72 dpi gets a photo 29 cm wide. Therefore the check only runs if the profile has a width on paper, and
//! it only gives advice.
//!
//! JFIF takes precedence over EXIF, as in programs that read both. If the two differ, the size on paper depends on the program.

use super::exif::Exif;
use crate::domain::check::Check;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{MeasuredText, Quantity, Unit};
use crate::validation::rules::DensityRule;

/// Permitted rounding error of conversions from centimetres and ratios, in pixels per inch.
const ROUNDING: u32 = 1;

/// The resolutions that a file states, in pixels per inch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct StatedDensity {
    pub(super) jfif: Option<u32>,
    pub(super) exif: Option<u32>,
}

impl StatedDensity {
    pub(super) fn new(jfif: Option<u32>, exif: Option<Exif<'_>>) -> Self {
        // The conversion saturates: no value is too large.
        let exif =
            exif.and_then(Exif::pixels_per_inch).map(|stated| stated.round() as u32).filter(|stated| *stated > 0);
        Self { jfif, exif }
    }

    /// JFIF requires a density above zero, so a zero in JFIF counts only if there is no other value.
    pub(super) fn pixels_per_inch(self) -> Option<u32> {
        self.jfif.filter(|stated| *stated > 0).or(self.exif).or(self.jfif)
    }

    fn conflict(self) -> Option<String> {
        let (jfif, exif) = self.jfif.zip(self.exif)?;
        (jfif.abs_diff(exif) > ROUNDING).then(|| format!("JFIF {jfif} dpi, EXIF {exif} dpi"))
    }
}

/// Checks the density of a picture that is `width` pixels wide; a file without a density passes.
pub(super) fn check(stated: StatedDensity, width: u32, rule: &DensityRule) -> Option<Finding> {
    let pixels_per_inch = stated.pixels_per_inch()?;
    let wanted = f64::from(width) * 25.4 / rule.print_width_mm;
    let off_percent = (f64::from(pixels_per_inch) / wanted - 1.0).abs() * 100.0;
    let is_off = off_percent > rule.advise_tolerance_percent;
    let shown = MeasuredText::from(Quantity::whole(f64::from(pixels_per_inch), Unit::DotsPerInch));
    let measured = stated.conflict().map(MeasuredText::from).or_else(|| is_off.then_some(shown))?;
    let limit = format!("{wanted:.0} dpi (± {} %)", rule.advise_tolerance_percent);
    Some(Finding::advise(Check::Density, measured, limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: DensityRule = DensityRule { print_width_mm: 35.0, advise_tolerance_percent: 20.0 };

    #[test]
    fn a_print_far_from_passport_size_is_advice() {
        let stating = |jfif, exif, width| check(StatedDensity { jfif, exif }, width, &RULE);
        assert_eq!(stating(None, None, 827), None);
        for [jfif, exif] in [[Some(600), None], [None, Some(600)]] {
            assert_eq!(stating(jfif, exif, 827), None);
        }
        assert_eq!(stating(Some(300), None, 413), None);
        for stated in [0, 72, 300, 65_535] {
            for [jfif, exif] in [[Some(stated), None], [None, Some(stated)]] {
                let finding = stating(jfif, exif, 827).unwrap();
                assert_eq!((finding.check, finding.limit.as_str()), (Check::Density, "600 dpi (± 20 %)"));
                assert_eq!(finding.measured, format!("{stated} dpi"));
            }
        }
    }

    #[test]
    fn two_resolutions_that_differ_are_advice() {
        for (jfif, exif, measured) in [
            (600, 600, None),
            (600, 601, None),
            (600, 598, Some("JFIF 600 dpi, EXIF 598 dpi")),
            (72, 600, Some("JFIF 72 dpi, EXIF 600 dpi")),
            (600, u32::MAX, Some("JFIF 600 dpi, EXIF 4294967295 dpi")),
        ] {
            let finding = check(StatedDensity { jfif: Some(jfif), exif: Some(exif) }, 827, &RULE);
            assert_eq!(finding.map(|finding| finding.measured).as_deref(), measured, "{jfif} {exif}");
        }
    }

    #[test]
    fn jfif_counts_before_exif_unless_it_is_zero() {
        let counting = |jfif, exif| StatedDensity { jfif, exif }.pixels_per_inch();
        assert_eq!(counting(Some(300), Some(72)), Some(300));
        assert_eq!(counting(None, Some(72)), Some(72));
        assert_eq!(counting(Some(0), Some(72)), Some(72));
        assert_eq!(counting(Some(0), None), Some(0));
    }
}
