//! Proof that a form comes from a page of this gateway: a foreign site can make a clerk's browser send requests with the clerk's
//! certificate, but it has no token (OWASP: signed double-submit without a session, bound to the device).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::hkdf::{hkdf_32, length_prefixed};
use super::key_file::KeyFile;
use crate::clock::Timestamp;
use crate::domain::id::DeviceId;

/// A page that was opened in the morning still works in the evening.
const MAX_AGE: Duration = Duration::from_secs(12 * 3600);
/// Difference between the clocks of two nodes.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(300);

impl KeyFile {
    /// The token for pages that a device gets at `now`: the time, and a keyed hash of time and device.
    pub fn csrf_token(&self, device: DeviceId, now: Timestamp) -> String {
        let moment = now.unix_milliseconds();
        format!("{moment}.{}", URL_SAFE_NO_PAD.encode(self.csrf_hash(device, moment)))
    }

    /// Checks that `token` was made for this device, in the last twelve hours.
    pub fn is_valid_csrf_token(&self, token: &str, device: DeviceId, now: Timestamp) -> bool {
        let Some((moment, hash)) = token.split_once('.') else { return false };
        let (Ok(moment), Ok(hash)) = (moment.parse(), URL_SAFE_NO_PAD.decode(hash)) else { return false };
        let made_at = Timestamp::from_unix_milliseconds(moment);
        let is_fresh = made_at <= now + MAX_CLOCK_SKEW && now <= made_at + MAX_AGE;
        is_fresh && aws_lc_rs::constant_time::verify_slices_are_equal(&hash, &self.csrf_hash(device, moment)).is_ok()
    }

    fn csrf_hash(&self, device: DeviceId, moment: i64) -> [u8; 32] {
        let input = length_prefixed(&[device.as_bytes(), &moment.to_be_bytes()]);
        hkdf_32(self.pepper.as_bytes(), &input, "lichtbild/form/v1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    #[test]
    fn a_token_is_good_for_its_device_for_half_a_day() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let device = |seed| DeviceId::generate(NOW, &SeededEntropy::new(seed)).unwrap();
        let token = keys.csrf_token(device(1), NOW);
        assert!(keys.is_valid_csrf_token(&token, device(1), NOW));
        assert!(keys.is_valid_csrf_token(&token, device(1), NOW + MAX_AGE));
        assert!(keys.is_valid_csrf_token(&token, device(1), NOW - MAX_CLOCK_SKEW));
        assert!(!keys.is_valid_csrf_token(&token, device(1), NOW + MAX_AGE + Duration::from_millis(1)));
        assert!(!keys.is_valid_csrf_token(&token, device(1), NOW - MAX_CLOCK_SKEW - Duration::from_millis(1)));
        assert!(!keys.is_valid_csrf_token(&token, device(2), NOW));
        let elsewhere = KeyFile::generate(NOW, &SeededEntropy::new(2)).unwrap();
        assert!(!elsewhere.is_valid_csrf_token(&token, device(1), NOW));
    }

    #[test]
    fn nothing_else_is_a_token() {
        let keys = KeyFile::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let device = DeviceId::generate(NOW, &SeededEntropy::new(1)).unwrap();
        let token = keys.csrf_token(device, NOW);
        let later = token.replacen("1795339800000", "1795339800001", 1);
        for other in ["", ".", "1795339800000", "1795339800000.", "x.y", &token[..token.len() - 1], &later] {
            assert!(!keys.is_valid_csrf_token(other, device, NOW), "{other}");
        }
    }
}
