//! A whole gateway in this process behind real TLS, its clock moved by hand, and a shop that joins it.

use std::path::PathBuf;

use lichtbild::client::enrolment::enrol::{Enrolled, Enrolment, enrol};
use lichtbild::client::enrolment::folder::{Folder, Replace};
use lichtbild::client::patience::RealPatience;
use lichtbild::domain::digest::Sha256Digest;
use lichtbild::domain::invitation::Policy;
use lichtbild::domain::language::Language;
use lichtbild::domain::party::Role;
use lichtbild::entropy::SeededEntropy;
use lichtbild::flows::issuance::{Issuance, Side};
use lichtbild::identity::certificate::certificates_from_pem;
use lichtbild::server::routes::Line;
use lichtbild::transport::revocation::RevokedCertificates;
use lichtbild::transport::shutdown::Stop;
use lichtbild::transport::tls::{ClientTrust, PemSource, ServerTls};

use super::inviting::{bind, identity};
use crate::support::enrolment::{authorities, issuance};
use crate::support::gateway::TestGateway;
use crate::support::pki::TestCa;

pub struct Town {
    pub gateway: TestGateway,
    pub directory: tempfile::TempDir,
    enrolment: String,
    _stop: Stop,
}

impl Town {
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
        let usual = issuance(Policy::Auto);
        gateway.gateway.put_issuance(Issuance {
            server_ca_sha256: Sha256Digest::of(&certificates_from_pem(&ca.certificate_pem).unwrap()[0]),
            server_ca_pem: ca.certificate_pem.clone(),
            studio: Side { url: format!("https://{}", studio.local_address()), ..usual.studio },
            ..usual
        });
        let stop = Stop::new();
        let address = enrolment.local_address().to_string();
        tokio::spawn(enrolment.serve(gateway.router(Line::Enrolment), stop.subscribe()));
        tokio::spawn(studio.serve(gateway.router(Line::Studio), stop.subscribe()));
        Self { gateway, directory: tempfile::tempdir().unwrap(), enrolment: address, _stop: stop }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.file("studio.toml")
    }

    /// Invites a studio and enrols its computer.
    pub async fn enrol(&self) -> Enrolled {
        let invite = self.gateway.invite(Role::Studio, "Foto Koch").await;
        let job = Enrolment {
            address: &self.enrolment.parse().unwrap(),
            code: &invite.code,
            letter: None,
            folder: &Folder::open(self.directory.path()).unwrap(),
            replace: Replace::Never,
            language: Language::English,
            clock: self.gateway.clock.as_ref(),
            entropy: &SeededEntropy::new(3),
            patience: &RealPatience::begin(),
            announce: &|_| {},
        };
        enrol(&job).await.unwrap()
    }
}
