//! Plain HTTP on a port for TLS: answered in words where TLS has only an alert that no browser shows.

use std::time::Duration;
use std::{fmt, io};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time;

/// The answer to whatever request: nothing of it is read, and nothing of it is in the answer.
const ANSWER: &str = concat!(
    "HTTP/1.1 400 Bad Request\r\n",
    "content-type: text/plain; charset=utf-8\r\n",
    "content-length: 215\r\n",
    "cache-control: no-store\r\n",
    "connection: close\r\n",
    "\r\n",
    "Dieser Anschluss spricht nur HTTPS. Bitte beginnen Sie die Adresse mit https:// statt mit http://.\n",
    "\n",
    "This port speaks HTTPS only. Begin the address with https:// instead of http://. Nothing of your request was read.\n",
);

/// Reports whether the first byte that arrives begins an HTTP request: a method is written in capitals, and a TLS handshake begins with 22.
/// The byte stays unread. An error or an end is left to the handshake to find.
pub(super) async fn begins(socket: &TcpStream) -> bool {
    let mut first = [0];
    matches!(socket.peek(&mut first).await, Ok(1)) && first[0].is_ascii_uppercase()
}

/// Tells the client to use https, within this time; the answer fits into the buffer of a fresh socket.
pub(super) async fn answer(socket: &mut (impl AsyncWrite + Unpin), limit: Duration) {
    // A peer that is gone needs no answer.
    let _ = time::timeout(limit, socket.write_all(ANSWER.as_bytes())).await;
}

/// The client spoke HTTP where TLS is spoken.
#[derive(Debug)]
pub(super) struct PlainHttpError;

impl PlainHttpError {
    /// Reports whether a handshake failed for this reason.
    pub(super) fn is_cause_of(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }
}

impl fmt::Display for PlainHttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client speaks plain HTTP; its address has to begin with https://")
    }
}

impl std::error::Error for PlainHttpError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_states_its_own_length() {
        let (head, body) = ANSWER.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
