//! Sections and keys of `gateway.toml`.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::public_url::PublicUrl;
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::domain::photo::quarantine::RevokedDevicePolicy;
use crate::storage::DatabaseLocation;
use crate::transport::tls::external_ca::RevocationCheck;

/// A gateway's configuration; relative paths have been resolved against the file it stands in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The database: a file, or a server's.
    pub database: DatabaseLocation,
    /// The file with the gateway's secrets.
    pub key_file: PathBuf,
    /// The name of a built-in photo profile.
    pub profile: String,
    /// A profile of one's own, in place of a built-in one.
    pub profile_file: Option<PathBuf>,
    /// Addresses of the listeners.
    pub listen: ListenConfig,
    /// Certificates and keys.
    pub certificates: CertificatesConfig,
    /// Settings for the revocation of a device.
    pub revocation: RevocationConfig,
    /// Authorities of other houses whose certificates offices may bring.
    pub office_authorities: Vec<ExternalCaConfig>,
    /// Settings for the enrolment of devices.
    pub enrolment: EnrolmentConfig,
    pub deadlines: DeadlinesConfig,
    /// Checkpoints of the audit log.
    pub audit: AuditConfig,
    pub limits: LimitsConfig,
    pub log: LogConfig,
}

/// Addresses of the listeners.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListenConfig {
    /// Studio software.
    pub studio: SocketAddr,
    /// Fachverfahren and clerks' browsers.
    pub office: SocketAddr,
    /// Devices that have no certificate yet.
    pub enrolment: SocketAddr,
    /// Monitoring; loopback only.
    pub ops: SocketAddr,
    /// The name in addresses given to studios and offices.
    pub public_host: String,
    /// Address of the studio listener in place of the public host with the listener's port.
    pub public_studio_url: Option<PublicUrl>,
    /// The same for the office listener.
    pub public_office_url: Option<PublicUrl>,
    /// The same for the enrolment listener.
    pub public_enrolment_url: Option<PublicUrl>,
    /// True if the office listener answers a client without a certificate in words; false if it sends a TLS alert.
    pub explain_missing_certificate: bool,
}

/// Certificates and keys, PEM files all.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificatesConfig {
    pub server: PathBuf,
    pub server_key: PathBuf,
    pub server_ca: PathBuf,
    pub server_ca_key: PathBuf,
    pub studio_ca: PathBuf,
    pub studio_ca_key: PathBuf,
    pub office_ca: PathBuf,
    pub office_ca_key: PathBuf,
    pub studio_crl: PathBuf,
    pub office_crl: PathBuf,
}

/// Settings for the revocation of a device.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RevocationConfig {
    /// Treatment of the photos that a revoked device had deposited.
    pub photos_of_revoked: RevokedDevicePolicy,
}

/// An authority of another house. Its certificates count on the office listener only, and only once a device is bound to one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalCaConfig {
    /// Its roots, PEM.
    pub roots: PathBuf,
    /// Its revocation lists, PEM or DER; one for each authority that issues a certificate of the chain.
    #[serde(default)]
    pub revocation_lists: Vec<PathBuf>,
    /// Part of a certificate chain that revocation lists must cover.
    #[serde(default)]
    pub revocation: RevocationCheck,
}

/// Settings for the enrolment of devices, in the units of their names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnrolmentConfig {
    pub policy: EnrolmentPolicy,
    pub certificate_days: f64,
    /// Lifetime of a certificate that goes into a browser.
    pub browser_certificate_days: f64,
    pub invitation_hours: f64,
}

/// Deadlines, in the units of their names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeadlinesConfig {
    pub retention_days: f64,
    pub lease_minutes: f64,
    pub settle_within_days: f64,
    pub sweep_seconds: f64,
}

/// Checkpoints of the audit log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    pub checkpoint_minutes: f64,
    pub checkpoints: PathBuf,
    pub key: PathBuf,
    pub public_key: PathBuf,
    pub head_file: Option<PathBuf>,
    pub witness_file: Option<PathBuf>,
}

/// Limits, in the units of their names.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    pub photo_bytes: u64,
    pub upload_bytes_per_second: u64,
    pub upload_grace_seconds: f64,
    pub requests_per_minute: u32,
    pub enrolments_per_minute: u32,
    pub uploads_per_minute: u32,
    pub upload_bytes_at_once: u64,
    pub photo_bytes_in_total: u64,
    pub judges: usize,
    pub judge_queue: usize,
    pub wrong_codes_per_device: u32,
    pub wrong_codes_over_all: u32,
    pub wrong_codes_window_minutes: f64,
    pub handshakes: usize,
    pub handshakes_per_address: usize,
    pub connections: usize,
    pub connections_per_device: usize,
    pub handshake_seconds: f64,
    pub headers_seconds: f64,
    pub idle_seconds: f64,
    pub write_stall_seconds: f64,
    pub linger_seconds: f64,
    pub finish_seconds: f64,
    pub write_stall_bytes: u64,
    pub head_bytes: usize,
    pub json_bytes: u64,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// Format of the lines.
    pub format: LogFormat,
    /// Filter that selects the lines to write.
    pub level: String,
    /// True if lines contain network addresses of clients.
    pub addresses: bool,
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}
