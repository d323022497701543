//! Certificate revocation list of an authority (RFC 5280, section 5), for relying parties other than the gateway: the gateway
//! itself asks its store at every request.
//!
//! The list has the certificates of revoked devices. It does not have those of suspended studios and offices: a suspension is
//! temporary and concerns the gateway only, and programs interpret `certificateHold` differently. Entries have no reason, because
//! an administrator who revokes a device is not asked for one (section 5.3.1: absent rather than `unspecified`).

use std::time::Duration;

use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber, date_time_ymd};
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

use crate::clock::Timestamp;
use crate::identity::authority::Authority;
use crate::identity::certificate::parse;
use crate::identity::error::IdentityError;

/// Validity of a revocation list: long enough for a gateway that is switched off over the holidays.
pub const LIST_VALIDITY: Duration = Duration::from_hours(24 * 7);

/// A certificate stays on the list for so long after its own end: at least one list issued after that has to name it
/// (section 3.3), and one list lasts [`LIST_VALIDITY`].
pub const LISTED_AFTER_EXPIRY: Duration = Duration::from_hours(24 * 8);

/// A certificate to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationEntry {
    /// Big endian.
    pub serial: Vec<u8>,
    pub at: Timestamp,
}

/// A signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// In DER, as it is served (RFC 2585, section 4.2).
    pub der: Vec<u8>,
    /// Grows with each list.
    pub number: u64,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    pub revocations: usize,
}

/// Signs a list. Its number is the time in milliseconds, or `previous` plus one if the clock was set back.
///
/// # Errors
/// [`IdentityError`]: the authority has ended, or its certificate does not allow `cRLSign`.
pub fn issue_revocation_list(
    authority: &Authority,
    revocations: &[RevocationEntry],
    previous: Option<u64>,
    now: Timestamp,
) -> Result<RevocationList, IdentityError> {
    let certificate = parse(authority.certificate_der())?;
    if certificate.key_usage().ok().flatten().is_some_and(|usage| !usage.value.crl_sign()) {
        return Err(IdentityError::NoRevocationLists);
    }
    // Fails if the authority has expired.
    authority.validity_from(now, LIST_VALIDITY)?;
    let clock_number = u64::try_from(now.unix_milliseconds()).unwrap_or(0);
    let number = previous.map_or(clock_number, |previous| clock_number.max(previous.saturating_add(1)));
    // The list identifies its issuer's key as the issuer's certificate does (section 5.2.1).
    let key_identifier = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(key) => Some(KeyIdMethod::PreSpecified(key.0.into())),
        _ => None,
    });
    let to_x509 = |moment: Timestamp| date_time_ymd(1970, 1, 1) + moment.since_unix_epoch();
    let params = CertificateRevocationListParams {
        this_update: to_x509(now),
        next_update: to_x509(now + LIST_VALIDITY),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: revocations
            .iter()
            .map(|revocation| RevokedCertParams {
                serial_number: SerialNumber::from_slice(&revocation.serial),
                revocation_time: to_x509(revocation.at),
                reason_code: None,
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: key_identifier.unwrap_or(KeyIdMethod::Sha256),
    };
    read_revocation_list(params.signed_by(&authority.issuer()?)?.der())
}

/// Reads dates and number of a list, of this gateway or of an external CA, without verifying its signature.
///
/// # Errors
/// [`IdentityError::RevocationList`] if the bytes are not a single DER list with the date of the next list.
pub fn read_revocation_list(der: &[u8]) -> Result<RevocationList, IdentityError> {
    let Ok(([], list)) = CertificateRevocationList::from_der(der) else { return Err(IdentityError::RevocationList) };
    let moment = |seconds: i64| Timestamp::from_unix_milliseconds(seconds.saturating_mul(1000));
    let next_update = list.next_update().ok_or(IdentityError::RevocationList)?;
    let number = list.crl_number().and_then(|number| {
        let digits = number.to_u64_digits();
        if digits.len() > 1 { None } else { Some(digits.first().copied().unwrap_or(0)) }
    });
    Ok(RevocationList {
        number: number.unwrap_or(0),
        this_update: moment(list.last_update().timestamp()),
        next_update: moment(next_update.timestamp()),
        revocations: list.iter_revoked_certificates().count(),
        der: der.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::{AUTHORITY_VALIDITY, AuthorityKind};

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_123);

    fn authority() -> Authority {
        Authority::create(AuthorityKind::Studio, "Köln", NOW, &SeededEntropy::new(3)).unwrap()
    }

    #[test]
    fn a_list_says_who_when_and_until_when() {
        let revoked = [RevocationEntry { serial: vec![0x41, 2, 3], at: NOW }];
        let list = issue_revocation_list(&authority(), &revoked, None, NOW).unwrap();
        assert_eq!((list.number, list.revocations), (1_795_339_800_123, 1));
        assert_eq!(list.this_update.to_string(), "2026-11-22T09:30:00.000Z");
        assert_eq!(list.next_update, list.this_update + LIST_VALIDITY);
        assert_eq!(read_revocation_list(&list.der).unwrap(), list);
    }

    #[test]
    fn the_number_grows_though_the_clock_goes_back() {
        let first = issue_revocation_list(&authority(), &[], None, NOW).unwrap();
        let earlier = NOW - Duration::from_secs(60);
        assert_eq!(
            issue_revocation_list(&authority(), &[], Some(first.number), earlier).unwrap().number,
            first.number + 1
        );
    }

    #[test]
    fn an_authority_that_has_ended_lists_nothing() {
        let late = issue_revocation_list(&authority(), &[], None, NOW + 2 * AUTHORITY_VALIDITY);
        assert!(matches!(late, Err(IdentityError::Expired { .. })));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let list = issue_revocation_list(&authority(), &[], None, NOW).unwrap().der;
        for broken in [&list[..list.len() - 1], b"", &[&list[..], &[0]].concat()] {
            assert_eq!(read_revocation_list(broken), Err(IdentityError::RevocationList));
        }
    }
}
