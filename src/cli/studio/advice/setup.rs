//! Messages about a configuration, or one of its files, that cannot be used.

use super::failure::Failure;
use super::proxy::about_proxy_url;
use crate::cli::studio::exit::Exit;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::config::StudioConfigError;
use crate::client::credentials::{CredentialSetting, CredentialsError, CredentialsErrorKind};
use crate::client::network::proxy::ProxyOrigin;
use crate::texts::language::Language;
use crate::texts::text;

/// Explains why `studio.toml` is invalid.
pub fn about_config(error: &StudioConfigError, language: Language) -> Failure {
    let message = match error {
        StudioConfigError::Unreadable { path, source } => {
            text!(language, "studio-config-unreadable", path = on_one_line(path), cause = source.to_string())
        }
        StudioConfigError::Invalid { path, source } => {
            text!(language, "studio-config-invalid", path = on_one_line(path), cause = source.to_string())
        }
        StudioConfigError::InvalidProxy { path, source } => {
            let fault = about_proxy_url(source, language);
            match source.origin {
                ProxyOrigin::Configuration => format!("{}: {fault}", on_one_line(path)),
                ProxyOrigin::Environment(_) => fault,
            }
        }
        StudioConfigError::InvalidGatewayUrl { path, value, .. } => {
            text!(language, "studio-config-gateway", path = on_one_line(path), value = format!("{value:?}"))
        }
    };
    Failure::new(Exit::Setup, message)
}

/// Explains why certificate, key or authorities cannot be used.
pub fn about_credentials(error: &CredentialsError, language: Language) -> Failure {
    let (setting, path) = (error.setting.as_ref(), on_one_line(&error.path));
    let message = match &error.kind {
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
            text!(language, "studio-credentials-readable-by-others", setting = setting, path = path, mode = mode)
        }
    };
    Failure::new(Exit::Setup, message)
}
