//! Measured values with their units.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Unit of a measured value. `%` is a share of the value to which the check refers, `bit` an amount for each colour of a pixel or of
/// information, and each of the `stops` halves the light.
//
// The names in JSON are part of the published contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Unit {
    #[serde(rename = "px")]
    Pixels,
    #[serde(rename = "°")]
    Degrees,
    /// Of the reference of the check.
    #[serde(rename = "%")]
    Percent,
    #[serde(rename = "bytes")]
    Bytes,
    /// Bits per colour of a pixel, or of information.
    #[serde(rename = "bit")]
    Bits,
    /// Photographic stops, each of which halves the light.
    #[serde(rename = "stops")]
    Stops,
    /// On paper.
    #[serde(rename = "dpi")]
    DotsPerInch,
}

impl Unit {
    /// The unit after a number, with its space.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Pixels => " px",
            Self::Degrees => "°",
            Self::Percent => " %",
            Self::Bytes => " bytes",
            Self::Bits => " bit",
            Self::Stops => " stops",
            Self::DotsPerInch => " dpi",
        }
    }
}

/// A measured number, rounded to the decimals that are shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    value: f64,
    decimals: usize,
    unit: Option<Unit>,
}

impl Quantity {
    /// Rounds `value` to whole units.
    pub fn whole(value: f64, unit: Unit) -> Self {
        Self { value: value.round() + 0.0, decimals: 0, unit: Some(unit) }
    }

    /// Rounds `value` to tenths.
    pub fn tenths(value: f64, unit: Unit) -> Self {
        Self { value: (value * 10.0).round() / 10.0 + 0.0, decimals: 1, unit: Some(unit) }
    }

    /// Rounds a `share` of 0 to 1 to whole per cent.
    pub fn percent(share: f64) -> Self {
        Self::whole(share * 100.0, Unit::Percent)
    }

    /// A distance between colours in CIELAB, rounded to whole units without a name.
    pub fn colour_distance(distance: f64) -> Self {
        Self { value: distance.round() + 0.0, decimals: 0, unit: None }
    }

    /// Compares the rounded numbers, so that no finding shows a value within its limit.
    pub fn exceeds(self, limit: Self) -> bool {
        self.value > limit.value
    }

    pub fn count(count: usize) -> Self {
        Self { value: count as f64, decimals: 0, unit: None }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}{}", self.decimals, self.value, self.unit.map_or("", Unit::suffix))
    }
}

/// Measured value of a finding: a text, with its number if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredText {
    /// The value with its unit, or a `check-term-…` of the catalogue.
    pub(super) text: String,
    pub(super) value: Option<f64>,
    pub(super) unit: Option<Unit>,
}

impl From<Quantity> for MeasuredText {
    fn from(quantity: Quantity) -> Self {
        Self { text: quantity.to_string(), value: Some(quantity.value), unit: quantity.unit }
    }
}

impl From<String> for MeasuredText {
    fn from(text: String) -> Self {
        Self { text, value: None, unit: None }
    }
}

impl From<&str> for MeasuredText {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_shown_as_its_limit_does_not_exceed_it() {
        let limit = Quantity::tenths(3.4, Unit::Degrees);
        for (value, expected) in [(3.34, false), (3.449, false), (3.46, true)] {
            assert_eq!(Quantity::tenths(value, Unit::Degrees).exceeds(limit), expected, "{value}");
        }
    }

    #[test]
    fn the_number_is_the_one_that_is_shown() {
        for (quantity, text, value) in [
            (Quantity::whole(270.6, Unit::Pixels), "271 px", 271.0),
            (Quantity::tenths(3.449, Unit::Degrees), "3.4°", 3.4),
            (Quantity::percent(0.4349), "43 %", 43.0),
            (Quantity::whole(-0.2, Unit::Percent), "0 %", 0.0),
            (Quantity::count(2), "2", 2.0),
        ] {
            let MeasuredText { text: shown, value: number, .. } = MeasuredText::from(quantity);
            assert_eq!((shown.as_str(), number), (text, Some(value)));
        }
    }
}
