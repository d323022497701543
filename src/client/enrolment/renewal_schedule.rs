//! Schedule of renewals: the time at which a certificate is due, and the pause after a failed renewal.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::identity::certificate::CertificateFacts;

/// Pause after the first failed renewal. It doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
/// Longest pause. In the 20 days that are left by default, it allows hundreds of tries.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// Time of the renewal: at two thirds of the lifetime, or up to a twentieth of the lifetime earlier, so that a hundred devices that were
/// enrolled on one day do not renew in one hour.
///
/// The certificate's digest decides how much earlier. It is the same for every caller, so that `status` shows the time at which `watch`
/// will renew.
pub fn renewal_due_at(certificate: &CertificateFacts) -> Timestamp {
    let lifetime = certificate.not_before.until(certificate.not_after);
    let [first, second, ..] = *certificate.sha256.as_bytes();
    let draw = u32::from(u16::from_be_bytes([first, second]));
    let earlier = lifetime / 20 * draw / u32::from(u16::MAX);
    certificate.not_before + lifetime / 3 * 2 - earlier
}

/// The pause after `failures` failed renewals in a row (from 1).
pub fn retry_pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(MAX_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::digest::Sha256Digest;
    use crate::identity::certificate::read_certificate;
    use crate::identity::key::DeviceKey;

    const DAY: Duration = Duration::from_hours(24);
    const START: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

    fn certificate(digest_begins: u8) -> CertificateFacts {
        let pair = rcgen::KeyPair::try_from(DeviceKey::generate().unwrap().as_pkcs8_der()).unwrap();
        let der = rcgen::CertificateParams::default().self_signed(&pair).unwrap();
        let sha256 = Sha256Digest::from_bytes([digest_begins; 32]);
        CertificateFacts {
            sha256,
            not_before: START,
            not_after: START + 60 * DAY,
            ..read_certificate(der.der()).unwrap()
        }
    }

    #[test]
    fn renewal_is_due_at_two_thirds_of_the_lifetime_or_a_little_earlier() {
        assert_eq!(renewal_due_at(&certificate(0x00)), START + 40 * DAY);
        assert_eq!(renewal_due_at(&certificate(0xFF)), START + 37 * DAY);
        let middle = renewal_due_at(&certificate(0x80));
        assert!(middle > START + 38 * DAY && middle < START + 39 * DAY);
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        let minutes: Vec<u64> = (1..=8).map(|failures| retry_pause(failures).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(retry_pause(u32::MAX), MAX_PAUSE);
    }
}
