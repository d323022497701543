//! CAs and certificates, made for one run, so that the repository contains no keys.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use lichtbild::clock::Timestamp;
use lichtbild::identity::certificate::{certificates_from_pem, read_certificate};
use lichtbild::identity::issue::ClientSubject;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RevokedCertParams,
    RsaKeySize, SerialNumber, date_time_ymd,
};

/// Time of the tests, to which the gateway's clock is set: 2026-11-22T09:30:00Z.
pub const NOW: Timestamp = Timestamp::from_unix_milliseconds(1_795_339_800_000);

/// The first moment of a year, UTC.
pub fn new_year(year: i16) -> Timestamp {
    Timestamp::from_utc(date(year, 1, 1).into())
}

/// A CA.
pub struct TestCa {
    pub certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl TestCa {
    pub fn new(name: &str) -> Self {
        let (params, key) = (authority_params(name), KeyPair::generate().unwrap());
        let certificate_pem = params.self_signed(&key).unwrap().pem();
        Self { certificate_pem, issuer: Issuer::new(params, key) }
    }

    /// An intermediate CA below this one.
    pub fn intermediate(&self, name: &str) -> Self {
        let (mut params, key) = (authority_params(name), KeyPair::generate().unwrap());
        params.use_authority_key_identifier_extension = true;
        let certificate_pem = params.signed_by(&key, &self.issuer).unwrap().pem();
        Self { certificate_pem, issuer: Issuer::new(params, key) }
    }

    pub fn device(&self) -> Leaf {
        self.issue(LeafOptions::default())
    }

    /// A server's certificate for `localhost` and 127.0.0.1.
    pub fn server(&self) -> Leaf {
        self.issue(LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..LeafOptions::default() })
    }

    /// A server that presents a CA's own certificate, as some firewalls do.
    pub fn as_server(name: &str) -> Leaf {
        let (mut params, key) = (authority_params(name), KeyPair::generate().unwrap());
        params.subject_alt_names = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().subject_alt_names;
        let certificate = params.self_signed(&key).unwrap();
        Leaf { certificate_pem: certificate.pem(), der: certificate.der().to_vec(), key_pem: key.serialize_pem() }
    }

    /// A further certificate for the same key, as after a renewal.
    pub fn renew(&self, leaf: &Leaf) -> Leaf {
        self.issue(LeafOptions { key: LeafKey::Of(leaf.key_pem.clone()), ..LeafOptions::default() })
    }

    pub fn issue(&self, options: LeafOptions) -> Leaf {
        let mut params =
            CertificateParams::new(options.names.iter().copied().map(str::to_owned).collect::<Vec<_>>()).unwrap();
        match options.subject {
            None => params.distinguished_name.push(DnType::CommonName, "test leaf"),
            Some(ClientSubject { role, party_id, device_id }) => {
                params.distinguished_name = DistinguishedName::new();
                params.distinguished_name.push(DnType::OrganizationName, party_id.to_string());
                params.distinguished_name.push(DnType::OrganizationalUnitName, role.name());
                params.distinguished_name.push(DnType::CommonName, device_id.to_string());
            }
        }
        let [begin, end] = options.validity.map(|moment| date_time_ymd(1970, 1, 1) + moment.since_unix_epoch());
        (params.not_before, params.not_after) = (begin, end);
        params.extended_key_usages = options.purpose.into_iter().collect();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = match options.key {
            LeafKey::P256 => KeyPair::generate(),
            LeafKey::P521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
            LeafKey::Rsa(size) => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size),
            LeafKey::Of(key_pem) => KeyPair::from_pem(&key_pem),
        };
        let key = key.unwrap();
        // Different for each certificate, also for two certificates of the same key.
        params.serial_number = Some(SerialNumber::from(SERIAL.fetch_add(1, Ordering::Relaxed)));
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { certificate_pem: certificate.pem(), der: certificate.der().to_vec(), key_pem: key.serialize_pem() }
    }

    /// A revocation list with the certificates in these PEM texts, which expires at `next_update`.
    pub fn revocation_list(&self, revoked: &[&str], next_update: Timestamp) -> String {
        self.revocation_list_of(new_year(2026), revoked, next_update)
    }

    /// The same, issued at `this_update`.
    pub fn revocation_list_of(&self, this_update: Timestamp, revoked: &[&str], next_update: Timestamp) -> String {
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(1970, 1, 1) + this_update.since_unix_epoch(),
            next_update: date_time_ymd(1970, 1, 1) + next_update.since_unix_epoch(),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.iter().map(|pem| revocation(pem)).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

static SERIAL: AtomicU64 = AtomicU64::new(1_000_000);

fn revocation(certificate_pem: &str) -> RevokedCertParams {
    let der = certificates_from_pem(certificate_pem).unwrap().swap_remove(0);
    RevokedCertParams {
        serial_number: SerialNumber::from_slice(read_certificate(&der).unwrap().serial.as_bytes()),
        revocation_time: date_time_ymd(2026, 1, 1),
        reason_code: None,
        invalidity_date: None,
    }
}

/// Properties of a certificate; the default suits a device.
pub struct LeafOptions {
    /// A subject as the gateway writes it; `None` for a name without meaning.
    pub subject: Option<ClientSubject>,
    pub purpose: Option<ExtendedKeyUsagePurpose>,
    pub validity: [Timestamp; 2],
    /// DNS names and IP addresses.
    pub names: &'static [&'static str],
    pub key: LeafKey,
}

impl Default for LeafOptions {
    fn default() -> Self {
        Self {
            subject: None,
            purpose: Some(ExtendedKeyUsagePurpose::ClientAuth),
            // Includes NOW, and the real time for programs like curl.
            validity: [new_year(2020), new_year(2120)],
            names: &["localhost", "127.0.0.1"],
            key: LeafKey::P256,
        }
    }
}

pub enum LeafKey {
    P256,
    P521,
    Rsa(RsaKeySize),
    /// An existing key in PEM.
    Of(String),
}

/// A certificate with its key.
pub struct Leaf {
    pub certificate_pem: String,
    pub der: Vec<u8>,
    pub key_pem: String,
}
