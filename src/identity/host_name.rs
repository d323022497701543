//! The host name of a server, as its certificate states it and clients check it.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use rcgen::SanType;

/// A DNS name in lower case, or an IP address. Without a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostName {
    /// `gateway.example.org`; letters, digits and hyphens (RFC 1123 section 2.1).
    Dns(DnsName),
    /// `192.0.2.7`, `2001:db8::7`.
    Ip(IpAddr),
}

/// A DNS name as [`HostName`] allows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DnsName(String);

impl DnsName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl HostName {
    /// The entry of a certificate's subjectAltName (RFC 5280 section 4.2.1.6).
    pub(super) fn to_subject_alternative(&self) -> Result<SanType, rcgen::Error> {
        Ok(match self {
            Self::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
            Self::Ip(address) => SanType::IpAddress(*address),
        })
    }
}

impl FromStr for HostName {
    type Err = HostNameError;

    fn from_str(text: &str) -> Result<Self, HostNameError> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            // 0.0.0.0 is an address to listen on; no client can connect to it.
            return if address.is_unspecified() { Err(HostNameError::Unspecified) } else { Ok(Self::Ip(address)) };
        }
        if text.contains("://") || text.contains('/') {
            return Err(HostNameError::Url);
        }
        let has_port = text.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        if has_port && (text.parse::<SocketAddr>().is_ok() || text.matches(':').count() == 1) {
            return Err(HostNameError::Port);
        }
        if !text.is_ascii() {
            return Err(HostNameError::NotAscii);
        }
        if text.contains('*') {
            return Err(HostNameError::Wildcard);
        }
        let labels_fit = text.split('.').all(is_label);
        // A last label of digits alone is a mistyped address (RFC 3696 section 2).
        let ends_in_number = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        if text.len() > 253 || !labels_fit || ends_in_number {
            return Err(HostNameError::Malformed);
        }
        Ok(Self::Dns(DnsName(text.to_ascii_lowercase())))
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name.as_str()),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// Reason why a text is not a host name for a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostNameError {
    #[error("not a host name: write a DNS name of letters, digits, hyphens and dots, or an IP address")]
    Malformed,
    #[error("a URL is not a host name: write only the part between // and the next / or :")]
    Url,
    #[error("a host name has no port: leave out the colon and the number")]
    Port,
    #[error("wildcards are not accepted: write every name out")]
    Wildcard,
    #[error("a host name is written in ASCII: use the form that begins with xn--")]
    NotAscii,
    /// `0.0.0.0` or `::`.
    #[error("an address to listen on is not a host name: write the one clients connect to")]
    Unspecified,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_read() {
        for (text, shown) in [
            ("localhost", "localhost"),
            ("Gateway.Example.ORG", "gateway.example.org"),
            ("3com.example", "3com.example"),
            ("xn--dsseldorf-q9a.example", "xn--dsseldorf-q9a.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:DB8:0::7", "2001:db8::7"),
            ("[::1]", "::1"),
        ] {
            assert_eq!(text.parse::<HostName>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for (text, reason) in [
            ("", HostNameError::Malformed),
            (".", HostNameError::Malformed),
            ("example.org.", HostNameError::Malformed),
            ("-a.example", HostNameError::Malformed),
            ("a_b.example", HostNameError::Malformed),
            ("a b", HostNameError::Malformed),
            ("999.1.1.1", HostNameError::Malformed),
            ("192.168.1", HostNameError::Malformed),
            ("fe80::1%eth0", HostNameError::Malformed),
            ("https://example.org", HostNameError::Url),
            ("example.org/studio", HostNameError::Url),
            ("example.org:8443", HostNameError::Port),
            ("[::1]:8443", HostNameError::Port),
            ("*.example.org", HostNameError::Wildcard),
            ("düsseldorf.example", HostNameError::NotAscii),
            ("0.0.0.0", HostNameError::Unspecified),
            ("::", HostNameError::Unspecified),
        ] {
            assert_eq!(text.parse::<HostName>(), Err(reason), "{text}");
        }
        assert_eq!("a".repeat(64).parse::<HostName>(), Err(HostNameError::Malformed));
        assert_eq!(format!("{}a", "abcdefg.".repeat(32)).parse::<HostName>(), Err(HostNameError::Malformed));
    }
}
