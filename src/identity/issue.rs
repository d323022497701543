//! Certificates the gateway issues: to devices for the listeners with mutual TLS, and to itself as a server.

use std::time::Duration;

use rcgen::string::PrintableString;
use rcgen::{
    CertificateParams, CrlDistributionPoint, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    KeyUsagePurpose,
};
use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT, OID_X509_SERIALNUMBER, Oid,
};

use super::authority::{Authority, draw_serial, set_validity};
use super::certificate::{Serial, certificate_to_pem, parse, read_certificate};
use super::error::IdentityError;
use super::host_name::HostName;
use super::public_key::PublicKey;
use crate::clock::Timestamp;
use crate::domain::digest::Sha256Digest;
use crate::domain::id::{DeviceId, PartyId};
use crate::domain::party::Role;
use crate::domain::party::device_name::MAX_COMMON_NAME_CHARACTERS;
use crate::entropy::Entropy;

/// 60 days: the studio program renews at two thirds, which leaves 20 days for a studio that is closed.
pub const CLIENT_VALIDITY: Duration = Duration::from_hours(24 * 60);
/// One year: Apple's clients refuse server certificates of more than 825 days, even of private authorities.
pub const SERVER_VALIDITY: Duration = Duration::from_hours(24 * 365);

/// `serialNumber` of a subject (X.520), in rcgen's form.
const SERIAL_NUMBER_OID: [u64; 4] = [2, 5, 4, 5];

/// The identity in the subject of a device's certificate. The subject also has a name for people; nothing comes from the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientSubject {
    /// `OU` of the subject.
    pub role: Role,
    /// `O` of the subject.
    pub party_id: PartyId,
    /// `serialNumber` of the subject; `CN` in certificates that were issued before devices had names.
    pub device_id: DeviceId,
}

impl ClientSubject {
    /// The identity in a certificate in DER that one of the gateway's own authorities issued; `None` if its subject is not exactly of
    /// the form that [`issue_client`] gives, or gave before devices had names.
    pub fn of_certificate(der: &[u8]) -> Option<Self> {
        let certificate = parse(der).ok()?;
        let mut attributes = certificate.subject().iter_attributes();
        let mut next = |kind: &Oid<'_>| {
            let attribute = attributes.next().filter(|attribute| attribute.attr_type() == kind)?;
            attribute.as_str().ok()
        };
        let party_id = next(&OID_X509_ORGANIZATION_NAME)?.parse().ok()?;
        let role = next(&OID_X509_ORGANIZATIONAL_UNIT)?.parse().ok()?;
        let third = attributes.next()?;
        let is_old = *third.attr_type() == OID_X509_COMMON_NAME;
        if !is_old {
            let name = attributes.next().filter(|name| *name.attr_type() == OID_X509_COMMON_NAME)?;
            name.as_str().ok()?;
        }
        let is_known = is_old || *third.attr_type() == OID_X509_SERIALNUMBER;
        let device_id = is_known.then(|| third.as_str().ok())??.parse().ok()?;
        attributes.next().is_none().then_some(Self { role, party_id, device_id })
    }
}

/// Validity of a certificate and the address of its revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuanceTerms {
    /// From now; at most until the authority expires.
    pub validity: Duration,
    /// An address for the CRL distribution points extension (RFC 5280 section 4.2.1.13), for relying parties other than the
    /// gateway, which asks its own store. `https://` is meant for the gateway's enrolment listener alone: fetching a list
    /// over TLS asks for a list again (section 8), but that listener's certificate comes from the server authority and
    /// names none.
    pub crl_url: Option<String>,
}

impl IssuanceTerms {
    /// Without a published revocation list.
    pub const fn with_validity(validity: Duration) -> Self {
        Self { validity, crl_url: None }
    }
}

/// A newly issued certificate with facts that were read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    pub pem: String,
    pub der: Vec<u8>,
    /// Digest of the DER form.
    pub sha256: Sha256Digest,
    /// 16 random bytes.
    pub serial: Serial,
    pub not_before: Timestamp,
    /// Inclusive.
    pub not_after: Timestamp,
}

/// Issues a device's certificate: `clientAuth` and nothing else, critical `digitalSignature`, `CA:FALSE`. `name` is for people, see
/// [`device_name`](crate::domain::party::device_name::device_name).
///
/// # Errors
/// [`IdentityError`] when the authority is not valid now, the revocation address is unfit, or no serial number could be drawn.
pub fn issue_client(
    authority: &Authority,
    subject: &ClientSubject,
    name: &str,
    key: &PublicKey,
    terms: &IssuanceTerms,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<IssuedCertificate, IdentityError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, subject.party_id.to_string());
    params.distinguished_name.push(DnType::OrganizationalUnitName, subject.role.name());
    // The only string type of a serial number (X.520 section 6.2.9) that can contain the identifier.
    let device_id = PrintableString::try_from(subject.device_id.to_string())?;
    let serial_number = DnType::CustomDnType(SERIAL_NUMBER_OID.to_vec());
    params.distinguished_name.push(serial_number, DnValue::PrintableString(device_id));
    params.distinguished_name.push(DnType::CommonName, name);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    issue(authority, params, key, terms, now, entropy)
}

/// Issues the certificate of the gateway's listeners: `serverAuth`, every name in subjectAltName (the common name is for people).
///
/// # Errors
/// [`IdentityError::NoHostName`] without names; otherwise as [`issue_client`].
pub fn issue_server(
    authority: &Authority,
    names: &[HostName],
    key: &PublicKey,
    terms: &IssuanceTerms,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<IssuedCertificate, IdentityError> {
    let mut params = CertificateParams::default();
    let first = names.first().ok_or(IdentityError::NoHostName)?.to_string();
    params.distinguished_name = DistinguishedName::new();
    // Too long for a common name: then the subject stays empty and rcgen marks subjectAltName critical (section 4.2.1.6).
    if first.len() <= MAX_COMMON_NAME_CHARACTERS {
        params.distinguished_name.push(DnType::CommonName, first);
    }
    params.subject_alt_names = names.iter().map(HostName::to_subject_alternative).collect::<Result<_, _>>()?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    issue(authority, params, key, terms, now, entropy)
}

/// Issues a leaf certificate with the settings that all leaves have in common. TLS 1.3 and the ECDHE suites only ever sign, so
/// `digitalSignature` is the whole usage.
fn issue(
    authority: &Authority,
    mut params: CertificateParams,
    key: &PublicKey,
    terms: &IssuanceTerms,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<IssuedCertificate, IdentityError> {
    let (not_before, not_after) = authority.validity_from(now, terms.validity)?;
    set_validity(&mut params, not_before, not_after);
    params.serial_number = Some(draw_serial(entropy)?);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    if let Some(url) = &terms.crl_url {
        let schemed = url.starts_with("http://") || url.starts_with("https://");
        if !schemed || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(IdentityError::CrlUrl);
        }
        params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![url.clone()] }];
    }
    let der = params.signed_by(key, &authority.issuer()?)?.der().to_vec();
    let facts = read_certificate(&der)?;
    Ok(IssuedCertificate {
        pem: certificate_to_pem(&der),
        sha256: facts.sha256,
        serial: facts.serial,
        not_before: facts.not_before,
        not_after: facts.not_after,
        der,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::entropy::SeededEntropy;
    use crate::identity::authority::{AUTHORITY_VALIDITY, AuthorityKind, BACKDATED};
    use crate::identity::key::DeviceKey;

    const DAY: Duration = Duration::from_hours(24);

    struct IssueFixture {
        clock: ManualClock,
        entropy: SeededEntropy,
        authority: Authority,
        key: PublicKey,
    }

    impl IssueFixture {
        fn new() -> Self {
            let clock = ManualClock::starting_at(Timestamp::from_unix_milliseconds(1_795_339_800_999));
            let entropy = SeededEntropy::new(7);
            let authority = Authority::create(AuthorityKind::Studio, "Köln", clock.now(), &entropy).unwrap();
            Self { clock, entropy, authority, key: DeviceKey::generate().unwrap().public_key() }
        }

        fn issue(&self, terms: &IssuanceTerms) -> Result<IssuedCertificate, IdentityError> {
            let subject = ClientSubject {
                role: Role::Studio,
                party_id: PartyId::generate(self.clock.now(), &self.entropy).unwrap(),
                device_id: DeviceId::generate(self.clock.now(), &self.entropy).unwrap(),
            };
            issue_client(&self.authority, &subject, "till 1", &self.key, terms, self.clock.now(), &self.entropy)
        }
    }

    #[test]
    fn a_certificate_is_backdated_and_lasts_its_terms() {
        let bench = IssueFixture::new();
        bench.clock.advance(DAY);
        let issued = bench.issue(&IssuanceTerms::with_validity(CLIENT_VALIDITY)).unwrap();
        let whole_second = Timestamp::from_unix_milliseconds(bench.clock.now().unix_milliseconds() / 1000 * 1000);
        assert_eq!(issued.not_before, whole_second - BACKDATED);
        assert_eq!(issued.not_after, whole_second + CLIENT_VALIDITY);
        assert_eq!(issued.serial.as_bytes().len(), 16);
        assert_ne!(issued.serial, bench.issue(&IssuanceTerms::with_validity(CLIENT_VALIDITY)).unwrap().serial);
    }

    fn of_subject(attributes: &[(DnType, &str)]) -> Option<ClientSubject> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        attributes.iter().for_each(|(kind, value)| params.distinguished_name.push(kind.clone(), *value));
        let certificate = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        ClientSubject::of_certificate(certificate.der())
    }

    #[test]
    fn the_subject_of_an_issued_certificate_is_read_back_and_any_other_is_not() {
        let bench = IssueFixture::new();
        let subject = ClientSubject {
            role: Role::Office,
            party_id: PartyId::generate(bench.clock.now(), &bench.entropy).unwrap(),
            device_id: DeviceId::generate(bench.clock.now(), &bench.entropy).unwrap(),
        };
        let terms = IssuanceTerms::with_validity(DAY);
        let now = bench.clock.now();
        let issued =
            issue_client(&bench.authority, &subject, "Büro, Schalter 3", &bench.key, &terms, now, &bench.entropy)
                .unwrap();
        assert_eq!(ClientSubject::of_certificate(&issued.der), Some(subject));
        let [party, device] = [subject.party_id.to_string(), subject.device_id.to_string()];
        let (o, ou, cn) = (DnType::OrganizationName, DnType::OrganizationalUnitName, DnType::CommonName);
        let serial_number = || DnType::CustomDnType(SERIAL_NUMBER_OID.to_vec());
        let before = [(o.clone(), party.as_str()), (ou.clone(), "office"), (cn.clone(), device.as_str())];
        assert_eq!(of_subject(&before), Some(subject), "from before devices had names");
        let [o, ou] = [(o, party.as_str()), (ou, "office")];
        for other in [
            vec![o.clone(), ou.clone(), (serial_number(), device.as_str())],
            vec![o.clone(), ou.clone(), (cn.clone(), "Büro"), (serial_number(), device.as_str())],
            vec![o.clone(), ou.clone(), (serial_number(), "7"), (cn.clone(), device.as_str())],
            vec![ou, o, (serial_number(), device.as_str()), (cn, "Büro")],
        ] {
            assert_eq!(of_subject(&other), None, "{other:?}");
        }
        let names = ["gateway.example.org".parse().unwrap()];
        let server = issue_server(&bench.authority, &names, &bench.key, &terms, now, &bench.entropy).unwrap();
        assert_eq!(ClientSubject::of_certificate(&server.der), None);
        assert_eq!(ClientSubject::of_certificate(b"no certificate"), None);
    }

    #[test]
    fn no_certificate_outlives_its_authority() {
        let bench = IssueFixture::new();
        let own = bench.authority.facts().clone();
        assert_eq!(bench.issue(&IssuanceTerms::with_validity(DAY)).unwrap().not_before, own.not_before);

        bench.clock.advance(AUTHORITY_VALIDITY - DAY);
        assert_eq!(bench.issue(&IssuanceTerms::with_validity(CLIENT_VALIDITY)).unwrap().not_after, own.not_after);

        bench.clock.advance(2 * DAY);
        let late = bench.issue(&IssuanceTerms::with_validity(CLIENT_VALIDITY));
        assert_eq!(late.err(), Some(IdentityError::Expired { not_after: own.not_after }));
    }

    #[test]
    fn an_authority_from_the_future_does_not_issue() {
        let mut bench = IssueFixture::new();
        let not_before = bench.authority.facts().not_before;
        bench.clock = ManualClock::starting_at(not_before - DAY);
        assert_eq!(
            bench.issue(&IssuanceTerms::with_validity(DAY)).err(),
            Some(IdentityError::NotYetValid { not_before })
        );
    }

    #[test]
    fn a_revocation_address_is_one_that_can_be_fetched() {
        let bench = IssueFixture::new();
        for url in ["ldap://example.org/crl", "http://exämple.org/crl", "http://a b", ""] {
            let terms = IssuanceTerms { validity: DAY, crl_url: Some(url.into()) };
            assert_eq!(bench.issue(&terms).err(), Some(IdentityError::CrlUrl));
        }
    }

    #[test]
    fn a_server_without_a_name_is_refused() {
        let bench = IssueFixture::new();
        let terms = IssuanceTerms::with_validity(SERVER_VALIDITY);
        let issued = issue_server(&bench.authority, &[], &bench.key, &terms, bench.clock.now(), &bench.entropy);
        assert_eq!(issued.err(), Some(IdentityError::NoHostName));
    }
}
