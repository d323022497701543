//! Certificates of a studio and of its gateway, with one fault if a test asks for it.

use std::path::Path;
use std::sync::Arc;

use rcgen::ExtendedKeyUsagePurpose;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

use crate::support::pki::{LeafOptions, TestCa, new_year};

/// Fault in the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PkiFault {
    Sound,
    StudioRevoked,
    StudioExpired,
    /// Another CA issued the studio's certificate.
    StudioForeign,
    /// The studio trusts another CA than the gateway's.
    GatewayForeign,
    GatewayNotValidYet,
    GatewayOtherName,
}

/// Writes `ca.pem`, `studio.pem` and `studio.key` into `directory` and gives the gateway's side.
pub(super) fn make_pki(pki: PkiFault, directory: &Path) -> TlsAcceptor {
    // The names differ, since a CA of the same name would show as a wrong signature.
    let (ca, other_ca) = (TestCa::new("Gateway"), TestCa::new("AnonymousClient"));
    let mut gateway = LeafOptions { purpose: Some(ExtendedKeyUsagePurpose::ServerAuth), ..LeafOptions::default() };
    match pki {
        PkiFault::GatewayOtherName => gateway.names = &["gateway.example"],
        PkiFault::GatewayNotValidYet => gateway.validity = [2998, 2999].map(new_year),
        _ => {}
    }
    let gateway = ca.issue(gateway);

    let mut studio = LeafOptions::default();
    if pki == PkiFault::StudioExpired {
        studio.validity = [2000, 2001].map(new_year);
    }
    let issuer = if pki == PkiFault::StudioForeign { &other_ca } else { &ca };
    let studio = issuer.issue(studio);

    let trusted = if pki == PkiFault::GatewayForeign { &other_ca } else { &ca };
    std::fs::write(directory.join("ca.pem"), &trusted.certificate_pem).unwrap();
    std::fs::write(directory.join("studio.pem"), &studio.certificate_pem).unwrap();
    write_private(&directory.join("studio.key"), &studio.key_pem);

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.certificate_pem.as_bytes()).unwrap()).unwrap();
    let revoked = [studio.certificate_pem.as_str()];
    let crl = ca.revocation_list(if pki == PkiFault::StudioRevoked { &revoked } else { &[] }, new_year(2999));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider))
        .with_crls([CertificateRevocationListDer::from_pem_slice(crl.as_bytes()).unwrap()])
        .build()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(gateway.key_pem.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![gateway.der.into()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}
