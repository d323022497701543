//! Spans of time as an operator writes them: `14d`, `36h`.

use std::time::Duration;

use super::language::phrase;

/// Reads whole days or hours.
pub(super) fn parse_span(text: &str) -> Result<Duration, String> {
    let invalid = || phrase!("gateway-span", span = text);
    let unit = text.chars().last().ok_or_else(invalid)?;
    let number: u64 = text.strip_suffix(unit).unwrap_or_default().parse().map_err(|_| invalid())?;
    let hours = match unit {
        'd' => number.checked_mul(24),
        'h' => Some(number),
        _ => None,
    };
    // No deadline is further away than the years that can be written.
    hours.filter(|hours| *hours <= 24 * 365 * 1000).map(Duration::from_hours).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_hours_are_read_and_nothing_else() {
        assert_eq!(parse_span("14d"), Ok(Duration::from_hours(336)));
        assert_eq!(parse_span("36h"), Ok(Duration::from_hours(36)));
        for text in ["", "d", "14", "14 d", "14w", "-1d", "1.5d", "99999999999999999999d", "14dd"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
