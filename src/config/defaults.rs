//! Defaults of keys that the file does not have; the example file has the same, with the reasons.

use std::net::SocketAddr;

use super::settings::{
    AuditConfig, CertificatesConfig, Config, DeadlinesConfig, EnrolmentConfig, LimitsConfig, ListenConfig, LogConfig,
    LogFormat, RevocationConfig,
};
use crate::domain::party::invitation::EnrolmentPolicy;
use crate::storage::DatabaseLocation;

impl Default for Config {
    fn default() -> Self {
        Self {
            database: DatabaseLocation::File("lichtbild.sqlite".into()),
            key_file: "gateway.key".into(),
            profile: "de-tr03121".into(),
            profile_file: None,
            listen: ListenConfig::default(),
            certificates: CertificatesConfig::default(),
            revocation: RevocationConfig::default(),
            office_authorities: Vec::new(),
            enrolment: EnrolmentConfig::default(),
            deadlines: DeadlinesConfig::default(),
            audit: AuditConfig::default(),
            limits: LimitsConfig::default(),
            log: LogConfig::default(),
        }
    }
}

impl Default for ListenConfig {
    fn default() -> Self {
        let loopback = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self {
            studio: loopback(8443),
            office: loopback(9443),
            enrolment: loopback(7443),
            ops: loopback(9090),
            public_host: "localhost".into(),
            public_studio_url: None,
            public_office_url: None,
            public_enrolment_url: None,
            explain_missing_certificate: true,
        }
    }
}

impl Default for CertificatesConfig {
    fn default() -> Self {
        Self {
            server: "certs/server.crt".into(),
            server_key: "certs/server.key".into(),
            server_ca: "certs/server-ca.crt".into(),
            server_ca_key: "certs/server-ca.key".into(),
            studio_ca: "certs/studio-ca.crt".into(),
            studio_ca_key: "certs/studio-ca.key".into(),
            office_ca: "certs/office-ca.crt".into(),
            office_ca_key: "certs/office-ca.key".into(),
            studio_crl: "certs/studio.crl".into(),
            office_crl: "certs/office.crl".into(),
        }
    }
}

impl Default for EnrolmentConfig {
    fn default() -> Self {
        Self {
            policy: EnrolmentPolicy::Auto,
            certificate_days: 60.0,
            browser_certificate_days: 365.0,
            invitation_hours: 24.0,
        }
    }
}

impl Default for DeadlinesConfig {
    fn default() -> Self {
        Self { retention_days: 180.0, lease_minutes: 15.0, settle_within_days: 7.0, sweep_seconds: 60.0 }
    }
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self {
            checkpoint_minutes: 60.0,
            checkpoints: "checkpoints".into(),
            key: "certs/audit.key".into(),
            public_key: "certs/audit.pub".into(),
            head_file: None,
            witness_file: None,
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            photo_bytes: 8 * 1024 * 1024,
            upload_bytes_per_second: 1024,
            upload_grace_seconds: 10.0,
            requests_per_minute: 6_000,
            enrolments_per_minute: 60,
            uploads_per_minute: 600,
            upload_bytes_at_once: 64 * 1024 * 1024,
            photo_bytes_in_total: 512 * 1024 * 1024,
            judges: 0,
            judge_queue: 64,
            wrong_codes_per_device: 20,
            wrong_codes_over_all: 1000,
            wrong_codes_window_minutes: 15.0,
            handshakes: 256,
            handshakes_per_address: 64,
            connections: 1024,
            connections_per_device: 64,
            handshake_seconds: 10.0,
            headers_seconds: 10.0,
            idle_seconds: 60.0,
            write_stall_seconds: 30.0,
            linger_seconds: 1.0,
            finish_seconds: 20.0,
            write_stall_bytes: 16 * 1024,
            head_bytes: 16 * 1024,
            json_bytes: 16 * 1024,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into(), addresses: true }
    }
}
