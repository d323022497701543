//! The resolution that the file states for printing (JFIF 1.02, density), against the size of a passport photo.
//!
//! Our own policy: no rule says what it must be, and for a picture that never leaves the digital path it means nothing. Where a
//! profile speaks of millimetres, a file of 827 x 1063 pixels at 72 dpi prints 29 cm wide, and the office that prints it by
//! its word has paper to throw away. So it is judged only where a profile names a width on paper, and is advice.

use crate::domain::check::Check;
use crate::domain::finding::Finding;
use crate::validation::rules::DensityRule;

/// Judges the density of a picture `width` pixels wide; a file need not state any.
pub(super) fn examine(pixels_per_inch: Option<u32>, width: u32, rule: &DensityRule) -> Option<Finding> {
    let stated = f64::from(pixels_per_inch?);
    let wanted = f64::from(width) * 25.4 / rule.print_width_mm;
    let off_percent = (stated / wanted - 1.0).abs() * 100.0;
    (off_percent > rule.advise_tolerance_percent).then(|| {
        let limit = format!("{wanted:.0} dpi (± {} %)", rule.advise_tolerance_percent);
        Finding::advise(Check::Density, format!("{stated} dpi"), limit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_far_from_passport_size_is_advice() {
        let rule = DensityRule { print_width_mm: 35.0, advise_tolerance_percent: 20.0 };
        assert_eq!(examine(None, 827, &rule), None);
        assert_eq!(examine(Some(600), 827, &rule), None);
        assert_eq!(examine(Some(300), 413, &rule), None);
        for stated in [0, 72, 300, 65_535] {
            let finding = examine(Some(stated), 827, &rule).unwrap();
            assert_eq!((finding.check, finding.limit.as_str()), (Check::Density, "600 dpi (± 20 %)"));
        }
    }
}
