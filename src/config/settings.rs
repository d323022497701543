//! Sections and keys of `gateway.toml`, each with its default and, if it is a number, its range. The example file explains them.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::public_url::PublicUrl;
use crate::api::body::BodyLimits;
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::domain::party::operator_contact::OperatorContact;
use crate::domain::photo::quarantine::RevokedDevicePolicy;
use crate::domain::photo::retention::MAX_RETENTION_DAYS;
use crate::flows::GatewayLimits;
use crate::flows::certificate_issuer::CertificateValidity;
use crate::storage::DatabaseLocation;
use crate::storage::requests::WrongCodeLimits;
use crate::transport::http::limits::ListenerLimits;
use crate::transport::proxy_protocol::listed_peers::ListedPeers;
use crate::transport::tls::external_ca::RevocationCheck;

pub(super) const PHOTO_BYTES: RangeInclusive<u64> = 1024..=67_108_864;

pub(super) const MAX_PHOTO_BYTES_IN_TOTAL: u64 = 1_000_000_000_000;

/// A section of the file.
pub(super) trait ConfigSection {
    /// # Errors
    /// A message that names the first key whose number is out of its range.
    fn check_ranges(&self) -> Result<(), String>;

    #[cfg(test)]
    fn keys(&self) -> (&'static str, &'static [&'static str]);
}

/// Defines a section: `key: type = default, range;`. Only numbers have a range.
macro_rules! section {
    ($(#[$attribute:meta])* $title:literal $name:ident {
        $($key:ident: $type:ty = $default:expr $(, $range:expr)?;)*
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $(pub $key: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }

        impl ConfigSection for $name {
            fn check_ranges(&self) -> Result<(), String> {
                $($(check_range(concat!($title, ".", stringify!($key)), self.$key, $range)?;)?)*
                Ok(())
            }

            #[cfg(test)]
            fn keys(&self) -> (&'static str, &'static [&'static str]) {
                ($title, &[$(stringify!($key)),*])
            }
        }
    };
}

section! {
    /// A gateway's configuration. [`Config::load`] resolves relative paths against the folder of the file.
    "" Config {
        database: DatabaseLocation = DatabaseLocation::File("lichtbild.sqlite".into());
        key_file: PathBuf = "gateway.key".into();
        profile: String = "de-tr03121".into();
        profile_file: Option<PathBuf> = None;
        listen: ListenConfig = ListenConfig::default();
        certificates: CertificatesConfig = CertificatesConfig::default();
        revocation: RevocationConfig = RevocationConfig::default();
        office: OfficeConfig = OfficeConfig::default();
        operator: OperatorConfig = OperatorConfig::default();
        office_authorities: Vec<ExternalCaConfig> = Vec::new();
        enrolment: EnrolmentConfig = EnrolmentConfig::default();
        deadlines: DeadlinesConfig = DeadlinesConfig::default();
        audit: AuditConfig = AuditConfig::default();
        limits: LimitsConfig = LimitsConfig::default();
        log: LogConfig = LogConfig::default();
    }
}

section! {
    /// Addresses of the listeners.
    "listen" ListenConfig {
        studio: SocketAddr = ([127, 0, 0, 1], 8443).into();
        office: SocketAddr = ([127, 0, 0, 1], 9443).into();
        enrolment: SocketAddr = ([127, 0, 0, 1], 7443).into();
        ops: SocketAddr = ([127, 0, 0, 1], 9090).into();
        public_host: String = "localhost".into();
        public_studio_url: Option<PublicUrl> = None;
        public_office_url: Option<PublicUrl> = None;
        public_enrolment_url: Option<PublicUrl> = None;
        proxy_protocol_from: ListedPeers = ListedPeers::default();
        explain_missing_certificate: bool = true;
    }
}

section! {
    /// Certificates and keys in PEM, revocation lists in DER.
    "certificates" CertificatesConfig {
        server: PathBuf = "certs/server.crt".into();
        server_key: PathBuf = "certs/server.key".into();
        server_ca: PathBuf = "certs/server-ca.crt".into();
        server_ca_key: PathBuf = "certs/server-ca.key".into();
        enrolment_server: Option<PathBuf> = None;
        enrolment_server_key: Option<PathBuf> = None;
        studio_ca: PathBuf = "certs/studio-ca.crt".into();
        studio_ca_key: PathBuf = "certs/studio-ca.key".into();
        office_ca: PathBuf = "certs/office-ca.crt".into();
        office_ca_key: PathBuf = "certs/office-ca.key".into();
        studio_crl: PathBuf = "certs/studio.crl".into();
        office_crl: PathBuf = "certs/office.crl".into();
    }
}

section! {
    /// Revocation of devices.
    "revocation" RevocationConfig {
        photos_of_revoked: RevokedDevicePolicy = RevokedDevicePolicy::Keep;
    }
}

section! {
    /// Answers to offices.
    "office" OfficeConfig {
        test_codes: bool = true;
    }
}

section! {
    /// The people who run the gateway.
    "operator" OperatorConfig {
        contact: OperatorContact = OperatorContact::default();
    }
}

/// An external CA. The office listener accepts its certificates once a device is bound to one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalCaConfig {
    pub roots: PathBuf,
    #[serde(default)]
    pub revocation_lists: Vec<PathBuf>,
    #[serde(default)]
    pub revocation: RevocationCheck,
}

section! {
    /// Enrolment of devices.
    "enrolment" EnrolmentConfig {
        policy: EnrolmentPolicy = EnrolmentPolicy::Auto;
        // Browsers accept certificates of 398 days at most, other clients of a few days more.
        certificate_days: f64 = 60.0, 0.01..=400.0;
        browser_certificate_days: f64 = 365.0, 0.01..=400.0;
        invitation_hours: f64 = 24.0, 0.01..=720.0;
    }
}

section! {
    /// Deadlines.
    "deadlines" DeadlinesConfig {
        // PassDEÜV: six months after receipt at the latest.
        retention_days: f64 = 180.0, 0.001..=f64::from(MAX_RETENTION_DAYS);
        lease_minutes: f64 = 15.0, 0.01..=1440.0;
        settle_within_days: f64 = 7.0, 0.001..=60.0;
        sweep_seconds: f64 = 60.0, 0.1..=86_400.0;
    }
}

section! {
    /// Audit log.
    "audit" AuditConfig {
        checkpoint_minutes: f64 = 60.0, 0.01..=10_080.0;
        checkpoints: PathBuf = "checkpoints".into();
        key: PathBuf = "certs/audit.key".into();
        public_key: PathBuf = "certs/audit.pub".into();
        head_file: Option<PathBuf> = None;
        witness_file: Option<PathBuf> = None;
    }
}

section! {
    /// Limits.
    "limits" LimitsConfig {
        photo_bytes: u64 = 8 * 1024 * 1024, PHOTO_BYTES;
        upload_bytes_per_second: u64 = 1024, 1..=1_000_000_000;
        upload_grace_seconds: f64 = 10.0, 0.01..=3600.0;
        requests_per_minute: u32 = 6_000, 1..=1_000_000;
        enrolments_per_minute: u32 = 60, 1..=1_000_000;
        uploads_per_minute: u32 = 600, 1..=1_000_000;
        upload_bytes_at_once: u64 = 64 * 1024 * 1024, 1024..=4_000_000_000;
        // `Config::parse` requires twice `photo_bytes` too.
        photo_bytes_in_total: u64 = 512 * 1024 * 1024, 2048..=MAX_PHOTO_BYTES_IN_TOTAL;
        judges: usize = 0, 0..=1024;
        judge_queue: usize = 64, 0..=100_000;
        wrong_codes_per_device: u32 = 20, 1..=1_000_000;
        wrong_codes_over_all: u32 = 1000, 1..=1_000_000;
        wrong_codes_window_minutes: f64 = 15.0, 0.01..=1440.0;
        handshakes: usize = 256, 1..=1_000_000;
        handshakes_per_address: usize = 64, 1..=1_000_000;
        connections: usize = 1024, 1..=1_000_000;
        connections_per_device: usize = 64, 1..=1_000_000;
        handshake_seconds: f64 = 10.0, 0.01..=3600.0;
        headers_seconds: f64 = 10.0, 0.01..=3600.0;
        idle_seconds: f64 = 60.0, 0.01..=86_400.0;
        write_stall_seconds: f64 = 30.0, 0.01..=3600.0;
        linger_seconds: f64 = 1.0, 0.0..=60.0;
        finish_seconds: f64 = 20.0, 0.0..=3600.0;
        write_stall_bytes: u64 = 16 * 1024, 1..=67_108_864;
        head_bytes: usize = 16 * 1024, 1024..=262_144;
        json_bytes: u64 = 16 * 1024, 256..=1_048_576;
    }
}

section! {
    /// The log.
    "log" LogConfig {
        format: LogFormat = LogFormat::Text;
        level: String = "info".into();
        addresses: bool = true;
        timestamps: bool = true;
    }
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    /// One JSON object a line.
    Json,
}

/// Use of a file that the configuration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathKind {
    Public,
    Secret,
    /// The gateway writes it, so a backup leaves it out.
    Output,
}

impl Config {
    pub(super) fn sections(&self) -> [&dyn ConfigSection; 11] {
        let Self {
            listen, certificates, revocation, office, operator, enrolment, deadlines, audit, limits, log, ..
        } = self;
        [self, listen, certificates, revocation, office, operator, enrolment, deadlines, audit, limits, log]
    }

    /// Every path but the database's, with its key.
    pub(super) fn paths(&mut self) -> Vec<(String, &mut PathBuf, PathKind)> {
        use PathKind::{Output, Public, Secret};
        let (certificates, audit) = (&mut self.certificates, &mut self.audit);
        let required = [
            ("key_file", &mut self.key_file, Secret),
            ("certificates.server", &mut certificates.server, Public),
            ("certificates.server_key", &mut certificates.server_key, Secret),
            ("certificates.server_ca", &mut certificates.server_ca, Public),
            ("certificates.server_ca_key", &mut certificates.server_ca_key, Secret),
            ("certificates.studio_ca", &mut certificates.studio_ca, Public),
            ("certificates.studio_ca_key", &mut certificates.studio_ca_key, Secret),
            ("certificates.office_ca", &mut certificates.office_ca, Public),
            ("certificates.office_ca_key", &mut certificates.office_ca_key, Secret),
            ("certificates.studio_crl", &mut certificates.studio_crl, Public),
            ("certificates.office_crl", &mut certificates.office_crl, Public),
            ("audit.key", &mut audit.key, Secret),
            ("audit.public_key", &mut audit.public_key, Public),
            ("audit.checkpoints", &mut audit.checkpoints, Output),
        ];
        let optional = [
            ("profile_file", &mut self.profile_file, Public),
            ("certificates.enrolment_server", &mut certificates.enrolment_server, Public),
            ("certificates.enrolment_server_key", &mut certificates.enrolment_server_key, Secret),
            ("audit.head_file", &mut audit.head_file, Output),
            ("audit.witness_file", &mut audit.witness_file, Output),
        ];
        let optional = optional.into_iter().filter_map(|(key, path, kind)| Some((key, path.as_mut()?, kind)));
        let named = required.into_iter().chain(optional).map(|(key, path, kind)| (key.to_owned(), path, kind));
        let mut paths: Vec<_> = named.collect();
        for (number, authority) in self.office_authorities.iter_mut().enumerate() {
            paths.push((format!("office_authorities.{number}.roots"), &mut authority.roots, Public));
            for (list, path) in authority.revocation_lists.iter_mut().enumerate() {
                paths.push((format!("office_authorities.{number}.revocation_lists.{list}"), path, Public));
            }
        }
        paths
    }

    /// Deadlines and limits of the flows.
    pub fn gateway_limits(&self) -> GatewayLimits {
        let limits = &self.limits;
        GatewayLimits {
            retention: days(self.deadlines.retention_days),
            lease: minutes(self.deadlines.lease_minutes),
            settle_within: days(self.deadlines.settle_within_days),
            wrong_codes: WrongCodeLimits {
                per_device: limits.wrong_codes_per_device,
                alarm_in_total: limits.wrong_codes_over_all,
                window: minutes(limits.wrong_codes_window_minutes),
            },
            photos_of_revoked: self.revocation.photos_of_revoked,
            requests_per_minute: limits.requests_per_minute,
            enrolments_per_minute: limits.enrolments_per_minute,
            uploads_per_minute: limits.uploads_per_minute,
            upload_bytes_at_once: limits.upload_bytes_at_once,
            photo_bytes_in_total: limits.photo_bytes_in_total,
            workers: match limits.judges {
                0 => std::thread::available_parallelism().map_or(2, usize::from),
                judges => judges,
            },
            worker_queue: limits.judge_queue,
        }
    }

    /// Limits of every listener.
    pub fn listener_limits(&self) -> ListenerLimits {
        let limits = &self.limits;
        ListenerLimits {
            handshake: seconds(limits.handshake_seconds),
            headers: seconds(limits.headers_seconds),
            idle: seconds(limits.idle_seconds),
            write_stall: seconds(limits.write_stall_seconds),
            linger: seconds(limits.linger_seconds),
            finish: seconds(limits.finish_seconds),
            min_bytes_per_write_stall: limits.write_stall_bytes,
            max_head_bytes: limits.head_bytes,
            max_handshakes: limits.handshakes,
            max_handshakes_per_address: limits.handshakes_per_address,
            max_connections: limits.connections,
            max_connections_per_device: limits.connections_per_device,
        }
    }

    /// Limits of an uploaded photo.
    pub fn photo_body_limits(&self) -> BodyLimits {
        BodyLimits {
            max_bytes: self.limits.photo_bytes,
            min_bytes_per_second: self.limits.upload_bytes_per_second,
            grace: seconds(self.limits.upload_grace_seconds),
        }
    }

    /// Limits of a JSON body. The longest is a refusal with its note, about 2 KiB.
    pub fn json_body_limits(&self) -> BodyLimits {
        BodyLimits { max_bytes: self.limits.json_bytes, ..self.photo_body_limits() }
    }

    pub fn sweep_interval(&self) -> Duration {
        seconds(self.deadlines.sweep_seconds)
    }

    pub fn checkpoint_interval(&self) -> Duration {
        minutes(self.audit.checkpoint_minutes)
    }

    pub fn certificate_validity(&self) -> CertificateValidity {
        let EnrolmentConfig { certificate_days, browser_certificate_days, .. } = self.enrolment;
        CertificateValidity { program: days(certificate_days), browser: days(browser_certificate_days) }
    }

    pub fn invitation_validity(&self) -> Duration {
        minutes(self.enrolment.invitation_hours * 60.0)
    }
}

/// # Errors
/// A message that names the key and the range.
pub(super) fn check_range<T>(key: &str, number: T, range: RangeInclusive<T>) -> Result<(), String>
where
    T: PartialOrd + std::fmt::Display,
{
    if range.contains(&number) {
        return Ok(());
    }
    Err(format!("{key} = {number}: give a number from {} to {}", range.start(), range.end()))
}

/// The range check has refused numbers that are too large for a duration.
fn seconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number).unwrap_or(Duration::MAX)
}

fn minutes(number: f64) -> Duration {
    seconds(number * 60.0)
}

fn days(number: f64) -> Duration {
    seconds(number * 86_400.0)
}
