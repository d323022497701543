//! Probe that asks a proxy for a tunnel to the gateway, in order to learn why a connection failed. HTTP clients do not tell the reason.

use std::io;
use std::time::Duration;

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::proxy::{HttpProxy, host_and_port};

/// Largest part of a proxy's answer that is read. The status is in its first line.
const MAX_ANSWER_BYTES: usize = 4096;

/// A proxy gave no tunnel to the gateway.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("proxy {proxy}, destination {destination}: {kind}")]
pub struct ProxyError {
    /// Host and port.
    pub proxy: String,
    /// Host and port of the gateway.
    pub destination: String,
    pub kind: ProxyErrorKind,
}

/// Reason why a proxy gave no tunnel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProxyErrorKind {
    /// No connection to the proxy, or no address for its name.
    #[error("not reachable: {0}")]
    Unreachable(String),
    #[error("no answer in time")]
    TimedOut,
    /// 407. The flag is true if the proxy was given a user name and password, which it rejected.
    #[error("a password is required")]
    PasswordRequired { was_sent: bool },
    /// The proxy does not allow this address and port.
    #[error("the destination is refused (status {status})")]
    Refused { status: u16 },
    /// The proxy cannot reach the gateway at the moment.
    #[error("the destination cannot be reached (status {status})")]
    GatewayUnreachable { status: u16 },
    #[error("not an HTTP proxy")]
    NotAProxy,
}

impl ProxyError {
    /// Reports whether the same request may succeed later without a change.
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

/// Asks `proxy` for a tunnel to `destination` and closes it. `limit` bounds the wait for the connection and the wait for the answer.
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

/// The status of the answer; `None` if the answer is not HTTP.
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
