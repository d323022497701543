//! The `Host` of a request (RFC 9110 section 7.2).

use std::net::{Ipv4Addr, Ipv6Addr};

/// Host and port of a request: `uri-host [ ":" port ]` (RFC 3986 section 3.2). The host is not empty, because every `http` or
/// `https` address has one (RFC 9110 section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestHost<'a>(&'a str);

impl<'a> RequestHost<'a> {
    /// Parses the value of a `Host` header or the authority of an absolute address; `None` if it is not valid.
    pub(super) fn parse(value: &'a str) -> Option<Self> {
        let (host, port) = match value.strip_prefix('[') {
            Some(literal) => {
                let (address, rest) = literal.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (&value[..address.len() + 2], rest)
            }
            None => {
                let end = value.find(':').unwrap_or(value.len());
                let (name, rest) = value.split_at(end);
                (is_registered_name(name).then_some(name)?, rest)
            }
        };
        is_port(port).then_some(Self(host))
    }

    /// Reports whether the host is an address or `localhost`, which need no name server (RFC 6761 section 6.3).
    pub(super) fn needs_no_name_server(self) -> bool {
        let name = self.0.strip_suffix('.').unwrap_or(self.0);
        self.0.starts_with('[') || self.0.parse::<Ipv4Addr>().is_ok() || name.eq_ignore_ascii_case("localhost")
    }
}

/// A non-empty `reg-name` (RFC 3986 section 3.2.2); an IPv4 address is one, too.
fn is_registered_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    while let Some(byte) = bytes.next() {
        let is_valid = match byte {
            b'%' => {
                [bytes.next(), bytes.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte),
        };
        if !is_valid {
            return false;
        }
    }
    !name.is_empty()
}

/// Nothing, or a colon with a port, whose digits may be missing (RFC 3986 section 3.2.3).
fn is_port(rest: &str) -> bool {
    match rest.strip_prefix(':') {
        Some("") => true,
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_rfc_3986_writes_them() {
        for valid in
            ["gateway.stadt.example", "a_b:9443", "192.0.2.7", "[2001:db8::7]:443", "xn--mnchen-3ya.de.", "a%2Fb", "a:"]
        {
            assert!(RequestHost::parse(valid).is_some(), "{valid}");
        }
        for invalid in [
            "",
            ":443",
            "a b",
            "a,b c",
            "user@a",
            "a/b",
            "a?b",
            "a#b",
            "a:b",
            "a:65536",
            "a:-1",
            "a:+1",
            "a:1:2",
            "[::1",
            "::1",
            "[::1]x",
            "[fe80::1%25eth0]",
            "[v1.a]",
            "[127.0.0.1]",
            "a%2",
            "a%zz",
            "münchen.de",
            "a\tb",
            "a\\b",
            "http://a",
        ] {
            assert!(RequestHost::parse(invalid).is_none(), "{invalid}");
        }
    }

    #[test]
    fn addresses_and_localhost_need_no_name_server() {
        for local in ["localhost", "LocalHost:9090", "localhost.", "127.0.0.1", "127.0.0.1:9090", "[::1]", "[::1]:9090"]
        {
            assert!(RequestHost::parse(local).is_some_and(RequestHost::needs_no_name_server), "{local}");
        }
        for foreign in
            ["localhost.example.org", "rebound.example:9090", "127.0.0.1.nip.io", "localhost..", "0x7f.1", "%6c"]
        {
            assert!(RequestHost::parse(foreign).is_some_and(|host| !host.needs_no_name_server()), "{foreign}");
        }
    }
}
