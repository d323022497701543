//! Hosts of a database URL: one, or several separated by commas, as libpq spells them. The driver accepts one host, so a URL of several
//! hosts becomes one URL for each.

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use zeroize::Zeroizing;

const DEFAULT_PORT: u16 = 5432;
const TARGET_SESSION: &str = "target_session_attrs";
/// Its values that ask for the primary.
const PRIMARY_VALUES: [&str; 2] = ["primary", "read-write"];

/// Reason why the hosts of a URL cannot be used. It does not quote the URL, which may contain a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HostListError {
    #[error("database: the list of hosts has an empty entry: postgres://user@host1:5432,host2:5432/database")]
    EmptyHost,
    #[error(
        "database: {ports} ports for {hosts} hosts: give one port for all, or one for each (port=5432,5433, or host1:5432,host2:5433)"
    )]
    PortCount { hosts: usize, ports: usize },
    #[error(
        "database: a port is a number from 1 to 65535; write special characters of a password as %40 and the like, or keep the \
         password in ~/.pgpass"
    )]
    Port,
    #[error(
        "database: target_session_attrs has to be primary or read-write, or be left out: the gateway uses the host that accepts writes"
    )]
    TargetSession,
}

/// Hosts and ports, percent-encoded as in the query of a URL.
#[derive(Default)]
struct HostList {
    hosts: Vec<String>,
    /// One for all hosts or one for each; an empty one is the default port.
    ports: Vec<String>,
    has_port: bool,
}

/// One URL for each host, in the order of the list. A URL of one host is returned unchanged, unless the driver misreads its host.
pub(super) fn split_hosts(url: &str) -> Result<Vec<Zeroizing<String>>, HostListError> {
    let Some((scheme, rest)) = url.split_once("://") else { return Ok(vec![Zeroizing::new(url.to_owned())]) };
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    let (user, listed) = authority.rsplit_once('@').unwrap_or(("", authority));
    let mut list = HostList::from_authority(listed)?;
    let (mut hosts, mut ports, mut parameters) = (None, None, Vec::new());
    let pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    for pair in &pairs {
        match pair.split_once('=').unwrap_or((pair, "")) {
            ("host", "") | ("port", "") => {}
            ("host", listed) => hosts = Some(split_list(listed)),
            ("port", listed) => ports = Some(split_list(listed)),
            (TARGET_SESSION, value) if !PRIMARY_VALUES.contains(&value) => return Err(HostListError::TargetSession),
            (TARGET_SESSION, _) => {}
            _ => parameters.push(*pair),
        }
    }
    if let Some(hosts) = hosts {
        list.hosts = hosts;
        // Without a port, the names before the path say nothing about these hosts.
        list.ports.retain(|_| list.has_port);
    }
    list.ports = ports.unwrap_or(list.ports);
    list.check()?;
    // The driver does not remove the brackets of an IPv6 address before the path, and finds neither the server nor its password.
    if list.hosts.len() < 2 && !listed.starts_with('[') {
        let known: Vec<_> = pairs.iter().copied().filter(|pair| !pair.starts_with(TARGET_SESSION)).collect();
        let url = if known.len() == pairs.len() {
            url.to_owned()
        } else {
            format!("{scheme}://{address}?{}", known.join("&"))
        };
        return Ok(vec![Zeroizing::new(url)]);
    }
    let user = Zeroizing::new(if user.is_empty() { String::new() } else { format!("{user}@") });
    let ports = list.ports.iter().cycle().map(String::as_str).chain(std::iter::repeat(""));
    let urls = list.hosts.iter().zip(ports).map(|(host, port)| {
        // First, because a fragment may follow the other parameters.
        let mut own = vec![format!("host={host}")];
        own.extend((!port.is_empty()).then(|| format!("port={port}")));
        own.extend(parameters.iter().map(|parameter| (*parameter).to_owned()));
        // The name `localhost` is a placeholder that the parameter replaces, except in `~/.pgpass` for a socket.
        Zeroizing::new(format!("{scheme}://{}localhost{path}?{}", *user, own.join("&")))
    });
    Ok(urls.collect())
}

impl HostList {
    /// Reads the hosts before the path, each with its port.
    fn from_authority(listed: &str) -> Result<Self, HostListError> {
        let mut list = Self::default();
        if listed.is_empty() {
            return Ok(list);
        }
        for entry in split_list(listed) {
            let (host, port) = match entry.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
                Some((address, "")) => (address, ""),
                Some((address, port)) => (address, port.strip_prefix(':').ok_or(HostListError::Port)?),
                None => entry.split_once(':').unwrap_or((&entry, "")),
            };
            list.hosts.push(host.replace('&', "%26").replace('+', "%2B"));
            list.has_port |= !port.is_empty();
            list.ports.push(port.to_owned());
        }
        Ok(list)
    }

    fn check(&self) -> Result<(), HostListError> {
        let (hosts, ports) = (self.hosts.len(), self.ports.len());
        if hosts > 1 && self.hosts.iter().any(String::is_empty) {
            return Err(HostListError::EmptyHost);
        }
        if ports > 1 && ports != hosts {
            return Err(HostListError::PortCount { hosts, ports });
        }
        let is_port = |port: &String| port.is_empty() || port.parse::<u16>().is_ok_and(|number| number > 0);
        if self.ports.iter().all(is_port) { Ok(()) } else { Err(HostListError::Port) }
    }
}

/// Splits a list at its commas, which may be percent-encoded.
fn split_list(list: &str) -> Vec<String> {
    list.replace("%2C", ",").replace("%2c", ",").split(',').map(str::to_owned).collect()
}

/// Requires a verified name by default, unless all hosts are local. Otherwise an attacker on the network could stand in for a local host.
/// A socket cannot be encrypted: in a list, `sslmode` counts for the other hosts.
pub(super) fn with_encryption(options: PgConnectOptions, is_remote: bool, is_list: bool) -> PgConnectOptions {
    match options.get_ssl_mode() {
        PgSslMode::Allow | PgSslMode::Prefer if is_remote && options.get_socket().is_none() => {
            options.ssl_mode(PgSslMode::VerifyFull)
        }
        PgSslMode::Allow | PgSslMode::Prefer | PgSslMode::Disable => options,
        _ if is_list && options.get_socket().is_some() => options.ssl_mode(PgSslMode::Disable),
        _ => options,
    }
}

/// Name of a host for messages, with its port unless that is the default.
pub(super) fn host_name(options: &PgConnectOptions) -> String {
    let host = match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None if options.get_host().contains(':') => format!("[{}]", options.get_host()),
        None => options.get_host().to_owned(),
    };
    match options.get_port() {
        DEFAULT_PORT => host,
        port => format!("{host}:{port}"),
    }
}

/// Detects a server of this machine.
pub(super) fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(url: &str) -> Vec<String> {
        split_hosts(url).unwrap().iter().map(|url| url.to_string()).collect()
    }

    #[test]
    fn each_host_of_a_list_gets_a_url_of_its_own() {
        for (url, expected) in [
            (
                "postgres://u:p%40w@db1.example:5432,db2.example:5433/l?sslmode=require",
                [
                    "postgres://u:p%40w@localhost/l?host=db1.example&port=5432&sslmode=require",
                    "postgres://u:p%40w@localhost/l?host=db2.example&port=5433&sslmode=require",
                ],
            ),
            (
                "postgres://db1,db2:5433/l",
                ["postgres://localhost/l?host=db1", "postgres://localhost/l?host=db2&port=5433"],
            ),
            ("postgres://db1%2Cdb2/l", ["postgres://localhost/l?host=db1", "postgres://localhost/l?host=db2"]),
            (
                "postgresql://u@[::1]:5432,[fe80::1]/l",
                ["postgresql://u@localhost/l?host=::1&port=5432", "postgresql://u@localhost/l?host=fe80::1"],
            ),
            (
                "postgresql://%2Frun%2Fa,%2Frun%2Fb:5433/l",
                ["postgresql://localhost/l?host=%2Frun%2Fa", "postgresql://localhost/l?host=%2Frun%2Fb&port=5433"],
            ),
            (
                "postgresql:///l?host=/run/a,/run/b",
                ["postgresql://localhost/l?host=/run/a", "postgresql://localhost/l?host=/run/b"],
            ),
            (
                "postgresql://u@localhost/l?host=%2Frun%2Fa%2C%2Frun%2Fb&port=5433",
                [
                    "postgresql://u@localhost/l?host=%2Frun%2Fa&port=5433",
                    "postgresql://u@localhost/l?host=%2Frun%2Fb&port=5433",
                ],
            ),
            (
                "postgresql://u@localhost:6000/l?host=a,b&user=x",
                [
                    "postgresql://u@localhost/l?host=a&port=6000&user=x",
                    "postgresql://u@localhost/l?host=b&port=6000&user=x",
                ],
            ),
            (
                "postgresql://u@a:1,b:2/l?port=5,6&target_session_attrs=read-write",
                ["postgresql://u@localhost/l?host=a&port=5", "postgresql://u@localhost/l?host=b&port=6"],
            ),
            (
                "postgresql:///l?port=5,6&host=a,b",
                ["postgresql://localhost/l?host=a&port=5", "postgresql://localhost/l?host=b&port=6"],
            ),
            (
                "postgresql://u@x,y/l?host=a,b",
                ["postgresql://u@localhost/l?host=a", "postgresql://u@localhost/l?host=b"],
            ),
        ] {
            assert_eq!(split(url), expected, "{url}");
        }
    }

    #[test]
    fn one_host_stays_as_it_is_unless_the_driver_misreads_it() {
        for url in [
            "postgres://u@db.example:6543/l",
            "postgres://u@db.example/l?port=6543",
            "postgresql:///l?host=/run/postgresql",
            "postgresql://%2Frun%2Fa/l",
            "postgres:///l",
            "postgres://u:p,w@db.example/l",
        ] {
            assert_eq!(split(url), [url]);
        }
        assert_eq!(split("postgres://[::1]:5433/l"), ["postgres://localhost/l?host=::1&port=5433"]);
        let primary = "postgres://u@db/l?target_session_attrs=primary&sslmode=require";
        assert_eq!(split(primary), ["postgres://u@db/l?sslmode=require"]);
    }

    #[test]
    fn a_list_that_is_no_list_of_hosts_is_refused() {
        for (url, error) in [
            ("postgres://a,,b/l", HostListError::EmptyHost),
            ("postgres://a,/l", HostListError::EmptyHost),
            ("postgres:///l?host=,a", HostListError::EmptyHost),
            ("postgres:///l?host=a,b&port=1,2,3", HostListError::PortCount { hosts: 2, ports: 3 }),
            ("postgres://a:1,b:2/l?host=x,y,z", HostListError::PortCount { hosts: 3, ports: 2 }),
            ("postgres://a:x,b/l", HostListError::Port),
            ("postgres://a:0,b/l", HostListError::Port),
            ("postgres://a,b:65536/l", HostListError::Port),
            ("postgres:///l?host=a,b&port=1,x", HostListError::Port),
            ("postgres://[::1]5432,b/l", HostListError::Port),
            ("postgres://a,b/l?target_session_attrs=standby", HostListError::TargetSession),
        ] {
            assert_eq!(split_hosts(url).unwrap_err(), error, "{url}");
        }
    }
}
