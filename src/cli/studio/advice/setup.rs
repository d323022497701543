//! Messages about a configuration, or one of its files, that cannot be used.

use super::proxy::about_proxy_url;
use crate::cli::studio::receipt_text::on_one_line;
use crate::client::config::StudioConfigError;
use crate::client::credentials::{CredentialSetting, CredentialsError, CredentialsErrorKind};
use crate::client::network::proxy::ProxyOrigin;
use crate::texts::language::Language;

/// Explains why `studio.toml` is not usable.
pub fn about_config(error: &StudioConfigError, language: Language) -> String {
    match error {
        StudioConfigError::Unreadable { path, source } => language.pick(
            format!("Die Konfiguration {} lässt sich nicht lesen ({source}). Mit --config die richtige Datei angeben.", on_one_line(path)),
            format!("The configuration {} cannot be read ({source}). Name the right file with --config.", on_one_line(path)),
        ),
        StudioConfigError::Invalid { path, source } => language.pick(
            format!("Die Konfiguration {} enthält einen Fehler:\n{source}\nBitte diese Zeile berichtigen.", on_one_line(path)),
            format!("The configuration {} has a mistake in it:\n{source}\nCorrect this line.", on_one_line(path)),
        ),
        StudioConfigError::InvalidProxy { path, source } => {
            let fault = about_proxy_url(source, language);
            match source.origin {
                ProxyOrigin::Configuration => format!("{}: {fault}", on_one_line(path)),
                ProxyOrigin::Environment(_) => fault,
            }
        }
        StudioConfigError::InvalidGatewayUrl { path, value, .. } => language.pick(
            format!("{}: gateway = {value:?} ist keine Adresse eines Gateways. Erwartet wird https://HOST:PORT ohne Zusatz.", on_one_line(path)),
            format!("{}: gateway = {value:?} is no address of a gateway. Write https://HOST:PORT with nothing behind it.", on_one_line(path)),
        ),
    }
}

/// Explains why certificate, key or authorities are not usable.
pub fn about_credentials(error: &CredentialsError, language: Language) -> String {
    let (name, path) = (error.setting.name(), on_one_line(&error.path));
    let fault = match &error.kind {
        CredentialsErrorKind::Unreadable(source) => language.pick(
            format!("lässt sich nicht lesen ({source}). Den Pfad in der Konfiguration prüfen."),
            format!("cannot be read ({source}). Check the path in the configuration."),
        ),
        CredentialsErrorKind::NotPem | CredentialsErrorKind::NoCertificateOrKey => {
            let expected = match error.setting {
                CredentialSetting::Certificate | CredentialSetting::Ca => "BEGIN CERTIFICATE",
                CredentialSetting::Key => "BEGIN PRIVATE KEY",
            };
            language.pick(
                format!("ist keine PEM-Datei mit »{expected}«. Die richtige Datei eintragen."),
                format!("is no PEM file with \"{expected}\". Name the right file."),
            )
        }
        CredentialsErrorKind::Unusable => language.pick(
            "ist nicht brauchbar: beschädigt, oder Zertifikat und Schlüssel gehören nicht zusammen. Beide Dateien neu ausstellen lassen."
                .to_owned(),
            "is of no use: damaged, or certificate and key do not belong together. Have both files issued again.".to_owned(),
        ),
        CredentialsErrorKind::ReadableByOthers { mode } => language.pick(
            format!("dürfen auch andere Benutzer lesen (Modus {mode:o}); damit könnten sie im Namen des Studios einliefern. Ausführen: chmod 600 {path}"),
            format!("can be read by other users too (mode {mode:o}), who could deposit in the studio's name. Run: chmod 600 {path}"),
        ),
    };
    format!("{name} = {path}: {fault}")
}

/// The next step after the configuration failed.
pub fn after_setup_error(language: Language) -> &'static str {
    language.pick(
        "Es wurde nichts gesendet. Danach denselben Befehl noch einmal ausführen.",
        "Nothing was sent. Then run the same command again.",
    )
}
