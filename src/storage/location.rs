//! Location of the database: a file or a server. Passwords in it are never printed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use sqlx::postgres::PgConnectOptions;
use zeroize::Zeroizing;

use super::server_hosts::{HostListError, host_name, is_local, split_hosts, with_encryption};
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

/// URL of a database on a server, or on several hosts of which one accepts writes. Clones share what was found out about the hosts.
#[derive(Clone)]
pub struct ServerLocation {
    url: Zeroizing<String>,
    hosts: Arc<[ServerHost]>,
    last_primary: Arc<Mutex<Option<LastPrimary>>>,
}

/// One host of the URL.
struct ServerHost {
    name: String,
    options: PgConnectOptions,
}

/// The host that accepted writes when it was asked last, and had all rows known to be durable. A promotion increases the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastPrimary {
    pub(super) host: usize,
    pub(super) timeline: i64,
    /// Equal in all copies of a server; `None` if it is unknown.
    pub(super) system: Option<i64>,
}

/// Parameters that a URL may have in addition to the server, the user and the database.
const ALLOWED_PARAMETERS: [&str; 10] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "port",
    "user",
    "dbname",
    "application_name",
    "target_session_attrs",
];

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
    /// Number of hosts, at least one.
    pub(super) fn host_count(&self) -> usize {
        self.hosts.len()
    }

    pub(super) fn options(&self, host: usize) -> PgConnectOptions {
        self.hosts[host].options.clone()
    }

    /// Name of a host for messages, with its port unless that is the default.
    pub(super) fn host_name(&self, host: usize) -> &str {
        &self.hosts[host].name
    }

    pub(super) fn last_primary(&self) -> Option<LastPrimary> {
        *self.last_primary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remember_primary(&self, found: Option<LastPrimary>) {
        *self.last_primary.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// The same location without its other hosts.
    pub(super) fn only(&self, host: usize) -> Self {
        let ServerHost { name, options } = &self.hosts[host];
        let hosts = Arc::new([ServerHost { name: name.clone(), options: options.clone() }]);
        Self { url: self.url.clone(), hosts, last_primary: Arc::default() }
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
    if url.contains('#') {
        return Err(LocationError::Fragment);
    }
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
    let hosts = split_hosts(url)?.iter().map(|url| parse_host(url)).collect::<Result<Vec<_>, _>>()?;
    let is_remote = !hosts.iter().all(is_local);
    let is_list = hosts.len() > 1;
    let host =
        |options| ServerHost { name: host_name(&options), options: with_encryption(options, is_remote, is_list) };
    let hosts = hosts.into_iter().map(host).collect();
    Ok(ServerLocation { url: Zeroizing::new(url.to_owned()), hosts, last_primary: Arc::default() })
}

fn parse_host(url: &str) -> Result<PgConnectOptions, LocationError> {
    // The parser's message is dropped because it may contain the password.
    let options: PgConnectOptions = url.parse().map_err(|_| LocationError::Url)?;
    if options.get_database().is_none() { Err(LocationError::NoDatabase) } else { Ok(options) }
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
    /// The parser of URLs drops a fragment, and with it all hosts of a list.
    #[error("database: a URL has no #: write %23, also in a password, or keep the password in ~/.pgpass")]
    Fragment,
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
    #[error(transparent)]
    Hosts(#[from] HostListError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> ServerLocation {
        match DatabaseLocation::parse(url).unwrap() {
            DatabaseLocation::Server(server) => server,
            DatabaseLocation::File(file) => panic!("{}", file.display()),
        }
    }

    fn options(url: &str) -> PgConnectOptions {
        server(url).options(0)
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
    fn every_host_of_a_list_has_its_name_and_the_settings_of_the_url() {
        let url =
            "postgres://anna:s3cr3t@db1.example,[2001:db8::7]:5433/lichtbild?sslmode=verify-ca&application_name=x";
        let hosts = server(url);
        let names: Vec<_> = (0..hosts.host_count()).map(|host| hosts.host_name(host)).collect();
        assert_eq!(names, ["db1.example", "[2001:db8::7]:5433"]);
        for (host, address) in ["db1.example", "2001:db8::7"].into_iter().enumerate() {
            let options = hosts.options(host);
            assert_eq!(
                (options.get_host(), options.get_username(), options.get_database()),
                (address, "anna", Some("lichtbild"))
            );
            assert_eq!(
                (format!("{:?}", options.get_ssl_mode()).as_str(), options.get_application_name()),
                ("VerifyCa", Some("x"))
            );
        }
        let sockets = server("postgresql:///lichtbild?host=/run/a,/run/b&port=5432,5433");
        assert_eq!([sockets.host_name(0), sockets.host_name(1)], ["/run/a", "/run/b:5433"]);
        let sockets = [sockets.options(0), sockets.options(1)];
        assert!(
            sockets.iter().all(|socket| socket.get_socket().is_some() && socket.get_database() == Some("lichtbild"))
        );
        let address = server("postgres://anna@[::1]:5433/l");
        assert_eq!((address.options(0).get_host(), address.host_name(0)), ("::1", "[::1]:5433"));
    }

    #[test]
    fn one_remote_host_makes_the_list_remote() {
        let modes = |url| {
            let hosts = server(url);
            (0..hosts.host_count()).map(|host| format!("{:?}", hosts.options(host).get_ssl_mode())).collect::<Vec<_>>()
        };
        assert_eq!(modes("postgres://anna@127.0.0.1,[::1],localhost/l"), ["Prefer"; 3]);
        assert_eq!(modes("postgres://anna@127.0.0.1,db.example/l"), ["VerifyFull"; 2]);
        assert_eq!(modes("postgres://anna@localhost/l?host=/run/a,db.example"), ["Prefer", "VerifyFull"]);
        assert_eq!(modes("postgres:///l?host=/run/a,db.example&sslmode=verify-full"), ["Disable", "VerifyFull"]);
        assert_eq!(modes("postgres://anna@db1.example,db2.example/l?sslmode=disable"), ["Disable"; 2]);
        // The driver refuses a socket that has to be encrypted.
        assert_eq!(modes("postgres:///l?host=/run/a&sslmode=require"), ["Require"]);
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        for hosts in ["db.example", "db1.example:5432,db2.example:5433", "[::1],[::2]"] {
            let url = format!("postgres://anna:s3cr3t%40x@{hosts}/lichtbild?sslmode=require");
            let location = DatabaseLocation::parse(&url).unwrap();
            let quoted = redact_passwords(&format!("x = \"{url}\" y"));
            for shown in [format!("{location:?}"), location.to_string(), quoted] {
                assert!(!shown.contains("s3cr3t") && shown.contains(&format!("anna:…@{hosts}/lichtbild")), "{shown}");
            }
            assert!(location.has_password());
            assert_eq!(*location.to_config_value(), url);
        }
        assert!(!DatabaseLocation::parse("postgres://anna@db.example/lichtbild").unwrap().has_password());
        for invalid in [
            "postgres://anna:s3cr3t@db.example:port/l",
            "postgres://anna@h/l?password=s3cr3t",
            "postgres://anna:s3cr3t@h1,h2:port/l",
            "postgres://anna:s3cr3t/x@h1,h2/l",
            "postgres://anna:s3cr3t@h1,,h2/l",
        ] {
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
            ("postgres://anna@h1,h2/l#x", "%23"),
            ("postgres://anna@h1/l?sslmode=require#x", "%23"),
            ("postgres://an#na@h1,h2/l", "%23"),
            ("postgres://anna@h1,,h2/l", "host1:5432,host2:5432"),
            ("postgres://anna@h1,h2:port/l", "%40"),
            ("postgres:///l?host=a,b&port=1,2,3", "3 ports for 2 hosts"),
            ("postgres://anna@h1,h2/l?target_session_attrs=any", "primary or read-write"),
        ] {
            let message = DatabaseLocation::parse(invalid).unwrap_err().to_string();
            assert!(message.contains(advice), "{message}");
        }
    }
}
