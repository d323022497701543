//! Authorities and certificates made for one run: no key lies in the repository.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize, SerialNumber,
};
use time::OffsetDateTime;
use time::macros::datetime;

/// When the tests take place: the gateway's clock is set to it.
pub const NOW: OffsetDateTime = datetime!(2026-11-22 09:30 UTC);

/// A certificate authority of one role.
pub struct TestCa {
    pub certificate_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl TestCa {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate_pem = params.self_signed(&key).unwrap().pem();
        Self { certificate_pem, issuer: Issuer::new(params, key) }
    }

    /// A device's certificate as the gateway would make it.
    pub fn device(&self) -> Leaf {
        self.issue(LeafOptions::default())
    }

    /// A server's certificate for `localhost` and 127.0.0.1.
    pub fn server(&self) -> Leaf {
        self.issue(LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..LeafOptions::default() })
    }

    pub fn issue(&self, options: LeafOptions) -> Leaf {
        let mut params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, "test leaf");
        (params.not_before, params.not_after) = options.validity;
        params.extended_key_usages = options.purpose.into_iter().collect();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = match options.key {
            LeafKey::P256 => KeyPair::generate(),
            LeafKey::P521 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512),
            LeafKey::Rsa(size) => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, size),
        };
        let key = key.unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { certificate_pem: certificate.pem(), der: certificate.der().to_vec(), key_pem: key.serialize_pem() }
    }

    /// A revocation list that names nobody and runs out at `next_update`.
    pub fn empty_revocation_list(&self, next_update: OffsetDateTime) -> String {
        let params = CertificateRevocationListParams {
            this_update: datetime!(2026-01-01 0:00 UTC),
            next_update,
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

/// What a certificate is made for; the default suits a device.
pub struct LeafOptions {
    pub purpose: Option<ExtendedKeyUsagePurpose>,
    pub validity: (OffsetDateTime, OffsetDateTime),
    pub key: LeafKey,
}

impl Default for LeafOptions {
    fn default() -> Self {
        Self {
            purpose: Some(ExtendedKeyUsagePurpose::ClientAuth),
            // Around NOW and around the real time, which programs like curl go by.
            validity: (datetime!(2020-01-01 0:00 UTC), datetime!(2120-01-01 0:00 UTC)),
            key: LeafKey::P256,
        }
    }
}

pub enum LeafKey {
    P256,
    P521,
    Rsa(RsaKeySize),
}

/// A certificate with its key.
pub struct Leaf {
    pub certificate_pem: String,
    pub der: Vec<u8>,
    pub key_pem: String,
}
