//! Pause before the next try: exponential with full jitter, so that a hundred studios do not reconnect to the same gateway in the same
//! second.

use std::time::Duration;

/// Upper bound of the first pause.
pub const BASE: Duration = Duration::from_millis(500);
/// Upper bound of every pause: the photographer's customer is waiting.
pub const CAP: Duration = Duration::from_secs(30);

/// The longest pause after `failures` failed tries in a row (from 1).
pub fn ceiling(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    BASE.saturating_mul(1 << doublings).min(CAP)
}

/// The pause after `failures` failed tries: `draw`, a random number, picks a point between zero and the ceiling.
pub fn pause(failures: u32, draw: u32) -> Duration {
    ceiling(failures).mul_f64(f64::from(draw) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let ceilings: Vec<u128> = (1..=9).map(|failures| ceiling(failures).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(ceiling(u32::MAX), CAP);
    }

    #[test]
    fn the_draw_spans_the_whole_range_and_no_more() {
        for failures in [1, 2, 7, u32::MAX] {
            assert_eq!(pause(failures, 0), Duration::ZERO);
            assert_eq!(pause(failures, u32::MAX), ceiling(failures));
            let middle = pause(failures, u32::MAX / 2);
            assert!(middle < ceiling(failures) && middle > ceiling(failures) / 3);
        }
    }
}
