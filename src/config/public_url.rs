//! Public address of a listener that is reached through a load balancer, a router or another port.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::Deserialize;

use crate::identity::host_name::{HostName, HostNameError};

/// Default port of `https` (RFC 9110 section 4.2.2).
const HTTPS_PORT: u16 = 443;

/// `https`, a host and a port.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    host: HostName,
    port: u16,
}

impl PublicUrl {
    pub const fn new(host: HostName, port: u16) -> Self {
        Self { host, port }
    }

    pub const fn host(&self) -> &HostName {
        &self.host
    }

    /// The address with its port, even if that is 443: without a port, `lichtbild-studio enrol` uses 7443.
    pub fn with_port(&self) -> String {
        match &self.host {
            HostName::Ip(IpAddr::V6(ip)) => format!("https://[{ip}]:{}", self.port),
            host => format!("https://{host}:{}", self.port),
        }
    }
}

/// The address in its usual form, without the port of `https`.
impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = self.with_port();
        f.write_str(full.strip_suffix(&format!(":{HTTPS_PORT}")).unwrap_or(&full))
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let authority = match text.split_once("://") {
            Some((scheme, authority)) if scheme.eq_ignore_ascii_case("https") => authority,
            _ => return Err(PublicUrlError::Scheme),
        };
        let authority = authority.strip_suffix('/').unwrap_or(authority);
        if authority.contains(['/', '?', '#', '@']) {
            return Err(PublicUrlError::Extra);
        }
        let host_end = authority.find(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[host_end..].find(':') {
            Some(colon) => {
                let (host, port) = authority.split_at(host_end + colon);
                (host, parse_port(&port[1..]).ok_or(PublicUrlError::Port)?)
            }
            None => (authority, HTTPS_PORT),
        };
        Ok(Self { host: host.parse()?, port })
    }
}

fn parse_port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| is_number && *port != 0)
}

impl TryFrom<String> for PublicUrl {
    type Error = PublicUrlError;

    fn try_from(text: String) -> Result<Self, PublicUrlError> {
        text.parse()
    }
}

/// Reason why a text is not the public address of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    #[error("a public address begins with https://, as in https://gateway.stadt.example:443")]
    Scheme,
    #[error("a public address has only https://, a host and an optional port: remove the rest")]
    Extra,
    #[error("a port is a number from 1 to 65535")]
    Port,
    #[error(transparent)]
    Host(#[from] HostNameError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_a_port() {
        for (text, shown, with_port) in [
            ("https://gateway.stadt.example", "https://gateway.stadt.example", "https://gateway.stadt.example:443"),
            (
                "HTTPS://Gateway.Stadt.example:443/",
                "https://gateway.stadt.example",
                "https://gateway.stadt.example:443",
            ),
            ("https://192.0.2.7:8443", "https://192.0.2.7:8443", "https://192.0.2.7:8443"),
            ("https://[2001:db8::7]:4443", "https://[2001:db8::7]:4443", "https://[2001:db8::7]:4443"),
            ("https://[2001:db8::7]", "https://[2001:db8::7]", "https://[2001:db8::7]:443"),
        ] {
            let url: PublicUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.with_port().as_str()), (shown, with_port), "{text}");
            assert_eq!(shown.parse::<PublicUrl>().unwrap(), url);
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        use PublicUrlError::{Extra, Host, Port, Scheme};
        for (text, reason) in [
            ("", Scheme),
            ("gateway.example", Scheme),
            ("http://gateway.example", Scheme),
            ("https://gateway.example/v1", Extra),
            ("https://gateway.example//", Extra),
            ("https://user@gateway.example", Extra),
            ("https://gateway.example?x", Extra),
            ("https://gateway.example:", Port),
            ("https://gateway.example:0", Port),
            ("https://gateway.example:+1", Port),
            ("https://gateway.example:65536", Port),
            ("https://gateway.example:443:443", Port),
            ("https://::1", Port),
            ("https://", Host(HostNameError::Malformed)),
            ("https://:443", Host(HostNameError::Malformed)),
            ("https://*.example", Host(HostNameError::Wildcard)),
            ("https://0.0.0.0:443", Host(HostNameError::Unspecified)),
            ("https://[::1]x", Host(HostNameError::Malformed)),
        ] {
            assert_eq!(text.parse::<PublicUrl>(), Err(reason), "{text}");
        }
    }
}
