//! Checks of the size in pixels and in bytes against a profile.

use super::limits::{MAX_HEIGHT, MAX_WIDTH};
use super::pixel_rule::{AspectRule, PixelRule};
use super::rules::FileRule;
use crate::domain::check::finding::Finding;
use crate::domain::check::quantity::{Quantity, Unit};
use crate::domain::check::{Check, FindingDetail};

/// Checks width and height in pixels and reports both if both fail.
pub(super) fn check_size(width: u32, height: u32, rule: &PixelRule) -> Vec<Finding> {
    let size = |width: u32, height: u32| format!("{width} x {height} px");
    match *rule {
        PixelRule::Exactly { width: exact_width, height: exact_height } => {
            if (width, height) == (exact_width, exact_height) {
                return Vec::new();
            }
            vec![Finding::refuse(Check::PixelDimensions, size(width, height), size(exact_width, exact_height))]
        }
        PixelRule::AtLeast { min_width, min_height, aspect, taller_than_wide } => {
            let mut findings = Vec::new();
            if width < min_width || height < min_height {
                let limit = format!(">= {}", size(min_width, min_height));
                findings.push(Finding::refuse(Check::PixelDimensions, size(width, height), limit));
            }
            if width > MAX_WIDTH || height > MAX_HEIGHT {
                let limit = format!("<= {}", size(MAX_WIDTH, MAX_HEIGHT));
                findings.push(Finding::refuse(Check::PixelDimensions, size(width, height), limit));
            }
            findings.extend(aspect.and_then(|rule| check_aspect_ratio(width, height, &rule)));
            if taller_than_wide && height <= width {
                let measured = format!("{width} : {height}");
                findings.push(Finding::refuse(Check::AspectRatio, measured, "taller than wide"));
            }
            findings
        }
    }
}

fn check_aspect_ratio(width: u32, height: u32, rule: &AspectRule) -> Option<Finding> {
    let AspectRule { aspect_width, aspect_height, aspect_tolerance_percent } = rule;
    let wanted = f64::from(*aspect_width) / f64::from(*aspect_height);
    // A height of zero gives an infinite or undefined ratio; neither is within the tolerance.
    let measured = f64::from(width) / f64::from(height);
    let within = (measured / wanted - 1.0).abs() * 100.0 <= *aspect_tolerance_percent;
    (!within).then(|| {
        let limit = format!("{aspect_width}:{aspect_height} = {wanted:.4} (± {aspect_tolerance_percent} %)");
        Finding::refuse(Check::AspectRatio, format!("{measured:.4}"), limit)
    })
}

/// Checks the size of a file in bytes.
pub(super) fn check_file_size(bytes: u64, rule: &FileRule) -> Option<Finding> {
    let size = |bytes: u64| Quantity::whole(bytes as f64, Unit::Bytes);
    let least = rule.min_bytes.filter(|least| bytes < *least);
    let least = least.map(|least| (format!(">= {}", size(least)), FindingDetail::FileTooSmall));
    let most = rule.max_bytes.filter(|most| bytes > *most);
    let most = most.map(|most| (format!("<= {}", size(most)), FindingDetail::FileTooLarge));
    let (limit, detail) = least.or(most)?;
    Some(Finding::refuse(Check::FileSize, size(bytes), limit).with_detail(Some(detail)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::Profile;

    fn checks(profile: &str, width: u32, height: u32) -> Vec<Check> {
        let profile = Profile::builtin(profile).unwrap();
        check_size(width, height, &profile.pixels).into_iter().map(|finding| finding.check).collect()
    }

    #[test]
    fn an_exact_size_is_exact() {
        assert_eq!(checks("de-tr03121", 1244, 1600), []);
        for (width, height) in [(1243, 1600), (1244, 1601), (1600, 1244), (0, 0), (65535, 65535)] {
            assert_eq!(checks("de-tr03121", width, height), [Check::PixelDimensions], "{width} x {height}");
        }
    }

    #[test]
    fn a_ratio_has_its_tolerance_and_a_size_its_least() {
        for (width, height) in [(413, 531), (827, 1063), (1244, 1600), (830, 1063)] {
            assert_eq!(checks("icao-35x45", width, height), [], "{width} x {height}");
        }
        assert_eq!(checks("icao-35x45", 412, 530), [Check::PixelDimensions]);
        assert_eq!(checks("icao-35x45", 850, 1063), [Check::AspectRatio]);
        assert_eq!(checks("icao-35x45", 531, 413), [Check::PixelDimensions, Check::AspectRatio]);
        assert_eq!(checks("icao-35x45", 3500, 4500), [Check::PixelDimensions]);
        assert_eq!(checks("icao-35x45", 0, 0), [Check::PixelDimensions, Check::AspectRatio]);
    }

    #[test]
    fn without_a_ratio_any_shape_will_do_unless_it_has_to_be_tall() {
        assert_eq!(checks("ee-digital", 2000, 1600), []);
        assert_eq!(checks("ie-passport-online", 951, 951), [Check::AspectRatio]);
        assert_eq!(checks("ie-passport-online", 950, 951), []);
    }

    #[test]
    fn a_file_may_have_as_many_bytes_as_its_limits_say_and_no_others() {
        let rule = FileRule { min_bytes: Some(10), max_bytes: Some(20) };
        assert_eq!([10, 15, 20].map(|bytes| check_file_size(bytes, &rule)), [None, None, None]);
        let told = |bytes| check_file_size(bytes, &rule).map(|found| (found.measured, found.limit, found.detail));
        let too_small = Some(FindingDetail::FileTooSmall);
        assert_eq!(told(9), Some(("9 bytes".into(), ">= 10 bytes".into(), too_small)));
        assert_eq!(told(21), Some(("21 bytes".into(), "<= 20 bytes".into(), Some(FindingDetail::FileTooLarge))));
        assert_eq!(check_file_size(0, &FileRule { min_bytes: None, max_bytes: Some(20) }), None);
    }
}
