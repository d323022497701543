//! Loads the file and rejects values that would only fail later.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::settings::{CertificatesConfig, Config};
use crate::domain::photo::retention::MAX_RETENTION_DAYS;
use crate::domain::redaction::redact_passwords;
use crate::identity::host_name::HostName;
use crate::transport::tls::external_ca::RevocationCheck;

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`], which names the file and the key and says what to do.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(file).map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        let invalid = |message| ConfigError::Invalid { file: file.to_owned(), message };
        let config = Self::parse(&text).map_err(invalid)?;
        if config.database.has_password() && is_readable_by_others(file) {
            return Err(invalid(format!(
                "others can read it, and there is a password in it (database): chmod 600 {}, or leave the password to ~/.pgpass",
                file.display()
            )));
        }
        Ok(config.resolve_paths(file.parent().unwrap_or(Path::new(""))))
    }

    /// Reads a file's text; paths stay as they are written.
    ///
    /// # Errors
    /// A message that names the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config: Self = toml::from_str(text).map_err(|error| redact_passwords(&error.to_string()))?;
        config.validate()?;
        Ok(config)
    }

    fn validate(&self) -> Result<(), String> {
        let (deadlines, limits) = (&self.deadlines, &self.limits);
        // No more than the law allows: PassDEÜV, at latest six months after receipt.
        check_range("deadlines.retention_days", deadlines.retention_days, 0.001, f64::from(MAX_RETENTION_DAYS))?;
        check_range("deadlines.lease_minutes", deadlines.lease_minutes, 0.01, 1440.0)?;
        check_range("deadlines.settle_within_days", deadlines.settle_within_days, 0.001, 60.0)?;
        check_range("deadlines.sweep_seconds", deadlines.sweep_seconds, 0.1, 86_400.0)?;
        check_range("audit.checkpoint_minutes", self.audit.checkpoint_minutes, 0.01, 10_080.0)?;
        // Browsers and clients have other limits; four hundred days is what the longest of them bear.
        check_range("enrolment.certificate_days", self.enrolment.certificate_days, 0.01, 400.0)?;
        check_range("enrolment.browser_certificate_days", self.enrolment.browser_certificate_days, 0.01, 400.0)?;
        check_range("enrolment.invitation_hours", self.enrolment.invitation_hours, 0.01, 720.0)?;
        check_range("limits.upload_grace_seconds", limits.upload_grace_seconds, 0.01, 3600.0)?;
        check_range("limits.wrong_codes_window_minutes", limits.wrong_codes_window_minutes, 0.01, 1440.0)?;
        check_range("limits.handshake_seconds", limits.handshake_seconds, 0.01, 3600.0)?;
        check_range("limits.headers_seconds", limits.headers_seconds, 0.01, 3600.0)?;
        check_range("limits.idle_seconds", limits.idle_seconds, 0.01, 86_400.0)?;
        check_range("limits.write_stall_seconds", limits.write_stall_seconds, 0.01, 3600.0)?;
        check_range("limits.linger_seconds", limits.linger_seconds, 0.0, 60.0)?;
        check_range("limits.finish_seconds", limits.finish_seconds, 0.0, 3600.0)?;
        check_range("limits.write_stall_bytes", limits.write_stall_bytes as f64, 1.0, 67_108_864.0)?;
        check_range("limits.head_bytes", limits.head_bytes as f64, 1024.0, 262_144.0)?;
        check_range("limits.json_bytes", limits.json_bytes as f64, 256.0, 1_048_576.0)?;
        check_range("limits.photo_bytes", limits.photo_bytes as f64, 1024.0, 67_108_864.0)?;
        check_range("limits.upload_bytes_at_once", limits.upload_bytes_at_once as f64, 1024.0, 4e9)?;
        // One photo of the largest size has to leave as much free as it takes.
        check_range(
            "limits.photo_bytes_in_total",
            limits.photo_bytes_in_total as f64,
            2.0 * limits.photo_bytes as f64,
            1e12,
        )?;
        check_range("limits.upload_bytes_per_second", limits.upload_bytes_per_second as f64, 1.0, 1e9)?;
        check_range("limits.judges", limits.judges as f64, 0.0, 1024.0)?;
        check_range("limits.judge_queue", limits.judge_queue as f64, 0.0, 100_000.0)?;
        for (key, number) in [
            ("limits.requests_per_minute", u64::from(limits.requests_per_minute)),
            ("limits.enrolments_per_minute", u64::from(limits.enrolments_per_minute)),
            ("limits.uploads_per_minute", u64::from(limits.uploads_per_minute)),
            ("limits.wrong_codes_per_device", u64::from(limits.wrong_codes_per_device)),
            ("limits.wrong_codes_over_all", u64::from(limits.wrong_codes_over_all)),
            ("limits.handshakes", limits.handshakes as u64),
            ("limits.handshakes_per_address", limits.handshakes_per_address as u64),
            ("limits.connections", limits.connections as u64),
            ("limits.connections_per_device", limits.connections_per_device as u64),
        ] {
            check_range(key, number as f64, 1.0, 1_000_000.0)?;
        }
        if !self.listen.ops.ip().is_loopback() {
            return Err(format!(
                "listen.ops = \"{}\": monitoring is in the clear, so it listens on a loopback address only (127.0.0.1)",
                self.listen.ops
            ));
        }
        for authority in &self.office_authorities {
            let roots = authority.roots.display();
            match (authority.revocation, authority.revocation_lists.is_empty()) {
                (RevocationCheck::None, true) | (RevocationCheck::Chain | RevocationCheck::EndEntity, false) => {}
                (RevocationCheck::None, false) => {
                    return Err(format!(
                        "office_authorities: {roots} has revocation_lists and revocation = \"none\": take one of them out"
                    ));
                }
                (RevocationCheck::Chain | RevocationCheck::EndEntity, true) => {
                    return Err(format!(
                        "office_authorities: {roots} has no revocation_lists: give them, or say revocation = \"none\" if it \
                         publishes none"
                    ));
                }
            }
        }
        self.listen.public_host.parse::<HostName>().map_err(|error| format!("listen.public_host: {error}"))?;
        Ok(())
    }

    fn resolve_paths(mut self, folder: &Path) -> Self {
        let CertificatesConfig {
            server,
            server_key,
            server_ca,
            server_ca_key,
            studio_ca,
            studio_ca_key,
            office_ca,
            office_ca_key,
            studio_crl,
            office_crl,
        } = &mut self.certificates;
        for path in [
            &mut self.key_file,
            server,
            server_key,
            server_ca,
            server_ca_key,
            studio_ca,
            studio_ca_key,
            office_ca,
            office_ca_key,
            studio_crl,
            office_crl,
            &mut self.audit.checkpoints,
            &mut self.audit.key,
            &mut self.audit.public_key,
        ]
        .into_iter()
        .chain(&mut self.profile_file)
        .chain(&mut self.audit.head_file)
        .chain(&mut self.audit.witness_file)
        .chain(
            self.office_authorities
                .iter_mut()
                .flat_map(|authority| std::iter::once(&mut authority.roots).chain(&mut authority.revocation_lists)),
        ) {
            *path = folder.join(&*path);
        }
        self.database = self.database.resolve_against(folder);
        self
    }
}

#[cfg(unix)]
fn is_readable_by_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

/// The permissions of a file cannot be read here.
#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

fn check_range(key: &str, number: f64, least: f64, most: f64) -> Result<(), String> {
    if (least..=most).contains(&number) {
        return Ok(());
    }
    Err(format!("{key} = {number}: give a number from {least} to {most}"))
}

/// Reason for which a configuration cannot be used.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    Unreadable {
        /// Path of the file.
        file: PathBuf,
        /// Cause.
        source: io::Error,
    },
    /// The file says something that cannot be.
    Invalid {
        /// Path of the file.
        file: PathBuf,
        /// Description of the error, with the key's name.
        message: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, .. } => write!(
                f,
                "cannot read the configuration {}: name it with --config, or make a gateway with `lichtbild-gateway init`",
                file.display()
            ),
            Self::Invalid { file, message } => write!(f, "{}: {}", file.display(), message.trim_end()),
        }
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            Self::Invalid { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::EXAMPLE;
    use super::*;

    #[test]
    fn the_example_shows_the_defaults() {
        assert_eq!(Config::parse(EXAMPLE).unwrap(), Config::default());
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn the_defaults_match_those_of_the_modules() {
        let config = Config::default();
        assert_eq!(format!("{:?}", config.gateway_limits()), format!("{:?}", crate::flows::GatewayLimits::default()));
        assert_eq!(
            format!("{:?}", config.listener_limits()),
            format!("{:?}", crate::transport::http::limits::ListenerLimits::default())
        );
        assert_eq!(config.photo_body_limits(), crate::api::body::BodyLimits::default());
        assert_eq!(config.certificate_validity().program, crate::identity::issue::CLIENT_VALIDITY);
    }

    #[test]
    fn every_listener_limit_is_applied() {
        let config = Config::parse("[limits]\nwrite_stall_bytes = 7\nhead_bytes = 2048\njson_bytes = 300").unwrap();
        let limits = config.listener_limits();
        assert_eq!((limits.min_bytes_per_write_stall, limits.max_head_bytes), (7, 2048));
        assert_eq!(config.json_body_limits().max_bytes, 300);
    }

    #[test]
    fn paths_of_external_cas_are_relative_to_the_file() {
        let text = "[[office_authorities]]\nroots = 'v.pem'\nrevocation_lists = ['v.crl', '/abs/w.crl']\n";
        let config = Config::parse(text).unwrap().resolve_paths(Path::new("/srv"));
        let authority = &config.office_authorities[0];
        assert_eq!((&authority.roots, authority.revocation), (&PathBuf::from("/srv/v.pem"), RevocationCheck::Chain));
        assert_eq!(authority.revocation_lists, [PathBuf::from("/srv/v.crl"), PathBuf::from("/abs/w.crl")]);
    }

    #[test]
    fn four_eyes_are_configured_by_either_spelling() {
        for policy in ["four-eyes", "four_eyes"] {
            let config = Config::parse(&format!("[enrolment]\npolicy = '{policy}'")).unwrap();
            assert_eq!(config.enrolment.policy, crate::domain::party::invitation::EnrolmentPolicy::FourEyes);
        }
    }

    #[test]
    fn invalid_settings_are_named() {
        for (text, expected) in [
            ("databse = 'x'", "databse"),
            ("[listen]\nops = '0.0.0.0:9090'", "loopback"),
            ("[listen]\npublic_host = 'https://x'", "public_host"),
            ("[deadlines]\nretention_days = 400", "retention_days"),
            ("[deadlines]\nlease_minutes = nan", "lease_minutes"),
            ("[enrolment]\npolicy = 'three-eyes'", "three-eyes"),
            ("[enrolment]\ncertificate_days = 0", "enrolment.certificate_days"),
            ("[enrolment]\nbrowser_certificate_days = 500", "enrolment.browser_certificate_days"),
            ("[enrolment]\ninvitation_hours = 1000", "enrolment.invitation_hours"),
            ("[audit]\ncheckpoint_minutes = 0", "audit.checkpoint_minutes"),
            ("[limits]\nenrolments_per_minute = 0", "limits.enrolments_per_minute"),
            ("[limits]\nconnections = 0", "limits.connections"),
            ("[limits]\njudges = 9223372036854775807", "limits.judges"),
            ("[limits]\nupload_bytes_per_second = 0", "limits.upload_bytes_per_second"),
            ("[limits]\nhandshakes = 0", "limits.handshakes"),
            ("[limits]\nhandshakes_per_address = 0", "limits.handshakes_per_address"),
            ("[log]\nformat = 'xml'", "xml"),
            ("[revocation]\nphotos_of_revoked = 'burn'", "quarantine"),
            ("[[office_authorities]]\nroots = 'v.pem'", "revocation_lists"),
            ("[[office_authorities]]\nroots = 'v.pem'\nrevocation_lists = ['v.crl']\nrevocation = 'none'", "take one"),
            ("[[office_authorities]]\nrevocation = 'none'", "roots"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
