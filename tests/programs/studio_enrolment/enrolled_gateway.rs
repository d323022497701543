//! A complete gateway in this process with real TLS and a manual clock, and a studio that enrols.

use std::path::PathBuf;

use lichtbild::client::enrolment::device_folder::{DeviceFolder, ReplacePolicy};
use lichtbild::client::enrolment::enrol::{DeviceEnrolment, EnrolledDevice, enrol};
use lichtbild::client::timer::TokioTimer;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::party::Role;
use lichtbild::domain::party::invitation::EnrolmentPolicy;
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::certificate_issuer::{CertificateIssuer, RoleIssuer};
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::server::routes::ListenerKind;
use lichtbild::texts::language::Language;
use lichtbild::transport::http::shutdown::ShutdownTrigger;
use lichtbild::transport::tls::revocation::RevokedCertificates;
use lichtbild::transport::tls::{ClientTrust, PemSource, ServerTls};

use super::inviting_gateway::{bind, identity};
use crate::support::enrolment::{authorities, issuance};
use crate::support::pki::TestCa;
use crate::support::test_gateway::TestGateway;

pub struct EnrolledGateway {
    pub gateway: TestGateway,
    pub directory: tempfile::TempDir,
    enrolment: String,
    _stop: ShutdownTrigger,
}

impl EnrolledGateway {
    pub async fn new() -> Self {
        let gateway = TestGateway::start().await;
        let ca = TestCa::new("Server CA");
        let [_, studio_ca, _] = authorities();
        let roots = PemSource::new("studio-ca.pem", studio_ca.certificate_pem());
        let trust = ClientTrust::parse(&roots, RevokedCertificates::default()).unwrap();
        let tls = ServerTls::with_client_certificates(identity(&ca.server()), trust, gateway.clock.clone()).unwrap();
        let studio = bind(tls).await;
        let tls = ServerTls::without_client_certificates(identity(&ca.server()), gateway.clock.clone()).unwrap();
        let enrolment = bind(tls).await;
        let usual = issuance(EnrolmentPolicy::Auto);
        gateway.gateway.set_certificate_issuer(CertificateIssuer {
            server_ca_sha256: Sha256Digest::of(&certificates_from_pem(&ca.certificate_pem).unwrap()[0]),
            server_ca_pem: ca.certificate_pem.clone(),
            studio: RoleIssuer { url: format!("https://{}", studio.local_address()), ..usual.studio },
            ..usual
        });
        let stop = ShutdownTrigger::new();
        let address = enrolment.local_address().to_string();
        tokio::spawn(enrolment.serve(gateway.router(ListenerKind::Enrolment), stop.subscribe()));
        tokio::spawn(studio.serve(gateway.router(ListenerKind::Studio), stop.subscribe()));
        Self { gateway, directory: tempfile::tempdir().unwrap(), enrolment: address, _stop: stop }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.file("studio.toml")
    }

    /// Invites a studio and enrols its computer.
    pub async fn enrol(&self) -> EnrolledDevice {
        let invite = self.gateway.invite(Role::Studio, "Foto Koch").await;
        let job = DeviceEnrolment {
            address: &self.enrolment.parse().unwrap(),
            code: &invite.code,
            expected_ca_sha256: None,
            folder: &DeviceFolder::open(self.directory.path()).unwrap(),
            replace: ReplacePolicy::Never,
            proxy: None,
            language: Language::English,
            clock: self.gateway.clock.as_ref(),
            entropy: &SeededEntropy::new(3),
            timer: &TokioTimer::begin(),
            on_progress: &|_| {},
        };
        enrol(&job).await.unwrap()
    }
}
