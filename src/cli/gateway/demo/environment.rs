//! Environment of the demo: a real gateway in a folder, with one studio, one office and a device for each.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::parties::new_device::NewDevice;
use super::super::parties::pkcs12_file::Pkcs12Arguments;
use super::super::parties::provision_device::{NewKey, ProvisionedDevice, provision};
use super::super::running::init;
use crate::atomic_file::{FileMode, replace};
use crate::cli::gateway::admin_context::AdminContext;
use crate::cli::gateway::command_error::{CommandError, cannot_read};
use crate::cli::gateway::config_option::ConfigOption;
use crate::cli::gateway::language::language;
use crate::cli::gateway::language::phrase;
use crate::cli::shown_path::path_argument;
use crate::client::config::StudioConfig;
use crate::client::gateway_client::GatewayClient;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::id::DeviceId;
use crate::domain::party::device_kind::DeviceKind;
use crate::domain::party::{DeviceScope, Role};
use crate::entropy::OsEntropy;
use crate::identity::host_name::HostName;
use crate::identity::key::DeviceKey;
use crate::server::faults::FaultInjector;
use crate::server::{Addresses, RunningGateway, start_with_faults};
use crate::storage::DatabaseLocation;
use crate::transport::http::shutdown::ShutdownTrigger;

pub(super) struct DemoEnvironment {
    dir: PathBuf,
    config: Config,
    context: AdminContext,
    studio: ProvisionedDevice,
    office: ProvisionedDevice,
    running: RunningGateway,
}

impl DemoEnvironment {
    /// Initialises a gateway, adds a studio and an office with a device each, and starts it.
    pub(super) async fn build(
        dir: &Path,
        port_base: Option<u16>,
        database: &DatabaseLocation,
        faults: Option<&dyn FaultInjector>,
    ) -> Result<Self, CommandError> {
        if dir.join("demo.json").exists() {
            return Err(CommandError::plain(phrase!(
                "gateway-demo-exists",
                dir = dir.display(),
                config = path_argument(dir.join("gateway.toml"))
            )));
        }
        let is_new_dir = !dir.exists();
        let result = Self::set_up(dir, port_base, database, faults).await;
        if result.is_err() && is_new_dir {
            // An incomplete demo would prevent the next attempt.
            let _ = fs::remove_dir_all(dir);
        }
        result
    }

    async fn set_up(
        dir: &Path,
        port_base: Option<u16>,
        database: &DatabaseLocation,
        faults: Option<&dyn FaultInjector>,
    ) -> Result<Self, CommandError> {
        let host = "127.0.0.1".parse::<HostName>().map_err(|error| CommandError::plain(error.to_string()))?;
        let arguments = init::Arguments {
            dir: dir.to_owned(),
            hosts: vec![host],
            bind: std::net::Ipv4Addr::LOCALHOST.into(),
            port_base,
            public_urls: init::PublicUrlArguments::default(),
            database: database.clone(),
            json: false,
        };
        init::create_gateway(&arguments, SystemClock.now(), &OsEntropy).await?;
        let dir = fs::canonicalize(dir).map_err(cannot_read(dir))?;
        let file = ConfigOption::at(dir.join("gateway.toml"));
        raise_rate_limits(&dir.join("gateway.toml"))?;
        let context = AdminContext::open(&file).await?;
        let mut config = context.config.clone();
        let running = start_with_faults(&config, None, Arc::new(SystemClock), Arc::new(OsEntropy), faults).await?;
        // Free ports are known only now, and the devices' files must name them.
        config.listen.studio = running.addresses.studio;
        config.listen.enrolment = running.addresses.enrolment;

        let administration = context.administration();
        let studio = administration.add_party(Role::Studio, "Foto Koch", "Düsseldorf").await?;
        let office = administration.add_party(Role::Office, "Bürgerbüro Mitte", "Düsseldorf").await?;
        let key = || DeviceKey::generate().map(NewKey::Generated);
        let device = |party, label, kind| NewDevice { party, label, scope: DeviceScope::Photos, kind: Some(kind) };
        let studio_device = device(&studio, "till 1", DeviceKind::Program);
        let office_device = device(&office, "counter 3", DeviceKind::Browser);
        let provisioned = async |device, key, folder: &str| {
            provision(&administration, &config, device, key, Pkcs12Arguments::default(), Some(&dir.join(folder))).await
        };
        let studio = provisioned(&studio_device, key()?, "studio").await?;
        let office = provisioned(&office_device, key()?, "office").await?;
        Ok(Self { dir, config, context, studio, office, running })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn addresses(&self) -> Addresses {
        self.running.addresses
    }

    pub(super) fn context(&self) -> &AdminContext {
        &self.context
    }

    pub(super) fn studio_device(&self) -> DeviceId {
        self.studio.device_id
    }

    /// Addresses of the studio listener and the office listener.
    pub(super) fn device_urls(&self) -> [String; 2] {
        let Addresses { studio, office, .. } = self.running.addresses;
        [self.config.studio_url(studio), self.config.office_url(office)]
    }

    pub(super) fn studio_client(&self) -> Result<GatewayClient, CommandError> {
        self.client(&self.studio, &self.config.studio_url(self.running.addresses.studio))
    }

    pub(super) fn office_client(&self) -> Result<GatewayClient, CommandError> {
        self.client(&self.office, &self.config.office_url(self.running.addresses.office))
    }

    fn client(&self, device: &ProvisionedDevice, url: &str) -> Result<GatewayClient, CommandError> {
        let config = StudioConfig {
            gateway: url.parse().map_err(|_| CommandError::plain(phrase!("gateway-demo-no-address", url = url)))?,
            certificate: device.certificate.clone(),
            key: device.key.clone().unwrap_or_default(),
            ca: device.ca.clone(),
            proxy: None,
            language: language(),
            connect_timeout: std::time::Duration::from_secs(10),
            answer_timeout: std::time::Duration::from_secs(30),
            folder: None,
        };
        GatewayClient::from_config(&config)
            .map_err(|error| CommandError::plain(phrase!("gateway-demo-no-client", error = error)))
    }

    /// Writes `demo.json` with everything that another program needs to act as the studio or the office.
    pub(super) fn write_demo_json(&self) -> Result<PathBuf, CommandError> {
        let Addresses { studio, office, enrolment, ops } = self.running.addresses;
        let password = |device: &ProvisionedDevice| device.p12_password.as_ref().map(|password| password.to_string());
        let text = serde_json::json!({
            "studio": {
                "url": self.config.studio_url(studio),
                "cert": self.studio.certificate,
                "key": self.studio.key,
                "p12": self.studio.p12,
                "p12_password": password(&self.studio),
                "ca": self.studio.ca,
            },
            "office": {
                "url": self.config.office_url(office),
                "cert": self.office.certificate,
                "key": self.office.key,
                "p12": self.office.p12,
                "p12_password": password(&self.office),
                "ca": self.office.ca,
            },
            "enrolment": { "url": self.config.enrolment_url(enrolment), "ca": self.config.certificates.server_ca },
            "ops": { "url": format!("http://{ops}") },
            "config": self.dir.join("gateway.toml"),
        });
        let file = self.dir.join("demo.json");
        replace(&file, format!("{text:#}\n").as_bytes(), FileMode::OwnerOnly)
            .map_err(|error| CommandError::new(phrase!("gateway-demo-not-written", file = file.display()), error))?;
        Ok(file)
    }

    pub(super) fn stop(&self) -> ShutdownTrigger {
        self.running.stop.clone()
    }

    pub(super) async fn close(self) {
        self.running.stop.advance();
        self.stopped().await;
    }

    pub(super) async fn stopped(self) {
        self.running.stopped().await;
        self.context.close().await;
    }
}

/// Operators also use a demo to measure the speed, with all requests from one device.
fn raise_rate_limits(config: &Path) -> Result<(), CommandError> {
    let failed = |error| CommandError::new(phrase!("gateway-demo-not-adapted", file = config.display()), error);
    let text = fs::read_to_string(config).map_err(failed)?;
    let text = text
        .replace("requests_per_minute = 6000", "requests_per_minute = 600000")
        .replace("uploads_per_minute = 600", "uploads_per_minute = 60000");
    // It may hold the database's password.
    replace(config, text.as_bytes(), FileMode::OwnerOnly).map_err(failed)
}
