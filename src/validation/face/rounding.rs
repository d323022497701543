//! Rounding of measured values before they are compared with a limit, so that a verdict does not depend on the last bits of
//! floating-point arithmetic.

/// Rounds to tenths; adding zero turns a negative zero into a positive one.
pub(super) fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0 + 0.0
}

/// Rounds to thousandths.
pub(super) fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0 + 0.0
}
