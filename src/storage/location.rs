//! Location of the database: a file or a server. Passwords in it are never printed.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use zeroize::Zeroizing;

use crate::domain::redaction::redact_passwords;

/// Location of the database.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum DatabaseLocation {
    /// A SQLite file.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server(ServerLocation),
}

/// URL of a database on a server.
#[derive(Clone)]
pub struct ServerLocation {
    url: Zeroizing<String>,
    options: Box<PgConnectOptions>,
}

/// Parameters that a URL may have in addition to the server, the user and the database.
const ALLOWED_PARAMETERS: [&str; 9] =
    ["sslmode", "sslrootcert", "sslcert", "sslkey", "host", "port", "user", "dbname", "application_name"];

impl DatabaseLocation {
    /// Reads a path or a URL.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", rest)) => parse_server(text, rest).map(Self::Server),
            Some((scheme, _)) if is_scheme(scheme) => Err(LocationError::Scheme(scheme.to_owned())),
            _ if is_connection_string(text) => Err(LocationError::ConnectionString),
            _ => match text.split_once(':') {
                // One letter is a drive of Windows.
                Some((scheme, _)) if scheme.len() > 1 && is_scheme(scheme) => {
                    Err(LocationError::Scheme(scheme.to_owned()))
                }
                _ => Ok(Self::File(text.into())),
            },
        }
    }

    /// The same location, with a relative path resolved against `folder`.
    pub fn resolve_against(self, folder: &Path) -> Self {
        match self {
            Self::File(file) => Self::File(folder.join(file)),
            server @ Self::Server(_) => server,
        }
    }

    /// Value for a configuration file, including the password.
    pub fn to_config_value(&self) -> Zeroizing<String> {
        match self {
            Self::File(file) => Zeroizing::new(file.display().to_string()),
            Self::Server(server) => server.url.clone(),
        }
    }

    /// Reports whether the location contains a password, which makes every text that contains the location a secret.
    pub fn has_password(&self) -> bool {
        match self {
            Self::File(_) => false,
            Self::Server(server) => split_userinfo(&server.url).is_some_and(|(user, _)| user.contains(':')),
        }
    }
}

impl ServerLocation {
    pub(super) fn options(&self) -> PgConnectOptions {
        (*self.options).clone()
    }
}

/// Detects a connection string of libpq (`host=… dbname=…`), which would otherwise become a file name.
fn is_connection_string(text: &str) -> bool {
    text.split(['/', '\\']).next().is_some_and(|first| first.contains(['=', ' ']))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

/// Splits the authority of a URL at the last `@`.
fn split_userinfo(url: &str) -> Option<(&str, &str)> {
    let rest = url.split_once("://")?.1;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    rest[..end].rsplit_once('@')
}

fn parse_server(url: &str, rest: &str) -> Result<ServerLocation, LocationError> {
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    if pairs.iter().any(|(key, _)| *key == "password") {
        return Err(LocationError::PasswordParameter);
    }
    if let Some((unknown, _)) = pairs.iter().find(|(key, _)| !ALLOWED_PARAMETERS.contains(key)) {
        return Err(LocationError::Parameter((*unknown).to_owned()));
    }
    let opportunistic = |value: &str| value.eq_ignore_ascii_case("allow") || value.eq_ignore_ascii_case("prefer");
    if pairs.iter().any(|(key, value)| *key == "sslmode" && opportunistic(value)) {
        return Err(LocationError::OpportunisticEncryption);
    }
    // The parser's message is dropped because it may contain the password.
    let mut options: PgConnectOptions = url.parse().map_err(|_| LocationError::Url)?;
    if options.get_database().is_none() {
        return Err(LocationError::NoDatabase);
    }
    if matches!(options.get_ssl_mode(), PgSslMode::Allow | PgSslMode::Prefer) && !is_local(&options) {
        options = options.ssl_mode(PgSslMode::VerifyFull);
    }
    Ok(ServerLocation { url: Zeroizing::new(url.to_owned()), options: Box::new(options) })
}

fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.display().fmt(f),
            Self::Server(server) => f.write_str(&redact_passwords(&server.url)),
        }
    }
}

impl fmt::Debug for ServerLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redact_passwords(&self.url))
    }
}

impl PartialEq for ServerLocation {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl TryFrom<String> for DatabaseLocation {
    type Error = LocationError;

    fn try_from(text: String) -> Result<Self, LocationError> {
        Self::parse(&Zeroizing::new(text))
    }
}

impl std::str::FromStr for DatabaseLocation {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        Self::parse(text)
    }
}

/// Reason why a text is not the location of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    #[error("database: {0}: is not supported: give a file, or postgres://user@host/database")]
    Scheme(String),
    /// A connection string of libpq, or a file name that looks like one.
    #[error(
        "database: settings such as host=… dbname=… are written as a URL here: postgres://user@host:5432/database; a file whose \
         name has a blank or an equals sign is written with its folder: ./name"
    )]
    ConnectionString,
    #[error(
        "database: not a URL such as postgres://user@host:5432/database; write special characters of a password as %40 and the \
         like, or keep the password in ~/.pgpass"
    )]
    Url,
    #[error(
        "database: write the password before the @ (postgres://user:password@host/database), or better in ~/.pgpass"
    )]
    PasswordParameter,
    #[error("database: the parameter {0} is not known: use {known}", known = ALLOWED_PARAMETERS.join(", "))]
    Parameter(String),
    /// With these values of `sslmode` an attacker on the network can turn encryption off.
    #[error(
        "database: sslmode=allow and sslmode=prefer let an attacker turn encryption off: leave sslmode out (verify-full, unless \
         the server is on this machine), or say verify-ca, require or disable"
    )]
    OpportunisticEncryption,
    #[error("database: the URL names none: postgres://user@host/database")]
    NoDatabase,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str) -> PgConnectOptions {
        match DatabaseLocation::parse(url).unwrap() {
            DatabaseLocation::Server(server) => server.options(),
            DatabaseLocation::File(file) => panic!("{}", file.display()),
        }
    }

    #[test]
    fn a_url_is_a_server_and_all_else_is_a_file() {
        assert_eq!(DatabaseLocation::parse("a/b.sqlite").unwrap(), DatabaseLocation::File("a/b.sqlite".into()));
        for file in ["./my file.sqlite", "/srv/a=b/x.sqlite", "C:\\Lichtbild\\my file.sqlite", "lichtbild.sqlite"] {
            assert_eq!(DatabaseLocation::parse(file).unwrap(), DatabaseLocation::File(file.into()));
        }
        let server = options("postgres://anna@db.stadt.example:6543/lichtbild");
        assert_eq!((server.get_host(), server.get_port()), ("db.stadt.example", 6543));
        assert_eq!((server.get_username(), server.get_database()), ("anna", Some("lichtbild")));
        let socket = options("postgresql:///lichtbild?host=/run/postgresql");
        assert_eq!(socket.get_socket().unwrap().to_str(), Some("/run/postgresql"));
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let url = "postgres://anna:s3cr3t%40x@db.example/lichtbild?sslmode=require";
        let location = DatabaseLocation::parse(url).unwrap();
        for shown in [format!("{location:?}"), location.to_string(), redact_passwords(&format!("x = \"{url}\" y"))] {
            assert!(!shown.contains("s3cr3t") && shown.contains("anna:…@db.example/lichtbild"), "{shown}");
        }
        assert!(location.has_password());
        assert_eq!(*location.to_config_value(), url);
        assert!(!DatabaseLocation::parse("postgres://anna@db.example/lichtbild").unwrap().has_password());
        for invalid in ["postgres://anna:s3cr3t@db.example:port/l", "postgres://anna@h/l?password=s3cr3t"] {
            let error = DatabaseLocation::parse(invalid).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cr3t"));
        }
    }

    #[test]
    fn a_remote_server_is_verified_unless_the_url_says_otherwise() {
        let mode = |url| format!("{:?}", options(url).get_ssl_mode());
        assert_eq!(mode("postgres://anna@db.example/l"), "VerifyFull");
        assert_eq!(mode("postgres://anna@10.0.0.7/l"), "VerifyFull");
        assert_eq!(mode("postgres://anna@db.example/l?sslmode=disable"), "Disable");
        assert_eq!(mode("postgres://anna@127.0.0.1/l"), "Prefer");
        assert_eq!(mode("postgres://anna@localhost/l?host=/run/postgresql"), "Prefer");
        let opportunistic = DatabaseLocation::parse("postgres://anna@db.example/l?sslmode=prefer");
        assert_eq!(opportunistic, Err(LocationError::OpportunisticEncryption));
    }

    #[test]
    fn an_invalid_location_is_refused_with_advice() {
        for (invalid, advice) in [
            ("mysql://h/l", "postgres://user@host/database"),
            ("postgres://anna@h", "names none"),
            ("postgres:/anna@h/l", "postgres://user@host/database"),
            ("jdbc:postgresql://h/l", "postgres://user@host/database"),
            ("sqlite:lichtbild.sqlite", "give a file"),
            ("host=localhost port=5432 dbname=l user=u password=x", "postgres://user@host:5432/database"),
            ("host=/run/postgresql dbname=l", "postgres://user@host:5432/database"),
            ("dbname=l", "postgres://user@host:5432/database"),
            ("postgres://anna@h/l?sslmod=require", "sslmode"),
            ("postgres://anna@h/l?password=x", ".pgpass"),
            ("postgres://anna@h:port/l", "%40"),
        ] {
            let message = DatabaseLocation::parse(invalid).unwrap_err().to_string();
            assert!(message.contains(advice), "{message}");
        }
    }
}
