//! The gateway's own certificate authorities: one for studios, one for offices, one for its own server certificate.

use std::fmt;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PublicKeyData, SerialNumber, date_time_ymd,
};
use zeroize::Zeroizing;

use super::certificate::{CertificateFacts, certificate_to_pem, certificates_from_pem, parse, read_certificate};
use super::error::IdentityError;
use super::key::read_pair;
use super::pem;
use super::public_key::PublicKey;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::display_text::is_displayable;
use crate::entropy::{Entropy, EntropyError, random_bytes};

/// Ten years: longer than the lifetime of the computers that trust the authority.
pub const AUTHORITY_VALIDITY: Duration = Duration::from_hours(24 * 3653);
/// A certificate is valid from ten minutes before its issue, so that devices with a slow clock accept it.
pub const BACKDATED: Duration = Duration::from_mins(10);

/// RFC 5280 appendix A.1 ends a common name at 64 characters; the longest text before the gateway's name has 20.
const GATEWAY_NAME_CHARACTERS: usize = 40;

/// Kind of certificate holders that an authority certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum AuthorityKind {
    Studio,
    Office,
    /// The gateway's own listeners.
    Server,
}

impl AuthorityKind {
    /// The name in certificates and file names.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A certificate that issues others, with its private key.
pub struct Authority {
    der: Vec<u8>,
    facts: CertificateFacts,
    pair: Zeroizing<KeyPair>,
}

impl Authority {
    /// A new self-signed root (RFC 5280 section 4.2): critical `CA:TRUE, pathlen:0`, critical `keyCertSign, cRLSign`,
    /// a subject key identifier, [`AUTHORITY_VALIDITY`] from `now`, begun [`BACKDATED`].
    ///
    /// ECDSA P-384 with SHA-384: the key outlives every certificate that it signs, and replacing it takes a visit to each
    /// studio, so it gets a larger margin. Verification takes 0.21 ms instead of 0.06 ms, once per handshake. The key comes
    /// from aws-lc's own generator; `entropy` gives the serial number.
    ///
    /// # Errors
    /// [`IdentityError::GatewayName`] for a name that does not fit, [`IdentityError::Entropy`], [`IdentityError::Library`].
    pub fn create(
        kind: AuthorityKind,
        gateway_name: &str,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, IdentityError> {
        let gateway_name = gateway_name.trim();
        let characters = gateway_name.chars().count();
        if !(1..=GATEWAY_NAME_CHARACTERS).contains(&characters) || !gateway_name.chars().all(is_displayable) {
            return Err(IdentityError::GatewayName);
        }
        let pair = Zeroizing::new(KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384)?);
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, gateway_name);
        params.distinguished_name.push(DnType::CommonName, format!("Lichtbild {} CA {gateway_name}", kind.name()));
        params.serial_number = Some(draw_serial(entropy)?);
        set_validity(&mut params, now - BACKDATED, now + AUTHORITY_VALIDITY);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let der = params.self_signed(&*pair)?.der().to_vec();
        let facts = read_certificate(&der)?;
        Ok(Self { der, facts, pair })
    }

    /// Reads an authority, this gateway's own or an external one: one certificate in PEM and its key as unencrypted PKCS#8 in PEM.
    ///
    /// Its validity is checked when it issues, not here.
    ///
    /// # Errors
    /// [`IdentityError`] when certificate or key cannot be read, do not match, or may not issue certificates.
    pub fn from_pem(cert_pem: &str, key_pem: &str) -> Result<Self, IdentityError> {
        let der = certificates_from_pem(cert_pem)?.swap_remove(0);
        let pair = Zeroizing::new(read_pair(key_pem)?);
        let public = PublicKey::read(&pair.subject_public_key_info())?;
        let facts = read_certificate(&der)?;
        let certificate = parse(&der)?;

        let constraints = certificate.basic_constraints().ok().flatten();
        let usage = certificate.key_usage().ok().flatten();
        let may_issue = constraints.is_some_and(|constraints| constraints.value.ca)
            && usage.is_none_or(|usage| usage.value.key_cert_sign());
        if !may_issue {
            return Err(IdentityError::NotAnAuthority);
        }
        if public.to_spki_der() != certificate.public_key().raw {
            return Err(IdentityError::KeyMismatch);
        }
        let authority = Self { facts, pair, der: der.clone() };
        authority.check_issuer_name(certificate.subject().as_raw())?;
        Ok(authority)
    }

    /// Signs a certificate for a test and discards it. rcgen keeps only one attribute of each type, and issuer and subject of a
    /// chain must be equal byte for byte (RFC 5280 section 6.1.3); an unfit name is reported here and not at the first handshake.
    fn check_issuer_name(&self, subject: &[u8]) -> Result<(), IdentityError> {
        let issuer = self.issuer().map_err(|_| IdentityError::Subject)?;
        let der = CertificateParams::default().signed_by(&*self.pair, &issuer)?.der().to_vec();
        if parse(&der)?.issuer().as_raw() == subject { Ok(()) } else { Err(IdentityError::Subject) }
    }

    pub(super) fn issuer(&self) -> Result<Issuer<'static, &KeyPair>, rcgen::Error> {
        Issuer::from_ca_cert_der(&self.der.as_slice().into(), &*self.pair)
    }

    /// First and last moment of a certificate issued now: backdated, and within the authority's own validity.
    pub(super) fn validity_from(
        &self,
        now: Timestamp,
        validity: Duration,
    ) -> Result<(Timestamp, Timestamp), IdentityError> {
        let CertificateFacts { not_before, not_after, .. } = self.facts;
        if now < not_before {
            return Err(IdentityError::NotYetValid { not_before });
        }
        if now > not_after {
            return Err(IdentityError::Expired { not_after });
        }
        Ok(((now - BACKDATED).max(not_before), (now + validity).min(not_after)))
    }

    pub fn certificate_pem(&self) -> String {
        certificate_to_pem(&self.der)
    }

    pub fn certificate_der(&self) -> &[u8] {
        &self.der
    }

    /// The private key as PKCS#8 in PEM, not encrypted.
    pub fn key_pem(&self) -> Zeroizing<String> {
        pem::encode(pem::PRIVATE_KEY, self.pair.serialized_der())
    }

    /// SHA-256 of the certificate in DER, as printed on letters and shown by `openssl x509 -fingerprint -sha256`.
    pub fn fingerprint(&self) -> Sha256Digest {
        self.facts.sha256
    }

    pub fn facts(&self) -> &CertificateFacts {
        &self.facts
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("facts", &self.facts).finish_non_exhaustive()
    }
}

pub(super) fn set_validity(params: &mut CertificateParams, begin: Timestamp, end: Timestamp) {
    let epoch = date_time_ymd(1970, 1, 1);
    (params.not_before, params.not_after) = (epoch + begin.since_unix_epoch(), epoch + end.since_unix_epoch());
}

/// 16 bytes, positive and never shorter in DER (RFC 5280 section 4.1.2.2 allows 20): 126 random bits, so that no register
/// of issued numbers is needed.
pub(super) fn draw_serial(entropy: &dyn Entropy) -> Result<SerialNumber, EntropyError> {
    let mut bytes: [u8; 16] = random_bytes(entropy)?;
    bytes[0] = bytes[0] & 0b0011_1111 | 0b0100_0000;
    Ok(SerialNumber::from_slice(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_123);

    fn studio_authority() -> Authority {
        Authority::create(AuthorityKind::Studio, "Düsseldorf", NOW, &SeededEntropy::new(1)).unwrap()
    }

    #[test]
    fn an_authority_survives_pem() {
        let authority = studio_authority();
        let again = Authority::from_pem(&authority.certificate_pem(), &authority.key_pem()).unwrap();
        assert_eq!(again.facts(), authority.facts());
        assert_eq!(again.key_pem(), authority.key_pem());
    }

    #[test]
    fn an_authority_lasts_ten_years_and_began_ten_minutes_ago() {
        let authority = studio_authority();
        assert_eq!(authority.facts().not_before.to_string(), "2026-11-22T09:20:00.000Z");
        assert_eq!(authority.facts().not_after.to_string(), "2036-11-22T09:30:00.000Z");
        assert_eq!(authority.facts().serial.as_bytes().len(), 16);
    }

    #[test]
    fn a_name_that_does_not_fit_is_refused() {
        for name in ["", "  ", "a\nb", &"x".repeat(41)] {
            let refused = Authority::create(AuthorityKind::Server, name, NOW, &SeededEntropy::new(1));
            assert_eq!(refused.err(), Some(IdentityError::GatewayName));
        }
        let longest = Authority::create(AuthorityKind::Server, &"ü".repeat(40), NOW, &SeededEntropy::new(1)).unwrap();
        Authority::from_pem(&longest.certificate_pem(), &longest.key_pem()).unwrap();
    }

    #[test]
    fn a_key_of_another_authority_is_refused() {
        let (one, other) = (studio_authority(), studio_authority());
        let mixed = Authority::from_pem(&one.certificate_pem(), &other.key_pem());
        assert_eq!(mixed.err(), Some(IdentityError::KeyMismatch));
    }

    #[test]
    fn a_certificate_that_may_not_issue_is_refused() {
        let pair = KeyPair::generate().unwrap();
        let leaf = CertificateParams::default().self_signed(&pair).unwrap();
        let read = Authority::from_pem(&certificate_to_pem(leaf.der()), &pair.serialize_pem());
        assert_eq!(read.err(), Some(IdentityError::NotAnAuthority));
    }
}
