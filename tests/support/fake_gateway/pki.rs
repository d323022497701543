//! Certificates of a shop and of the gateway that it calls, with one fault if asked.

use std::path::Path;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use rustls::RootCertStore;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

/// Fault in the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkiFault {
    Sound,
    /// The studio's certificate stands on the gateway's revocation list.
    StudioRevoked,
    /// The studio's certificate ended years ago.
    StudioExpired,
    /// The studio's certificate comes from elsewhere.
    StudioForeign,
    /// The studio trusts another authority than the gateway's.
    GatewayForeign,
    /// The gateway's certificate begins in the far future.
    GatewayNotValidYet,
    /// The gateway's certificate is for another host.
    GatewayOtherName,
}

/// Writes `ca.pem`, `studio.pem` and `studio.key` into `directory` and gives the gateway's side.
pub(super) fn make_pki(pki: PkiFault, directory: &Path) -> TlsAcceptor {
    let (ca, other_ca) = (authority("Gateway"), authority("AnonymousClient"));
    let key_of_gateway = KeyPair::generate().unwrap();
    let host = if pki == PkiFault::GatewayOtherName { "gateway.example" } else { "127.0.0.1" };
    let mut gateway = leaf(host, ExtendedKeyUsagePurpose::ServerAuth);
    if pki == PkiFault::GatewayNotValidYet {
        gateway.not_before = date_time_ymd(2998, 1, 1);
    }
    let gateway = gateway.signed_by(&key_of_gateway, &ca).unwrap();

    let key_of_studio = KeyPair::generate().unwrap();
    let mut studio = leaf("studio", ExtendedKeyUsagePurpose::ClientAuth);
    studio.serial_number = Some(SerialNumber::from(7_u64));
    if pki == PkiFault::StudioExpired {
        studio.not_after = date_time_ymd(2001, 1, 1);
    }
    let issuer = if pki == PkiFault::StudioForeign { &other_ca } else { &ca };
    let studio = studio.signed_by(&key_of_studio, issuer).unwrap();

    let trusted = if pki == PkiFault::GatewayForeign { &other_ca } else { &ca };
    std::fs::write(directory.join("ca.pem"), trusted.pem()).unwrap();
    std::fs::write(directory.join("studio.pem"), studio.pem()).unwrap();
    write_private(&directory.join("studio.key"), &key_of_studio.serialize_pem());

    let mut roots = RootCertStore::empty();
    roots.add(ca.der().clone()).unwrap();
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from(7_u64),
        revocation_time: date_time_ymd(2026, 1, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let crl = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2999, 1, 1),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: if pki == PkiFault::StudioRevoked { vec![revoked] } else { vec![] },
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
        .with_crls([crl.signed_by(&ca).unwrap().der().clone()])
        .build()
        .unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![gateway.der().clone()], PrivateKeyDer::Pkcs8(key_of_gateway.serialize_der().into()))
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    // Names that differ: of two authorities with one name, the wrong one shows as a wrong signature.
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(name: &str, purpose: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.extended_key_usages = vec![purpose];
    params
}

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
