//! Configuration of a studio's computer: the gateway's address and this device's own files (`studio.toml`).

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use reqwest::Url;
use serde::Deserialize;

use super::network::proxy::{HttpProxy, ProxyEnvironment, ProxyOrigin, ProxyUrlError, ProxyUrlFault, choose_proxy};
use crate::domain::redaction::redact_passwords;
use crate::domain::text_encoding::decode_text;
use crate::texts::language::Language;

/// Time for a TCP connection and its TLS handshake, if the file names none.
pub(super) const CONNECT_TIMEOUT_SECONDS: u64 = 10;
/// Time for one complete request. 400 kB over the slowest studio line (64 kbit/s) take 50 s; this is a little more than twice that time.
pub(super) const ANSWER_TIMEOUT_SECONDS: u64 = 120;

/// A studio's settings, with every path resolved against the directory of the file.
#[derive(Debug, Clone)]
pub struct StudioConfig {
    /// `https://HOST` or `https://HOST:PORT`.
    pub gateway: Url,
    /// PEM, the certificate and its issuers.
    pub certificate: PathBuf,
    /// PEM.
    pub key: PathBuf,
    /// PEM, the only authorities that are trusted.
    pub ca: PathBuf,
    /// The file's proxy, or the environment's if the file names none.
    pub proxy: Option<HttpProxy>,
    pub language: Language,
    /// For a TCP connection and its TLS handshake.
    pub connect_timeout: Duration,
    /// From the first byte of the request to the last byte of the answer.
    pub answer_timeout: Duration,
    /// Hot folder of `watch`.
    pub folder: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StudioConfigFile {
    gateway: String,
    certificate: PathBuf,
    key: PathBuf,
    ca: PathBuf,
    proxy: Option<String>,
    #[serde(default)]
    language: LanguageTag,
    connect_timeout_seconds: Option<u64>,
    answer_timeout_seconds: Option<u64>,
    folder: Option<PathBuf>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum LanguageTag {
    #[default]
    De,
    En,
}

impl StudioConfig {
    /// Reads `path`. The files that it names are not opened yet.
    ///
    /// # Errors
    /// [`StudioConfigError`]: the file cannot be read, is not valid, or its gateway is not an https address.
    pub fn load(path: &Path) -> Result<Self, StudioConfigError> {
        let unreadable = |source| StudioConfigError::Unreadable { path: path.to_owned(), source };
        let bytes = fs::read(path).map_err(unreadable)?;
        let text = decode_text(&bytes).map_err(|error| unreadable(error.into()))?;
        Self::parse(&text, path)
    }

    /// Parses `text`, the content of `path`.
    ///
    /// # Errors
    /// As [`StudioConfig::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, StudioConfigError> {
        let file: StudioConfigFile = toml::from_str(text).map_err(|source| invalid(text, path, source))?;
        let paths = [&file.certificate, &file.key, &file.ca].into_iter().chain(&file.folder);
        if let Some(wrong) = paths.map(|path| path.to_string_lossy()).find(|path| path.contains(char::is_control)) {
            // `"C:\temp"` is a valid text with a tabulator.
            let source = format!("{:?}", redact_passwords(&wrong)).into();
            return Err(StudioConfigError::Invalid { path: path.to_owned(), source, has_backslash: true });
        }
        let gateway = parse_gateway_url(&file.gateway).map_err(|reason| StudioConfigError::InvalidGatewayUrl {
            path: path.to_owned(),
            value: redact_passwords(&file.gateway),
            reason,
        })?;
        let proxy = choose_proxy(file.proxy.as_deref(), &ProxyEnvironment::read(), &gateway)
            .map_err(|source| StudioConfigError::InvalidProxy { path: path.to_owned(), source })?;
        let directory = path.parent().unwrap_or(Path::new(""));
        Ok(Self {
            gateway,
            certificate: directory.join(file.certificate),
            key: directory.join(file.key),
            ca: directory.join(file.ca),
            proxy,
            language: match file.language {
                LanguageTag::De => Language::German,
                LanguageTag::En => Language::English,
            },
            connect_timeout: Duration::from_secs(file.connect_timeout_seconds.unwrap_or(CONNECT_TIMEOUT_SECONDS)),
            answer_timeout: Duration::from_secs(file.answer_timeout_seconds.unwrap_or(ANSWER_TIMEOUT_SECONDS)),
            folder: file.folder.map(|folder| directory.join(folder)),
        })
    }
}

impl StudioConfig {
    /// The same settings with the requested language, if there is one.
    #[must_use]
    pub fn in_language(self, requested: Option<Language>) -> Self {
        Self { language: requested.unwrap_or(self.language), ..self }
    }
}

/// The error shows the faulty line, except if the file may contain the password of a proxy: a key may be misspelt or quoted, and a value
/// may have several lines.
fn invalid(text: &str, path: &Path, source: toml::de::Error) -> StudioConfigError {
    let start = source.span().map_or(0, |span| span.start).min(text.len());
    let line_start = text.as_bytes()[..start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    if line.trim_start().starts_with("proxy") {
        let source = ProxyUrlError { origin: ProxyOrigin::Configuration, reason: ProxyUrlFault::NotAnAddress };
        return StudioConfigError::InvalidProxy { path: path.to_owned(), source };
    }
    let may_hold_password = text.contains('@') || text.to_lowercase().contains("proxy");
    let message = if may_hold_password {
        let number = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
        redact_passwords(&format!("line {number}: {}", source.message()))
    } else {
        source.to_string().trim_end().to_owned()
    };
    let has_backslash = line.split_once('"').is_some_and(|(_, value)| value.contains('\\'));
    StudioConfigError::Invalid { path: path.to_owned(), source: message.into(), has_backslash }
}

/// Accepts only an origin. A path, a user name or a query would be ignored without notice.
pub(super) fn parse_gateway_url(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is not an address")?;
    if url.scheme() != "https" {
        return Err("it does not begin with https://");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("something stands behind host and port");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds a user name or password");
    }
    Ok(url)
}

/// Reason why `studio.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StudioConfigError {
    #[error("{path}: cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    /// A key is missing, unknown or of the wrong type. The source names the key and its line, and contains no passwords.
    #[error("{path}: not a valid configuration")]
    Invalid {
        path: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
        /// The line has a backslash in double quotes, where it begins an escape sequence.
        has_backslash: bool,
    },
    #[error("{path}: gateway = {value:?}: {reason}")]
    InvalidGatewayUrl { path: PathBuf, value: String, reason: &'static str },
    #[error("{path}: the proxy cannot be used")]
    InvalidProxy { path: PathBuf, source: ProxyUrlError },
}

impl StudioConfigError {
    /// Reports whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<StudioConfig, StudioConfigError> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("studio.toml");
        fs::write(&path, text).unwrap();
        StudioConfig::load(&path)
    }

    const MINIMAL: &str = "certificate = \"a.pem\"\nkey = \"/b.key\"\nca = \"c/ca.pem\"\n";

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = load(&format!("gateway = \"https://127.0.0.1:8443\"\nfolder = \"export\"\n{MINIMAL}")).unwrap();
        assert!(config.certificate.is_absolute() && config.certificate.ends_with("a.pem"));
        // On Windows `/b.key` is in the root folder of the drive of the file.
        assert!(config.key.is_absolute() && config.key.ends_with("b.key") && config.key.components().count() < 4);
        assert_eq!(config.folder, config.certificate.parent().map(|folder| folder.join("export")));
        assert_eq!(config.language, Language::German);
        assert_eq!(config.connect_timeout, Duration::from_secs(10));
    }

    #[test]
    fn an_unknown_or_missing_key_is_named() {
        let StudioConfigError::Invalid { source, .. } =
            load(&format!("gateway = \"https://h\"\nport = \"x\"\n{MINIMAL}")).unwrap_err()
        else {
            panic!("expected Invalid");
        };
        assert!(source.to_string().contains("port"), "{source}");
        assert!(matches!(load(MINIMAL), Err(StudioConfigError::Invalid { .. })));
    }

    #[test]
    fn a_windows_path_in_double_quotes_is_told() {
        for path in [r"C:\users\k\device.pem", r"C:\temp\new.pem", r"D:\Lichtbild\x.pem", r"D:\"] {
            let error = load(&format!("gateway = \"https://h\"\nfolder = \"{path}\"\n{MINIMAL}")).unwrap_err();
            assert!(matches!(error, StudioConfigError::Invalid { has_backslash: true, .. }), "{error:?}");
        }
        let literal = load(&format!("gateway = \"https://h\"\nfolder = 'C:\\temp'\n{MINIMAL}")).unwrap();
        assert!(literal.folder.unwrap().ends_with(r"C:\temp"));
        let error = load(&format!("gateway = \"https://h\"\nport = \"x\"\n{MINIMAL}")).unwrap_err();
        assert!(matches!(error, StudioConfigError::Invalid { has_backslash: false, .. }), "{error:?}");
    }

    #[test]
    fn a_file_of_windows_editors_is_read() {
        let text = format!("gateway = \"https://h\"\r\nfolder = 'Büro'\r\n{MINIMAL}");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("studio.toml");
        let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [format!("\u{feff}{text}").into_bytes(), utf16] {
            fs::write(&path, bytes).unwrap();
            assert!(StudioConfig::load(&path).unwrap().folder.unwrap().ends_with("Büro"));
        }
        let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        fs::write(&path, latin1).unwrap();
        let error = StudioConfig::load(&path).unwrap_err();
        let StudioConfigError::Unreadable { source, .. } = error else { panic!("{error:?}") };
        assert_eq!(source.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_proxy_is_taken_also_for_this_computer_and_its_password_is_never_shown() {
        let config =
            load(&format!("gateway = \"https://127.0.0.1\"\nproxy = \"http://u:secret@p:1\"\n{MINIMAL}")).unwrap();
        assert_eq!(config.proxy.as_ref().map(HttpProxy::address), Some("p:1".to_owned()));
        assert!(!format!("{config:?}").contains("secret"));
        for wrong in ["\"https://u:secret@p:1\"", "\"http://u:secret@p:1", "[\"secret\"]", "'secret' x"] {
            let error = load(&format!("gateway = \"https://h\"\nproxy = {wrong}\n{MINIMAL}")).unwrap_err();
            assert!(matches!(error, StudioConfigError::InvalidProxy { .. }), "{error:?}");
            assert!(!format!("{error:?} {error}").contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn a_password_is_not_shown_with_a_mistake_elsewhere_in_its_line_or_in_a_key_that_is_not_known() {
        for wrong in [
            "httpproxy = \"http://u:geheim@x:1\"",
            "\"proxy\" = \"http://u:geheim@x:1\"  x",
            "proxy = \"\"\"\nhttp://u:geheim@x:1\"\"\" x",
            "'proxy' = \"\"\"\nu:ge heim@x:1\n\"\"\"\nport = 1",
            "connect_timeout_seconds = \"u:geheim@x:1\"",
            "http://u:geheim@x:1",
        ] {
            let error = load(&format!("gateway = \"https://h\"\n{wrong}\n{MINIMAL}")).unwrap_err();
            let shown = format!("{error:?} {error} {:?}", std::error::Error::source(&error).map(ToString::to_string));
            assert!(!shown.contains("heim"), "{wrong}: {shown}");
            assert!(matches!(error, StudioConfigError::InvalidProxy { .. }) || shown.contains("line "), "{shown}");
        }
        let error = load(&format!("gateway = \"https://u:geheim@h\"\n{MINIMAL}")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("geheim"), "{error:?}");
    }

    #[test]
    fn a_gateway_is_an_https_origin_and_nothing_else() {
        for wrong in ["http://h", "https://h/v1", "https://h?x", "https://u:p@h", "h:8443", ""] {
            let result = load(&format!("gateway = \"{wrong}\"\n{MINIMAL}"));
            assert!(matches!(result, Err(StudioConfigError::InvalidGatewayUrl { .. })), "{wrong}");
        }
    }
}
