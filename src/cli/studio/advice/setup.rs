//! Messages about a configuration, or one of its files, that cannot be used.

use std::path::Path;
use std::{env, io};

use super::failure::Failure;
use super::files::not_utf8;
use super::proxy::about_proxy_url;
use crate::cli::shown_path::{path_argument, shown_path};
use crate::cli::studio::exit::Exit;
use crate::client::config::StudioConfigError;
use crate::client::config_location::{PROFILE_FOLDER, profile_folder};
use crate::client::credentials::{CredentialSetting, CredentialsError, CredentialsErrorKind};
use crate::client::network::proxy::ProxyOrigin;
use crate::texts::language::Language;
use crate::texts::text;

/// The command `setup` as the user starts it. On Windows it is an entry of the start menu.
pub fn setup_command(language: Language) -> String {
    text!(language, if cfg!(windows) { "studio-setup-in-start-menu" } else { "studio-setup-in-terminal" })
}

/// Explains why `studio.toml` is invalid.
pub fn about_config(error: &StudioConfigError, language: Language) -> Failure {
    let message = match error {
        StudioConfigError::Unreadable { path, source } if source.kind() == io::ErrorKind::NotFound => {
            about_missing_config(path, language)
        }
        StudioConfigError::Unreadable { path, source } if source.kind() == io::ErrorKind::InvalidData => {
            not_utf8(path, language)
        }
        StudioConfigError::Unreadable { path, source } => {
            text!(language, "studio-config-unreadable", path = shown_path(path), cause = source.to_string())
        }
        StudioConfigError::Invalid { path, source, has_backslash: true } => {
            text!(language, "studio-config-backslash", path = shown_path(path), cause = source.to_string())
        }
        StudioConfigError::Invalid { path, source, has_backslash: false } => {
            text!(language, "studio-config-invalid", path = shown_path(path), cause = source.to_string())
        }
        StudioConfigError::InvalidProxy { path, source } => {
            let fault = about_proxy_url(source, language);
            match source.origin {
                ProxyOrigin::Configuration => format!("{}: {fault}", shown_path(path)),
                ProxyOrigin::Environment(_) => fault,
            }
        }
        StudioConfigError::InvalidGatewayUrl { path, value, .. } => {
            text!(language, "studio-config-gateway", path = shown_path(path), value = format!("{value:?}"))
        }
    };
    Failure::new(Exit::Setup, message)
}

/// Names the places of a configuration, and the commands that make one.
fn about_missing_config(path: &Path, language: Language) -> String {
    let current = env::current_dir().map_or_else(|_| ".".to_owned(), shown_path);
    let profile = profile_folder().map_or_else(|| PROFILE_FOLDER.to_owned(), shown_path);
    text!(language, "studio-config-missing", path = shown_path(path), current = current, profile = profile)
}

/// Explains why certificate, key or authorities cannot be used.
pub fn about_credentials(error: &CredentialsError, language: Language) -> Failure {
    let (setting, path) = (error.setting.as_ref(), shown_path(&error.path));
    let message = match &error.kind {
        CredentialsErrorKind::Unreadable(source) if source.kind() == io::ErrorKind::InvalidData => {
            not_utf8(&error.path, language)
        }
        CredentialsErrorKind::Unreadable(source) => {
            let cause = source.to_string();
            text!(language, "studio-credentials-unreadable", setting = setting, path = path, cause = cause)
        }
        CredentialsErrorKind::NotPem | CredentialsErrorKind::NoCertificateOrKey => {
            let expected = match error.setting {
                CredentialSetting::Certificate | CredentialSetting::Ca => "BEGIN CERTIFICATE",
                CredentialSetting::Key => "BEGIN PRIVATE KEY",
            };
            text!(language, "studio-credentials-not-pem", setting = setting, path = path, expected = expected)
        }
        CredentialsErrorKind::Unusable => {
            text!(language, "studio-credentials-unusable", setting = setting, path = path)
        }
        CredentialsErrorKind::ReadableByOthers { mode } => {
            let mode = format!("{mode:o}");
            let argument = path_argument(&error.path);
            text!(
                language,
                "studio-credentials-readable-by-others",
                setting = setting,
                path = path,
                mode = mode,
                argument = argument
            )
        }
    };
    Failure::new(Exit::Setup, message)
}
