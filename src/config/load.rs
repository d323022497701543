//! Loads the file and refuses values that would fail later.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::settings::{CertificatesConfig, Config, LimitsConfig, MAX_PHOTO_BYTES_IN_TOTAL, PHOTO_BYTES, check_range};
use crate::domain::redaction::redact_passwords;
use crate::domain::text_encoding::decode_text;
use crate::identity::host_name::HostName;
use crate::transport::tls::external_ca::RevocationCheck;

impl Config {
    /// Reads and checks a file.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { file: file.to_owned(), source };
        let bytes = fs::read(file).map_err(unreadable)?;
        let text = decode_text(&bytes).map_err(|error| unreadable(error.into()))?;
        let invalid = |message| ConfigError::Invalid { file: file.to_owned(), message };
        let config = Self::read(&text).map_err(|source| ConfigError::Unparsable { file: file.to_owned(), source })?;
        config.validate().map_err(invalid)?;
        if config.database.has_password() && is_readable_by_others(file) {
            return Err(invalid(format!(
                "other users can read the password in it (database): run chmod 600 {}, or move the password to ~/.pgpass",
                file.display()
            )));
        }
        Ok(config.resolve_paths(file.parent().unwrap_or(Path::new(""))))
    }

    /// Reads and checks the text of a file. Relative paths stay relative.
    ///
    /// # Errors
    /// A message that names the key.
    pub fn parse(text: &str) -> Result<Self, String> {
        let config = Self::read(text).map_err(|error| error.to_string())?;
        config.validate()?;
        Ok(config)
    }

    fn read(text: &str) -> Result<Self, ExcerptError> {
        toml::from_str(text).map_err(|error| ExcerptError(redact_passwords(error.to_string().trim_end())))
    }

    fn validate(&self) -> Result<(), String> {
        let LimitsConfig { photo_bytes, photo_bytes_in_total, .. } = self.limits;
        if PHOTO_BYTES.contains(&photo_bytes) {
            // A photo of the largest size must leave as much memory free as it takes.
            let range = 2 * photo_bytes..=MAX_PHOTO_BYTES_IN_TOTAL;
            check_range("limits.photo_bytes_in_total", photo_bytes_in_total, range)?;
        }
        self.sections().iter().try_for_each(|section| section.check_ranges())?;
        if !self.listen.ops.ip().is_loopback() {
            return Err(format!(
                "listen.ops = \"{}\": monitoring is not encrypted, so use a loopback address (127.0.0.1)",
                self.listen.ops
            ));
        }
        let CertificatesConfig { enrolment_server, enrolment_server_key, .. } = &self.certificates;
        if enrolment_server.is_some() != enrolment_server_key.is_some() {
            return Err("certificates: set both enrolment_server and enrolment_server_key, or neither".to_owned());
        }
        for authority in &self.office_authorities {
            let roots = authority.roots.display();
            match (authority.revocation, authority.revocation_lists.is_empty()) {
                (RevocationCheck::None, true) | (RevocationCheck::Chain | RevocationCheck::EndEntity, false) => {}
                (RevocationCheck::None, false) => {
                    return Err(format!(
                        "office_authorities: {roots} has revocation_lists and revocation = \"none\": remove one of them"
                    ));
                }
                (RevocationCheck::Chain | RevocationCheck::EndEntity, true) => {
                    return Err(format!(
                        "office_authorities: {roots} has no revocation_lists: name them, or set revocation = \"none\" if the CA \
                         publishes none"
                    ));
                }
            }
        }
        self.listen.public_host.parse::<HostName>().map_err(|error| format!("listen.public_host: {error}"))?;
        Ok(())
    }

    fn resolve_paths(mut self, folder: &Path) -> Self {
        for (_, path, _) in self.paths() {
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

/// Other systems have no permission bits.
#[cfg(not(unix))]
fn is_readable_by_others(_: &Path) -> bool {
    false
}

/// Reason why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "cannot read the configuration {}: name it with --config, or make a gateway with `lichtbild-gateway init`",
        file.display()
    )]
    Unreadable { file: PathBuf, source: io::Error },
    /// Not TOML, an unknown key, or a value of another kind.
    #[error("{}: a line cannot be used, please correct it", file.display())]
    Unparsable { file: PathBuf, source: ExcerptError },
    /// The message names the key.
    #[error("{}: {}", file.display(), message.trim_end())]
    Invalid { file: PathBuf, message: String },
}

/// Reason with an excerpt of the file over several lines, without passwords.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ExcerptError(String);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::EXAMPLE;
    use super::super::settings::ConfigSection;
    use super::*;

    #[test]
    fn the_example_shows_the_defaults() {
        assert_eq!(Config::parse(EXAMPLE).unwrap(), Config::default());
        assert_eq!(Config::parse("").unwrap(), Config::default());
    }

    #[test]
    fn the_example_has_every_key_in_its_section() {
        let mut shown = BTreeSet::new();
        let mut section = "";
        for line in EXAMPLE.lines().map(|line| line.trim_start_matches(['#', ' '])) {
            if let Some(name) = line.strip_prefix('[') {
                section = name.trim_matches(['[', ']']);
                shown.insert(("", section));
            } else if let Some((key, _)) = line.split_once(" = ") {
                shown.insert((section, key));
            }
        }
        for (section, keys) in Config::default().sections().map(ConfigSection::keys) {
            for key in keys {
                assert!(shown.contains(&(section, key)), "{section}.{key}");
            }
        }
    }

    #[test]
    fn the_defaults_of_listeners_and_certificates_match_those_of_their_modules() {
        let config = Config::default();
        assert_eq!(
            format!("{:?}", config.listener_limits()),
            format!("{:?}", crate::transport::http::limits::ListenerLimits::default())
        );
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
    fn the_configuration_names_the_contact_and_refuses_a_long_one() {
        let config = Config::parse("[operator]\ncontact = 'Tel. 1'").unwrap();
        assert_eq!(config.operator.contact.text(), Some("Tel. 1"));
        let error = Config::parse(&format!("[operator]\ncontact = '{}'", "a".repeat(201))).unwrap_err();
        assert!(error.contains("at most 200 characters"), "{error}");
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
            ("[listen]\nproxy_protocol_from = ['balancer']", "proxy_protocol_from = ['balancer']"),
            ("[listen]\nproxy_protocol_from = ['10.1.2.3', '10.1.2.3/8']", "or \"10.0.0.0/8\" for the network"),
            ("[listen]\nproxy_protocol_from = ['0.0.0.0/0']", "lists every address: list only the load balancers"),
            ("[listen]\nproxy_protocol_from = '10.1.2.3'", "proxy_protocol_from"),
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
            (
                "[limits]\nphoto_bytes_in_total = 8388609",
                "limits.photo_bytes_in_total = 8388609: give a number from 16777216 to 1000000000000",
            ),
            ("[limits]\nphoto_bytes_in_total = 9000000000000", "from 16777216 to 1000000000000"),
            (
                "[limits]\nphoto_bytes = 900000000",
                "limits.photo_bytes = 900000000: give a number from 1024 to 67108864",
            ),
            ("[limits]\nhandshakes_per_address = 0", "limits.handshakes_per_address"),
            ("[log]\nformat = 'xml'", "xml"),
            ("[revocation]\nphotos_of_revoked = 'burn'", "quarantine"),
            ("[[office_authorities]]\nroots = 'v.pem'", "revocation_lists"),
            (
                "[[office_authorities]]\nroots = 'v.pem'\nrevocation_lists = ['v.crl']\nrevocation = 'none'",
                "remove one",
            ),
            ("[[office_authorities]]\nrevocation = 'none'", "roots"),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
