//! Request to a proxy for a tunnel to the gateway, made only to learn why a connection did not come about: HTTP clients say no more
//! than that it did not.

use std::time::Duration;
use std::{fmt, io};

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::proxy::{HttpProxy, host_and_port};

/// A proxy's answer is read no further: its status stands at the beginning.
const MAX_ANSWER_BYTES: usize = 4096;

/// A proxy gave no tunnel to the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyError {
    /// The proxy's host and port.
    pub proxy: String,
    /// The gateway's host and port.
    pub destination: String,
    /// Cause.
    pub kind: ProxyErrorKind,
}

/// Reason why a proxy gave no tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyErrorKind {
    /// Nothing takes the connection at its address, or its name leads to none.
    Unreachable(String),
    /// No answer in time.
    TimedOut,
    /// 407: it wants a user name and password.
    PasswordRequired {
        /// True if it was given one, which it did not take.
        was_sent: bool,
    },
    /// It does not let this computer go to that address and port.
    Refused {
        /// The HTTP status code.
        status: u16,
    },
    /// It finds no way to the gateway, for now.
    GatewayUnreachable {
        /// The HTTP status code.
        status: u16,
    },
    /// The peer is no HTTP proxy.
    NotAProxy,
}

impl ProxyError {
    /// Reports whether the same request may succeed later without anybody doing anything.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ProxyErrorKind::Unreachable(_) | ProxyErrorKind::TimedOut | ProxyErrorKind::GatewayUnreachable { .. } => {
                true
            }
            ProxyErrorKind::PasswordRequired { .. } | ProxyErrorKind::Refused { .. } | ProxyErrorKind::NotAProxy => {
                false
            }
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { proxy, destination, kind } = self;
        match kind {
            ProxyErrorKind::Unreachable(cause) => write!(f, "proxy {proxy} not reachable: {cause}"),
            ProxyErrorKind::TimedOut => write!(f, "no answer from proxy {proxy}"),
            ProxyErrorKind::PasswordRequired { .. } => write!(f, "proxy {proxy} wants a password"),
            ProxyErrorKind::Refused { status } => write!(f, "proxy {proxy} refuses {destination} (status {status})"),
            ProxyErrorKind::GatewayUnreachable { status } => {
                write!(f, "proxy {proxy} does not reach {destination} (status {status})")
            }
            ProxyErrorKind::NotAProxy => write!(f, "no HTTP proxy at {proxy}"),
        }
    }
}

impl std::error::Error for ProxyError {}

/// Asks `proxy` for a tunnel to `destination` and drops it again; waits `limit` at most for each of connection and answer.
///
/// # Errors
/// [`ProxyError`] when there is none.
pub async fn probe_tunnel(proxy: &HttpProxy, destination: &Url, limit: Duration) -> Result<(), ProxyError> {
    let gateway = host_and_port(destination);
    let error = |kind| ProxyError { proxy: proxy.address(), destination: gateway.clone(), kind };
    let unreachable = |cause: io::Error| error(ProxyErrorKind::Unreachable(cause.to_string()));
    let connected = timeout(limit, TcpStream::connect(proxy.endpoint())).await;
    let mut stream = connected.map_err(|_| error(ProxyErrorKind::TimedOut))?.map_err(unreachable)?;
    let answered = timeout(limit, ask(&mut stream, proxy, &gateway)).await;
    let status = answered.map_err(|_| error(ProxyErrorKind::TimedOut))?.map_err(unreachable)?;
    Err(error(match status {
        Some(200..=299) => return Ok(()),
        Some(407) => ProxyErrorKind::PasswordRequired { was_sent: proxy.authorization().is_some() },
        Some(status @ (408 | 429 | 500..)) => ProxyErrorKind::GatewayUnreachable { status },
        Some(status) => ProxyErrorKind::Refused { status },
        None => ProxyErrorKind::NotAProxy,
    }))
}

/// The status of the answer; `None` when that is not HTTP.
async fn ask(stream: &mut TcpStream, proxy: &HttpProxy, gateway: &str) -> io::Result<Option<u16>> {
    let mut request = format!("CONNECT {gateway} HTTP/1.1\r\nHost: {gateway}\r\n").into_bytes();
    if let Some(value) = proxy.authorization() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') && answer.len() < MAX_ANSWER_BYTES {
        if stream.read_buf(&mut answer).await? == 0 {
            break;
        }
    }
    Ok(parse_status(&answer))
}

fn parse_status(answer: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(answer.split(|byte| *byte == b'\n').next()?).ok()?;
    let mut words = line.split_ascii_whitespace();
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_the_first_line_of_http_only() {
        assert_eq!(parse_status(b"HTTP/1.1 407 Proxy Authentication Required\r\n"), Some(407));
        assert_eq!(parse_status(b"HTTP/1.0 200\r\n"), Some(200));
        for other in [&b"SSH-2.0-OpenSSH_9.2\r\n"[..], b"HTTP/1.1 x\r\n", b"\x15\x03\x01", b""] {
            assert_eq!(parse_status(other), None, "{other:?}");
        }
    }
}
