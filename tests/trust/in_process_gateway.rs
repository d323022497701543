//! A gateway in this process with files, listeners and TLS, and a clock that the test moves.
//!
//! Tests that run a command meanwhile need a second thread: otherwise a gateway that is in the middle of a write blocks the command.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use lichtbild::clock::{Clock, ManualClock, SystemClock};
use lichtbild::config::Config;
use lichtbild::entropy::OsEntropy;
use lichtbild::server::{RunningGateway, start};
use rustls::pki_types::CertificateDer;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::support::gateway_process::GatewayFolder;
use crate::support::https_client::{DeviceFiles, plain_get};
use crate::support::pki::{Leaf, TestCa};

pub const ME: &str = "GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n";
pub const COLLECTIONS: &str = "GET /v1/collections HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub struct InProcessGateway {
    pub gateway: RunningGateway,
    pub clock: Arc<ManualClock>,
    config: Config,
}

impl InProcessGateway {
    /// The clock begins at the real time, for which the gateway's certificates were made.
    pub async fn start(home: &GatewayFolder) -> Self {
        let config = Config::load(&home.config()).unwrap();
        let clock = Arc::new(ManualClock::starting_at(SystemClock.now()));
        let gateway = start(&config, None, clock.clone(), Arc::new(OsEntropy)).await.unwrap();
        Self { gateway, clock, config }
    }

    pub fn studio(&self) -> String {
        self.config.studio_url(self.gateway.addresses.studio)
    }

    pub fn office(&self) -> String {
        self.config.office_url(self.gateway.addresses.office)
    }

    pub fn enrolment(&self) -> String {
        self.config.enrolment_url(self.gateway.addresses.enrolment)
    }

    pub async fn reload(&self) {
        self.gateway.reload.now().await;
    }

    pub async fn ready(&self) -> Value {
        serde_json::from_str(&plain_get(&format!("http://{}/readyz", self.gateway.addresses.ops)).await).unwrap()
    }

    /// Lists the degraded parts, by name.
    pub async fn degraded(&self) -> Vec<String> {
        let ready = self.ready().await;
        assert_eq!(ready["status"], "ready", "{ready}");
        Self::names(&ready)
    }

    /// The same for a gateway that is not ready because its clock was moved far.
    pub async fn degraded_whatever_the_status(&self) -> Vec<String> {
        Self::names(&self.ready().await)
    }

    fn names(ready: &Value) -> Vec<String> {
        let all = ready["degraded"].as_array().cloned().unwrap_or_default();
        all.iter().map(|one| one["what"].as_str().unwrap().to_owned()).collect()
    }

    pub async fn metric(&self, name: &str) -> u64 {
        let text = plain_get(&format!("http://{}/metrics", self.gateway.addresses.ops)).await;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ').map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }
}

pub fn presented_certificate(stream: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

/// Makes the folder of an office with a certificate of an external CA, with the chain below the root.
pub fn external_device(home: &GatewayFolder, name: &str, leaf: &Leaf, intermediate: Option<&TestCa>) -> DeviceFiles {
    let folder = home.beside(name);
    fs::create_dir_all(&folder).unwrap();
    let chain = leaf.certificate_pem.clone() + intermediate.map_or("", |ca| ca.certificate_pem.as_str());
    for (file, text) in [("certificate.pem", chain.as_str()), ("key.pem", &leaf.key_pem)] {
        fs::write(folder.join(file), text).unwrap();
    }
    fs::copy(home.file("certs/server-ca.crt"), folder.join("gateway-ca.pem")).unwrap();
    DeviceFiles { device_id: String::new(), folder, password: String::new() }
}

/// Puts another text in a file's place, as an editor would: half of it is never seen.
pub fn replace(file: &Path, text: &str) {
    let audience = if file.extension().is_some_and(|extension| extension == "key") {
        lichtbild::atomic_file::FileMode::OwnerOnly
    } else {
        lichtbild::atomic_file::FileMode::WorldReadable
    };
    lichtbild::atomic_file::replace(file, text.as_bytes(), audience).unwrap();
}
